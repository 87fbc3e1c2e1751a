-- Facts wait here, written in the transaction that made them true, until they are in the stream; and they
-- stay for a week, because consumers that missed some read them again in the order (txid, id).
CREATE TABLE outbox (
  id bigserial PRIMARY KEY,
  txid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  aggregate_id uuid NOT NULL,
  aggregate_version bigint NOT NULL,
  type text NOT NULL,
  payload jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  published_at timestamptz,
  UNIQUE (aggregate_id, aggregate_version, type)
);
CREATE INDEX outbox_unpublished ON outbox (id) WHERE published_at IS NULL;
CREATE INDEX outbox_in_order ON outbox (txid, id);
CREATE INDEX outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL;
