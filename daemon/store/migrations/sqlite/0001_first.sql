-- The first schema. Times are microseconds since the Unix epoch unless a column says otherwise; enums are the numbers of
-- daemon/model/types.hpp.

CREATE TABLE users (
  id       INTEGER PRIMARY KEY,
  name     TEXT    NOT NULL,
  provider INTEGER NOT NULL,
  created  INTEGER NOT NULL
) STRICT;

CREATE TABLE identities (
  kind          TEXT    NOT NULL,
  value         TEXT    NOT NULL,
  user_id       INTEGER NOT NULL REFERENCES users(id),
  reach         TEXT    NOT NULL DEFAULT '',   -- reachable, unreachable
  reach_until   INTEGER NOT NULL DEFAULT 0,    -- 0: for good
  consent       TEXT    NOT NULL DEFAULT '',   -- opted_in, opted_out
  consent_until INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX identities_user ON identities(user_id);

-- Chains as resolved at submission; most notifications of a route share one row.
CREATE TABLE chains (
  id   INTEGER PRIMARY KEY,
  body TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE notifications (
  rowid      INTEGER PRIMARY KEY,
  id         TEXT    NOT NULL UNIQUE,
  producer   TEXT    NOT NULL,
  kind       TEXT    NOT NULL,
  type       TEXT    NOT NULL,
  user_id    INTEGER NOT NULL REFERENCES users(id),
  to_kind    TEXT    NOT NULL,
  to_value   TEXT    NOT NULL,
  params     TEXT    NOT NULL,
  content    TEXT    NOT NULL,
  priority   INTEGER NOT NULL,
  created    INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  expires    INTEGER NOT NULL,                 -- as accepted; a redrive's own expiry is in progress
  chain_id   INTEGER NOT NULL REFERENCES chains(id),
  state      INTEGER NOT NULL,
  due_at     INTEGER,                          -- null: nothing is due any more
  in_flight  INTEGER NOT NULL,                 -- 1: an attempt has not come back
  last_seq   INTEGER NOT NULL,                 -- of the timeline
  progress   TEXT                              -- null: still as accepted
) STRICT;
CREATE INDEX notifications_due ON notifications(priority, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX notifications_in_flight ON notifications(in_flight) WHERE in_flight = 1;
CREATE INDEX notifications_user ON notifications(user_id, id);
CREATE INDEX notifications_ended_badly ON notifications(state, id) WHERE state >= 5;

-- How many notifications are in each state, kept by the writer with every commit: start-up and status count nothing.
CREATE TABLE counters (
  state INTEGER PRIMARY KEY,
  count INTEGER NOT NULL
) STRICT;

CREATE TABLE attempts (
  notification INTEGER NOT NULL REFERENCES notifications(rowid) ON DELETE CASCADE,
  run          INTEGER NOT NULL,
  step         INTEGER NOT NULL,
  number       INTEGER NOT NULL,
  round        INTEGER NOT NULL,
  channel      TEXT    NOT NULL,
  started      INTEGER NOT NULL,
  ended        INTEGER,                        -- null: in flight
  outcome      INTEGER,
  reason       INTEGER,
  detail       TEXT    NOT NULL,
  provider_id  TEXT    NOT NULL,
  evidence     INTEGER NOT NULL,
  evidence_at  INTEGER,
  failed       INTEGER NOT NULL,
  PRIMARY KEY (notification, run, step, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_provider_id ON attempts(channel, provider_id) WHERE provider_id <> '';

CREATE TABLE timeline (
  notification INTEGER NOT NULL REFERENCES notifications(rowid) ON DELETE CASCADE,
  seq          INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  event        TEXT    NOT NULL,
  state        INTEGER NOT NULL,               -- after the event
  reason       INTEGER NOT NULL,
  PRIMARY KEY (notification, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE renderings (
  notification INTEGER NOT NULL REFERENCES notifications(rowid) ON DELETE CASCADE,
  run          INTEGER NOT NULL,
  step         INTEGER NOT NULL,
  version      TEXT    NOT NULL,
  body         TEXT    NOT NULL,
  PRIMARY KEY (notification, run, step)
) STRICT, WITHOUT ROWID;

-- Keys live for a fixed time, so that their rowids rise with their expiry: the oldest are found without an index on it.
CREATE TABLE idempotency (
  rowid    INTEGER PRIMARY KEY,
  producer TEXT    NOT NULL,
  key      TEXT    NOT NULL,
  id       TEXT    NOT NULL,
  digest   TEXT    NOT NULL,
  expires  INTEGER NOT NULL,
  UNIQUE (producer, key)
) STRICT;

CREATE TABLE dedupe (
  rowid   INTEGER PRIMARY KEY,
  key     TEXT    NOT NULL UNIQUE,
  id      TEXT    NOT NULL,
  expires INTEGER NOT NULL
) STRICT;

CREATE TABLE parked_receipts (
  rowid       INTEGER PRIMARY KEY,
  channel     TEXT    NOT NULL,
  provider_id TEXT    NOT NULL,
  event       TEXT    NOT NULL,
  expires     INTEGER NOT NULL
) STRICT;
CREATE INDEX parked_receipts_provider_id ON parked_receipts(channel, provider_id);

-- One row per person with an inbox, written first by everything that changes it.
CREATE TABLE inbox_users (
  user_id      INTEGER PRIMARY KEY REFERENCES users(id),
  last_seq     INTEGER NOT NULL,
  last_at      INTEGER NOT NULL,
  active       INTEGER NOT NULL,               -- items in the list
  first_active INTEGER NOT NULL,               -- no item below this seq is in the list
  older_unread INTEGER NOT NULL                -- pushed out by inbox.keep and unread
) STRICT;

CREATE TABLE inbox_items (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id      INTEGER NOT NULL REFERENCES inbox_users(user_id),
  seq          INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  notification INTEGER NOT NULL UNIQUE REFERENCES notifications(rowid),
  type         TEXT    NOT NULL,
  title        TEXT    NOT NULL,
  text         TEXT    NOT NULL,
  markdown     TEXT,                           -- null: as text
  actions      TEXT,                           -- null: none; else [[id, label, text], ...]
  read         INTEGER NOT NULL,
  returned     INTEGER NOT NULL,
  gone         INTEGER NOT NULL,               -- 0 in the list, 1 trimmed by inbox.keep, 2 cleared, 3 withdrawn
  answered     TEXT    NOT NULL,
  conversation INTEGER,                        -- its row of conversations; null for a provider
  UNIQUE (user_id, seq)
) STRICT;

-- The conversation history as the marketplace application reads it: columns and values are its own, times are UTC text.
CREATE TABLE conversations (
  id                 INTEGER PRIMARY KEY,
  user_id            INTEGER NOT NULL REFERENCES users(id),
  request_id         INTEGER,
  session_id         TEXT,
  message_type       TEXT NOT NULL,
  message_content    TEXT NOT NULL,
  ai_response        TEXT,
  extracted_data     TEXT,
  confidence_score   REAL,
  execution_time     REAL,
  action_code        TEXT,
  action_metadata    TEXT,
  conversation_state TEXT,
  action_success     INTEGER,
  created_at         TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
) STRICT;
CREATE INDEX conversations_user ON conversations(user_id);

CREATE TABLE kv (
  instance TEXT    NOT NULL,
  key      TEXT    NOT NULL,
  value    BLOB    NOT NULL,
  version  INTEGER NOT NULL,
  expires  INTEGER NOT NULL,                   -- 0: never
  PRIMARY KEY (instance, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE service_tokens (
  id      INTEGER PRIMARY KEY,
  name    TEXT    NOT NULL,
  digest  TEXT    NOT NULL UNIQUE,
  scopes  TEXT    NOT NULL,                    -- separated by spaces
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,                    -- 0: never
  revoked INTEGER                              -- null: live
) STRICT;
CREATE UNIQUE INDEX service_tokens_live ON service_tokens(name) WHERE revoked IS NULL;
