"""The page of the demo: a marketplace's chat in French. Serves its files, and takes orders as a marketplace's backend would:
what it then tells the customer and the provider goes through Herald."""

import http.server
import json
import pathlib
import threading
import time

FILES = pathlib.Path(__file__).resolve().parent / "page"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
CUSTOMER, PROVIDER = "237691924173", "237691234567"
LONGEST = 200
PAUSE = 1.5  # seconds between the notifications, as if something happened in between


class Page:
    """Listens on 127.0.0.1 until stop()."""

    def __init__(self, port, herald_port):
        herald = f"127.0.0.1:{herald_port}"
        self.url = f"http://127.0.0.1:{port}"
        handler = type("Handler", (Handler,), {
            "herald_port": herald_port, "origin": self.url,
            "values": {"{herald}": f"http://{herald}", "{customer}": CUSTOMER, "{provider}": PROVIDER},
            "policy": f"default-src 'none'; script-src 'self' http://{herald}; style-src 'self'; connect-src 'self' "
                      f"http://{herald} ws://{herald}; base-uri 'none'; form-action 'none'; "
                      "require-trusted-types-for 'script'; trusted-types 'none'"})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Handler(http.server.BaseHTTPRequestHandler):
    timeout = 10  # seconds

    def do_GET(self):
        name = "index.html" if self.path == "/" else self.path[1:]
        if name not in {path.name for path in FILES.iterdir()}:
            return self.answer(404, b"", "text/plain")
        text = (FILES / name).read_text("utf-8")
        for key, value in self.values.items():
            text = text.replace(key, value)
        return self.answer(200, text.encode(), TYPES[pathlib.Path(name).suffix])

    def do_POST(self):
        size = self.headers.get("Content-Length", "")
        if self.path != "/demande" or self.headers.get("Origin") != self.origin or not size.isdigit() or int(size) > 4096:
            return self.answer(400, b"", "text/plain")
        try:
            order = json.loads(self.rfile.read(int(size)))
            order = {key: str(order[key])[:LONGEST] for key in ("service", "location", "description")}
        except (ValueError, KeyError, TypeError):
            return self.answer(400, b"", "text/plain")
        threading.Thread(target=fulfil, args=(self.herald_port, order), daemon=True).start()
        return self.answer(202, b"{}", "application/json")

    def answer(self, status, body, kind):
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", self.policy)
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """The demo's own words are enough."""


def fulfil(herald_port, order):
    """What a marketplace does with an order, told as it happens: confirmed, offered to a provider, assigned."""
    from harness.api import Api
    api, number = Api(herald_port), str(time.time_ns())
    try:
        order |= {"urgency": "normal", "request_id": number}
        api.submit("service_request.confirmed", {"phone": CUSTOMER}, order)
        time.sleep(PAUSE)
        api.submit("provider.request", {"phone": PROVIDER}, order)
        time.sleep(PAUSE)
        provider = {"name": "Jean Dupont", "phone": PROVIDER, "rating": 4.5}
        api.submit("service_request.status", {"phone": CUSTOMER},
                   {"service": order["service"], "status": "assigned", "request_id": number, "provider": provider})
    finally:
        api.close()
