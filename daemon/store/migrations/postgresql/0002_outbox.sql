-- What applications ask for with SQL, and their tables that Herald may use (store.tables).

-- Written by send() within an application's transaction, gone with the commit that makes a notification of it.
CREATE TABLE outbox (
  number   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id       text   COLLATE "C" NOT NULL CHECK (length(id) = 35),   -- of that notification
  producer text   NOT NULL,
  request  text   NOT NULL CHECK (octet_length(request) <= 262144)  -- as POST /api/v1/notifications takes it
);

-- Roles that are granted this function, and USAGE on the schema, need and have no other right here. The path is the one of
-- this migration: our schema.
CREATE FUNCTION send(
  kind            text,
  recipient       text,
  params          jsonb       DEFAULT '{}',
  idempotency_key text        DEFAULT NULL,
  priority        text        DEFAULT NULL,
  not_before      timestamptz DEFAULT NULL,
  expires_at      timestamptz DEFAULT NULL
) RETURNS text LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT AS $send$
#variable_conflict use_column
DECLARE
  letters CONSTANT text := '0123456789abcdefghjkmnpqrstvwxyz';
  ms      CONSTANT bigint := (extract(epoch FROM clock_timestamp()) * 1000)::bigint;
  random  CONSTANT bytea := decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex');
  request CONSTANT text := jsonb_build_object(
    'kind', send.kind, 'to', send.recipient, 'params', coalesce(send.params, '{}'), 'idempotency_key', send.idempotency_key,
    'priority', send.priority, 'not_before', send.not_before, 'expires_at', send.expires_at)::text;
  id      text;
BEGIN
  IF octet_length(request) > 262144 THEN
    RAISE EXCEPTION 'herald: this notification has % bytes', octet_length(request)
      USING ERRCODE = 'program_limit_exceeded', HINT = 'All its parameters together may have 262144 bytes (256 KiB).';
  END IF;
  -- As the daemon makes them: the time, then 125 random bits. These bytes of a UUID are not all random: 6, 8.
  SELECT string_agg(substr(letters, (ms >> (5 * (9 - i)) & 31)::int + 1, 1), '' ORDER BY i) INTO id FROM generate_series(0, 9) i;
  SELECT id || string_agg(substr(letters, (get_byte(random, i) & 31) + 1, 1), '') INTO id
    FROM (SELECT i FROM generate_series(0, 31) i WHERE i NOT IN (6, 8, 22, 24) LIMIT 25) AS usable(i);
  INSERT INTO outbox(id, producer, request) VALUES (id, 'sql:' || session_user, request);
  -- Notifying makes transactions commit one after another; who writes thousands a second says SET herald.notify TO off, and
  -- is found half a second later.
  IF coalesce(current_setting('herald.notify', true), '') <> 'off' THEN
    PERFORM pg_notify('herald_' || md5(current_schema()), '');
  END IF;
  RETURN id;
END
$send$;
REVOKE ALL ON FUNCTION send FROM PUBLIC;

-- Replaced by the application's people when there are such.
CREATE VIEW application_users AS SELECT NULL::bigint AS id, NULL::text AS phone WHERE false;

-- The number of the next row of conversations, which may be the application's.
CREATE FUNCTION next_conversation() RETURNS bigint LANGUAGE sql VOLATILE AS
  $next$SELECT nextval(pg_get_serial_sequence('conversations', 'id'))$next$;
REVOKE ALL ON FUNCTION next_conversation FROM PUBLIC;
