"""A disk that is too small: a tmpfs where mounting is permitted, else a limit of the file size."""

import os
import resource
import subprocess

MIB = 1 << 20


class SmallDisk:
    """`folder` is its place. fill() leaves no room, empty() gives it back.

    Where nothing can be mounted the running process is told that files may not grow (EFBIG instead of
    ENOSPC: to SQLite both are an error of the write).
    """

    def __init__(self, test, megabytes=8, inodes=0):
        self.test, self.folder = test, test.folder / "disk"
        self.folder.mkdir()
        options = f"size={megabytes}m" + (f",nr_inodes={inodes}" if inodes else "")
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(self.folder)],
                              capture_output=True)
        self.mounted = done.returncode == 0
        if self.mounted:
            test.addCleanup(subprocess.run, ["umount", "-l", str(self.folder)], check=False)
        self.filler = self.folder / "filler"

    # A process that starts with SIGXFSZ ignored gets the error instead of the signal.
    wrapper = ["/bin/sh", "-c", 'trap "" XFSZ; exec "$@"', "sh"]

    def fill(self):
        if not self.mounted:
            sizes = [p.stat().st_size for p in self.folder.iterdir() if p.is_file()]
            limit = max(sizes, default=0) // 2
            return resource.prlimit(self.test.daemon.pid(), resource.RLIMIT_FSIZE,
                                    (limit, resource.RLIM_INFINITY))
        with open(self.filler, "ab", buffering=0) as file:
            for size in (MIB, 4096, 1):
                try:
                    while file.write(b"x" * size) == size:
                        pass
                except OSError:
                    pass
        return None

    def empty(self):
        if self.mounted:
            self.filler.unlink(missing_ok=True)
        elif self.test.daemon.running():
            resource.prlimit(self.test.daemon.pid(), resource.RLIMIT_FSIZE,
                             (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def take_inodes(self):
        """Until no file can be made; how many it took. Only on a mounted one."""
        made = 0
        while True:
            try:
                os.close(os.open(self.folder / f"inode-{made}", os.O_CREAT | os.O_WRONLY, 0o600))
            except OSError:
                return made
            made += 1

    def give_inodes(self):
        for path in self.folder.glob("inode-*"):
            path.unlink()
