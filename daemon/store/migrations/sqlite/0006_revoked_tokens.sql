-- Tokens of people are not stored; that those issued before a moment count no more is.
CREATE TABLE revoked_tokens (
  user_id INTEGER PRIMARY KEY,
  before  INTEGER NOT NULL
) STRICT;
