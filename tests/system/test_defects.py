"""The ten defects of the application's first version, each of them a regression test."""

import json
import unittest

from herald_harness import SharedDaemonTest, SystemTest, production, wait_until

WEBCHAT = {"channel": "webchat", "within": "300ms"}


def route(*chain):
    return [{"name": "default", "chain": list(chain), "rounds": {"count": 1}}]


class WebchatDefects(SharedDaemonTest):
    changes = {"directory": {"unknown_recipient": "error"}}

    # covers: F77 S01
    def test_defect_01_a_failure_is_never_reported_as_success(self):
        user = self.person()
        for wrong in ({"mesage": "Bonjour"}, {}, {"message": "x", "notification_type": "info"}):
            answer = self.api.post("/api/v1/notifications",
                                   {"kind": "message", "to": {"phone": user}, "params": wrong})
            self.assertEqual(answer.expect(422)["status"], "error")
        self.assertEqual(self.api.inbox(user)["count"], 0)

    # covers: F77 S17
    def test_defect_03_mark_read_by_phone_matches_and_a_missing_item_is_404(self):
        user = self.person()
        self.send(user)
        item = self.arrived(user)["notifications"][0]["id"]
        self.api.mark_read(user, item).expect(200)
        self.assertTrue(self.api.inbox(user)["notifications"][0]["read"])
        for missing in (item + 1_000_000, 0, -1, "x", 2**63, 2**64 - 1):
            with self.subTest(missing):
                self.assertEqual(self.api.mark_read(user, missing).expect(404)["status"], "error")

    # covers: F77 S31
    def test_defect_04_last_check_with_z_gives_only_what_is_newer(self):
        user = self.person()
        self.send(user, "Avant")
        self.arrived(user)
        now = self.api.poll(user)["server_time"]
        self.assertTrue(now.endswith("Z"))
        self.assertEqual(self.api.poll(user, now)["notifications"], [])
        self.send(user, "Après")
        self.arrived(user, 2)
        self.assertEqual([i["text"] for i in self.api.poll(user, now)["notifications"]], ["Après"])
        self.assertEqual(self.api.poll(user, "2025-07-14T10:00:00Z")["count"], 2)
        self.assertEqual(self.api.poll(user, "2999-01-01T00:00:00Z")["count"], 0)

    # covers: F77 S68
    def test_defect_06_the_live_french_statuses_have_their_texts(self):
        firsts = set()
        for status in ("en attente", "assignée", "en cours", "terminée", "paiement en attente",
                       "paiement terminé", "annulée"):
            user = self.person()
            self.api.submit("service_request.status", {"phone": user},
                            {"service": "Plomberie", "status": status})
            text = self.arrived(user)["notifications"][0]["text"]
            firsts.add(text.split("\n")[0])
            self.assertNotIn("Mise à jour", text)
        self.assertEqual(len(firsts), 7)

    # covers: F77 S70
    def test_defect_08_message_is_safe_in_innerhtml(self):
        user = self.person()
        attack = "<img src=x onerror=alert(1)> & </div><script>alert(document.cookie)</script>"
        self.api.test_notification(user, {"message": attack}).expect()
        self.api.submit("service_request.confirmed", {"phone": user}, {
            "service": attack, "location": attack, "description": attack})
        items = self.arrived(user, 2)["notifications"]
        escaped = attack.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        test, = [i for i in items if i["type"] == "info"]
        self.assertEqual((test["message"], test["text"]), (escaped, attack))
        for item in items + self.api.poll(user)["notifications"]:
            self.assertNotRegex(item["message"], "[<>]")
            self.assertIn(attack, item["text"])

    def known_ids(self):
        return [n["id"] for n in self.ctl("list", "--limit", "500")["notifications"]]

    # covers: F77 S52
    def test_defect_09_an_unknown_phone_is_an_explicit_failure(self):
        nobody, before = self.person(known=False), self.known_ids()
        answer = self.api.post("/api/v1/notifications", {
            "kind": "message", "to": {"phone": nobody}, "params": {"message": "Bonjour"}})
        body = answer.expect(404)
        self.assertEqual(body["status"], "error")
        self.assertNotIn(nobody, json.dumps(body))
        self.api.test_notification(nobody).expect(404)
        code, output, errors = self.ctl.run("send", "message", "--to", nobody, "-p", "message=x")
        self.assertEqual((code, output), (5, ""))
        self.assertNotIn(nobody, errors)
        self.assertEqual(self.known_ids(), before)
        self.api.get(f"/api/web-chat/notifications/{nobody}").expect(404)


