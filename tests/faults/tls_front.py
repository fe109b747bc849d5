"""TLS in front of a plain server, and certificates for it, made by openssl. Test code only."""

import pathlib
import select
import socket
import ssl
import subprocess
import threading


def certificate(folder, host):
    """A new self-signed certificate for `host` and its key: (certificate file, key file)."""
    made, key = pathlib.Path(folder, f"{host}.pem"), pathlib.Path(folder, f"{host}.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={host}",
                    "-addext", f"subjectAltName=DNS:{host}", "-keyout", str(key), "-out", str(made)],
                   check=True, capture_output=True)
    return made, key


class TlsFront:
    """Listens at (address, port of its own choice or `port`) and passes on to 127.0.0.1:`target`.

    `heard` counts the connections whose client accepted the certificate and sent something.
    """

    def __init__(self, files, target, address="127.0.0.1", port=0):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*files)
        self.target, self.heard = target, 0
        self.listener = socket.create_server((address, port), backlog=128)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def run(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        client.settimeout(10)
        try:
            with self.context.wrap_socket(client, server_side=True) as near:
                first = near.recv(65536)
                if not first:
                    return
                self.heard += 1
                with socket.create_connection(("127.0.0.1", self.target), timeout=10) as far:
                    far.sendall(first)
                    self.pump(near, far)
        except OSError:
            return

    @staticmethod
    def pump(near, far):
        while True:
            ready = [near] if near.pending() else select.select([near, far], [], [])[0]
            for source in ready:
                piece = source.recv(65536)
                if not piece:
                    return
                (far if source is near else near).sendall(piece)
