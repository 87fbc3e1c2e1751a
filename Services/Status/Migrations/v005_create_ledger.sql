-- Every reservation, settlement and release. Rows are written once: also the owner cannot change them, and
-- they outlive the video.
CREATE TABLE ledger (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id text NOT NULL,
  run_id uuid NOT NULL,
  task_id uuid NOT NULL,
  step_key text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('reserve', 'settle', 'release', 'suspected')),
  amount_micros bigint NOT NULL CHECK (amount_micros >= 0),
  provider text NOT NULL,
  at timestamptz NOT NULL,
  UNIQUE (task_id, kind)
);
CREATE INDEX ledger_of_run ON ledger (run_id, id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a row of % is never changed', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END
$$;
CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
