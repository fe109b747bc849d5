-- Channels that people have stopped, what waits for them, and what the daemon notes for itself.

CREATE TABLE pauses (
  channel TEXT    PRIMARY KEY,
  reason  TEXT    NOT NULL,
  by      TEXT    NOT NULL,
  since   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The paused channel that the current step waits for; null: it waits for none.
ALTER TABLE notifications ADD COLUMN paused_at TEXT;
CREATE INDEX notifications_paused ON notifications(paused_at, id) WHERE paused_at IS NOT NULL;

CREATE TABLE notes (
  name TEXT PRIMARY KEY,
  body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The time zone whose nights are a person's quiet hours; empty: the configured one.
ALTER TABLE users ADD COLUMN time_zone TEXT NOT NULL DEFAULT '';
