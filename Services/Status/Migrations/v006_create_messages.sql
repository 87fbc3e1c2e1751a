-- What is to be said to other services, written in the transaction that decided it. A row is one PUT or
-- DELETE; rows of one subject are sent in their order, and a row goes when it was answered.
CREATE TABLE command (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id uuid NOT NULL REFERENCES run ON DELETE CASCADE,
  -- Nil for what concerns the whole run.
  task_id uuid,
  service text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('task', 'cancel', 'erase')),
  subject text GENERATED ALWAYS AS (coalesce(task_id::text, run_id::text || service)) STORED,
  attempts int NOT NULL DEFAULT 0,
  -- Also the end of the lease of whoever sends it.
  due_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX command_due ON command (due_at, id);
CREATE INDEX command_subject ON command (subject, id);

-- The answers that requests got, so that a request that comes twice is answered alike.
CREATE TABLE action (
  id uuid PRIMARY KEY,
  video_id uuid NOT NULL,
  user_id text NOT NULL,
  action text NOT NULL,
  status int NOT NULL,
  answer jsonb NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX action_of_video ON action (video_id);

CREATE TABLE deletion (
  video_id uuid PRIMARY KEY,
  user_id text NOT NULL,
  requested_at timestamptz NOT NULL,
  finished_at timestamptz,
  waiting_for text[] NOT NULL
);

-- The facts that were applied, how far each producer's log was read, and the facts that nobody can read.
CREATE TABLE inbox (
  consumer text NOT NULL,
  event_id uuid NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (consumer, event_id)
);
CREATE INDEX inbox_seen ON inbox (seen_at);
CREATE TABLE fact_cursor (
  service text PRIMARY KEY,
  cursor text NOT NULL
);
CREATE TABLE dead_letter (
  stream text NOT NULL,
  entry_id text NOT NULL,
  payload text NOT NULL,
  reason text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (stream, entry_id)
);
