"""25: more clients than descriptors: the control socket still answers, and all is well when they leave."""

import contextlib
import os
import pathlib
import socket
import time
import unittest

from fault_harness import Api, FaultTest, Varlink, wait_until

LIMIT = 256
KEPT = 64  # control socket, files, providers
TICKS = os.sysconf("SC_CLK_TCK")
ONLY_SO_MANY = ["/bin/sh", "-c", f'ulimit -n {LIMIT} && exec "$@"', "sh"]


@unittest.skipIf(os.geteuid() != 0, "only root can count the descriptors of the daemon")
class Descriptors(FaultTest):
    everyday = {"clients": 600, "calls": 15, "watched": 2.0}
    long = {"clients": 1000, "calls": 200, "watched": 20.0}

    def test_the_control_socket_answers_when_clients_took_all_descriptors(self):
        daemon = self.prepare(channels={"log": {"settings": {"text": True}}})
        daemon.wrapper = ONLY_SO_MANY
        daemon.start()
        with contextlib.ExitStack() as crowd:
            clients = self.crowd(crowd)
            taken = self.taken()
            answers, sent = self.call()
            busy = self.processor_while(self.size.watched)
        recovered = self.recovered()
        self.figure("clients, descriptors taken", f"{clients}, {taken} of {LIMIT}",
                    f"<= {LIMIT - KEPT}")
        self.figure("control socket, slowest s", f"{max(answers):.3f}", "<= 1")
        self.figure("processor meanwhile", f"{busy:.1%}", "< 20 %")
        self.figure("recovered after s", f"{recovered:.2f}", "<= 5")
        self.assertLessEqual(taken, LIMIT - KEPT, "none are kept back for what has to go on")
        self.assertLess(max(answers), 1 + self.patience(), "the control socket")
        self.assertLess(busy, 0.2)
        self.assertLess(recovered, 5 + self.patience())
        for notification_id in sent:  # accepted through the control socket at the worst moment
            wait_until(lambda i=notification_id: self.api.timeline(i)["attempts"], 20, "attempts")

    def crowd(self, stack):
        """Clients of many addresses, so that no limit of one address spares the daemon."""
        clients = []
        for n in range(self.size.clients):
            client = stack.enter_context(socket.socket())
            client.settimeout(10)
            client.bind((f"127.0.0.{2 + n // 60}", 0))
            with contextlib.suppress(OSError):  # refused, or the queue is full: as it may be
                client.connect(("127.0.0.1", self.port))
                client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")  # and never the rest
            clients.append(client)
        return len(clients)

    def taken(self):
        """The daemon's descriptors once it takes no more."""
        seen = [0]

        def still():
            seen.append(len(list(pathlib.Path(f"/proc/{self.daemon.pid()}/fd").iterdir())))
            return len(seen) > 10 and len(set(seen[-10:])) == 1
        wait_until(still, 30, "an end of accepting", 0.05)
        return seen[-1]

    def call(self):
        """Seconds that calls over new connections took; every third sends something."""
        took, sent = [], []
        for n in range(self.size.calls):
            started = time.monotonic()
            with Varlink(self.folder / "control", timeout=30) as control:
                if n % 3:
                    control.call("io.herald.Status")
                else:
                    sent.append(control.call("io.herald.Send", {
                        "kind": "message", "to": {"phone": f"2376917{n:05d}"},
                        "params": {"message": f"Bonjour {n}"}})["id"])
            took.append(time.monotonic() - started)
        return took, sent

    def processor_while(self, seconds):
        """Its share of one core."""
        def used():
            fields = pathlib.Path(f"/proc/{self.daemon.pid()}/stat").read_text().split()
            return (int(fields[13]) + int(fields[14])) / TICKS
        before, started = used(), time.monotonic()
        time.sleep(seconds)  # what is measured is what it does while nothing happens
        return (used() - before) / (time.monotonic() - started)

    def recovered(self):
        """Seconds after the crowd has left until a stranger is served."""
        started = time.monotonic()

        def served():
            with contextlib.closing(Api(self.port, timeout=5)) as api, \
                    contextlib.suppress(OSError):
                return api.get("/readyz").status == 200
        wait_until(served, 30, "an answer after the crowd has left", 0.05)
        return time.monotonic() - started

    def patience(self):
        """What a busy machine may add to a promise of time in the everyday size."""
        return 0 if os.environ.get("HERALD_LONG") == "1" else 4


if __name__ == "__main__":
    unittest.main()
