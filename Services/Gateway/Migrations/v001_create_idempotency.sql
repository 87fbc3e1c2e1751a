-- A POST that comes twice under one Idempotency-Key must be answered once. The row is committed, with the id
-- of what is to be made, before the request goes on to Status: a repetition after a crash sends the same PUT.
CREATE TABLE idempotency (
  user_id text NOT NULL,
  key text NOT NULL,
  -- SHA-256 over method, path and canonical body, in hexadecimal.
  fingerprint text NOT NULL,
  -- The id of the video or action, minted here and nowhere else.
  entity_id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'done')),
  -- Until then another request with the key is told to wait; later it takes over.
  locked_until timestamptz NOT NULL,
  status integer,
  headers jsonb,
  body bytea,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, key),
  CHECK ((state = 'done') = (status IS NOT NULL))
);

CREATE INDEX idempotency_expiry ON idempotency (expires_at);
