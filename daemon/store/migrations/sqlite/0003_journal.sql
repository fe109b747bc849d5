-- What was recorded, in the order of its commits: one row for each transaction about a notification. The position is given
-- by the single writer. No foreign key: an entry whose notification is gone tells nothing and is passed over.
CREATE TABLE journal (
  pos             INTEGER PRIMARY KEY,
  notification    INTEGER NOT NULL,            -- rowid
  first_seq       INTEGER NOT NULL,            -- of the timeline
  last_seq        INTEGER NOT NULL,
  before          INTEGER NOT NULL,            -- state before the first of these events
  state           INTEGER NOT NULL,            -- and after the last
  reason          INTEGER NOT NULL,
  evidence_before INTEGER NOT NULL,
  evidence        INTEGER NOT NULL
) STRICT;

CREATE TABLE webhooks (
  name     TEXT    PRIMARY KEY,
  url      TEXT    NOT NULL,
  cursor   INTEGER NOT NULL,                   -- position up to which nothing is left but what webhook_messages holds
  disabled TEXT    NOT NULL                    -- why; empty: in use
) STRICT, WITHOUT ROWID;

-- Messages that were not delivered at once. They keep their text, so that they do not depend on the journal.
CREATE TABLE webhook_messages (
  webhook      TEXT    NOT NULL REFERENCES webhooks(name) ON DELETE CASCADE,
  pos          INTEGER NOT NULL,
  notification TEXT    NOT NULL,
  id           TEXT    NOT NULL,
  body         TEXT    NOT NULL,
  tries        INTEGER NOT NULL,
  first_try    INTEGER NOT NULL,
  next_try     INTEGER,                        -- null: dead
  error        TEXT    NOT NULL,
  PRIMARY KEY (webhook, pos)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_messages_due ON webhook_messages(webhook, next_try) WHERE next_try IS NOT NULL;
CREATE INDEX webhook_messages_order ON webhook_messages(webhook, notification, pos) WHERE next_try IS NOT NULL;
