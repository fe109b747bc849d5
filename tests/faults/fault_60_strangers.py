"""60: who tries another person's doors, keys and cursors learns nothing, not even that there is somebody.

Herald has no tenants: one installation is one. What keeps apart is the person, and of producers the
idempotency key; a program's scopes say what it may read of all.
"""

import statistics
import time
import unittest
from urllib.parse import quote

from fault_harness import is_long
from web_case import INBOX, SUBMIT, WebFault
from contract import contract
from harness.streams import TRANSPORTS, Poll, Socket

VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
NOBODY = 99_999_998
SLACK = 0.05 if is_long() else 0.5  # of a busy machine


class Strangers(WebFault):
    everyday = {"people": 9, "victims": 1, "spellings": 1, "timed": 150}
    long = {"victims": 8, "spellings": 3, "timed": 5000}

    def setUp(self):
        super().setUp()
        self.start_production(http={"person_rate": "100000/s", "person_burst": 1_000_000})
        self.shops = [self.caller(self.program(f"shop{n}", "notifications:send",
                                               "notifications:read")) for n in range(3)]
        self.people = []
        for n in range(self.size.people):
            user, phone = self.person(n)
            made = [self.send_to(self.shops[n % 3], user, f"secret {n}.{k}") for k in range(2)]
            api = self.caller(self.token(user))
            cursor = Poll(self.port, user, token=api.token).next()["cursor"]
            self.people.append({"user": user, "phone": phone, "made": made, "api": api,
                                "cursor": cursor, "number": n,
                                "items": api.inbox(user)["notifications"]})

    def victims(self, me):
        others = [p for p in self.people if p is not me]
        return self.random.sample(others, min(self.size.victims, len(others)))

    def doors(self, user, item, herald_id, cursor):
        """Every described door with {user} and every verb: what the description gains is tried too."""
        bodies = {"ack": {"cursor": cursor}, "answer": {"notification_id": item, "action": "x"},
                  "mark-read": {"notification_id": herald_id}}
        for template in contract().document["paths"]:
            if "{user}" not in template:
                continue
            path = template.replace("{user}", quote(str(user))).replace("{id}", str(item))
            queries = {"": ("", "?history=1"), "poll": (f"?cursor={cursor}", "?wait=1"),
                       "stream": (f"?cursor={cursor}",)}
            tail = template.split("/")[4] if "{user}" not in template.split("/")[4] else ""
            for query in queries.get(tail, ("",)):
                for verb in VERBS:
                    body = bodies.get(template.rsplit("/", 1)[1]) if verb == "POST" else None
                    yield verb, path + query, body

    # covers: F60 S85
    def test_foreign_doors_are_like_those_of_nobody(self):
        tried, leaks = 0, []
        for me in self.people:
            for other in self.victims(me):
                item, herald_id = other["items"][0]["id"], other["made"][0]
                absent = list(self.doors(NOBODY, item, herald_id, other["cursor"]))
                spelled = (other["user"], other["phone"], "+" + other["phone"])
                for name in self.random.sample(spelled, self.size.spellings):
                    there = self.doors(name, item, herald_id, other["cursor"])
                    for call, missing in zip(there, absent, strict=True):
                        one, two = me["api"].request(*call), me["api"].request(*missing)
                        tried += 1
                        if (one.status, one.raw, self.fields(one)) != \
                                (two.status, two.raw, self.fields(two)) or one.status < 204 or \
                                b"secret" in one.raw:
                            leaks.append((call, one.status, two.status))
                        if call[0] in ("GET", "POST") and one.status not in (403, 404, 405):
                            leaks.append((call, one.status))
        self.untouched()
        self.figure("people, requests at foreign doors", f"{len(self.people)}, {tried}")
        self.figure("leaks", len(leaks), "0")
        self.assertEqual(leaks[:5], [])

    @staticmethod
    def fields(answer):
        return sorted((k, v) for k, v in answer.headers.items() if k != "Date")

    def untouched(self):
        """Nobody's items were read, answered or acknowledged by others, and nothing was added."""
        for person in self.people:
            for made in person["made"]:
                self.assertIn(self.ctl("show", made)["evidence"], ("accepted", "delivered"))
            self.assertEqual(person["api"].inbox(person["user"])["notifications"],
                             person["items"])

    # covers: F60 S85
    def test_foreign_items_and_cursors_at_ones_own_doors(self):
        leaks = []
        for me in self.people:
            mine, api, user = me["items"], me["api"], me["user"]
            for other in self.victims(me):
                for name in (other["items"][0]["id"], other["made"][0]):
                    same = [api.mark_read(user, key).raw for key in (name, 987_654_321)]
                    said = [api.post(f"{INBOX}/{user}/answer", {"notification_id": key,
                                                                 "text": "oui"})
                            for key in (name, 987_654_321)]
                    leaks += [name] if same[0] != same[1] or said[0].raw != said[1].raw else []
                    self.assertEqual([a.status for a in said], [404, 404])
                # A cursor that is not mine is one that says nothing: my own list, as a gap.
                for kind in TRANSPORTS.values():
                    client = kind(self.port, user, other["cursor"], api.token)
                    batch = client.next()
                    client.cut()
                    if not batch["gap"] or batch["notifications"] != mine:
                        leaks.append((kind.__name__, batch))
                api.post(f"{INBOX}/{user}/ack", {"cursor": other["cursor"]}).expect()
                socket = Socket(self.port, user, token=api.token)
                socket.next()
                socket.say({"type": "read", "ids": [other["items"][1]["id"]], "ref": 7})
                self.assertEqual(socket.message()["type"], "error")
                socket.cut()
        self.untouched()
        self.figure("leaks by id, cursor, Last-Event-ID", len(leaks), "0")
        self.assertEqual(leaks[:5], [])

    # covers: F60
    def test_people_have_no_key_to_the_programs_doors_and_programs_share_none(self):
        me, other = self.people[0], self.people[1]
        for verb, path, body in ((v, p, b) for p in (
                SUBMIT, f"{SUBMIT}/{other['made'][0]}", f"{SUBMIT}/{other['made'][0]}/timeline",
                f"{SUBMIT}/{other['made'][0]}/cancel", f"{SUBMIT}/{other['made'][0]}/redrive",
                "/metrics") for v, b in (("GET", None), ("POST", {}))):
            answer = me["api"].request(verb, path, body)
            self.assertIn(answer.status, (403, 405), f"{verb} {path}")
        made = set()
        for shop in self.shops:  # the same key with three bodies
            body = {"kind": "message", "to": {"user": me["user"]},
                    "params": {"message": f"by {shop.token[-4:]}"}}
            answers = [shop.post(SUBMIT, body, headers={"Idempotency-Key": "order-1"})
                       for _ in range(2)]
            self.assertEqual([a.status for a in answers], [201, 200])
            made |= {a.json["id"] for a in answers}
        self.assertEqual(len(made), 3)
        sender = self.caller(self.program("sender", "notifications:send"))
        for path in (SUBMIT, f"{SUBMIT}/{other['made'][0]}",
                     f"{SUBMIT}/{other['made'][0]}/timeline",
                     f"{INBOX}/{other['user']}"):
            sender.get(path).expect(403)

    # covers: F60
    def test_a_foreign_inbox_takes_as_long_as_one_that_is_not_there(self):
        me, other = self.people[0], self.people[1]
        ways = {"list": lambda user: me["api"].get(f"{INBOX}/{user}"),
                "poll": lambda user: me["api"].get(f"{INBOX}/poll/{user}"),
                "mark-read": lambda user: me["api"].post(f"{INBOX}/{user}/mark-read",
                                                         {"notification_id": 1})}
        for what, ask in ways.items():
            took = {other["user"]: [], NOBODY: []}
            for _ in range(self.size.timed):  # in turn, so that the machine's moods meet both
                for user in self.random.sample(list(took), 2):
                    begun = time.perf_counter()
                    self.assertEqual(ask(user).status, 404)
                    took[user].append(time.perf_counter() - begun)
            foreign, absent = (statistics.median(t) for t in took.values())
            self.figure(f"{what}: foreign / absent, medians", f"{foreign / absent:.3f}",
                        "1 +- 0.05")
            self.assertLess(abs(foreign / absent - 1), SLACK)


if __name__ == "__main__":
    unittest.main()
