-- The edges of `TaskMachine`, once more where no program can go around them. Tests compare the two.
CREATE FUNCTION guard_task() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'queued' THEN
      RAISE EXCEPTION 'a task begins queued, not %', NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.state IN ('succeeded', 'failed', 'canceled', 'quarantined') THEN
    RAISE EXCEPTION 'a task that is % never changes', OLD.state USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.version < OLD.version OR NEW.progress < OLD.progress OR NEW.lease_token < OLD.lease_token THEN
    RAISE EXCEPTION 'a task never goes back' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
    ('queued', 'preparing'),
    ('preparing', 'creating'),
    ('creating', 'preparing'),
    ('creating', 'awaiting_provider'),
    ('creating', 'ingesting'),
    ('awaiting_provider', 'ingesting'),
    ('ingesting', 'verifying'),
    ('verifying', 'succeeded'),
    ('canceling', 'canceled'),
    ('canceling', 'quarantined')
  ) AND (OLD.state = 'canceling' OR NEW.state NOT IN ('failed', 'canceling', 'quarantined')) THEN
    RAISE EXCEPTION 'a task cannot go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER guard_task BEFORE INSERT OR UPDATE ON task FOR EACH ROW EXECUTE FUNCTION guard_task();
