-- What the users' browsers follow. A user's numbers come from one row, which a transaction touches last:
-- its lock is held until the commit, so n can be seen before n + 1 can, and a reader meets no gap.
CREATE TABLE feed_counter (
  user_id text PRIMARY KEY,
  seq bigint NOT NULL
);

CREATE TABLE feed (
  user_id text NOT NULL,
  seq bigint NOT NULL,
  type text NOT NULL,
  entity_id uuid NOT NULL,
  status text NOT NULL,
  progress int NOT NULL,
  message text NOT NULL,
  version bigint NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (user_id, seq)
);
CREATE INDEX feed_of_entity ON feed (user_id, entity_id, seq);
CREATE INDEX feed_age ON feed (at);
