-- What people were asked, from the moment on at which a channel may have asked it. The options stay those of the first time,
-- whatever a later rendering offers.
CREATE TABLE questions (
  notification bigint PRIMARY KEY,
  user_id      bigint NOT NULL,
  actions      text   NOT NULL,               -- [[id, label, text], ...]
  answered     bigint                         -- when; null: not yet (whether it still can be is the notification's)
);
CREATE INDEX questions_open ON questions(user_id, notification) WHERE answered IS NULL;
CREATE INDEX questions_answered ON questions(user_id, answered) WHERE answered IS NOT NULL;
INSERT INTO questions(notification, user_id, actions)
  SELECT notification, user_id, actions FROM inbox_items WHERE actions IS NOT NULL;

-- For applications to read: docs/how-to/answers.md. Numbers are given by the one who writes, so they rise as answers commit.
CREATE TABLE answers (
  number       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  notification bigint NOT NULL UNIQUE,
  id           text   COLLATE "C" NOT NULL,   -- of the notification, as its producer got it
  user_id      bigint NOT NULL,
  kind         text   NOT NULL,
  action       text   NOT NULL,
  label        text   NOT NULL,
  channel      text   NOT NULL,
  at           timestamptz NOT NULL
);
