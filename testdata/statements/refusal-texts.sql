# What an agent is told, one text or more for each rule. Below each text, after >: SQLSTATE and rule, MESSAGE,
# DETAIL, HINT. See RefusalTextsTest.

SELECT 1
> allowed by read-only.read

BEGIN
> allowed by read-only.transaction

SET statement_timeout = 1000
> allowed by read-only.session

COPY students TO STDOUT
> allowed by read-only.export

DELETE FROM shop.students WHERE email = 'secret@example.com'
> 42501 read-only.write
> MESSAGE DELETE shop.students is not allowed: agent "analyst" may only read
> DETAIL Rule read-only.write: Nothing may change rows. DELETE shop.students: it deletes rows.
> HINT Use SELECT to find out what you need. If rows must change, tell the person you work for which rows and why; do not retry.

WITH gone AS (DELETE FROM students RETURNING *) SELECT count(*) FROM gone
> 42501 read-only.write
> MESSAGE DELETE students is not allowed in SELECT: agent "analyst" may only read
> DETAIL Rule read-only.write: Nothing may change rows. DELETE students: it deletes rows.
> HINT Use SELECT to find out what you need. If rows must change, tell the person you work for which rows and why; do not retry.

SELECT 1; UPDATE "Order" SET total = 0; DROP TABLE students
> 42501 read-only.write
> MESSAGE UPDATE "Order" is not allowed: agent "analyst" may only read
> DETAIL Rule read-only.write: Nothing may change rows. Statement 2 of 3: UPDATE "Order": it changes rows.
> HINT Use SELECT to find out what you need. If rows must change, tell the person you work for which rows and why; do not retry.

CREATE TEMP TABLE t AS SELECT 'secret'
> 42501 read-only.define
> MESSAGE CREATE TABLE AS t is not allowed: agent "analyst" may only read
> DETAIL Rule read-only.define: Nothing may create or alter objects, temporary ones included. CREATE TABLE AS t: it creates or alters objects.
> HINT Use a CTE (WITH …) or a sub-select instead of a temporary table. If the schema must change, tell the person you work for; do not retry.

DROP TABLE students, courses CASCADE
> 42501 read-only.destroy
> MESSAGE DROP TABLE students, courses is not allowed: agent "analyst" may only read
> DETAIL Rule read-only.destroy: Nothing may drop or empty objects. DROP TABLE students, courses: it drops or empties objects.
> HINT If something must be removed, tell the person you work for what and why; do not retry.

ALTER TABLE students DROP COLUMN name
> 42501 read-only.destroy
> MESSAGE ALTER TABLE DROP COLUMN name is not allowed: agent "analyst" may only read
> DETAIL Rule read-only.destroy: Nothing may drop or empty objects. ALTER TABLE DROP COLUMN name: the column's values are lost. Refused effects besides it: 1.
> HINT If something must be removed, tell the person you work for what and why; do not retry.

TRUNCATE students
> 42501 read-only.destroy
> MESSAGE TRUNCATE students is not allowed: agent "analyst" may only read
> DETAIL Rule read-only.destroy: Nothing may drop or empty objects. TRUNCATE students: it deletes every row.
> HINT If something must be removed, tell the person you work for what and why; do not retry.

GRANT ALL ON students TO agent
> 42501 read-only.privilege
> MESSAGE GRANT students is not allowed: agent "analyst" may only read
> DETAIL Rule read-only.privilege: Nothing may change roles, grants, owners or row filters. GRANT students: it changes who may do what.
> HINT If a right is missing, tell the person you work for which one; do not retry.

SELECT * FROM students FOR UPDATE
> 42501 read-only.lock
> MESSAGE SELECT FOR UPDATE is not allowed: agent "analyst" may only read
> DETAIL Rule read-only.lock: Nothing may take locks that others wait for. SELECT FOR UPDATE: it locks rows, for which writers then wait.
> HINT Leave out FOR UPDATE, FOR SHARE, LOCK or the advisory lock: a plain SELECT sees a consistent state without them.

LOCK TABLE students
> 42501 read-only.lock
> MESSAGE LOCK students is not allowed: agent "analyst" may only read
> DETAIL Rule read-only.lock: Nothing may take locks that others wait for. LOCK students: it takes locks that others wait for.
> HINT Leave out FOR UPDATE, FOR SHARE, LOCK or the advisory lock: a plain SELECT sees a consistent state without them.

