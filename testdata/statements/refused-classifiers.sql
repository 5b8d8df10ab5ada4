# Ways to fool a classifier (guarantees.md), several spellings of each.
# Below each text, after >, what it would do; see StatementCorpusTest.

# Leading comments

/* SELECT */ DELETE FROM students
> WRITE DELETE students

-- SELECT 1
DELETE FROM students
> WRITE DELETE students

/* /* nested */ SELECT */ UPDATE students SET name = 'x'
> WRITE UPDATE students

--
DROP TABLE students
> DESTROY DROP TABLE students

;; /**/ ; INSERT INTO students VALUES (1)
> WRITE INSERT students

SELECT 1; /* x */ DELETE FROM students
> READ SELECT
> WRITE DELETE students

# CTE before a write

WITH x AS (SELECT 1) UPDATE students SET name = 'x'
> WRITE UPDATE students

WITH x AS (SELECT 1) DELETE FROM students USING x
> WRITE DELETE students

WITH x AS (SELECT 1) INSERT INTO students SELECT * FROM x
> WRITE INSERT students

WITH x AS (SELECT 1 AS id) MERGE INTO students s USING x ON s.id = x.id WHEN MATCHED THEN DELETE
> WRITE MERGE students

WITH RECURSIVE x AS (SELECT 1 UNION ALL SELECT 2) DELETE FROM students WHERE id IN (TABLE x)
> WRITE DELETE students

# Data-modifying CTE under SELECT

WITH gone AS (DELETE FROM students RETURNING *) SELECT count(*) FROM gone
> WRITE DELETE students
> READ SELECT

WITH a AS (SELECT 1), b AS (UPDATE students SET name = 'x' RETURNING id) SELECT * FROM a
> WRITE UPDATE students
> READ SELECT

WITH a AS MATERIALIZED (INSERT INTO students VALUES (1) RETURNING id) TABLE a
> WRITE INSERT students
> READ SELECT

WITH a AS (MERGE INTO students s USING courses c ON true WHEN MATCHED THEN DELETE RETURNING s.id) SELECT 1
> WRITE MERGE students
> READ SELECT

SELECT 1 UNION (WITH a AS (DELETE FROM students RETURNING id) SELECT id FROM a)
> WRITE DELETE students
> READ SELECT

WITH outer_cte AS (WITH inner_cte AS (DELETE FROM students RETURNING *) SELECT * FROM inner_cte) SELECT * FROM outer_cte
> WRITE DELETE students
> READ SELECT

VALUES ((WITH a AS (DELETE FROM students RETURNING 1) SELECT 1))
> WRITE DELETE students
> READ VALUES

# EXPLAIN ANALYZE

EXPLAIN ANALYZE DELETE FROM students
> WRITE DELETE students
> READ EXPLAIN

EXPLAIN (ANALYZE) UPDATE students SET name = 'x'
> WRITE UPDATE students
> READ EXPLAIN

EXPLAIN (COSTS off, "analyze" on) INSERT INTO students VALUES (1)
> WRITE INSERT students
> READ EXPLAIN

EXPLAIN (ANALYZE false) DELETE FROM students
> WRITE DELETE students
> READ EXPLAIN

EXPLAIN (ANALYZE 0, ANALYZE 1) DELETE FROM students
> WRITE DELETE students
> READ EXPLAIN

EXPLAIN ANALYZE VERBOSE WITH x AS (DELETE FROM students RETURNING *) SELECT * FROM x
> WRITE DELETE students
> READ EXPLAIN

EXPLAIN ANALYZE CREATE TABLE t AS SELECT 1
> DEFINE CREATE TABLE AS t
> READ EXPLAIN

EXPLAIN (VERBOSE, ANALYZE true) SELECT * FROM students FOR UPDATE
> LOCK SELECT FOR UPDATE
> READ EXPLAIN

EXPLAIN ANALYZE DECLARE c CURSOR FOR SELECT pg_advisory_lock(1)
> LOCK FUNCTION CALL pg_advisory_lock
> SESSION DECLARE c
> READ EXPLAIN

EXPLAIN SELECT nextval('s')
> WRITE FUNCTION CALL nextval
> READ EXPLAIN

EXPLAIN DELETE FROM students WHERE id = pg_advisory_lock(1)
> LOCK FUNCTION CALL pg_advisory_lock
> READ EXPLAIN

# COPY

COPY (DELETE FROM students RETURNING *) TO STDOUT
> WRITE DELETE students
> EXPORT COPY TO

