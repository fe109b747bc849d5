"""A small receiver of webhooks: keeps what came, answers as told."""

import base64
import hashlib
import hmac
import http.server
import json
import threading
from urllib.parse import parse_qs, urlsplit


class WebhookSink:
    def __init__(self, verify_token="fake-verify-token"):
        self.received = []   # (headers, raw body)
        self.answers = []    # for the next posts: a status, or (status, headers); 200 when empty
        self.respond = None  # or who answers: called with (headers, body), may take its time
        sink = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length)
                if len(body) < length:
                    self.close_connection = True  # the sender died meanwhile: nothing was said
                    return
                headers = dict(self.headers)
                sink.received.append((headers, body))
                answer = sink.answers.pop(0) if sink.answers else \
                    sink.respond(headers, body) if sink.respond else 200
                status, more = answer if isinstance(answer, tuple) else (answer, {})
                self.answer(status, b"", more)

            def do_GET(self):
                query = parse_qs(urlsplit(self.path).query)
                right = query.get("hub.verify_token") == [verify_token]
                self.answer(200 if right else 403,
                            query["hub.challenge"][0].encode() if right else b"no")

            def answer(self, status, body, headers=()):
                try:
                    self.send_response(status)
                    for name, value in dict(headers).items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    self.close_connection = True  # the sender did not wait for the answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def messages(self, about=None):
        """What came in order: (webhook-id, body), of one notification or of all."""
        out = [(headers["webhook-id"], json.loads(body)) for headers, body in list(self.received)]
        return [m for m in out if about in (None, m[1]["data"]["id"])]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def signed_by(secret, headers, body):
    """Whether one of the signatures is that of this whsec_ key (Standard Webhooks 1.0)."""
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.digest(base64.b64decode(secret.removeprefix("whsec_")), content, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}" in headers["webhook-signature"].split(" ")
