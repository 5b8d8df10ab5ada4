\d
CREATE TEMP TABLE score (id int PRIMARY KEY, name text, points numeric, seen timestamptz);
INSERT INTO score SELECT i, 'student ' || i, i * 1.5, '2026-01-01' FROM generate_series(1, 20) i;
SELECT * FROM score ORDER BY id;
SELECT NULL, '', 'žluťoučký kůň', E'\\\\', repeat('x', 300);
\d score
\dt+
\df pg_catalog.pg_sl*
\l
SELECT 1; SELECT 2 \; SELECT 3 \; SELECT 'three in one'
;
;
SELECT * FROM nowhere;
SELECT 1/0;
BEGIN;
SELECT 'x'::int;
SELECT 'in a failed transaction';
ROLLBACK;
DO $$ BEGIN RAISE NOTICE 'a notice' USING DETAIL = 'its detail', HINT = 'its hint'; END $$;
DO $$ BEGIN RAISE EXCEPTION 'an error' USING ERRCODE = 'HF001', DETAIL = 'its detail', HINT = 'its hint',
  COLUMN = 'c', CONSTRAINT = 'n', DATATYPE = 'd', TABLE = 't', SCHEMA = 's'; END $$;
LISTEN channel;
NOTIFY channel, 'payload';
SET application_name = 'renamed';
\copy score to '/dev/null'
\copy (SELECT id, name FROM score) to '/dev/null' csv header
COPY score TO STDOUT (FORMAT binary) \g /dev/null
\copy score (id, name) from program 'seq -f "%.0f	from the client" 101 120'
\copy score (id, name) from program 'echo not a number'
SELECT count(*) FROM score;
