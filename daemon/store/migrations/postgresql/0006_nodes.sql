-- Several heraldd on one database. The nodes that live; a fencing number is given out once, so a node that comes back has
-- another. The lease ends by the clock of this server.
CREATE TABLE nodes (
  fence     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name      text   COLLATE "C" NOT NULL UNIQUE,
  version   text   NOT NULL,
  started   bigint NOT NULL,
  lease_end bigint NOT NULL
) WITH (fillfactor = 50);

-- Recipients by a hash of their number. Whoever has a share works on their notifications, nobody else.
CREATE TABLE shares (
  share smallint PRIMARY KEY,
  node  bigint                                -- its fencing number; null, or of a node that is gone: free
) WITH (fillfactor = 50);
INSERT INTO shares(share) SELECT generate_series(0, 63);
