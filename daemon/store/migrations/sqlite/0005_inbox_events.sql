-- What became of an item after it arrived (read, cleared, withdrawn) is an event of its person's inbox too, with a number of
-- the same sequence: a client that knows everything up to a number asks for what came after it.
ALTER TABLE inbox_items ADD COLUMN changed INTEGER;                     -- number of its newest change; null: as it arrived
ALTER TABLE inbox_items ADD COLUMN changes INTEGER NOT NULL DEFAULT 0;  -- how many numbers it has drawn since
CREATE INDEX inbox_changes ON inbox_items(user_id, changed) WHERE changed IS NOT NULL;

-- Which life of the sequences this is. A copy of the file put in its place (a restored backup) begins another one, because
-- its numbers were given to other items once already.
CREATE TABLE inbox_epoch (
  one   INTEGER PRIMARY KEY CHECK (one = 1),
  epoch INTEGER NOT NULL,
  file  TEXT    NOT NULL
) STRICT;
