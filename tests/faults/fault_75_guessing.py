"""75: who guesses credentials or names is slowed down, by address and by person, and learns nothing from the time."""

import statistics
import time
import unittest

from fault_harness import is_long
from web_case import INBOX, SUBMIT, WebFault, jwt

SLACK = 0.05 if is_long() else 0.5  # of a busy machine


class Guessing(WebFault):
    everyday = {"guesses": 300, "timed": 150, "ids": 500}
    long = {"guesses": 10_000, "timed": 5000, "ids": 20_000}

    def secret(self):
        return "hst_" + "".join(self.random.choices(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", k=43))

    # covers: F75 S86
    def test_guesses_come_to_an_end(self):
        self.start_production()
        user, _ = self.person(1)
        good = self.program("shop", "notifications:read")
        doors = {"service tokens": (SUBMIT, self.secret), "people's tokens": (
            f"{INBOX}/{user}", lambda: jwt({"sub": str(user), "aud": "herald",
                                            "exp": 9_999_999_999},
                                           key=self.secret()))}
        for n, (what, (path, guess)) in enumerate(doors.items()):
            api, statuses = self.caller(address=f"127.0.1.{n + 1}"), []
            begun = time.monotonic()
            for _ in range(self.size.guesses):
                statuses.append(api.get(path,
                                        headers={"Authorization": f"Bearer {guess()}"}).status)
            answered = statuses.count(401)
            allowed = 50 + 2 * (time.monotonic() - begun) + 1
            self.figure(f"{what}: guesses, judged, let in", f"{len(statuses)}, {answered}, "
                        f"{statuses.count(200)}", "50 and 2 a second, 0")
            self.assertEqual(set(statuses), {401, 429})
            self.assertLessEqual(answered, allowed)
            # The right key still opens from there, and others do not notice.
            self.caller(good, f"127.0.1.{n + 1}").get(SUBMIT).expect()
            self.caller("wrong", f"127.0.2.{n + 1}").get(SUBMIT).expect(401)

    # covers: F75
    def test_one_person_cannot_hurry(self):
        self.start_production(http={"person_rate": "1/s", "person_burst": 20})
        (mine, _), (other, _) = self.person(1), self.person(2)
        apis = [self.caller(self.token(mine), f"127.0.3.{n}") for n in range(1, 5)]
        statuses = [apis[n % 4].get(f"{INBOX}/{mine}").status for n in range(60)]
        self.assertEqual(set(statuses), {200, 429})
        self.assertLess(statuses.count(200), 40)  # whatever the address
        self.caller(self.token(other)).get(f"{INBOX}/{other}").expect()

    def compare(self, what, one, two):
        took = {one: [], two: []}
        for _ in range(self.size.timed):  # in turn, so that the machine's moods meet both
            for ask in self.random.sample(list(took), 2):
                begun = time.perf_counter()
                ask()
                took[ask].append(time.perf_counter() - begun)
        ratio = statistics.median(took[one]) / statistics.median(took[two])
        self.figure(f"{what}, medians", f"{ratio:.3f}", "1 +- 0.05")
        self.assertLess(abs(ratio - 1), SLACK)

    # covers: F75
    def test_the_time_says_nothing(self):
        self.start_production(http={"failure_rate": "100000/s", "failure_burst": 1_000_000})
        user, _ = self.person(1)
        real, api = self.program("shop", "notifications:read"), self.caller()

        def asking(path, *tokens):
            fields = [{"Authorization": f"Bearer {token}"} for token in tokens]

            def ask():
                self.assertEqual(api.get(path, headers=self.random.choice(fields)).status, 401)
            return ask
        near = [real[:-1] + c for c in "AB" if real[-1] != c]
        self.compare("service token almost right / all wrong", asking(SUBMIT, *near),
                     asking(SUBMIT, self.secret(), self.secret()))
        claims = {"sub": str(user), "aud": "herald", "exp": 9_999_999_999}
        good = jwt(claims).rsplit(".", 1)
        path = f"{INBOX}/{user}"
        self.compare("signature almost right / all wrong",
                     asking(path, f"{good[0]}.{good[1][:-2]}AA", f"{good[0]}.{good[1][:-3]}AAA"),
                     asking(path, f"{good[0]}.{'A' * 43}", f"{good[0]}.{'B' * 42}A"))
        self.compare("somebody's inbox / nobody's, without a token", asking(path, "x"),
                     asking(f"{INBOX}/99999998", "x"))

    # covers: F75
    def test_ids_cannot_be_guessed(self):
        self.start()
        user, _ = self.person(1)
        ids = [self.api.submit("message", {"user": user}, {"message": "x"})["id"]
               for _ in range(self.size.ids)]
        digits = "0123456789abcdefghjkmnpqrstvwxyz"
        # 10 digits of time, then 25 of chance: what two neighbours share there is chance, too.
        chance = [i[10:] for i in ids]
        self.assertEqual(len(set(chance)), len(ids))
        same = sum(a == b for one, two in zip(chance, chance[1:]) for a, b in zip(one, two))
        pairs = (len(ids) - 1) * 25
        self.figure("random bits of an id", 25 * 5, ">= 122")
        self.figure("equal digits of neighbours", f"{same / pairs:.4f}", "1/32 = 0.0313")
        self.assertTrue(all(set(i) <= set(digits) and len(i) == 35 for i in ids))
        self.assertLess(abs(same / pairs - 1 / 32), 0.01)


if __name__ == "__main__":
    unittest.main()
