"""What all parts of ./dev bench webchat are given: the build, which core does what, and how large everything is."""

import os
import pathlib
import resource
from dataclasses import dataclass, field


@dataclass
class Place:
    """server_core: the daemon or its peer; client_core: generators and the PostgreSQL server."""

    build: pathlib.Path
    seconds: float
    streams: int
    idle: int
    held: int
    server_core: int = 0
    client_core: int = 1
    notes: list = field(default_factory=list)

    def generator(self, name):
        return self.build / "tests" / "bench" / f"herald_bench_{name}"

    def note(self, text):
        """Something to know of this run; shown once at the end."""
        if text not in self.notes:
            self.notes.append(text)


def cores():
    """(server's, client's): the first two that this process may use."""
    usable = sorted(os.sched_getaffinity(0))
    if len(usable) < 2:
        raise SystemExit("dev: bench webchat pins server and client to different cores, and there is only one")
    return usable[0], usable[1]


def most_connections():
    """How many connections the daemon can hold here: it keeps some 300 descriptors for other things."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        # To be above the wanted size wherever the machine allows it; what we start inherits it.
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(hard, 65536), max(hard, 65536)))
    except (ValueError, PermissionError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 512


def processor_seconds(pid):
    """Processor time that the process has used, all threads."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid):
    """Proportional resident memory in bytes."""
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"/proc/{pid}/smaps_rollup has no Pss")


def load():
    return os.getloadavg()[0]
