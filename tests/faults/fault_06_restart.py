"""6: restart and reload under load: nothing lost, nothing twice, clients hear 503 or a closed door."""

import collections
import http.client
import json
import threading
import time
import unittest

from fault_harness import ENDLESS, FaultTest, Load
from contract import Broken, contract

PATH = "/api/v1/notifications/" + "0" * 35

UNTOLD = (http.client.RemoteDisconnected, http.client.IncompleteRead, ConnectionError)


class Client(threading.Thread):
    """A client with a kept connection that notes everything it is told, or not told."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.heard, self.over = port, collections.Counter(), threading.Event()
        self.bad = []

    def run(self):
        connection, used = None, 0
        while not self.over.wait(0.005):
            try:
                if connection is None:
                    connection, used = http.client.HTTPConnection("127.0.0.1", self.port,
                                                                  timeout=20), 0
                connection.request("GET", PATH)
                answer = connection.getresponse()
                body = answer.read()
                self.note(answer, body)
                used += 1
                if not answer.will_close:
                    continue
            except ConnectionRefusedError:
                self.heard["nobody listens"] += 1
            except UNTOLD:
                self.heard["kept connection closed" if used else "new connection closed"] += 1
            except (OSError, http.client.HTTPException, Broken) as error:
                self.bad.append(repr(error))
            connection.close()
            connection = None

    def note(self, answer, body):
        contract().exchange("GET", PATH, None, answer.status, answer.headers["Content-Type"], body)
        self.heard[str(answer.status)] += 1
        if answer.status == 503 and not answer.headers.get("Retry-After"):
            self.bad.append(f"503 without Retry-After: {body[:200]!r}")
        elif answer.status not in (404, 503):
            self.bad.append(f"{answer.status}: {body[:200]!r}")
        else:
            json.loads(body or b"null")

    def stop(self):
        self.over.set()
        self.join(30)


class Restart(FaultTest):
    everyday = {"restarts": 5, "reloads": 10, "most_drain": 20.0}
    long = {"restarts": 50, "reloads": 50}

    def test_restarted_and_reloaded_under_load(self):
        load = Load(self, people=60 + 8 * self.size.restarts)
        load.begin()
        client = Client(self.port)
        client.start()
        self.addCleanup(client.stop)
        load.send(ENDLESS)
        load.reach(100)
        todo = ["restart"] * self.size.restarts + ["reload"] * self.size.reloads
        self.random.shuffle(todo)
        drains = [self.disturb(what, load) for what in todo]
        load.stop()
        client.stop()
        load.settled()
        load.collect(self.oracle)
        self.figure("restarts, reloads", f"{self.size.restarts}, {self.size.reloads}")
        self.figure("drain, longest s", f"{max(drains):.2f}", "<= 20")
        self.figure("a client heard", dict(sorted(client.heard.items())),
                    "answers, 503 + Retry-After, closed")
        self.assertEqual(client.bad, [])
        self.assertLessEqual(max(drains), self.size.most_drain)
        # Planned ends cost nobody a second copy, not even in the log.
        self.verdict(faults={})

    def disturb(self, what, load):
        load.reach(load.acknowledged() + self.random.randrange(20, 120))
        if what == "reload":
            # Another backoff: a change that the next submissions meet.
            tries = self.random.randrange(2, 9)
            self.config["routes"][-1]["chain"] = [{"channel": "log", "retry": {"attempts": tries}}]
            self.configure(self.config)
            self.daemon.reload(30)
            return 0.0
        started = time.monotonic()
        self.assertEqual(self.daemon.stop(), 0)
        drained = time.monotonic() - started
        self.daemon.start(60)
        return drained


if __name__ == "__main__":
    unittest.main()
