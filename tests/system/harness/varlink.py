"""A minimal Varlink client: JSON objects ended by NUL over a Unix socket."""

import json
import socket


class VarlinkError(Exception):
    def __init__(self, name, parameters):
        super().__init__(f"{name} {json.dumps(parameters, ensure_ascii=False)}")
        self.name, self.parameters = name, parameters


class Varlink:
    def __init__(self, path, timeout=10.0):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.socket.connect(str(path))
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send_raw(self, data):
        self.socket.sendall(data)

    def receive(self):
        """The next object; ConnectionError when the daemon hung up."""
        while b"\0" not in self.buffer:
            piece = self.socket.recv(65536)
            if not piece:
                raise ConnectionError("the control socket was closed")
            self.buffer += piece
        raw, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(raw)

    def request(self, method, parameters=None, **flags):
        self.send_raw(json.dumps({"method": method, "parameters": parameters or {}, **flags},
                                 ensure_ascii=False).encode() + b"\0")

    def call(self, method, parameters=None):
        """The answer's parameters; VarlinkError when it is an error."""
        self.request(method, parameters)
        return self.result(self.receive())

    def more(self, method, parameters=None):
        """Yields the parameters of every answer of a stream until it ends."""
        self.request(method, parameters, more=True)
        while True:
            answer = self.receive()
            yield self.result(answer)
            if not answer.get("continues"):
                return

    @staticmethod
    def result(answer):
        if "error" in answer:
            raise VarlinkError(answer["error"], answer.get("parameters", {}))
        return answer.get("parameters", {})
