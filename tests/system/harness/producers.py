"""Several producer processes at once, and their paper trail for the oracle."""

import pathlib
import signal
import subprocess

from oracle import load_lines

PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "support" / "producer.py"


class Producers:
    """`count` processes named p0, p1, ... (p: `prefix`) that write to `numbers` in turn."""

    def __init__(self, folder, port, numbers, count=8, rate=0.0, each=None, kind="message",
                 token_file="", patience=60.0, prefix="p"):
        self.folder = pathlib.Path(folder)
        self.processes = []
        self.names = [f"{prefix}{n}" for n in range(count)]
        for n, name in enumerate(self.names):
            turned = numbers[n % len(numbers):] + numbers[:n % len(numbers)]
            command = ["/usr/bin/python3", str(PROGRAM), "--url", f"http://127.0.0.1:{port}",
                       "--name", name, "--kind", kind, "--rate", str(rate),
                       "--patience", str(patience), "--intents", str(self.intents(name)),
                       "--acks", str(self.acks(name)), "--token-file", str(token_file),
                       *(["--count", str(each)] if each else [])]
            for number in turned:
                command += ["--to", number]
            self.processes.append(subprocess.Popen(command))

    def intents(self, name):
        return self.folder / f"{name}.intents"

    def acks(self, name):
        return self.folder / f"{name}.acks"

    def acknowledged(self):
        """How many sends were acknowledged so far, over all producers."""
        return sum(line.count(b"\n") for line in
                   (p.read_bytes() for p in map(self.acks, self.names) if p.exists()))

    def wait(self, timeout=120.0):
        """Until all have sent their share; they must end with 0."""
        for process in self.processes:
            assert process.wait(timeout) == 0, "a producer failed"

    def stop(self, timeout=70.0):
        """Ends them after the sends in hand."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        self.wait(timeout)

    def kill(self):
        """For the end of a test: whatever still runs."""
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()

    def tell(self, oracle):
        for name in self.names:
            if self.intents(name).exists():
                acks = load_lines(self.acks(name)) if self.acks(name).exists() else []
                oracle.producer(load_lines(self.intents(name)), acks)
