-- Rate limits of providers, shared by all services: Status owns the schema, which the installation creates;
-- the others may look into nothing here and only call the functions. The arrival time rule is GCRA (ITU-T
-- I.371): a bucket is one row, and the theoretical arrival time `tat` says how full it is.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'limits') THEN
    CREATE SCHEMA limits;
  END IF;
END
$$;

CREATE TABLE IF NOT EXISTS limits.provider_bucket (
  provider text NOT NULL,
  model text NOT NULL,
  scope text NOT NULL,
  tat timestamptz NOT NULL DEFAULT '-infinity',
  blocked_until timestamptz NOT NULL DEFAULT '-infinity',
  PRIMARY KEY (provider, model, scope)
);

-- True when a call may be made now; each call costs `cost`, and `burst` of them may come at once.
CREATE OR REPLACE FUNCTION limits.acquire(
  the_provider text, the_model text, the_scope text, cost interval, burst int
) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = limits, pg_temp AS $$
BEGIN
  INSERT INTO provider_bucket (provider, model, scope) VALUES (the_provider, the_model, the_scope)
    ON CONFLICT DO NOTHING;
  UPDATE provider_bucket SET tat = greatest(tat, clock_timestamp()) + cost
    WHERE provider = the_provider AND model = the_model AND scope = the_scope
      AND blocked_until <= clock_timestamp()
      AND greatest(tat, clock_timestamp()) <= clock_timestamp() + cost * (burst - 1);
  RETURN FOUND;
END
$$;

-- A provider said that calls are too many: all copies of all services hold back until then.
CREATE OR REPLACE FUNCTION limits.block(
  the_provider text, the_model text, the_scope text, until timestamptz
) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = limits, pg_temp AS $$
  INSERT INTO provider_bucket (provider, model, scope, blocked_until)
    VALUES (the_provider, the_model, the_scope, until)
    ON CONFLICT (provider, model, scope)
    DO UPDATE SET blocked_until = greatest(provider_bucket.blocked_until, excluded.blocked_until);
$$;

REVOKE ALL ON limits.provider_bucket FROM PUBLIC;
GRANT USAGE ON SCHEMA limits TO PUBLIC;
