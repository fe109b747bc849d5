-- Tokens of people are not stored; that those issued before a moment count no more is.
CREATE TABLE revoked_tokens (
  user_id bigint PRIMARY KEY,
  before  bigint NOT NULL
);
