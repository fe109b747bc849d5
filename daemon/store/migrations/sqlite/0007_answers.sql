-- What people were asked, from the moment on at which a channel may have asked it. The options stay those of the first time,
-- whatever a later rendering offers.
CREATE TABLE questions (
  notification INTEGER PRIMARY KEY REFERENCES notifications(rowid) ON DELETE CASCADE,
  user_id      INTEGER NOT NULL REFERENCES users(id),
  actions      TEXT    NOT NULL,               -- [[id, label, text], ...]
  answered     INTEGER                         -- when; null: not yet (whether it still can be is the notification's)
) STRICT;
CREATE INDEX questions_open ON questions(user_id, notification) WHERE answered IS NULL;
CREATE INDEX questions_answered ON questions(user_id, answered) WHERE answered IS NOT NULL;
INSERT INTO questions(notification, user_id, actions)
  SELECT notification, user_id, actions FROM inbox_items WHERE actions IS NOT NULL;

-- For applications to read: docs/how-to/answers.md.
CREATE TABLE answers (
  number       INTEGER PRIMARY KEY AUTOINCREMENT,  -- rises with every answer: what to remember as read
  notification INTEGER NOT NULL UNIQUE REFERENCES notifications(rowid),
  id           TEXT    NOT NULL,               -- of the notification, as its producer got it
  user_id      INTEGER NOT NULL,
  kind         TEXT    NOT NULL,
  action       TEXT    NOT NULL,
  label        TEXT    NOT NULL,
  channel      TEXT    NOT NULL,
  at           TEXT    NOT NULL                -- UTC: 2026-01-02 03:04:05.678901
) STRICT;
