"""Notifications that an application asks for with SQL, in its own transactions; and its own tables."""

import subprocess
import time
import unittest

from herald_harness import wait_until
from test_postgresql import PEOPLE, PostgresqlTest

ME = "+" + PEOPLE[0]


class SqlProducerTest(PostgresqlTest):
    def send(self, text="Bonjour", key=None, before="", end="COMMIT"):
        """A transaction written for psql; the id that send() gave."""
        key = "" if key is None else f", idempotency_key => '{key}'"
        return self.sql(f"BEGIN; {before} SELECT {self.schema}.send('message', '{ME}', "
                        f"jsonb_build_object('message', '{text}'){key}); {end};")[0][0]

    def number_of(self, table):
        return int(self.sql(f"SELECT count(*) FROM {table}")[0][0])

    def taken(self, timeout=10):
        wait_until(lambda: self.number_of("outbox") == 0, timeout, "an empty outbox")

    def arrived(self, made, timeout=10):
        def lies_in_the_inbox():
            answer = self.api.get(f"/api/v1/notifications/{made}")
            return answer.status == 200 and answer.json["evidence"] != "none"
        wait_until(lies_in_the_inbox, timeout, f"{made} in the inbox")

    def role(self, name, rights=True):
        """A role of an application, that may log in; with the rights that the how-to names."""
        self.database.sql(f"DROP ROLE IF EXISTS {name}; CREATE ROLE {name} LOGIN")
        self.addCleanup(self.database.sql, f"DROP OWNED BY {name}; DROP ROLE {name}")
        if rights:
            self.database.sql(f"GRANT USAGE ON SCHEMA {self.schema} TO {name}; "
                              f"GRANT EXECUTE ON FUNCTION {self.schema}.send TO {name}")

    def as_role(self, name, text):
        """(exit code, standard output, standard error) of psql, logged in as that role."""
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1",
                               self.database.url(name)], input=text, capture_output=True,
                              text=True, timeout=60, check=False)
        return done.returncode, done.stdout.strip(), done.stderr


class Transactions(SqlProducerTest):
    def test_rolled_back_sends_nothing_and_committed_sends_one(self):
        self.start()
        self.send("nie", end="ROLLBACK")
        self.sql("CREATE TABLE orders(id int)")
        made = self.send("Commande 1", before="INSERT INTO orders VALUES (1);")
        self.arrived(made)
        self.assertEqual([i["text"] for i in self.api.inbox(ME)["notifications"]], ["Commande 1"])
        self.assertEqual(self.number_of("notifications"), 1)
        self.assertEqual(self.number_of("outbox"), 0)
        self.assertEqual(self.api.notification(made)["producer"], "sql:herald")
        self.stop()
        self.audit()

    # covers: F21
    def test_without_a_word_it_is_taken_within_a_second(self):
        self.start()
        self.arrived(self.send("warm"))
        heard, polled = [], []
        for n in range(5):
            for delays, before in ((polled, "SET LOCAL herald.notify TO off;"), (heard, "")):
                made = self.send(f"Message {n}", before=before)
                began = time.monotonic()
                self.arrived(made)
                delays.append(time.monotonic() - began)
                time.sleep(0.13)  # at other moments between two looks
        print(f"    heard after {sorted(heard)[2]:.3f} s, polled after {max(polled):.3f} s at most")
        # Of five, so that one moment of a busy machine does not decide.
        self.assertLess(sorted(polled)[2], 1)

    # covers: F21
    def test_without_its_listening_connection_it_goes_on(self):
        self.start()
        self.arrived(self.send("avant"))
        listening = ("FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = "
                     "current_database() AND pid <> pg_backend_pid()")
        for n in range(3):
            self.assertGreaterEqual(len(self.sql(f"SELECT pg_terminate_backend(pid) {listening}")), 1)
            began = time.monotonic()
            self.arrived(self.send(f"apres {n}"))
            self.assertLess(time.monotonic() - began, 1.5)
            wait_until(lambda: self.sql(f"SELECT pid {listening}"), 10, "listening again")

    def test_the_same_key_is_one_notification_and_another_body_a_dead_letter(self):
        self.start()
        first = self.send("une fois", key="k-1")
        self.arrived(first)
        self.send("une fois", key="k-1")
        self.taken()
        self.assertEqual(self.number_of("notifications"), 1)
        other = self.send("autre", key="k-1")
        self.taken()
        self.assertIn("invalid: idempotency_key", self.api.notification(other)["ending"])
        self.assertEqual(len(self.api.inbox(ME)["notifications"]), 1)

    def test_what_waited_for_the_daemon_is_taken_at_its_start(self):
        self.start()
        self.stop()
        for n in range(30):
            self.send(f"{n:02d}")
        self.daemon.start()
        self.taken()
        wait_until(lambda: self.number_of("inbox_items") == 30, 20, "all items")
        self.assertEqual(len(self.sql("SELECT DISTINCT notification FROM inbox_items")), 30)


