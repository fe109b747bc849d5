-- What became of an item after it arrived (read, cleared, withdrawn) is an event of its person's inbox too, with a number of
-- the same sequence: a client that knows everything up to a number asks for what came after it.
ALTER TABLE inbox_items
  ADD COLUMN changed bigint,                     -- number of its newest change; null: as it arrived
  ADD COLUMN changes bigint NOT NULL DEFAULT 0;  -- how many numbers it has drawn since
CREATE INDEX inbox_changes ON inbox_items(user_id, changed) WHERE changed IS NOT NULL;

-- Which life of the sequences this is. Another one begins where numbers may be given a second time: on a restored copy, or a
-- standby that lacked some when it was promoted.
CREATE TABLE inbox_epoch (
  one   smallint PRIMARY KEY CHECK (one = 1),
  epoch bigint   NOT NULL,
  line  text     NOT NULL    -- of the server that the numbers were last drawn on
);
