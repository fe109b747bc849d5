"""The gates before an attempt: a provider that is down heals by itself, rates, pause, quiet hours."""

import datetime
import json
import unittest

from gates_case import TOKEN_EXPIRED, GatesTest
from waiting import wait_until

class Breaker(GatesTest):
    def test_a_channel_that_is_down_is_left_by_all_and_heals_by_a_probe(self):
        self.begin()
        fault = self.fake_down()
        first = self.send("237690000001")
        self.seen(first, lambda t: t["steps_left"])
        down = self.channel()
        self.assertEqual(down["breaker"], "open")
        self.assertGreater(down["probe_in"], 0)
        asked = len(self.whatsapp.requests())
        second = self.send("237690000002")
        self.assertEqual(self.left(self.seen(second, lambda t: t["steps_left"])),
                         [("whatsapp", "breaker_open")])
        self.assertEqual(len(self.whatsapp.requests()), asked, "nobody asks while it is open")
        self.assertIn("open, probe in", self.ctl.text("channels"))
        self.assertIn('herald_breaker_open{channel="whatsapp"} 1', self.api.get("/metrics").text)
        self.whatsapp.disarm(fault)
        wait_until(lambda: self.channel()["breaker"] == "half_open", 60, "the pause to end")
        third = self.send("237690000003")
        self.assertEqual(self.delivered(third)["attempts"][0]["channel"], "whatsapp")
        self.assertEqual(self.channel()["breaker"], "closed")
        self.assertIn('herald_breaker_open{channel="whatsapp"} 0', self.api.get("/metrics").text)

    def fake_down(self):
        return self.whatsapp.arm(error=TOKEN_EXPIRED, always=True)


class Rates(GatesTest):
    def test_the_rates_of_channel_and_recipient_are_kept(self):
        self.begin({"rate": "10/s", "burst": 1, "recipient_rate": "1/3s"})
        made = [self.send(f"2376910000{n:02}") for n in range(15)]
        again = self.send("237691000000")
        held = self.waits_for(again, "recipient_limit")
        self.assertIn("recipient_limit until", json.dumps(held))
        for notification in [*made, again]:
            self.delivered(notification, 60)
        # Between two, 100 ms less what a busy machine delays the first of them: so in the mean.
        times = sorted(r["time"] for r in self.whatsapp.requests())
        self.assertEqual(len(times), 16)
        self.assertGreaterEqual(times[14] - times[0], 1.3)
        pair = [r["time"] for r in self.whatsapp.requests(to="237691000000")]
        self.assertGreaterEqual(pair[1] - pair[0], 2.5)
        self.assertIn('herald_gated_total{channel="whatsapp",reason="recipient_limit"}',
                      self.api.get("/metrics").text)


class Pause(GatesTest):
    def test_a_pause_outlives_a_restart_and_ends_at_once(self):
        self.begin()
        self.ctl("pause", "whatsapp", "--reason", "maintenance")
        made = [self.send(f"2376920000{n:02}") for n in range(3)]
        for notification in made:
            self.waits_for(notification, "paused")
        self.daemon.kill()
        self.api.close()
        self.daemon.start()
        made.append(self.send("237692000009"))
        self.waits_for(made[-1], "paused")
        paused = self.channel()
        self.assertEqual((paused["state"], paused["pause_reason"]), ("paused", "maintenance"))
        self.assertIn("maintenance", self.ctl.text("status"))
        self.assertEqual(self.whatsapp.requests(), [])
        self.ctl("resume", "whatsapp")
        for notification in made:
            self.delivered(notification)
        self.assertEqual(self.channel()["state"], "running")

    def test_orders_that_cannot_be_meant_are_told(self):
        self.begin()
        for arguments, why in ((("pause", "whatsap"), "did you mean whatsapp"),
                               (("resume", "whatsapp"), "is not paused"),
                               (("pause",), "needs CHANNEL")):
            code, _, errors = self.ctl.run(*arguments)
            self.assertNotEqual(code, 0)
            self.assertIn(why, errors)


class QuietHours(GatesTest):
    def test_a_person_in_the_night_is_left_in_peace_and_urgent_passes(self):
        # It is night in one of two zones that are twelve hours apart.
        hour = datetime.datetime.now(datetime.timezone.utc).hour
        here, there = ("Etc/GMT", "Etc/GMT-12") if 6 <= hour < 18 else ("Etc/GMT-12", "Etc/GMT")
        self.begin(quiet_hours="18:00-06:00", time_zone=here)
        self.ctl("user", "add", "--phone", "237693000001", "--time-zone", there)
        at_night = self.send("237693000001")
        held = self.waits_for(at_night, "quiet_hours")
        self.assertEqual(held["attempts"], [])
        self.delivered(self.send("237693000001", priority="urgent"))
        self.delivered(self.send("237693000002"))
        code, _, errors = self.ctl.run("user", "add", "--phone", "237693000003", "--time-zone",
                                       "Mars/Olympus")
        self.assertNotEqual(code, 0)
        self.assertIn("time zone", errors)

if __name__ == "__main__":
    unittest.main()
