"""A PostgreSQL server of a test's own: Debian's programs, a cluster in a temporary folder.

It listens on a Unix socket in that folder and on a free port of 127.0.0.1. Run as root it runs as
`postgres`, because the server refuses root. Ended by its process id.
"""

import atexit
import functools
import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time

from ports import free_port

HOME = pathlib.Path("/usr/lib/postgresql")


def programs():
    """The folder of the newest server's programs."""
    found = sorted(HOME.glob("*/bin/initdb"))
    if not found:
        raise RuntimeError("PostgreSQL's server is not installed; run ./dev setup")
    return found[-1].parent


def unprivileged():
    """How to run something as a user whom the server accepts: arguments of subprocess."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise RuntimeError("there is no unprivileged user to run PostgreSQL as")


class Postgres:
    """A running cluster with a database `herald`, whose owner `herald` needs no password.

    settings: lines of postgresql.conf. copy_of: another one, whose standby this is to be.
    """

    def __init__(self, *settings, copy_of=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="herald-pg-"))
        self.data, self.log = self.folder / "data", self.folder / "server.log"
        self.who = unprivileged()
        self.port = free_port()
        self.process = None
        if self.who:
            os.chown(self.folder, self.who["user"], self.who["group"])
        try:
            if copy_of:
                self.follow(copy_of)
            else:
                self.make(settings)
                self.start()
                self.sql("CREATE DATABASE herald", database="postgres")
        except BaseException:
            self.close()
            raise

    def make(self, settings):
        # Only making the cluster goes without fsync; the server runs with it.
        self.run("initdb", "-D", self.data, "-U", "herald", "-A", "trust", "-E", "UTF8",
                 "--locale=C.UTF-8", "--no-sync", "--no-instructions")
        lines = ["listen_addresses = '127.0.0.1'", f"port = {self.port}",
                 f"unix_socket_directories = '{self.folder}'", "max_connections = 60",
                 "shared_buffers = 64MB",
                 "dynamic_shared_memory_type = mmap",  # a killed server leaves nothing elsewhere
                 *settings]
        self.configure(lines)
        access = ["local all secretive scram-sha-256", "host all secretive all scram-sha-256",
                  "local all all trust", "host all all all trust",
                  "local replication all trust"]
        (self.data / "pg_hba.conf").write_text("\n".join(access) + "\n", encoding="utf-8")

    def configure(self, lines):
        """More lines for postgresql.conf; the last of a name counts."""
        with open(self.data / "postgresql.conf", "a", encoding="utf-8") as config:
            config.write("\n".join(lines) + "\n")

    def follow(self, primary):
        """Becomes a standby of `primary`, with a copy of it; what was here is gone. Starts."""
        self.stop(signal.SIGQUIT)
        self.remove_memory()
        shutil.rmtree(self.data, ignore_errors=True)
        self.run("pg_basebackup", "-D", self.data, "-h", primary.folder, "-p", primary.port,
                 "-U", "herald", "-X", "stream", "-c", "fast", "-R", "--no-sync")
        self.configure([f"port = {self.port}", f"unix_socket_directories = '{self.folder}'"])
        return self.start()

    def run(self, name, *arguments):
        done = subprocess.run([str(programs() / name), *map(str, arguments)], capture_output=True,
                              text=True, cwd=self.folder, timeout=120, **self.who)
        if done.returncode != 0:
            raise RuntimeError(f"{name} failed: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self, timeout=30):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [str(programs() / "postgres"), "-D", str(self.data)], stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, cwd=self.folder, **self.who)
        self.wait(timeout)
        return self

    def wait(self, timeout=30):
        """Until it lets clients in."""
        end = time.monotonic() + timeout
        while subprocess.run([str(programs() / "pg_isready"), "-q", "-h", str(self.folder),
                              "-p", str(self.port)], check=False).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"PostgreSQL did not start: {self.log.read_text()}")
            time.sleep(0.02)

    def stop(self, how=signal.SIGINT):
        """SIGINT ends it in order, SIGQUIT as a crash would."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)
        self.process = None

    def crash(self):
        """All its processes die at once, as when the machine does."""
        self.process.send_signal(signal.SIGSTOP)  # it makes no more
        for pid in [*self.children(), self.process.pid]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # ended by itself
        self.process.wait(30)
        self.process = None

    def children(self):
        """The ids of the server's processes but the first."""
        found = []
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue  # ended meanwhile
            if int(fields[1]) == self.process.pid:
                found.append(int(stat.parent.name))
        return found

    def remove_memory(self):
        """The segment of a server that was killed, which it would take over at its next start."""
        try:
            line = (self.data / "postmaster.pid").read_text().splitlines()[6]
        except (OSError, IndexError):
            return
        subprocess.run(["ipcrm", "-m", line.split()[1]], capture_output=True, check=False)

    def promote(self):
        """From standby to primary."""
        self.run("pg_ctl", "promote", "-D", self.data, "-w")

    def restart(self, how=signal.SIGINT):
        self.stop(how)
        return self.start()

    def close(self):
        self.stop(signal.SIGQUIT)
        self.remove_memory()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, role="herald", database="herald"):
        """A store's URL."""
        return f"postgresql://{role}@127.0.0.1:{self.port}/{database}"

    def sql(self, text, database="herald", schema="herald"):
        """Runs it as the owner; the rows as lists of texts, NULL as None."""
        done = subprocess.run(
            [str(programs() / "psql"), "-X", "-q", "-A", "-t", "-F", "\x1f", "-R", "\x1e",
             "-P", "null=\x1d", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder), "-p",
             str(self.port), "-U", "herald", "-d", database],
            input=text, capture_output=True, text=True, timeout=120, check=False,
            env=os.environ | {"PGOPTIONS": f"-c search_path={schema}"})
        if done.returncode != 0:
            raise RuntimeError(f"{text}: {done.stderr}")
        rows = [row for row in done.stdout.removesuffix("\n").split("\x1e") if row]
        return [[None if cell == "\x1d" else cell for cell in row.split("\x1f")] for row in rows]


@functools.cache
def shared():
    """One server for all tests of this process."""
    server = Postgres()
    atexit.register(server.close)
    return server


def schema_of(folder):
    """A schema's name for a test's folder."""
    return "t_" + re.sub(r"[^a-z0-9_]", "_", pathlib.Path(folder).name.lower())
