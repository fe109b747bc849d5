"""A daemon that fails at chosen points: what clients are told meanwhile, and what is true afterwards."""

import http.client
import itertools
import json

from fault_harness import FaultTest, wait_until

HEALED = 30.0  # seconds after which everything must work again: far more than it takes
CLEAN = {200, 201, 404, 409, 503, 507}  # 404, 409: of what an earlier point refused to store


class TortureTest(FaultTest):
    """Every send has an idempotency key; what was not answered is sent again once all is well, and
    must then be stored exactly once. `self.shim` is disarmed before anything is judged."""

    clean = CLEAN  # statuses that may be answered

    def setUp(self):
        super().setUp()
        # A request that nobody can answer any more ends with its route's time limit, later than this.
        self.api.timeout = 3.0
        self.unanswered = 0
        self.numbers = itertools.count(1)
        self.acknowledged = {}   # text -> id
        self.in_doubt = {}       # text -> body
        self.unsettled = set()   # ids whose chain has to come to rest
        self.answers = []        # statuses of this point; 0: the connection ended without one
        self.ended = 0           # times the daemon ended by itself, as it may
        self.reasons = set()     # what it said then
        self.said = 0            # how long its log was when it was last well

    # What clients do. Nothing here raises for an answer that says no.

    def ask(self, method, path, body=None):
        """(status, answer); status 0 when the connection ended."""
        try:
            answer = self.api.request(method, path, body)
        except (OSError, http.client.HTTPException) as error:
            self.unanswered += isinstance(error, TimeoutError)
            self.answers.append(0)
            return 0, None
        self.answers.append(answer.status)
        try:
            return answer.status, answer.json
        except ValueError:
            return answer.status, None

    def send(self, phone, kind="message", size=0):
        """The id, or None when it is in doubt."""
        text = f"Message t-{next(self.numbers)} " + "x" * size
        params = {"message": text}
        if kind != "message":
            params = {"service": "Plomberie", "location": "Akwa", "description": text}
        body = {"kind": kind, "to": {"phone": phone}, "params": params,
                "idempotency_key": text.split()[1]}
        return self.deliver(text, body)

    def deliver(self, text, body):
        status, answer = self.ask("POST", "/api/v1/notifications", body)
        if status in (200, 201) and answer and "id" in answer:
            self.acknowledged[text] = answer["id"]
            self.unsettled.add(answer["id"])
            self.in_doubt.pop(text, None)
            return answer["id"]
        self.in_doubt[text] = body
        return None

    # What must be true

    def alive(self):
        """Whether it runs. When it ended: by itself, with a reason, not by a signal."""
        if self.daemon.running():
            return True
        if self.daemon.process is None:
            return False
        code = self.daemon.process.wait()
        self.assertGreater(code, 0, f"{self.point}: ended with {code}\n{self.daemon.tail(60)}")
        said = [line for line in self.daemon.log()[self.said:].splitlines()
                if line.startswith("heraldd: ") or " error " in line]
        self.assertTrue(said, f"{self.point}: ended with {code} and no reason")
        self.reasons.add(said[-1])
        self.daemon.forget()
        self.api.close()
        self.ended += 1
        return False

    def judge(self):
        """After a point: answers were clean, it works again by itself, nothing promised is lost."""
        self.shim.disarm()
        wrong = [s for s in self.answers if s and s not in self.clean]
        self.assertEqual(wrong, [], f"{self.point}: answered {wrong}\n{self.daemon.tail()}")
        self.answers = []
        self.wait_for(lambda: not self.daemon.running() or self.ready(), "readiness")
        if not self.alive():
            self.daemon.start()
            self.wait_for(self.ready, "readiness")
        for text, body in list(self.in_doubt.items()):
            self.wait_for(lambda text=text, body=body: self.deliver(text, body), "an answer")
        self.answers = []
        self.said = len(self.daemon.log())

    def wait_for(self, condition, what):
        try:
            return wait_until(condition, HEALED, what)
        except AssertionError as error:
            raise AssertionError(f"{self.point}: {error}\n{self.daemon.tail(60)}") from None

    def ready(self):
        return self.ask("GET", "/readyz")[0] == 200

    def settle(self):
        """All that was acknowledged is known, and rests (I1, I6)."""
        for notification in sorted(self.unsettled):
            try:
                self.wait_for(lambda n=notification: self.rests(n), f"the rest of {notification}")
            except AssertionError as error:
                timeline = self.ask("GET", f"/api/v1/notifications/{notification}/timeline")[1]
                raise AssertionError(f"{error}\n{json.dumps(timeline, indent=1)}") from None
        self.unsettled.clear()

    def rests(self, notification):
        status, shown = self.ask("GET", f"/api/v1/notifications/{notification}")
        self.assertNotEqual(status, 404, f"{self.point}: {notification} was acknowledged and lost")
        return status == 200 and shown["state"] not in ("queued", "trying", "waiting")

    def stored_once(self, db):
        """The end: every acknowledged text under its id, each text once. `db` is closed."""
        rows = [(i, text_of(json.loads(params))) for i, params in
                db.execute("SELECT id, params FROM notifications")]
        stored = dict((text, i) for i, text in rows)
        self.assertEqual(len(stored), len(rows), "an idempotency key was stored twice")
        lost = [i for text, i in self.acknowledged.items() if stored.get(text) != i]
        self.assertEqual(lost, [])


def text_of(params):
    return params.get("message") or params.get("description")
