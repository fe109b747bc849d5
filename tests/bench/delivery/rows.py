"""Rows like Herald's own, for what inserts into PostgreSQL without it: all columns of a notification, and all its indexes."""

# As the load generator's submissions are stored (load.cpp), column by column of notifications. In pgbench's language; no colon
# in a text, which pgbench would take for a variable.
LIKE = "like_notifications"
PLAIN = "plain_notifications"
COLUMNS = ("rowid", "id", "producer", "kind", "type", "user_id", "to_kind", "to_value", "params", "content", "priority",
           "created", "not_before", "expires", "chain_id", "state", "due_at", "in_flight", "last_seq")
VALUES = """nextval('public.like_rows'),
lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 10, '0') || substr(md5(random()::text), 1, 25), 'token', 'message', 'message', :user, 'user', '1234',
'{"message" "Votre demande a bien été reçue et traitée 1790000000000000"}', '', 1, 1790000000000000, 1790003600000000,
1790086400000000, 1, 0, 1790003600000000, 0, 0"""


def prepare(ground, schema):
    """Two tables in `public`: one with the indexes of Herald's notifications, one with a primary key alone."""
    ground.server.sql(f"""
        DROP TABLE IF EXISTS {LIKE}, {PLAIN};
        CREATE SEQUENCE IF NOT EXISTS like_rows CACHE 1000;
        CREATE TABLE {LIKE} (LIKE {schema}.notifications INCLUDING ALL);
        CREATE TABLE {PLAIN} (LIKE {schema}.notifications INCLUDING DEFAULTS, PRIMARY KEY (rowid));""", schema="public")


def script(ground, table):
    """pgbench's: one of them, committed."""
    return ground.script(table, f"\\set user random(1, 1000)\n"
                                f"INSERT INTO public.{table}({', '.join(COLUMNS)}) VALUES ({' '.join(VALUES.split())});\n")