class ChainDefects(SharedDaemonTest):
    whatsapp = {}
    changes = {"routes": route(WEBCHAT, {"channel": "whatsapp", "within": "30s"}, "log")}

    # covers: F77 S74
    def test_defect_02_what_a_provider_accepted_is_not_yet_delivered(self):
        user = self.person()
        self.fake.arm(to=user, failed=131047, always=True)
        made = self.send(user)
        done = self.ended(made, "undelivered")
        sent, = self.fake.requests(to=user)
        self.assertEqual(sent["answer"], 200)
        self.assertEqual([a["channel"] for a in done["attempts"]], ["webchat", "whatsapp", "log"])
        self.assertTrue(done["attempts"][1]["failed"])
        self.assertEqual([e["detail"] for e in done["timeline"] if e["event"] == "completed"][1],
                         "accepted")
        self.assertIn("whatsapp: ", done["ending"])


class LastTen(SharedDaemonTest):
    changes = {"inbox": {"keep": 3},
               "routes": route({"channel": "webchat", "until": "read", "within": "10m"}, "log")}

    # covers: F77 S41
    def test_defect_10_an_unread_item_that_is_pushed_out_is_not_lost(self):
        user = self.person()
        made = []
        for n in range(4):
            made.append(self.send(user, f"Numéro {n}"))
            self.ended(made[-1], "waiting")  # in the list; looking there would be evidence
        # Long before `within`: nobody can read it in the list any more.
        first = self.ended(made[0], "undelivered")
        self.assertEqual(first["steps_left"][0]["channel"], "webchat")
        self.assertEqual(first["steps_left"][0]["reason"], "evicted")
        for other in made[1:]:
            self.assertEqual(self.api.notification(other)["state"], "waiting")
        page = self.api.inbox(user)
        self.assertEqual((page["count"], page["unread_count"], page["older_unread"]), (3, 3, 1))
        history = self.api.inbox(user, "?history=1")
        self.assertEqual([i["text"] for i in history["notifications"]],
                         [f"Numéro {n}" for n in range(4)])
        self.api.mark_read(user, made[0]).expect()
        self.assertEqual(self.api.inbox(user)["older_unread"], 0)
        self.ended(made[0], "delivered")  # read in the end, and the ending says so


class OwnDaemonDefects(SystemTest):
    # covers: F77 S46 S09
    def test_defect_05_a_restart_keeps_flags_and_types(self):
        self.start()
        user = "237691924173"
        for kind in ("info", "confirmation", "status_update"):
            self.api.submit("message", {"phone": user}, {"message": kind, "type": kind})
        items = wait_until(lambda: (p := self.api.inbox(user))["count"] == 3 and p)["notifications"]
        self.api.mark_read(user, items[1]["id"]).expect()
        self.api.close()
        self.daemon.kill()  # not even asked to stop
        self.daemon.start()
        after = self.api.inbox(user)
        self.assertEqual([(i["id"], i["type"], i["timestamp"], i["read"])
                          for i in after["notifications"]],
                         [(i["id"], i["type"], i["timestamp"], n == 1)
                          for n, i in enumerate(items)])
        self.assertEqual(after["unread_count"], 2)

    # covers: F77 S85 S86
    def test_defect_07_a_phone_number_is_no_credential(self):
        self.start(**production(self.folder))
        mine, theirs = "237691924173", "237691924174"
        for phone in (mine, theirs):
            self.ctl("user", "add", "--phone", phone)
        token = self.ctl("token", "user", mine)["token"]
        path = "/api/web-chat/notifications/"
        self.api.get(path + mine).expect(401)
        for credential in ({"Authorization": f"Bearer {token}"},
                           {"Cookie": f"herald_token={token}"}):
            self.api.get(path + mine, headers=credential).expect(200)
            foreign = self.api.get(path + theirs, headers=credential)
            unknown = self.api.get(path + "99999998", headers=credential)
            self.assertEqual((foreign.status, foreign.raw), (404, unknown.raw))
            answer = self.api.get(path + mine, headers=credential | {"Origin": "https://a.example"})
            self.assertIsNone(answer.headers.get("Access-Control-Allow-Origin"))


if __name__ == "__main__":
    unittest.main()
