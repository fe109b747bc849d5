"""20: the server refuses statements with errors that pass: conflicts, deadlocks, cancels, a full disk."""

import unittest

from fault_harness import ENDLESS, Load, wait_until
from postgresql_case import PostgresqlFault

# The writing sessions alone, and where the daemon writes most.
TABLES = ("notifications", "timeline", "attempts", "inbox_items", "conversations", "counters",
          "journal")
FAIL = """
CREATE SEQUENCE raised;
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE state text := (ARRAY['40001', '40P01', '57014', '53100'])[1 + floor(random() * 4)::int];
BEGIN
  IF random() < SHARE THEN
    PERFORM nextval('raised');
    RAISE EXCEPTION 'injected' USING ERRCODE = state;
  END IF;
  RETURN NULL;
END $$;
"""


class Errors(PostgresqlFault):
    everyday = {"errors": 60, "share": 0.02, "rate": 20.0}
    long = {"errors": 10_000, "share": 0.1, "rate": 60.0}

    # covers: F20
    def test_errors_that_pass_leave_no_wrong_state(self):
        load = Load(self, people=60 + self.size.errors // 4)
        load.begin(store=self.store())
        self.watch_doors()
        load.send(ENDLESS, rate=self.size.rate)
        load.reach(30)
        self.sql(FAIL.replace("SHARE", str(self.size.share)) + "".join(
            f"CREATE TRIGGER failing AFTER INSERT OR UPDATE ON {table} FOR EACH STATEMENT EXECUTE "
            "FUNCTION fail();" for table in TABLES))
        wait_until(lambda: self.raised() >= self.size.errors, 60 + self.size.errors,
                   "errors enough", 0.25)
        raised = self.raised()
        # To drop it would lock every table in an order of its own.
        self.sql("CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS "
                 "'BEGIN RETURN NULL; END'")
        gap = self.accepted_again(load)
        load.stop()
        self.figure("errors injected", raised, "10000")
        self.figure("accepted again s", f"{gap:.2f}", "<= 5")
        self.leave_doors()
        self.judge(load, raised)
        self.judge_doors()
        self.assertLess(gap, 5 + self.patience())

    def raised(self):
        (last, called), = self.rows("SELECT last_value, is_called::int FROM raised")
        return last if called else 0


if __name__ == "__main__":
    unittest.main()
