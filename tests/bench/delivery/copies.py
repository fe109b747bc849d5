"""Many notifications out of one: copies of every row that a real one left, with SQL. A notification that the daemon made stays
the model, so what is copied follows the schema."""

import datetime

from harness.api import Api
from waiting import wait_until

from .herald import Herald, people

# How a row of each table tells whose it is: by the notification's row.
TABLES = {"notifications": "rowid", "attempts": "notification", "timeline": "notification", "renderings": "notification",
          "inbox_items": "notification", "conversations": None}
ALPHABET_ID = "lpad(to_hex(i), 10, '0') || substr(md5(i::text || 'id'), 1, 25)"  # rises with i, as the daemon's do


class Copies:
    """`model`: row of the notification to copy. Users take turns."""

    def __init__(self, ground, schema, model, users):
        self.ground, self.schema, self.model, self.users = ground, schema, model, users

    def sql(self, text):
        return self.ground.server.sql(text, schema=self.schema)

    def columns(self, table):
        return [row[0] for row in self.sql(
            f"SELECT column_name FROM information_schema.columns WHERE table_schema = '{self.schema}' AND table_name = '{table}' "
            "AND is_generated = 'NEVER' ORDER BY ordinal_position")]

    def next_of(self, sequence, count):
        """The first of `count` numbers that nobody else gets."""
        first = int(self.sql(f"SELECT nextval('{sequence}')")[0][0])
        step = int(self.sql(f"SELECT increment_by FROM pg_sequences WHERE schemaname = '{self.schema}' AND sequencename = "
                            f"'{sequence}'")[0][0])
        self.sql(f"SELECT setval('{sequence}', {first + (count // step + 2) * step})")
        return first

    def copy(self, table, where, changes, first, last):
        """Rows `first` to `last`: as the model's, but for `changes` (column -> expression of i)."""
        columns = self.columns(table)
        values = [changes.get(name, f"m.{name}") for name in columns]
        self.ground.fill(f"SET search_path TO {self.schema};\nINSERT INTO {table}({', '.join(columns)}) "
                         f"SELECT {', '.join(values)} FROM generate_series({first}::bigint, {last}) i, {table} m WHERE {where};")

    def make(self, count, progress=print, **changes):
        """`changes`: table -> changes of its columns."""
        rows = self.next_of("notification_rows", count)
        items = self.next_of("inbox_item_ids", count)
        talks = self.next_of("conversations_id_seq", count)
        talk_of = self.sql(f"SELECT conversation FROM inbox_items WHERE notification = {self.model}")
        user, seq = f"1 + (i - 1) % {self.users}", f"1 + 2 * ((i - 1) / {self.users})"
        common = {"notifications": {"rowid": f"{rows} + i", "id": ALPHABET_ID, "user_id": user},
                  "inbox_items": {"id": f"{items} + i", "user_id": user, "seq": seq, "conversation": f"{talks} + i",
                                  "changed": f"m.changed - m.seq + {seq}"},  # the number that reading it drew
                  "conversations": {"id": f"{talks} + i", "user_id": user}}
        step = 500_000
        for first in range(1, count + 1, step):
            last = min(count, first + step - 1)
            for table, key in TABLES.items():
                if table == "conversations":
                    if not talk_of:
                        continue
                    where = f"m.id = {talk_of[0][0]}"
                else:
                    where = f"m.{key} = {self.model}"
                own = {} if key in (None, "rowid") else {key: f"{rows} + i"}
                self.copy(table, where, own | common.get(table, {}) | changes.get(table, {}), first, last)
            progress(f"  {last:,} of {count:,} copied")
        state = self.sql(f"SELECT state FROM notifications WHERE rowid = {self.model}")[0][0]
        self.sql(f"UPDATE counters SET count = count + {count} WHERE state = {state}")
        return rows


def model(ground, build, schema, users, read):
    """A schema with one notification, for a user beyond those whom the copies go to: held until an hour from now, or delivered
    and read. Gives its row."""
    one = users + 1
    herald = Herald(ground, build, schema)
    try:
        herald.start()
        people(ground, schema, one)
        api = Api(herald.port)
        request = {"kind": "message", "to": {"user": one}, "params": {
            "message": "Votre demande a bien été reçue et traitée: 1790000000000000"}}
        if not read:
            later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
            request["not_before"] = later.isoformat(timespec="seconds")
        name = api.post("/api/v1/notifications", request).expect(201)["id"]
        if read:
            wait_until(lambda: herald.sql("SELECT id FROM inbox_items"), 20, "the first item")
            item = herald.sql("SELECT id FROM inbox_items")[0][0]
            api.post(f"/api/web-chat/notifications/{one}/mark-read/{item}", {}).expect(200)
            wait_until(lambda: api.get(f"/api/v1/notifications/{name}").expect()["state"] == "delivered", 20, "delivered")
        api.close()
        return int(herald.sql(f"SELECT rowid FROM notifications WHERE id = '{name}'")[0][0])
    finally:
        herald.close()