class Crash(SqlProducerTest):
    # covers: F2
    def test_killed_between_claim_and_acceptance_it_is_exactly_one(self):
        self.prepare(inbox={"keep": 100})
        self.daemon.program = "heraldd-faults"
        self.daemon.start()
        sent = [self.send("avant")]
        self.arrived(sent[0])
        for point in ("sql.page_read", "pg.outbox_claimed", "pg.outbox_removed", "sql.page_taken"):
            self.stop()
            sent += [self.send(f"{point} {n}") for n in range(3)]
            self.daemon.environment["HERALD_CRASH_AT"] = f"{point}:1"
            self.daemon.spawn()
            self.assertLess(self.daemon.wait(30), 0, f"{point}: it did not die")
            del self.daemon.environment["HERALD_CRASH_AT"]
            self.daemon.start()
            self.taken()
            for made in sent[-3:]:
                self.arrived(made)
        self.assertEqual(sorted(row[0] for row in self.sql("SELECT id FROM notifications")),
                         sorted(sent))
        self.assertEqual(self.number_of("inbox_items"), len(sent))
        self.stop()
        self.audit()


class Refused(SqlProducerTest):
    def call(self, arguments):
        return self.sql(f"SELECT {self.schema}.send({arguments})")[0][0]

    def test_an_invalid_row_is_a_dead_letter_that_names_the_parameter(self):
        self.start()
        wrong = {
            self.call(f"'service_request.confirmed', '{ME}', '{{\"location\": \"Bastos\"}}'"):
                "params.service",
            self.call(f"'no.such.kind', '{ME}'"): "kind",
            self.call("'message', 'nobody at all', '{\"message\": \"x\"}'"): "to",
            self.call(f"'message', '{ME}', '{{\"message\": \"x\"}}', priority => 'enormous'"):
                "priority",
            self.call(f"'message', '{ME}', '{{\"message\": \"x\"}}', expires_at => '2001-01-01'"):
                "expires_at",
        }
        good = self.send("et la suivante part quand meme")
        self.arrived(good)
        self.taken()
        letters = {letter["id"]: letter for letter in self.ctl("dead-letters")["notifications"]}
        self.assertEqual(set(letters), set(wrong))
        for made, parameter in wrong.items():
            with self.subTest(parameter):
                step, = letters[made]["steps"]
                self.assertEqual(step["reason"], "invalid")
                self.assertTrue(step["detail"].startswith(parameter), step)
                shown = self.ctl("show", made)
                self.assertEqual((shown["state"], shown["reason"]), ("undelivered", "invalid"))
                self.assertTrue(shown["ending"].startswith(f"undelivered: invalid: {parameter}"))
                self.assertEqual(shown["attempts"], [])
                self.assertIn(f"invalid: {parameter}", self.ctl.text("show", made))
                code, _, says = self.ctl.run("redrive", made)
                self.assertNotEqual(code, 0)
                self.assertIn("submit it anew", says)
        self.assertIn("invalid", self.ctl.text("dead-letters"))
        self.assertEqual(len(self.ctl("dead-letters", "--reason", "invalid")["notifications"]),
                         len(wrong))
        self.stop()
        self.audit()

    def test_a_request_that_is_too_large_is_refused_within_the_transaction(self):
        self.start()
        with self.assertRaisesRegex(RuntimeError, "262144"):
            self.call(f"'message', '{ME}', jsonb_build_object('message', repeat('x', 300000))")
        self.assertEqual(self.number_of("outbox"), 0)

    def test_a_role_may_call_the_function_and_nothing_else(self):
        self.start()
        self.role("shop_app")
        self.role("stranger", rights=False)
        send = f"SELECT {self.schema}.send('message', '{ME}', '{{\"message\": \"Bonjour\"}}')"
        code, made, says = self.as_role("shop_app", send)
        self.assertEqual(code, 0, says)
        self.arrived(made)
        self.assertEqual(self.api.notification(made)["producer"], "sql:shop_app")
        for text in ("SELECT * FROM {}.outbox", "INSERT INTO {}.outbox(id, producer, request) "
                     "VALUES (repeat('x', 35), 'sql:herald', '{{}}')",
                     "SELECT * FROM {}.notifications", "SELECT {}.next_conversation()",
                     "SELECT * FROM {}.application_users"):
            code, _, says = self.as_role("shop_app", text.format(self.schema))
            self.assertNotEqual(code, 0, text)
            self.assertIn("permission denied", says)
        code, _, says = self.as_role("stranger", send)
        self.assertNotEqual(code, 0)
        self.assertIn("permission denied", says)
        # Tables of its own do not come between.
        code, made, says = self.as_role(
            "shop_app", "CREATE TEMP TABLE outbox(id text, producer text, request text); "
            "SET search_path TO pg_temp, public; " + send)
        self.assertEqual(code, 0, says)
        self.arrived(made)


