-- A step is a task of a service as Status sees it; both have one id. The command is kept so that it can be
-- sent again word for word, the report is the newest that the service has given.
CREATE TABLE step (
  run_id uuid NOT NULL REFERENCES run ON DELETE CASCADE,
  step_key text NOT NULL,
  generation int NOT NULL,
  -- The order of dispatch.
  position bigint GENERATED ALWAYS AS IDENTITY,
  task_id uuid NOT NULL UNIQUE,
  service text NOT NULL,
  state text NOT NULL DEFAULT 'queued',
  command jsonb NOT NULL,
  report jsonb,
  report_version bigint NOT NULL DEFAULT -1,
  grant_micros bigint NOT NULL CHECK (grant_micros >= 0),
  committed_micros bigint NOT NULL CHECK (committed_micros BETWEEN 0 AND grant_micros),
  cancel_requested boolean NOT NULL DEFAULT false,
  superseded boolean NOT NULL DEFAULT false,
  -- When the service was last asked or last reported.
  heard_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (run_id, step_key, generation)
);
CREATE INDEX step_open ON step (heard_at)
  WHERE state NOT IN ('succeeded', 'failed', 'canceled', 'quarantined');
-- One live task for each slot of a run: nothing is made twice at once.
CREATE UNIQUE INDEX one_open_step ON step (run_id, step_key)
  WHERE state NOT IN ('succeeded', 'failed', 'canceled', 'quarantined');

-- Keeps the sum that the budget is checked against, whoever writes a step.
CREATE FUNCTION commit_to_run() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  added bigint := NEW.committed_micros;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    added := added - OLD.committed_micros;
  END IF;
  IF added <> 0 THEN
    UPDATE run SET committed_micros = committed_micros + added WHERE id = NEW.run_id;
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER commit_to_run AFTER INSERT OR UPDATE OF committed_micros ON step
  FOR EACH ROW EXECUTE FUNCTION commit_to_run();
