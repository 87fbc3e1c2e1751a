-- A task is a step as the service that executes it sees it; both have one id. The state says how far the
-- work is, the lease who may act. Every write of a worker carries its lease token, so that one whose lease
-- was given away cannot touch the row any more. The legal edges are in v002.
CREATE TABLE task (
  id uuid PRIMARY KEY,
  run_id uuid NOT NULL,
  user_id text NOT NULL,
  step_key text NOT NULL,
  generation int NOT NULL,
  input jsonb NOT NULL,
  grant_micros bigint NOT NULL,
  traceparent text,
  state text NOT NULL DEFAULT 'queued',
  version bigint NOT NULL DEFAULT 0,
  requested_status text CHECK (requested_status IN ('cancel')),
  lease_owner text,
  lease_token bigint NOT NULL DEFAULT 0,
  lease_expires_at timestamptz,
  run_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  priority smallint NOT NULL DEFAULT 0,
  claims int NOT NULL DEFAULT 0,
  claims_without_progress int NOT NULL DEFAULT 0,
  transient_faults int NOT NULL DEFAULT 0,
  progress int NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
  work_seconds double precision,
  cost_micros bigint NOT NULL DEFAULT 0,
  result jsonb,
  fault jsonb,
  waiting jsonb,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  started_at timestamptz,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz,
  UNIQUE (run_id, step_key, generation),
  CHECK ((state IN ('succeeded', 'failed', 'canceled', 'quarantined')) = (finished_at IS NOT NULL)),
  CHECK ((state = 'succeeded') = (result IS NOT NULL)),
  CHECK ((state IN ('failed', 'quarantined')) = (fault IS NOT NULL))
);
CREATE INDEX task_open ON task (user_id, priority, run_at)
  WHERE state NOT IN ('succeeded', 'failed', 'canceled', 'quarantined');

-- What happened to a task. One commit may take several edges; they share its version.
CREATE TABLE task_event (
  task_id uuid NOT NULL REFERENCES task ON DELETE CASCADE,
  version bigint NOT NULL,
  from_state text NOT NULL,
  to_state text NOT NULL,
  actor text NOT NULL,
  lease_token bigint NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (task_id, version, to_state)
);

-- Runs that were deleted: a command for one that comes late must not bring it back.
CREATE TABLE forgotten_run (
  run_id uuid PRIMARY KEY,
  deleted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
