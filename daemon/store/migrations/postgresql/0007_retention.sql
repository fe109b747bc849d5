-- What ended long ago is deleted, items that left the list with it. What they leave behind: how many numbers of the person's
-- sequence they had drawn, and the newest of those: whoever knows less than that cannot be told what came after.
ALTER TABLE inbox_users
  ADD COLUMN forgotten    bigint NOT NULL DEFAULT 0,
  ADD COLUMN forgotten_to bigint NOT NULL DEFAULT 0;

-- A notification stays as long as there are messages about it.
CREATE INDEX webhook_messages_notification ON webhook_messages(notification);

-- Rows go from one end of these tables while others come at the other end: their room is to be used again before a fifth of
-- the table is empty.
ALTER TABLE timeline   SET (autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE attempts   SET (autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE renderings SET (autovacuum_vacuum_scale_factor = 0.05);
