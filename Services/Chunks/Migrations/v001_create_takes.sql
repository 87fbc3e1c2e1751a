-- The takes of chunks and of stitched films: one row per file, so a chunk has two, clip and last frame.
-- A number is reserved before its file is made and never given twice in a slot, so no take is ever
-- overwritten; a row is kept once its file is stored, in the transaction in which the task succeeds.
CREATE TABLE takes (
  slot text NOT NULL,
  take int NOT NULL CHECK (take >= 1),
  role text NOT NULL,
  key text NOT NULL UNIQUE,
  task_id uuid NOT NULL,
  run_id uuid NOT NULL,
  user_id text NOT NULL,
  state text NOT NULL DEFAULT 'reserved' CHECK (state IN ('reserved', 'kept', 'abandoned')),
  bytes bigint,
  sha256 text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  kept_at timestamptz,
  PRIMARY KEY (slot, take, role),
  CHECK ((state = 'kept') = (bytes IS NOT NULL AND sha256 IS NOT NULL AND kept_at IS NOT NULL))
);
CREATE INDEX takes_of_run ON takes (run_id);
