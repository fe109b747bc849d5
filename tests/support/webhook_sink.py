"""A small receiver of webhooks for the fake's own tests: keeps what came, answers as told."""

import http.server
import threading
from urllib.parse import parse_qs, urlsplit


class WebhookSink:
    def __init__(self, verify_token="fake-verify-token"):
        self.received = []   # (headers, raw body)
        self.answers = []    # statuses for the next posts; 200 when empty
        sink = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                sink.received.append((dict(self.headers), body))
                self.answer(sink.answers.pop(0) if sink.answers else 200, b"")

            def do_GET(self):
                query = parse_qs(urlsplit(self.path).query)
                right = query.get("hub.verify_token") == [verify_token]
                self.answer(200 if right else 403,
                            query["hub.challenge"][0].encode() if right else b"no")

            def answer(self, status, body):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
