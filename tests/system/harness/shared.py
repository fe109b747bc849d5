"""One daemon for all tests of a class, which keep apart by their people: `person()` is a new one."""

import itertools
import unittest

from waiting import wait_until

from .case import SystemTest


class Host(SystemTest):
    """Owns the folder and the processes; never run as a test."""

    def runTest(self):
        raise NotImplementedError


class SharedDaemonTest(unittest.TestCase):
    """`changes` go to daemon_config; `whatsapp` are options of a fake, None for none."""

    changes = {}
    whatsapp = None
    numbers = itertools.count(90_000_000)

    @classmethod
    def setUpClass(cls):
        cls.host = Host()
        cls.host.setUp()
        cls.addClassCleanup(cls.end)
        cls.fake = cls.host.fake(**cls.whatsapp) if cls.whatsapp is not None else None
        cls.prepare()
        cls.daemon = cls.host.start(**cls.changes)
        cls.api, cls.ctl, cls.folder = cls.host.api, cls.host.ctl, cls.host.folder

    @classmethod
    def prepare(cls):
        """Before the start; cls.host.folder exists."""

    @classmethod
    def end(cls):
        try:
            cls.host.stop()
        finally:
            cls.host.doCleanups()

    @classmethod
    def person(cls, known=True, **options):
        """A phone nobody had yet; `known`: of a user made by heraldctl (options: id, provider)."""
        phone = f"2376{next(cls.numbers)}"
        if known:
            more = [f"--{name}" if value is True else f"--{name}={value}"
                    for name, value in options.items()]
            cls.ctl("user", "add", "--phone", phone, *more)
        return phone

    def arrived(self, user, count=1):
        """The list, once it has so many items; in development mode reading it is evidence."""
        return wait_until(lambda: (page := self.api.inbox(user))["count"] >= count and page,
                          what=f"{count} items in the inbox")

    def send(self, user, message="Bonjour", **params):
        return self.api.submit("message", {"phone": user}, {"message": message, **params})["id"]

    def ended(self, notification_id, state=None):
        """The timeline once the notification is in `state`, or in any ending."""
        endings = {state} if state else {"delivered", "unconfirmed", "undelivered", "expired",
                                         "cancelled"}
        return wait_until(
            lambda: (t := self.api.timeline(notification_id))["state"] in endings and t,
            30, f"{state or 'the end'} of {notification_id}")
