-- The facts that a consumer has applied: each has its effect once, however often it is delivered.
CREATE TABLE inbox (
  consumer text NOT NULL,
  event_id uuid NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (consumer, event_id)
);
CREATE INDEX inbox_seen ON inbox (seen_at);
