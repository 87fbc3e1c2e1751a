-- Plans are kept by Status alone, so Planner needs no table beyond the queue's. Who looks at the database
-- with \dn+ should find that said there.
DO $$
BEGIN
  EXECUTE format(
    'COMMENT ON SCHEMA %I IS %L', current_schema(),
    'Planner: the tasks that plan videos. A plan itself is kept by Status.');
END
$$;
