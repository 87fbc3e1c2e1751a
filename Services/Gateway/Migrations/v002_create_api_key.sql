-- Whoever calls from outside is known by an API key. Kept are a prefix, by which the row is found, and an HMAC
-- of the whole key under a pepper that is not in this database: whoever reads the table can call nothing.
CREATE TABLE api_key (
  id uuid PRIMARY KEY,
  user_id text NOT NULL,
  name text NOT NULL,
  prefix text NOT NULL UNIQUE,
  code bytea NOT NULL CHECK (octet_length(code) = 32),
  scopes text[] NOT NULL CHECK (scopes <@ ARRAY['read', 'write', 'admin'] AND cardinality(scopes) > 0),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Revoked keys stay, so that a prefix never means somebody else.
  revoked_at timestamptz
);

CREATE INDEX api_key_of_user ON api_key (user_id, created_at DESC, id DESC);