COPY (UPDATE students SET name = 'x' RETURNING id) TO STDOUT WITH CSV
> WRITE UPDATE students
> EXPORT COPY TO

COPY (INSERT INTO students VALUES (1) RETURNING id) TO STDOUT
> WRITE INSERT students
> EXPORT COPY TO

COPY (WITH a AS (DELETE FROM students RETURNING id) SELECT * FROM a) TO STDOUT
> WRITE DELETE students
> EXPORT COPY TO

COPY (SELECT nextval('s')) TO STDOUT
> WRITE FUNCTION CALL nextval
> EXPORT COPY TO

COPY students FROM STDIN
> WRITE COPY FROM students

COPY students FROM STDIN WHERE id > 1
> WRITE COPY FROM students

COPY students FROM '/etc/passwd'
> UNSAFE_IO COPY FROM FILE students
> WRITE COPY FROM students

COPY students FROM PROGRAM 'curl x'
> UNSAFE_IO COPY FROM PROGRAM students
> WRITE COPY FROM students

COPY (SELECT 1) TO PROGRAM 'sh'
> UNSAFE_IO COPY TO PROGRAM

COPY students TO '/tmp/x'
> UNSAFE_IO COPY TO FILE students

COPY (SELECT 1) TO '/tmp/x'
> UNSAFE_IO COPY TO FILE

# PREPARE and EXECUTE

PREPARE p AS DELETE FROM students
> WRITE DELETE students
> SESSION PREPARE p

PREPARE p (int) AS UPDATE students SET name = 'x' WHERE id = $1
> WRITE UPDATE students
> SESSION PREPARE p

PREPARE p AS WITH a AS (DELETE FROM students RETURNING 1) SELECT 1
> WRITE DELETE students
> SESSION PREPARE p

PREPARE p AS SELECT pg_notify('a', 'b')
> WRITE FUNCTION CALL pg_notify
> SESSION PREPARE p

PREPARE p AS INSERT INTO students VALUES (1) RETURNING id
> WRITE INSERT students
> SESSION PREPARE p

EXECUTE p(nextval('s'))
> WRITE FUNCTION CALL nextval
> SESSION EXECUTE p

CREATE TABLE t AS EXECUTE p
> DEFINE CREATE TABLE AS t
> SESSION EXECUTE p

# Code in strings

DO $$ BEGIN EXECUTE 'DEL' || 'ETE FROM students'; END $$
> PROCEDURAL DO

DO LANGUAGE plpgsql 'BEGIN NULL; END'
> PROCEDURAL DO

DO $$ BEGIN PERFORM * FROM pg_listening_channels() LIMIT 1; IF FOUND THEN UNLISTEN *; DELETE FROM students; END IF; END; $$
> PROCEDURAL DO

DO LANGUAGE plperl $$BEGIN PERFORM * FROM pg_listening_channels() LIMIT 1; IF FOUND THEN UNLISTEN *; END IF; END;$$
> PROCEDURAL DO

CALL archive()
> PROCEDURAL CALL archive
> WRITE FUNCTION CALL archive

CALL public.archive(now())
> PROCEDURAL CALL public.archive
> WRITE FUNCTION CALL public.archive

SELECT query_to_xml('DELETE FROM students', true, true, '')
> PROCEDURAL FUNCTION CALL query_to_xml
> READ SELECT

SELECT pg_catalog.query_to_xml_and_xmlschema('x', true, true, '')
> PROCEDURAL FUNCTION CALL pg_catalog.query_to_xml_and_xmlschema
> READ SELECT

SELECT * FROM ts_stat('SELECT vector FROM docs')
> PROCEDURAL FUNCTION CALL ts_stat
> READ SELECT

SELECT ts_rewrite('a'::tsquery, 'SELECT t, s FROM aliases')
> PROCEDURAL FUNCTION CALL ts_rewrite
> READ SELECT

SELECT ts_rewrite(VARIADIC ARRAY['a', 'b'])
> PROCEDURAL FUNCTION CALL ts_rewrite
> READ SELECT

SELECT table_to_xml('students', true, true, ''), schema_to_xml('public', true, true, ''), database_to_xml(true, true, ''), cursor_to_xml('c', 1, true, true, '')
> PROCEDURAL FUNCTION CALL table_to_xml
> PROCEDURAL FUNCTION CALL schema_to_xml
> PROCEDURAL FUNCTION CALL database_to_xml
> PROCEDURAL FUNCTION CALL cursor_to_xml
> READ SELECT

