-- What ended long ago is deleted, items that left the list with it. What they leave behind: how many numbers of the person's
-- sequence they had drawn, and the newest of those: whoever knows less than that cannot be told what came after.
ALTER TABLE inbox_users ADD COLUMN forgotten    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE inbox_users ADD COLUMN forgotten_to INTEGER NOT NULL DEFAULT 0;

-- A notification stays as long as there are messages about it.
CREATE INDEX webhook_messages_notification ON webhook_messages(notification);
