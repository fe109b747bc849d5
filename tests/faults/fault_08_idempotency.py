"""8: many equal requests at once are one notification."""

import collections
import concurrent.futures
import contextlib
import json
import threading
import unittest

from fault_harness import Api, FaultTest

PHONE = "237691924173"


class Idempotency(FaultTest):
    everyday = {"keys": 40, "posts": 25}
    long = {"keys": 1000, "posts": 100}
    smaller = {"keys": 15, "posts": 25}

    def test_concurrent_equal_posts_are_one_notification(self):
        self.start()
        tokens = [self.ctl("token", "service", name, "--scope", "notifications:send")["token"]
                  for name in ("first", "second")]
        here = threading.local()
        gate = threading.Barrier(self.size.posts)

        def post(token, key, text):
            if not hasattr(here, "api"):
                here.api = Api(self.port, timeout=60)
                self.addCleanup(here.api.close)
            body = {"kind": "message", "to": {"phone": PHONE}, "params": {"message": text},
                    "idempotency_key": key}
            gate.wait(60)
            while True:
                answer = here.api.post("/api/v1/notifications", body,
                                       headers={"Authorization": f"Bearer {token}"})
                heard[answer.status] += 1
                if answer.status != 409:
                    return answer.status, answer.json.get("id")

        heard, ids = collections.Counter(), {}
        with concurrent.futures.ThreadPoolExecutor(self.size.posts) as pool:
            for n in range(self.size.keys):
                key, token = f"key-{n}", tokens[n % 2]
                answers = list(pool.map(lambda _, t=token, k=key: post(t, k, k),
                                        range(self.size.posts)))
                self.assertEqual({status for status, _ in answers} - {200, 201}, set())
                self.assertEqual([status for status, _ in answers].count(201), 1, answers)
                one, = {notification_id for _, notification_id in answers}
                ids[key] = one
        self.one_record_each(ids)
        self.refusals(tokens, ids)
        self.figure("keys, equal requests each", f"{self.size.keys}, {self.size.posts}")
        self.figure("records", len(set(ids.values())), str(self.size.keys))
        self.figure("answers", dict(sorted(heard.items())), "201 once a key, 200, 409")

    def one_record_each(self, ids):
        stored = {row[0] for row in self.rows("SELECT id FROM notifications")}
        self.assertEqual(stored, set(ids.values()))
        self.assertEqual(len(stored), self.size.keys)

    def refusals(self, tokens, ids):
        """Another body is refused, another client has keys of its own."""
        with contextlib.closing(Api(self.port)) as api:
            for key, first in list(ids.items())[:20]:
                own = tokens[int(key.split("-")[1]) % 2]
                other = tokens[0] if own == tokens[1] else tokens[1]
                body = {"kind": "message", "to": {"phone": PHONE}, "params": {"message": "Autre"},
                        "idempotency_key": key}
                answer = api.post("/api/v1/notifications", body,
                                  headers={"Authorization": f"Bearer {own}"})
                self.assertEqual(answer.status, 422, answer.text)
                self.assertIn("idempotency_key", json.dumps(answer.json))
                answer = api.post("/api/v1/notifications", body,
                                  headers={"Authorization": f"Bearer {other}"})
                self.assertNotEqual(answer.expect(201)["id"], first)


if __name__ == "__main__":
    unittest.main()