SELECT * FROM crosstab('DELETE FROM students') AS t(a int)
> PROCEDURAL FUNCTION CALL crosstab
> READ SELECT

# Functions wherever an expression can stand

SELECT pg_advisory_lock(1)
> LOCK FUNCTION CALL pg_advisory_lock
> READ SELECT

SELECT * FROM pg_logical_emit_message(false, 'a', 'b')
> UNSAFE_IO FUNCTION CALL pg_logical_emit_message
> READ SELECT

SELECT * FROM students, LATERAL nextval('s')
> WRITE FUNCTION CALL nextval
> READ SELECT

SELECT * FROM ROWS FROM (generate_series(1, 2), nextval('s'))
> WRITE FUNCTION CALL nextval
> READ SELECT

SELECT 1 FROM students WHERE pg_notify('a', 'b') IS NULL
> WRITE FUNCTION CALL pg_notify
> READ SELECT

SELECT 1 ORDER BY nextval('s')
> WRITE FUNCTION CALL nextval
> READ SELECT

SELECT 1 GROUP BY nextval('s') HAVING setval('s', 1) > 0
> WRITE FUNCTION CALL nextval
> WRITE FUNCTION CALL setval
> READ SELECT

SELECT 1 LIMIT nextval('s') OFFSET setval('s', 1)
> WRITE FUNCTION CALL setval
> WRITE FUNCTION CALL nextval
> READ SELECT

SELECT count(*) FILTER (WHERE nextval('s') > 0) FROM students
> WRITE FUNCTION CALL nextval
> READ SELECT

SELECT count(*) OVER (PARTITION BY nextval('s') ORDER BY setval('s', 1)) FROM students
> WRITE FUNCTION CALL nextval
> WRITE FUNCTION CALL setval
> READ SELECT

SELECT count(*) OVER w FROM students WINDOW w AS (ORDER BY nextval('s'))
> WRITE FUNCTION CALL nextval
> READ SELECT

SELECT sum(x) OVER (ORDER BY x RANGE BETWEEN nextval('s') PRECEDING AND CURRENT ROW) FROM t
> WRITE FUNCTION CALL nextval
> READ SELECT

SELECT percentile_cont(nextval('s')) WITHIN GROUP (ORDER BY setval('s', 1)) FROM students
> WRITE FUNCTION CALL nextval
> WRITE FUNCTION CALL setval
> READ SELECT

SELECT DISTINCT ON (nextval('s')) 1
> WRITE FUNCTION CALL nextval
> READ SELECT

SELECT CASE nextval('s') WHEN 1 THEN setval('s', 1) END
> WRITE FUNCTION CALL nextval
> WRITE FUNCTION CALL setval
> READ SELECT

SELECT coalesce(nextval('s'), 1), ARRAY[nextval('s')], ROW(nextval('s')), (ARRAY[1])[nextval('s')]
> WRITE FUNCTION CALL nextval
> READ SELECT

SELECT * FROM students TABLESAMPLE system (nextval('s')) REPEATABLE (setval('s', 1))
> WRITE FUNCTION CALL nextval
> WRITE FUNCTION CALL setval
> READ SELECT

SELECT * FROM students TABLESAMPLE ext.bernoulli (1)
> WRITE FUNCTION CALL ext.bernoulli
> READ SELECT

SELECT * FROM students TABLESAMPLE system_rows (1)
> WRITE FUNCTION CALL system_rows
> READ SELECT

SELECT * FROM a JOIN b ON nextval('s') = b.id
> WRITE FUNCTION CALL nextval
> READ SELECT

SELECT nextval('s')::text COLLATE "C", nextval('s') IS NULL, nextval('s') BETWEEN 1 AND 2, nextval('s') IN (1)
> WRITE FUNCTION CALL nextval
> READ SELECT

SELECT JSON_OBJECT('a': nextval('s')), JSON_VALUE('{}', '$' PASSING nextval('s') AS x DEFAULT setval('s', 1) ON ERROR)
> WRITE FUNCTION CALL nextval
> WRITE FUNCTION CALL setval
> READ SELECT

SELECT * FROM JSON_TABLE('{}', '$' COLUMNS (a int PATH '$' DEFAULT nextval('s') ON EMPTY))
> WRITE FUNCTION CALL nextval
> READ SELECT

SELECT * FROM XMLTABLE('/a' PASSING query_to_xml('x', true, true, '') COLUMNS b int PATH 'b' DEFAULT nextval('s'))
> PROCEDURAL FUNCTION CALL query_to_xml
> WRITE FUNCTION CALL nextval
> READ SELECT

