-- The images that films are drawn from: one row per take of a video's reference.
-- A number is reserved before its file is made and never given twice in a slot, so no take is ever
-- overwritten; a row is kept once its file is stored, in the transaction in which the task succeeds.
CREATE TABLE reference_images (
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
CREATE INDEX reference_images_of_run ON reference_images (run_id);
