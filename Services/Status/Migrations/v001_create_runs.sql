-- A run is a small graph of steps that Status conducts; a video is what one kind of run makes, with the same
-- id. The run's row is the lock: whoever applies a fact, a timer or a request takes it first, then steps,
-- then the entity, and the user's feed counter last.
CREATE TABLE run (
  id uuid PRIMARY KEY,
  user_id text NOT NULL,
  kind text NOT NULL DEFAULT 'video' CHECK (kind IN ('video')),
  traceparent text,
  approved boolean NOT NULL,
  deleting boolean NOT NULL DEFAULT false,
  erasing boolean NOT NULL DEFAULT false,
  prices jsonb NOT NULL,
  budget_micros bigint CHECK (budget_micros >= 0),
  -- The sum over the steps of what is granted or spent, kept by a trigger on step.
  committed_micros bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT grants_within_budget CHECK (committed_micros <= budget_micros)
);

CREATE TABLE video (
  id uuid PRIMARY KEY REFERENCES run ON DELETE CASCADE,
  user_id text NOT NULL,
  title text,
  request jsonb NOT NULL,
  spec jsonb,
  provider text NOT NULL,
  status text NOT NULL,
  status_since timestamptz NOT NULL,
  blocked_from text,
  generation int NOT NULL,
  version bigint NOT NULL,
  progress int NOT NULL CHECK (progress BETWEEN 0 AND 100),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  -- From then on nobody sees it.
  deleted_at timestamptz,
  CHECK ((status = 'blocked_budget') = (blocked_from IS NOT NULL))
);
CREATE INDEX video_newest ON video (user_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX video_updated ON video (user_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX video_open ON video (id)
  WHERE status NOT IN ('completed', 'failed', 'cancelled') OR deleted_at IS NOT NULL;

-- What happened to a video, one row for each edge it took.
CREATE TABLE transition (
  video_id uuid NOT NULL REFERENCES video ON DELETE CASCADE,
  version bigint NOT NULL,
  generation int NOT NULL,
  from_status text,
  to_status text NOT NULL,
  actor text NOT NULL,
  detail text,
  at timestamptz NOT NULL,
  PRIMARY KEY (video_id, version)
);
