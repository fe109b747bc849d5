"""WhatsApp out of reach for four lives of a notification: everything else works, nothing piles up."""

import unittest

from herald_harness import SystemTest, wait_until

LIVES, EACH = 4, 60  # a life is expires_after, in production a day


class Outage(SystemTest):
    def open_count(self):
        return self.ctl("status")["store"]["backlog"]

    def send(self, phone):
        return self.api.submit("message", {"phone": phone}, {"message": "Bonjour"})["id"]

    def test_it_ends_every_notification_in_its_time_and_touches_nobody_else(self):
        self.fake()
        self.start(routes=[
            {"name": "chat", "match": {"kind": "service_request.*"}, "chain": ["webchat"]},
            {"name": "default", "expires_after": "3s", "rounds": {"count": 3, "every": "1s"},
             "chain": [{"channel": "whatsapp", "within": "2m"}]}])
        self.whatsapp.stop()  # from now on nobody listens there
        made, memory, most = [], [], 0
        for life in range(LIVES):
            made += [self.send(f"23769{life}{n:06}") for n in range(EACH)]
            most = max(most, self.open_count())
            user = f"23768{life}000000"
            chat = self.api.submit("service_request.confirmed", {"phone": user}, {
                "service": "a", "location": "b", "description": "c"})["id"]
            wait_until(lambda: self.api.inbox(user)["count"] == 1, 20, "web chat, as on any day")
            wait_until(lambda: self.api.timeline(chat)["state"] == "delivered", 20, "its evidence")
            wait_until(lambda: self.open_count() == 0, 30, "this life's notifications to end")
            memory.append(self.daemon.memory())
        self.assertLessEqual(most, EACH)
        states = {self.api.timeline(one)["state"] for one in made}
        self.assertLessEqual(states, {"undelivered", "expired"})  # and never a success
        self.assertEqual(self.api.get("/readyz").status, 200)
        self.assertLess(memory[-1] - memory[1], 16 << 20, memory)
        self.assertEqual(self.ctl.run("audit")[0], 0)


if __name__ == "__main__":
    unittest.main()
