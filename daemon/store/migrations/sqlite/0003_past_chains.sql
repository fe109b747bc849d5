-- The chains of earlier runs: a redrive replaces the chain of its notification, and what was recorded
-- before can only be replayed through the one it was decided with.

CREATE TABLE past_chains (
  notification INTEGER NOT NULL REFERENCES notifications(rowid) ON DELETE CASCADE,
  run          INTEGER NOT NULL,
  chain_id     INTEGER NOT NULL REFERENCES chains(id),
  PRIMARY KEY (notification, run)
) STRICT, WITHOUT ROWID;
