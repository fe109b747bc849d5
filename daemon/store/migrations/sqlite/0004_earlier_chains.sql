-- The chain of every run that a redrive ended: without it the events of that run could not be replayed. The chain of the
-- present run is notifications.chain_id.
CREATE TABLE earlier_chains (
  notification INTEGER NOT NULL REFERENCES notifications(rowid) ON DELETE CASCADE,
  run          INTEGER NOT NULL,
  chain_id     INTEGER NOT NULL REFERENCES chains(id),
  PRIMARY KEY (notification, run)
) STRICT, WITHOUT ROWID;
