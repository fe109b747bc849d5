"""Two nodes on one schema, shared by the tests of a class."""

import itertools
import unittest

from harness import shared
from harness.nodes import share_of, start_nodes
from herald_harness import postgres, wait_until


class TwoNodes(unittest.TestCase):
    """self.a and self.b, of one class; its people are told apart by person()."""

    changes = {}
    numbers = itertools.count(70_000_000)

    @classmethod
    def setUpClass(cls):
        cls.host = shared.Host()
        cls.host.setUp()
        cls.addClassCleanup(cls.end)
        cls.schema = postgres.schema_of(cls.host.folder)
        cls.host.fake()
        cls.a, cls.b = cls.nodes = start_nodes(
            cls.host, 2, {"url": postgres.shared().url(), "schema": cls.schema},
            **cls.more_changes())
        cls.addClassCleanup(cls.audited)

    @classmethod
    def more_changes(cls):
        """What is known only when cls.host has its folder."""
        return cls.changes

    @classmethod
    def audited(cls):
        cls.a.ctl("audit")  # ends with another code than 0 when a row breaks a rule

    @classmethod
    def end(cls):
        try:
            cls.b.stop()
            cls.host.stop()
        finally:
            cls.host.doCleanups()

    @classmethod
    def sql(cls, text):
        return postgres.shared().sql(text, schema=cls.schema)

    def person(self, node):
        """Phone and id of somebody new, whom that node works for."""
        held = {int(row[0]) for row in self.sql(
            f"SELECT s.share FROM shares s JOIN nodes n ON n.fence = s.node WHERE n.name = "
            f"'{node.name}'")}
        while True:
            phone = f"2376{next(self.numbers)}"
            user = self.a.ctl("user", "add", "--phone", phone)["id"]
            if share_of(user) in held:
                return phone, user

    def send(self, node, phone, text="Bonjour", **more):
        return node.api.submit("message", {"phone": phone}, {"message": text}, **more)["id"]

    def reaches(self, node, notification, state):
        return wait_until(lambda: (t := node.api.timeline(notification))["state"] == state and t,
                          20, f"{state} of {notification}")