APPLICATION = """
CREATE SCHEMA {app};
CREATE TABLE {app}.users(id serial PRIMARY KEY, name varchar(100), phone_number varchar(20) UNIQUE);
CREATE TABLE {app}.conversations(
  id serial PRIMARY KEY, user_id integer NOT NULL REFERENCES {app}.users(id), request_id integer,
  session_id varchar(100), message_type varchar(50) NOT NULL, message_content text NOT NULL,
  ai_response text, extracted_data jsonb, confidence_score real, execution_time real,
  action_code varchar(50), action_metadata jsonb, conversation_state varchar(50),
  action_success boolean, created_at timestamptz NOT NULL DEFAULT now());
INSERT INTO {app}.users(name, phone_number) VALUES ('Awa', '237690000100'), ('Ben', '+237690000200');
INSERT INTO {app}.conversations(user_id, message_type, message_content)
  VALUES (1, 'incoming', 'Bonjour');
"""


class ExistingTables(SqlProducerTest):
    def setUp(self):
        super().setUp()
        self.app = self.schema.replace("t_", "app_", 1)
        self.database.sql(APPLICATION.format(app=self.app))

    def drop(self):
        super().drop()
        self.database.sql(f"DROP SCHEMA IF EXISTS {self.app} CASCADE")

    def prepare(self, config=None, **changes):
        changes.setdefault("store", {
            "url": self.database.url(), "schema": self.schema,
            "tables": {"users": f"{self.app}.users",
                       "conversations": f"{self.app}.conversations"}})
        return super().prepare(config, **changes)

    def history(self):
        return self.sql(f"SELECT user_id, message_type, message_content, ai_response, action_code, "
                        f"conversation_state, action_success FROM {self.app}.conversations "
                        f"WHERE message_type = 'outgoing' ORDER BY id")

    def identities(self, user):
        return [(i["kind"], i["value"]) for i in self.ctl("user", "show", user)["identities"]]

    def test_its_people_are_found_and_its_history_is_written(self):
        self.start()
        self.assertEqual(self.api.inbox("237690000100")["count"], 0)
        made = self.sql(f"SELECT {self.schema}.send('message', u.phone_number, "
                        f"'{{\"message\": \"Bonjour <Awa>\"}}') FROM {self.app}.users u "
                        f"WHERE name = 'Awa'")[0][0]
        wait_until(lambda: self.api.inbox("237690000100")["count"] == 1, 10, "an item")
        self.assertEqual(self.api.notification(made)["user"], 1)
        self.assertEqual(self.history(), [["1", "outgoing", "[SYSTEM_NOTIFICATION] Bonjour <Awa>",
                                           "Bonjour <Awa>", "SYSTEM_NOTIFICATION",
                                           "NOTIFICATION_SENT", "t"]])
        # By its id, with the phone that the application knows.
        made = self.api.submit("message", {"user": 2}, {"message": "Bonjour"})["id"]
        wait_until(lambda: self.api.inbox("+237690000200")["count"] == 1, 10, "an item")
        self.assertEqual(self.identities("2"), [("phone", "+237690000200")])
        # Somebody whom it does not know: no row of its history, and no id that it would give.
        made = self.api.submit("message", {"phone": "+237690000300"}, {"message": "Bonjour"})["id"]
        self.arrived(made)
        self.assertEqual(self.api.inbox("237690000300")["count"], 1)
        self.assertGreaterEqual(self.api.notification(made)["user"], 50_000_000)
        self.assertEqual(len(self.history()), 2)
        # Their phone is what the application says now.
        self.sql(f"UPDATE {self.app}.users SET phone_number = '237690000101' WHERE id = 1")
        self.api.submit("message", {"user": 1}, {"message": "Encore"})
        wait_until(lambda: self.api.inbox("237690000101")["count"] == 2, 10, "an item")
        self.assertEqual(self.identities("1"), [("phone", "+237690000101")])
        self.stop()
        self.audit()
        # And after a restart.
        self.daemon.start()
        self.api.submit("message", {"user": 1}, {"message": "Apres"})
        wait_until(lambda: len(self.history()) == 4, 10, "its row")

    def refused(self):
        self.prepare()
        self.daemon.spawn()
        self.assertEqual(self.daemon.wait(30), 1, self.daemon.log())
        return self.daemon.log()

    def test_what_is_missing_is_named_and_nothing_is_changed(self):
        self.sql(f"ALTER TABLE {self.app}.conversations DROP COLUMN action_code; "
                 f"ALTER TABLE {self.app}.conversations ALTER action_success TYPE text; "
                 f"ALTER TABLE {self.app}.conversations ADD COLUMN tenant int; "
                 f"UPDATE {self.app}.conversations SET tenant = 1; "
                 f"ALTER TABLE {self.app}.conversations ALTER tenant SET NOT NULL")
        log = self.refused()
        for words in ("store.tables.conversations", "column action_code (text) is missing",
                      "column action_success is text, not boolean",
                      "column tenant must be given", "nothing was changed"):
            self.assertIn(words, log)
        self.sql(f"ALTER TABLE {self.app}.users DROP COLUMN phone_number")
        log = self.refused()
        self.assertIn("column phone or phone_number (text) is missing", log)
        self.assertEqual(self.sql(f"SELECT count(*) FROM pg_namespace WHERE nspname = "
                                  f"'{self.schema}'"), [["0"]])
        self.sql(f"DROP TABLE {self.app}.users CASCADE")
        self.assertIn("there is no such table", self.refused())

    def test_a_history_is_not_left_behind(self):
        own = {"url": self.database.url(), "schema": self.schema}
        self.start(store=own)
        self.arrived(self.api.submit("message", {"phone": ME}, {"message": "Bonjour"})["id"])
        self.stop()
        log = self.refused()
        self.assertIn("has a conversation history of its own", log)
        self.start(store=own)
        self.assertEqual(self.api.inbox(ME)["count"], 1)


if __name__ == "__main__":
    unittest.main()
