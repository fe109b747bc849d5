"""29: names that are not resolved, late or wrongly: only the channel that needs them suffers."""

import os
import re
import time
import unittest

import own_network
from fault_harness import ENDLESS, FakeWhatsApp, FaultTest, Load, load_lines, wait_until
from name_server import NameServer
from tls_front import TlsFront, certificate

HOST = "provider.herald.test"
DELAY = 30
NAMED = {"producers": 2, "rounds": {"count": 1}, "chain": [
    {"channel": "webchat", "until": "delivered", "within": "500ms"},
    {"channel": "named", "until": "delivered", "within": "2s"}, "log"]}
OTHERS = ("webchat", "whatsapp")
LIAR = "127.0.0.66"


class Names(FaultTest):
    everyday = {"rate": 10.0, "watched": 1.5, "least": 0.4}
    long = {"rate": 20.0, "watched": 60.0, "least": 0.95}

    def setUp(self):
        super().setUp()
        self.trusted = certificate(self.folder, HOST)
        try:
            own_network.enter(self.folder, {
                "/etc/resolv.conf": f"nameserver 127.0.0.1\noptions timeout:{DELAY} attempts:1\n",
                "/etc/nsswitch.conf": "hosts: files dns\npasswd: files\ngroup: files\n",
                "/etc/ssl/certs/ca-certificates.crt": self.trusted[0].read_text()})
        except OSError as error:
            self.skipTest(f"needs the right to have an own network: {error.strerror}")
        self.names = NameServer({HOST: "127.0.0.1"}, DELAY, LIAR)
        self.addCleanup(self.names.stop)

    def test_the_other_channels_go_on(self):
        load = self.begin()
        load.send(ENDLESS, rate=self.size.rate)
        load.reach(20)
        wait_until(lambda: self.ended("named"), 30, "an attempt where the name is resolved")
        time.sleep(1)  # until all producers are at work
        baseline = self.per_second()
        self.figure("others/s", ", ".join(f"{c} {baseline[c]:.1f}" for c in OTHERS))
        shares, stops = {}, []
        for mode in ("dead", "slow", "lying"):
            self.names.mode, asked = mode, self.names.asked
            stops.append(self.restart())  # nothing of the name is remembered, no connection kept
            wait_until(lambda a=asked: self.names.asked > a, 30, "a question for the name")
            time.sleep(1)  # until the first of them has taken longer than the channel waits
            now = self.per_second()
            shares[mode] = {c: now[c] / baseline[c] for c in OTHERS}
            self.figure(f"others while DNS is {mode}",
                        ", ".join(f"{c} {share:.0%}" for c, share in shares[mode].items()),
                        ">= 95 %")
            self.assertEqual(self.ended("named"), 0, f"accepted by nobody, DNS is {mode}")
        self.names.mode = "right"
        self.comes_back(stops)
        load.stop()
        load.settled()
        load.collect(self.oracle)
        self.oracle.sends(load_lines(self.folder / "named.jsonl"))
        self.oracle.receipts(self.named.posts())
        self.figure("slowest stop s", f"{max(stops):.1f}")
        self.figure("messages told to a liar", self.liar.heard, "0")
        self.assertEqual(self.liar.heard, 0)
        for mode, share in shares.items():
            self.assertGreaterEqual(min(share.values()), self.size.least, f"DNS is {mode}")
        self.assertLess(max(stops), 15, "a stop waits for names")
        self.verdict()

    def begin(self):
        load = Load(self, groups=OTHERS, more={"named": NAMED})
        self.named = FakeWhatsApp(webhook=f"http://127.0.0.1:{self.port}/hooks/named",
                                  record=self.folder / "named.jsonl")
        self.addCleanup(self.named.stop)
        front = TlsFront(self.trusted, self.named.port)
        self.addCleanup(front.stop)
        (self.folder / "liar").mkdir()
        self.liar = TlsFront(certificate(self.folder / "liar", HOST), self.named.port, LIAR, front.port)
        self.addCleanup(self.liar.stop)
        changes = load.changes()
        changes["channels"]["named"] = {
            "plugin": "whatsapp", "timeout": "1s",
            "settings": {"base_url": f"https://{HOST}:{front.port}",
                         "phone_number_id": self.named.phone_number_id,
                         "window": "ignore", "quarantine": "0s"},
            "secrets": {"token": "whatsapp_token", "app_secret": "whatsapp_app_secret",
                        "verify_token": "whatsapp_verify_token"}}
        load.begin(**changes)
        return load

    def restart(self):
        """Seconds that the stop took."""
        started = time.monotonic()
        self.stop()
        stopped = time.monotonic() - started
        self.daemon.start(60)
        return stopped

    def comes_back(self, stops):
        """The channel works again: by itself in the long run, which has the time of its breaker."""
        if os.environ.get("HERALD_LONG") != "1":
            stops.append(self.restart())
        started = time.monotonic()
        before = self.ended("named")
        wait_until(lambda: self.ended("named") > before, 700, "an attempt after the names are back")
        self.figure("named channel back after s", f"{time.monotonic() - started:.1f}")

    def ended(self, channel):
        """Attempts of this life of the daemon that the channel accepted."""
        text = self.api.get("/metrics").text
        return sum(int(float(line.rsplit(" ", 1)[1])) for line in text.splitlines()
                   if line.startswith("herald_attempts_total{")
                   and re.search(rf'channel="{channel}"', line)
                   and re.search(r'outcome="accepted"', line))

    def per_second(self):
        before, started = {c: self.ended(c) for c in OTHERS}, time.monotonic()
        time.sleep(self.size.watched)  # what is measured is how much comes through in a time
        took = time.monotonic() - started
        return {c: (self.ended(c) - before[c]) / took for c in OTHERS}


if __name__ == "__main__":
    unittest.main()
