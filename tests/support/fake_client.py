"""Runs herald-fake-whatsapp as a process and speaks with its control doors."""

import base64
import http.client
import json
import pathlib
import signal
import subprocess
import threading
import urllib.parse

PROGRAM = pathlib.Path(__file__).resolve().parent / "herald-fake-whatsapp"


class FakeWhatsApp:
    """A running fake. Options are those of the program, `window_closed=["237..."]` for a repeated
    one. Unlimited in its rates unless told otherwise, since most tests are about something else."""

    def __init__(self, **options):
        options = {"number_rate": 0, "pair_capacity": 0,
                   "delays": "sent=0.01,delivered=0.02,read=off"} | options
        self.token = options.get("token", "fake-token")
        self.phone_number_id = options.get("phone_number_id", "106540352242922")
        self.app_secret = options.get("app_secret", "fake-app-secret")
        self.verify_token = options.get("verify_token", "fake-verify-token")
        self.provider = options.get("provider", "cloud-api")
        self.account_sid = options.get("account_sid", "AC" + "a" * 32)
        self.auth_token = options.get("auth_token", "fake-auth-token")
        self.public_url = options.get("public_url", options.get("webhook", ""))
        command = ["/usr/bin/python3", str(PROGRAM)]
        for name, value in options.items():
            if value is True:
                command.append("--" + name.replace("_", "-"))
                continue
            for one in value if isinstance(value, (list, tuple)) else [value]:
                command += ["--" + name.replace("_", "-"), str(one)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True)
        line = self.process.stdout.readline()
        if not line.startswith("listening on "):
            raise RuntimeError(f"the fake did not start: {self.process.stderr.read()}")
        self.url = line.split()[-1]
        self.port = int(self.url.rsplit(":", 1)[1])
        self.errors = []
        self.reader = threading.Thread(target=lambda: self.errors.extend(self.process.stderr),
                                       daemon=True)
        self.reader.start()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.reader.join(5)
        self.process.stdout.close()
        self.process.stderr.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def call(self, method, door, body=None):
        """One call of /_fake/`door`; the answer as an object. ValueError when it refuses."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            raw = None if body is None else json.dumps(body)
            connection.request(method, "/_fake/" + door, raw, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            value = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status != 200:
            raise ValueError(value.get("error", f"status {answer.status}"))
        return value

    def send(self, body, token=None, path=None, headers=None):
        """One send as the channel would do it: (status, answer object)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        raw = body if isinstance(body, (bytes, str)) else json.dumps(body)
        try:
            connection.request("POST", path or f"/v23.0/{self.phone_number_id}/messages", raw,
                               {"Authorization": f"Bearer {token or self.token}",
                                "Content-Type": "application/json", **(headers or {})})
            answer = connection.getresponse()
            self.last_headers = answer.headers
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def send_form(self, fields, login=None, path=None):
        """One send as a channel does it through Twilio: (status, answer object)."""
        pair = login or f"{self.account_sid}:{self.auth_token}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(
                "POST", path or f"/2010-04-01/Accounts/{self.account_sid}/Messages.json",
                urllib.parse.urlencode(fields),
                {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode(),
                 "Content-Type": "application/x-www-form-urlencoded"})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def arm(self, **fault):
        """Arms a fault (fields: faults.py of the fake) and returns its id."""
        return self.call("POST", "faults", fault)["id"]

    def disarm(self, fault_id=""):
        return self.call("DELETE", f"faults/{fault_id}" if fault_id else "faults")

    def switches(self, **changes):
        return self.call("POST", "switches", changes)

    def settings(self, **changes):
        return self.call("POST", "settings", changes)

    def people(self, number, **changes):
        return self.call("POST", "people", {"number": number, **changes})

    def inbound(self, number, **message):
        return self.call("POST", "inbound", {"from": number, **message})

    def status(self, **spec):
        return self.call("POST", "status", spec)

    def requests(self, to="", after=0):
        query = urllib.parse.urlencode({"to": to, "after": after, "most": 50_000})
        return self.call("GET", f"requests?{query}")["requests"]

    def messages(self, to=""):
        return self.call("GET", f"messages?to={to}&most=50000")["messages"]

    def counters(self):
        return self.call("GET", "counters")

    def posts(self):
        return self.call("GET", "webhooks")["posts"]


def text_to(number, text="Bonjour", attempt=""):
    body = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": number,
            "type": "text", "text": {"preview_url": False, "body": text}}
    if attempt:
        body["biz_opaque_callback_data"] = attempt
    return body