SELECT xmlelement(name a, xmlattributes(nextval('s') AS b), setval('s', 1)), xmlserialize(CONTENT query_to_xml('x', true, true, '') AS text)
> PROCEDURAL FUNCTION CALL query_to_xml
> WRITE FUNCTION CALL nextval
> WRITE FUNCTION CALL setval
> READ SELECT

SELECT (SELECT (SELECT ARRAY(SELECT nextval('s'))))
> WRITE FUNCTION CALL nextval
> READ SELECT

VALUES (nextval('s')), (1)
> WRITE FUNCTION CALL nextval
> READ VALUES

SELECT extract(year FROM my_function()), my_function() AT TIME ZONE 'UTC', substring(my_function() FROM 1)
> WRITE FUNCTION CALL my_function
> READ SELECT

SELECT * FROM t WHERE a = ANY (SELECT nextval('s')) OR EXISTS (SELECT setval('s', 1))
> WRITE FUNCTION CALL nextval
> WRITE FUNCTION CALL setval
> READ SELECT

FETCH FORWARD 1 FROM c; SELECT lo_unlink(1)
> SESSION FETCH c
> WRITE FUNCTION CALL lo_unlink
> READ SELECT

DECLARE c CURSOR FOR SELECT nextval('s')
> WRITE FUNCTION CALL nextval
> SESSION DECLARE c

WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT nextval('s') FROM t) SELECT * FROM t
> WRITE FUNCTION CALL nextval
> READ SELECT

SELECT concat(VARIADIC ARRAY[set_config('role', 'x', false)])
> SAFEGUARD SET role
> READ SELECT

SELECT f(a => nextval('s'))
> WRITE FUNCTION CALL f
> WRITE FUNCTION CALL nextval
> READ SELECT

SET statement_timeout = 0; SELECT nextval('s')
> SESSION SET statement_timeout
> WRITE FUNCTION CALL nextval
> READ SELECT

# Functions outside pg_catalog

SELECT my_function()
> WRITE FUNCTION CALL my_function
> READ SELECT

SELECT public.now()
> WRITE FUNCTION CALL public.now
> READ SELECT

SELECT public.count(*) FROM students
> WRITE FUNCTION CALL public.count
> READ SELECT

SELECT public.set_config('a', 'b', false)
> SAFEGUARD FUNCTION CALL public.set_config
> READ SELECT

SELECT shop.pg_catalog.now()
> WRITE FUNCTION CALL shop.pg_catalog.now
> READ SELECT

SELECT "Now"()
> WRITE FUNCTION CALL "Now"
> READ SELECT

SELECT dblink_exec('host=x', 'DELETE FROM students')
> UNSAFE_IO FUNCTION CALL dblink_exec
> READ SELECT

SELECT * FROM public.dblink('host=x', 'SELECT 1') AS t(a int)
> UNSAFE_IO FUNCTION CALL public.dblink
> READ SELECT

SELECT _pg_expandarray(ARRAY[1])
> WRITE FUNCTION CALL _pg_expandarray
> READ SELECT

SELECT mood('a')
> WRITE FUNCTION CALL mood
> READ SELECT

# Functions called as attributes

SELECT (5::bigint).pg_advisory_lock
> LOCK FUNCTION CALL pg_advisory_lock
> READ SELECT

SELECT (1).pg_terminate_backend, ('s'::regclass).nextval
> UNSAFE_IO FUNCTION CALL pg_terminate_backend
> WRITE FUNCTION CALL nextval
> READ SELECT

SELECT x.pg_advisory_lock FROM generate_series(1::bigint, 1) x
> LOCK FUNCTION CALL pg_advisory_lock
> READ SELECT

SELECT (x.a).pg_advisory_xact_lock FROM (SELECT 1::bigint AS a) x
> LOCK FUNCTION CALL pg_advisory_xact_lock
> READ SELECT

SELECT ($1).lo_unlink
> WRITE FUNCTION CALL lo_unlink
> READ SELECT

SELECT ('/etc/passwd'::text).pg_read_file
> UNSAFE_IO FUNCTION CALL pg_read_file
> READ SELECT

SELECT ((SELECT 5::bigint)).pg_try_advisory_lock, (ARRAY[5])[1].pg_cancel_backend
> UNSAFE_IO FUNCTION CALL pg_cancel_backend
> LOCK FUNCTION CALL pg_try_advisory_lock
> READ SELECT

# Operators outside pg_catalog

