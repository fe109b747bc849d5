"""The oracle: a clean run passes, and each kind of broken promise is named."""

import json
import pathlib
import tempfile
import unittest

from oracle import Oracle, load_lines, notification_of

PHONE = "+237691924173"


def an_id(n):
    return f"{n:035d}"


class Verdicts(unittest.TestCase):
    def setUp(self):
        self.oracle = Oracle()
        self.intents = [{"key": f"p-{n}", "to": PHONE, "text": f"Message p-{n}"} for n in range(4)]
        self.acks = [{"key": f"p-{n}", "id": an_id(n)} for n in range(3)]  # p-3 stays in doubt
        self.items = [{"id": n + 1, "herald_id": an_id(n), "text": f"Message p-{n}"}
                      for n in range(3)]
        self.record = [{"attempt": f"{an_id(n)}.2.1", "to": "237691924173",
                        "text": f"Message p-{n}"} for n in range(3)]
        self.states = {an_id(n): "delivered" for n in range(3)}

    def judge(self, **how):
        self.oracle.producer(self.intents, self.acks)
        for notification_id, state in self.states.items():
            self.oracle.state(notification_id, state)
        self.oracle.inbox("237691924173", self.items)
        self.oracle.sends(self.record)
        self.oracle.require("webchat", [f"p-{n}" for n in range(3)])
        return self.oracle.violations(**how)

    def assert_named(self, *parts):
        found = self.judge()
        self.assertEqual(len(found), 1, found)
        for part in parts:
            self.assertIn(part, found[0])

    def test_a_clean_run(self):
        self.items.append({"id": 9, "herald_id": an_id(7), "text": "Message p-3"})  # in doubt: may be
        self.assertEqual(self.judge(), [])

    def test_acknowledged_but_unknown(self):
        self.states[an_id(1)] = None
        self.assert_named("I1", "p-1", "does not know it")

    def test_acknowledged_but_not_in_the_inbox(self):
        del self.items[2]
        self.assert_named("I1", "never reached webchat", "p-2")

    def test_a_receipt_that_was_acknowledged_and_forgotten(self):
        status = {"status": "delivered", "biz_opaque_callback_data": f"{an_id(1)}.1.2.1"}
        body = {"entry": [{"changes": [{"value": {"statuses": [status]}}]}]}
        self.states[an_id(1)] = "undelivered"
        self.oracle.receipts([{"status": 503, "body": "cut off"},
                              {"status": 200, "body": json.dumps(body)}])
        self.assert_named("I1", "receipt", an_id(1), "undelivered")

    def test_items_out_of_order(self):
        for item, seq in zip(self.items, (1, 3, 2)):
            item["seq"] = seq
        self.assert_named("I4", "out of order")

    def test_a_state_that_is_none(self):
        self.states[an_id(0)] = "sleeping"
        self.assert_named("I1", "sleeping")

    def test_a_text_nobody_intended(self):
        self.items.append({"id": 8, "text": "Message p-9"})
        self.assert_named("I2", "p-9")

    def test_an_altered_text(self):
        self.record[0]["text"] = "Massage p-0"
        self.assert_named("I2", "Massage p-0")

    def test_the_wrong_person(self):
        self.record[0]["to"] = "237691234567"
        self.assert_named("I2", "237691234567")

    def test_a_second_copy(self):
        self.items.append({"id": 8, "herald_id": an_id(0), "text": "Message p-0"})
        self.assert_named("I3", "webchat", "p-0")

    def test_a_second_copy_that_a_fault_explains(self):
        self.items.append({"id": 8, "herald_id": an_id(0), "text": "Message p-0"})
        self.assertEqual(self.judge(faults={"webchat": 1}), [])

    def test_an_attempt_sent_twice(self):
        self.record.append(self.record[1])
        found = self.judge(faults={"whatsapp": 1})
        self.assertEqual(len(found), 1)
        self.assertIn("attempt ids were sent twice", found[0])

    def test_two_ids_for_one_key_and_two_keys_for_one_id(self):
        self.acks.append({"key": "p-2", "id": an_id(8)})
        self.assert_named("I3", "p-2", "two ids")

    def test_two_keys_with_one_id(self):
        self.acks.append({"key": "p-3", "id": an_id(0)})
        self.assert_named("I3", "share the id")

    def test_arrived_under_another_id(self):
        self.items[0]["herald_id"] = an_id(5)
        self.assert_named("I3", "promised as")


class Reading(unittest.TestCase):
    def test_a_torn_last_line_is_left_out(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "x.jsonl")
            path.write_bytes(b'{"key": "a"}\n{"key": "b"')
            self.assertEqual(load_lines(path), [{"key": "a"}])

    def test_the_notification_in_an_attempt_id(self):
        self.assertEqual(notification_of(f"{an_id(4)}.whatsapp.1"), an_id(4))
        self.assertEqual(notification_of("n-42"), "n-42")


if __name__ == "__main__":
    unittest.main()