DO $$ BEGIN DELETE FROM students WHERE name = 'secret'; END $$
> 42501 read-only.procedural
> MESSAGE DO is not allowed: agent "analyst" may only read
> DETAIL Rule read-only.procedural: No code may run whose effect its text does not show. DO: what its code does cannot be told.
> HINT Write what you want to read as a plain SELECT.

CALL archive('secret')
> 42501 read-only.procedural
> MESSAGE CALL archive is not allowed: agent "analyst" may only read
> DETAIL Rule read-only.procedural: No code may run whose effect its text does not show. CALL archive: what the procedure does cannot be told, and it may commit. Refused effects besides it: 1.
> HINT Write what you want to read as a plain SELECT.

COPY students TO PROGRAM 'secret'
> 42501 read-only.unsafe-io
> MESSAGE COPY TO PROGRAM students is not allowed: agent "analyst" may only read
> DETAIL Rule read-only.unsafe-io: Nothing may reach outside the database: files, programs, the network, the server process. COPY TO PROGRAM students: it runs a program on the server.
> HINT To get data out use SELECT, or COPY (SELECT …) TO STDOUT.

COPY students FROM '/secret'
> 42501 read-only.unsafe-io
> MESSAGE COPY FROM FILE students is not allowed: agent "analyst" may only read
> DETAIL Rule read-only.unsafe-io: Nothing may reach outside the database: files, programs, the network, the server process. COPY FROM FILE students: it reads a file of the server. Refused effects besides it: 1.
> HINT To get data out use SELECT, or COPY (SELECT …) TO STDOUT.

SELECT pg_advisory_lock(42)
> 42501 read-only.function
> MESSAGE calling pg_advisory_lock() is not allowed in SELECT: agent "analyst" may only read
> DETAIL Rule read-only.function: Only functions known to be harmless may be called. calling pg_advisory_lock(): it takes a lock that other sessions wait for.
> HINT PostgreSQL's own reading functions may be called. If this one only reads, ask the person you work for to allow it; do not retry.

SELECT nextval('secret')
> 42501 read-only.function
> MESSAGE calling nextval() is not allowed in SELECT: agent "analyst" may only read
> DETAIL Rule read-only.function: Only functions known to be harmless may be called. calling nextval(): it advances or sets a sequence.
> HINT PostgreSQL's own reading functions may be called. If this one only reads, ask the person you work for to allow it; do not retry.

SELECT public.archive(id) FROM students
> 42501 read-only.function
> MESSAGE calling public.archive() is not allowed in SELECT: agent "analyst" may only read
> DETAIL Rule read-only.function: Only functions known to be harmless may be called. calling public.archive(): it is not on the list of functions known to be harmless.
> HINT PostgreSQL's own reading functions may be called. If this one only reads, ask the person you work for to allow it; do not retry.

SELECT query_to_xml('DELETE FROM secret', true, true, '')
> 42501 read-only.function
> MESSAGE calling query_to_xml() is not allowed in SELECT: agent "analyst" may only read
> DETAIL Rule read-only.function: Only functions known to be harmless may be called. calling query_to_xml(): it runs SQL that is given to it as text.
> HINT PostgreSQL's own reading functions may be called. If this one only reads, ask the person you work for to allow it; do not retry.

SELECT (5).pg_terminate_backend
> 42501 read-only.function
> MESSAGE calling pg_terminate_backend() is not allowed in SELECT: agent "analyst" may only read
> DETAIL Rule read-only.function: Only functions known to be harmless may be called. calling pg_terminate_backend(): it ends or interrupts other sessions.
> HINT PostgreSQL's own reading functions may be called. If this one only reads, ask the person you work for to allow it; do not retry.

SELECT 1 OPERATOR(ext.+) 2
> 42501 read-only.operator
> MESSAGE using operator ext.+ is not allowed in SELECT: agent "analyst" may only read
> DETAIL Rule read-only.operator: Only PostgreSQL's own operators may be named by schema. using operator ext.+: behind an operator from outside pg_catalog stands a function that may write.
> HINT Write OPERATOR(pg_catalog.…) or use the function that you need.

BEGIN READ WRITE
> 42501 transaction.read-write
> MESSAGE BEGIN READ WRITE is not allowed: agent "analyst" may only read
> DETAIL Rule transaction.read-write: No transaction may be made read-write. BEGIN READ WRITE: it lifts the read-only mode.
> HINT Begin with BEGIN or BEGIN READ ONLY. Connection settings such as readOnly=true make drivers do so.

