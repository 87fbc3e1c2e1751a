-- The edges of `VideoMachine` and `StepMachine`, once more where no program can go around them. A test
-- compares these rows with the tables in Swift. A step moves to whatever its task can reach, since reports
-- may be missed.
CREATE TABLE edge (
  machine text NOT NULL,
  from_state text NOT NULL,
  to_state text NOT NULL,
  PRIMARY KEY (machine, from_state, to_state)
);
INSERT INTO edge (machine, from_state, to_state) VALUES
  ('video', 'pending', 'planning'), ('video', 'pending', 'blocked_budget'),
  ('video', 'pending', 'cancelling'), ('video', 'pending', 'failed'),
  ('video', 'planning', 'planned'), ('video', 'planning', 'blocked_budget'),
  ('video', 'planning', 'cancelling'), ('video', 'planning', 'failed'),
  ('video', 'planned', 'generating_references'), ('video', 'planned', 'blocked_budget'),
  ('video', 'planned', 'cancelling'), ('video', 'planned', 'failed'),
  ('video', 'generating_references', 'generating_chunks'),
  ('video', 'generating_references', 'blocked_budget'), ('video', 'generating_references', 'cancelling'),
  ('video', 'generating_references', 'failed'),
  ('video', 'generating_chunks', 'stitching'), ('video', 'generating_chunks', 'blocked_budget'),
  ('video', 'generating_chunks', 'cancelling'), ('video', 'generating_chunks', 'failed'),
  ('video', 'stitching', 'mixing'), ('video', 'stitching', 'blocked_budget'),
  ('video', 'stitching', 'cancelling'), ('video', 'stitching', 'failed'),
  ('video', 'mixing', 'completed'), ('video', 'mixing', 'blocked_budget'), ('video', 'mixing', 'cancelling'),
  ('video', 'mixing', 'failed'),
  ('video', 'completed', 'planning'), ('video', 'completed', 'planned'),
  ('video', 'completed', 'generating_references'), ('video', 'completed', 'generating_chunks'),
  ('video', 'completed', 'stitching'), ('video', 'completed', 'mixing'),
  ('video', 'blocked_budget', 'pending'), ('video', 'blocked_budget', 'planning'),
  ('video', 'blocked_budget', 'planned'), ('video', 'blocked_budget', 'generating_references'),
  ('video', 'blocked_budget', 'generating_chunks'), ('video', 'blocked_budget', 'stitching'),
  ('video', 'blocked_budget', 'mixing'), ('video', 'blocked_budget', 'cancelling'),
  ('video', 'blocked_budget', 'failed'),
  ('video', 'cancelling', 'cancelled'),
  ('video', 'cancelled', 'planning'), ('video', 'cancelled', 'planned'),
  ('video', 'cancelled', 'generating_references'), ('video', 'cancelled', 'generating_chunks'),
  ('video', 'cancelled', 'stitching'), ('video', 'cancelled', 'mixing'),
  ('video', 'failed', 'planning'), ('video', 'failed', 'planned'),
  ('video', 'failed', 'generating_references'), ('video', 'failed', 'generating_chunks'),
  ('video', 'failed', 'stitching'), ('video', 'failed', 'mixing'),
  ('step', 'queued', 'preparing'), ('step', 'queued', 'creating'), ('step', 'queued', 'awaiting_provider'),
  ('step', 'queued', 'ingesting'), ('step', 'queued', 'verifying'), ('step', 'queued', 'succeeded'),
  ('step', 'queued', 'failed'), ('step', 'queued', 'canceling'), ('step', 'queued', 'canceled'),
  ('step', 'queued', 'quarantined'),
  ('step', 'preparing', 'queued'), ('step', 'preparing', 'creating'),
  ('step', 'preparing', 'awaiting_provider'), ('step', 'preparing', 'ingesting'),
  ('step', 'preparing', 'verifying'), ('step', 'preparing', 'succeeded'), ('step', 'preparing', 'failed'),
  ('step', 'preparing', 'canceling'), ('step', 'preparing', 'canceled'), ('step', 'preparing', 'quarantined'),
  ('step', 'creating', 'queued'), ('step', 'creating', 'preparing'),
  ('step', 'creating', 'awaiting_provider'), ('step', 'creating', 'ingesting'),
  ('step', 'creating', 'verifying'), ('step', 'creating', 'succeeded'), ('step', 'creating', 'failed'),
  ('step', 'creating', 'canceling'), ('step', 'creating', 'canceled'), ('step', 'creating', 'quarantined'),
  ('step', 'awaiting_provider', 'queued'), ('step', 'awaiting_provider', 'preparing'),
  ('step', 'awaiting_provider', 'creating'), ('step', 'awaiting_provider', 'ingesting'),
  ('step', 'awaiting_provider', 'verifying'), ('step', 'awaiting_provider', 'succeeded'),
  ('step', 'awaiting_provider', 'failed'), ('step', 'awaiting_provider', 'canceling'),
  ('step', 'awaiting_provider', 'canceled'), ('step', 'awaiting_provider', 'quarantined'),
  ('step', 'ingesting', 'queued'), ('step', 'ingesting', 'preparing'), ('step', 'ingesting', 'creating'),
  ('step', 'ingesting', 'awaiting_provider'), ('step', 'ingesting', 'verifying'),
  ('step', 'ingesting', 'succeeded'), ('step', 'ingesting', 'failed'), ('step', 'ingesting', 'canceling'),
  ('step', 'ingesting', 'canceled'), ('step', 'ingesting', 'quarantined'),
  ('step', 'verifying', 'queued'), ('step', 'verifying', 'preparing'), ('step', 'verifying', 'creating'),
  ('step', 'verifying', 'awaiting_provider'), ('step', 'verifying', 'ingesting'),
  ('step', 'verifying', 'succeeded'), ('step', 'verifying', 'failed'), ('step', 'verifying', 'canceling'),
  ('step', 'verifying', 'canceled'), ('step', 'verifying', 'quarantined'),
  ('step', 'canceling', 'succeeded'), ('step', 'canceling', 'failed'), ('step', 'canceling', 'canceled'),
  ('step', 'canceling', 'quarantined');

CREATE FUNCTION guard_video() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status <> OLD.status AND NOT EXISTS (
    SELECT FROM edge WHERE machine = 'video' AND from_state = OLD.status AND to_state = NEW.status
  ) THEN
    RAISE EXCEPTION 'a video cannot go from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.version < OLD.version OR NEW.generation < OLD.generation
    OR (NEW.generation = OLD.generation AND NEW.progress < OLD.progress)
  THEN
    RAISE EXCEPTION 'a video never goes back' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER guard_video BEFORE UPDATE ON video FOR EACH ROW EXECUTE FUNCTION guard_video();

CREATE FUNCTION guard_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> OLD.state AND NOT EXISTS (
    SELECT FROM edge WHERE machine = 'step' AND from_state = OLD.state AND to_state = NEW.state
  ) THEN
    RAISE EXCEPTION 'a step cannot go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.report_version < OLD.report_version THEN
    RAISE EXCEPTION 'a step never goes back' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER guard_step BEFORE UPDATE ON step FOR EACH ROW EXECUTE FUNCTION guard_step();
