"""heraldctl as a program: arguments in, JSON and exit codes out."""

import json
import subprocess

from .places import program


class CtlFailure(AssertionError):
    """heraldctl ended with another code than 0."""

    def __init__(self, arguments, code, output, errors):
        super().__init__(f"heraldctl {' '.join(arguments)} ended with {code}: {errors or output}")
        self.code, self.output, self.errors = code, output, errors


class Heraldctl:
    def __init__(self, socket):
        self.socket = str(socket)

    def command(self, arguments, as_json=True):
        return [str(program("heraldctl")), "--socket", self.socket,
                *(["--json"] if as_json else []), *map(str, arguments)]

    def run(self, *arguments, as_json=False, timeout=30.0, stdin=None):
        """(exit code, standard output, standard error); never raises for a code."""
        done = subprocess.run(self.command(arguments, as_json), capture_output=True, text=True,
                              timeout=timeout, input=stdin if stdin is not None else "")
        return done.returncode, done.stdout, done.stderr

    def __call__(self, *arguments, timeout=30.0):
        """The answer of `heraldctl --json ...` as an object; CtlFailure for a code other than 0."""
        code, output, errors = self.run(*arguments, as_json=True, timeout=timeout)
        if code != 0:
            raise CtlFailure(list(map(str, arguments)), code, output, errors)
        return json.loads(output) if output.strip() else None

    def text(self, *arguments):
        """What a person sees."""
        code, output, errors = self.run(*arguments)
        if code != 0:
            raise CtlFailure(list(map(str, arguments)), code, output, errors)
        return output

    def stream(self, *arguments):
        """Starts one that keeps running (monitor); the caller terminates the process."""
        return subprocess.Popen(self.command(arguments), stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)