SET TRANSACTION READ WRITE
> 42501 transaction.read-write
> MESSAGE SET TRANSACTION READ WRITE is not allowed: agent "analyst" may only read
> DETAIL Rule transaction.read-write: No transaction may be made read-write. SET TRANSACTION READ WRITE: it lifts the read-only mode.
> HINT Begin with BEGIN or BEGIN READ ONLY. Connection settings such as readOnly=true make drivers do so.

PREPARE TRANSACTION 'secret'
> 42501 transaction.two-phase
> MESSAGE PREPARE TRANSACTION is not allowed: agent "analyst" may only read
> DETAIL Rule transaction.two-phase: No transaction may be prepared for two-phase commit. PREPARE TRANSACTION: a prepared transaction outlives its session and keeps its locks.
> HINT End the transaction with COMMIT or ROLLBACK.

COMMIT; DELETE FROM students
> 42501 read-only.write
> MESSAGE DELETE students is not allowed: agent "analyst" may only read
> DETAIL Rule read-only.write: Nothing may change rows. Statement 2 of 2: DELETE students: it deletes rows.
> HINT Use SELECT to find out what you need. If rows must change, tell the person you work for which rows and why; do not retry.

COMMIT; SELECT 1
> 42501 transaction.mixed
> MESSAGE a query string with 2 statements must not hold COMMIT
> DETAIL Rule transaction.mixed: One query string must not mix statements with the control of transactions.
> HINT Send BEGIN, COMMIT and ROLLBACK each as a query of its own.

SET search_path = evil
> 42501 settings.pinned
> MESSAGE SET search_path is not allowed: agent "analyst" may only read
> DETAIL Rule settings.pinned: Settings that change how statements are read, judged or held may not be changed. SET search_path: it changes which objects a name means.
> HINT Leave the setting as it is. Settings of presentation and planning may be changed, such as DateStyle, TimeZone, application_name, statement_timeout; SHOW shows any.

SET standard_conforming_strings = off
> 42501 settings.pinned
> MESSAGE SET standard_conforming_strings is not allowed: agent "analyst" may only read
> DETAIL Rule settings.pinned: Settings that change how statements are read, judged or held may not be changed. SET standard_conforming_strings: off changes where a string ends.
> HINT Leave the setting as it is. Settings of presentation and planning may be changed, such as DateStyle, TimeZone, application_name, statement_timeout; SHOW shows any.

SELECT set_config('app.tenant', 'secret', false)
> 42501 settings.pinned
> MESSAGE SET "app.tenant" is not allowed in SELECT: agent "analyst" may only read
> DETAIL Rule settings.pinned: Settings that change how statements are read, judged or held may not be changed. SET "app.tenant": it is not on the list of settings known to be harmless.
> HINT Leave the setting as it is. Settings of presentation and planning may be changed, such as DateStyle, TimeZone, application_name, statement_timeout; SHOW shows any.

SET app.tenant = 'secret'
> 42501 settings.pinned
> MESSAGE SET "app.tenant" is not allowed: agent "analyst" may only read
> DETAIL Rule settings.pinned: Settings that change how statements are read, judged or held may not be changed. SET "app.tenant": it is not on the list of settings known to be harmless.
> HINT Leave the setting as it is. Settings of presentation and planning may be changed, such as DateStyle, TimeZone, application_name, statement_timeout; SHOW shows any.

EXPLAIN ANALYZE DELETE FROM students
> 42501 read-only.write
> MESSAGE DELETE students is not allowed in EXPLAIN: agent "analyst" may only read
> DETAIL Rule read-only.write: Nothing may change rows. DELETE students: it deletes rows.
> HINT Use SELECT to find out what you need. If rows must change, tell the person you work for which rows and why; do not retry.

SELECT FROM WHERE
> 42601 statement.malformed
> MESSAGE syntax error at or near "WHERE"
> DETAIL Rule statement.malformed: The text is not PostgreSQL's SQL.
> HINT Correct the syntax; the position shows where reading stopped.

NOTIFY channel, 'secret'
> 42501 read-only.write
> MESSAGE NOTIFY channel is not allowed: agent "analyst" may only read
> DETAIL Rule read-only.write: Nothing may change rows. NOTIFY channel: it sends a message to other sessions.
> HINT Use SELECT to find out what you need. If rows must change, tell the person you work for which rows and why; do not retry.

VACUUM FULL students
> 42501 read-only.write
> MESSAGE VACUUM students is not allowed: agent "analyst" may only read
> DETAIL Rule read-only.write: Nothing may change rows. VACUUM students: it rewrites or measures tables.
> HINT Use SELECT to find out what you need. If rows must change, tell the person you work for which rows and why; do not retry.
