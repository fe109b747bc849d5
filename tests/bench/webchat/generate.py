"""The generators as processes on the client's core, and what they print."""

import json
import subprocess

TEXT = "Votre demande a bien été reçue et traitée: mark:{m}"


def command(place, name, **arguments):
    return ["taskset", "-c", str(place.client_core), str(place.generator(name)),
            *(f"{key}={value}" for key, value in arguments.items())]


def requests(place, port, lines, seconds, connections=64, rate=0):
    """What herald_bench_requests says of so many seconds; `lines`: one request for each connection, by turns."""
    listed = "".join(line + "\n" for line in lines)
    done = subprocess.run(command(place, "requests", port=port, connections=connections, seconds=seconds, rate=rate,
                                  file="/dev/stdin"),
                          input=listed, capture_output=True, text=True, timeout=seconds + 60, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"herald_bench_requests: {done.stderr}")
    return json.loads(done.stdout)


def request(path, **headers):
    """A line for requests(): GET with these headers, `if_none_match` for If-None-Match."""
    fields = {"Host": "localhost"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return "\t".join([f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())])


class Streams:
    """herald_bench_streams: open until closed. `server`: one with a port, and the paths and body as `wire`."""

    def __init__(self, place, server, streams, targets, rate=0.0, seconds=0.0, publishers=32):
        self.process = subprocess.Popen(
            command(place, "streams", port=server.port, streams=streams, targets=targets, publishers=publishers,
                    rate=rate, seconds=seconds, header="", **server.wire),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.opened = self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            self.process.wait(20)
            raise RuntimeError(f"herald_bench_streams: {self.process.stderr.read()}")
        return json.loads(line)

    def publish(self):
        """Publishes as told, and what came of it; the streams end with that."""
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        result = self.answer()
        if result["missing"] or result["refused"] or result["ended"]:
            raise RuntimeError(f"not everything arrived: {result}")
        return result

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()
        self.process.stderr.close()