SELECT 1 OPERATOR(public.+) 2
> WRITE OPERATOR CALL public.+
> READ SELECT

SELECT OPERATOR(ext.!!) a, a OPERATOR(ext.~) ANY (ARRAY[1]) FROM t
> WRITE OPERATOR CALL ext.!!
> WRITE OPERATOR CALL ext.~
> READ SELECT

SELECT * FROM t ORDER BY a USING OPERATOR(ext.<)
> WRITE OPERATOR CALL ext.<
> READ SELECT

SELECT 1 WHERE 1 OPERATOR(ext.=) ANY (SELECT 1)
> WRITE OPERATOR CALL ext.=
> READ SELECT

SELECT a OPERATOR(shop.pg_catalog.+) b FROM t
> WRITE OPERATOR CALL shop.pg_catalog.+
> READ SELECT

# Unicode-escaped names, quoted names, functions named otherwise

SELECT U&"\006e\0065xtval"('s')
> WRITE FUNCTION CALL nextval
> READ SELECT

SELECT U&"!0070g_notify" UESCAPE '!' ('a', 'b')
> WRITE FUNCTION CALL pg_notify
> READ SELECT

SELECT "pg_catalog"."nextval"('s')
> WRITE FUNCTION CALL pg_catalog.nextval
> READ SELECT

DELETE FROM U&"\0073tudents"
> WRITE DELETE students

SELECT pg_catalog . /* x */ nextval ('s')
> WRITE FUNCTION CALL pg_catalog.nextval
> READ SELECT

# CREATE TABLE AS, SELECT INTO

CREATE TABLE t AS SELECT 1
> DEFINE CREATE TABLE AS t

CREATE TEMP TABLE t AS TABLE students
> DEFINE CREATE TABLE AS t

SELECT * INTO t FROM students
> DEFINE SELECT INTO t
> READ SELECT

SELECT 1 AS a INTO TEMP t
> DEFINE SELECT INTO t
> READ SELECT

WITH a AS (SELECT 1) SELECT * INTO UNLOGGED t FROM a
> DEFINE SELECT INTO t
> READ SELECT

SELECT 1 INTO t UNION SELECT 2
> DEFINE SELECT INTO t
> READ SELECT

CREATE MATERIALIZED VIEW m AS SELECT 1
> DEFINE CREATE MATERIALIZED VIEW AS m

CREATE TABLE t (LIKE students) ; SELECT 1
> DEFINE CREATE TABLE t
> READ SELECT

CREATE VIEW v AS SELECT 1
> DEFINE CREATE VIEW v

# Row locks

SELECT * FROM students FOR UPDATE
> LOCK SELECT FOR UPDATE
> READ SELECT

SELECT * FROM students FOR NO KEY UPDATE NOWAIT
> LOCK SELECT FOR NO KEY UPDATE
> READ SELECT

SELECT * FROM students FOR SHARE SKIP LOCKED
> LOCK SELECT FOR SHARE
> READ SELECT

SELECT * FROM students FOR KEY SHARE OF students
> LOCK SELECT FOR KEY SHARE
> READ SELECT

SELECT * FROM (SELECT * FROM students FOR UPDATE) x
> LOCK SELECT FOR UPDATE
> READ SELECT

WITH a AS (SELECT * FROM students FOR SHARE) SELECT * FROM a
> LOCK SELECT FOR SHARE
> READ SELECT

COPY (SELECT * FROM students FOR UPDATE) TO STDOUT
> LOCK SELECT FOR UPDATE
> EXPORT COPY TO

DECLARE c CURSOR FOR SELECT * FROM students FOR UPDATE
> LOCK SELECT FOR UPDATE
> SESSION DECLARE c

# Cursors, rules, triggers

DELETE FROM students WHERE CURRENT OF c
> WRITE DELETE students

CREATE RULE r AS ON SELECT TO v DO INSTEAD SELECT * FROM students
> DEFINE CREATE RULE v

CREATE RULE r AS ON UPDATE TO students DO INSTEAD DELETE FROM students
> DEFINE CREATE RULE students
> WRITE DELETE students

CREATE TRIGGER t BEFORE UPDATE ON students FOR EACH ROW EXECUTE FUNCTION f()
> DEFINE CREATE TRIGGER t

CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'DELETE FROM students RETURNING 1'
> DEFINE CREATE FUNCTION f

CREATE FUNCTION f() RETURNS int BEGIN ATOMIC DELETE FROM students RETURNING 1; END
> DEFINE CREATE FUNCTION f
> WRITE DELETE students
