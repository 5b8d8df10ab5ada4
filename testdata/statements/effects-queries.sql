# What queries do to relations, by the catalog of the tests (`Shop`). One text per block; what was found
# stands below it: operation, relation, (columns), and whether a write is bounded.

SELECT * FROM students WHERE id = $1
> READ public.students (*)

TABLE vault.cards
> READ vault.cards (*)

SELECT 1

VALUES (1, 2)

SELECT count(*) FROM students
> READ public.students

SELECT s.name FROM students s JOIN submissions b ON b.student_id = s.id ORDER BY b.at
> READ public.students (id, name)
> READ public.submissions (at, student_id)

# A name that two schemas of the path have stands for both.
SELECT what FROM audit
> READ public.audit (what)
> READ app.audit (what)

SELECT id FROM app.audit
> READ app.audit (id)

SELECT * FROM no_such_table
> READ no_such_table (*)

SELECT "Weird Name".x FROM "Weird Name"
> READ "Weird Name" (x)

# CTEs: a name is a CTE only where PostgreSQL sees one.
WITH students AS (SELECT 1 AS id) SELECT * FROM students

WITH students AS (SELECT 1 AS id) SELECT * FROM public.students
> READ public.students (*)

WITH a AS (SELECT * FROM students), students AS (SELECT 1 AS id) SELECT * FROM a
> READ public.students (*)

WITH students AS (SELECT * FROM students) SELECT * FROM students
> READ public.students (*)

WITH RECURSIVE a AS (SELECT id FROM students), students AS (SELECT 1 AS id) SELECT * FROM a

SELECT (WITH students AS (SELECT 1 AS id) SELECT id FROM students) FROM courses, (SELECT email FROM students) s
> READ public.courses (id)
> READ public.students (email)

WITH x AS (SELECT 1) SELECT (SELECT count(*) FROM x) FROM (WITH y AS (SELECT * FROM x) SELECT * FROM y, courses) z
> READ public.courses (*)

WITH RECURSIVE t(n) AS (SELECT id FROM courses UNION ALL SELECT n + 1 FROM t) SELECT n FROM t
> READ public.courses (id)

WITH students AS (SELECT 1 AS id) DELETE FROM students
> DELETE public.students unbounded

WITH students AS (SELECT 1 AS id) UPDATE students SET name = ''
> UPDATE public.students (name) unbounded

WITH students AS (SELECT 5 AS id) INSERT INTO students (id) SELECT id FROM students
> INSERT public.students (id)

# Writes, wherever they stand.
INSERT INTO students (id, name) VALUES (1, 'x')
> INSERT public.students (id, name)

INSERT INTO students VALUES (1, 'x')
> INSERT public.students (*)

INSERT INTO students DEFAULT VALUES
> INSERT public.students

INSERT INTO archive (id, name) SELECT id, name FROM students
> INSERT public.archive (id, name)
> READ public.students (id, name)

INSERT INTO students (id, name) VALUES (1, 'x') RETURNING id
> READ public.students (id)
> INSERT public.students (id, name)

INSERT INTO students AS s (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, score = s.score + 1
> READ public.students (id, score)
> INSERT public.students (id, name)
> UPDATE public.students (name, score) bounded

INSERT INTO students (id) VALUES (1) ON CONFLICT ON CONSTRAINT students_pkey DO NOTHING
> INSERT public.students (id)

INSERT INTO students (id, email) SELECT id, cvv FROM vault.cards ON CONFLICT (lower(name)) WHERE active DO UPDATE SET email = '' WHERE students.score > 1
> READ public.students (active, name, score)
> INSERT public.students (email, id)
> UPDATE public.students (email) unbounded
> READ vault.cards (cvv, id)

UPDATE students SET name = 'x'
> UPDATE public.students (name) unbounded

UPDATE students SET (name, email) = (SELECT title, teacher FROM courses WHERE courses.id = students.id)
> READ public.students (id)
> UPDATE public.students (email, name) unbounded
> READ public.courses (id, teacher, title)

UPDATE students s SET name = a.name FROM archive a WHERE a.id = s.id
> READ public.students (id)
> UPDATE public.students (name) unbounded
> READ public.archive (id, name)

UPDATE ONLY students SET active = NOT active RETURNING old.email, new.name
> READ public.students (active, email, name)
> UPDATE public.students (active) unbounded

DELETE FROM students
> DELETE public.students unbounded

DELETE FROM students USING vault.cards c WHERE c.student_id = students.id RETURNING *
> READ public.students (*)
> DELETE public.students unbounded
> READ vault.cards (*)

WITH d AS (DELETE FROM payments RETURNING *) SELECT * FROM d
> READ public.payments (*)
> DELETE public.payments unbounded

WITH d AS (DELETE FROM payments RETURNING *) INSERT INTO archive (id) SELECT id FROM d
> INSERT public.archive (id)
> READ public.payments (*)
> DELETE public.payments unbounded

WITH x AS (SELECT 1) UPDATE students SET name = ''
> UPDATE public.students (name) unbounded

SELECT * FROM (WITH i AS (INSERT INTO courses (id) VALUES (1) RETURNING id) SELECT id FROM i) s
> READ public.courses (id)
> INSERT public.courses (id)

MERGE INTO students t USING archive a ON t.id = a.id WHEN MATCHED AND a.note = 'x' THEN DELETE WHEN MATCHED THEN UPDATE SET name = a.name WHEN NOT MATCHED THEN INSERT (id, name) VALUES (a.id, a.name)
> READ public.students (id)
> INSERT public.students (id, name)
> UPDATE public.students (name) unbounded
> DELETE public.students bounded
> READ public.archive (id, name, note)

MERGE INTO students t USING archive a ON true WHEN NOT MATCHED BY SOURCE THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (a.id, a.name) RETURNING merge_action(), t.*, old.email
> READ public.students (*)
> INSERT public.students (*)
> DELETE public.students unbounded
> READ public.archive (id, name)

MERGE INTO students USING (SELECT * FROM courses) c ON false WHEN NOT MATCHED THEN DO NOTHING
> READ public.courses (*)

# SQL inside statements.
EXPLAIN DELETE FROM students WHERE id = 1
> READ public.students (id)

EXPLAIN ANALYZE DELETE FROM students WHERE id = 1
> READ public.students (id)
> DELETE public.students bounded

EXPLAIN (ANALYZE false) UPDATE students SET name = email
> READ public.students (email)
> UPDATE public.students (name) unbounded

EXPLAIN SELECT * FROM students FOR UPDATE
> READ public.students (*)

EXPLAIN CREATE TABLE x AS SELECT * FROM students
> READ public.students (*)

EXPLAIN ANALYZE CREATE TABLE x AS SELECT id FROM students
> DEFINE app.x
> DEFINE public.x
> READ public.students (id)

EXPLAIN INSERT INTO students (id) VALUES (1)
> READ public.students

EXPLAIN MERGE INTO students t USING archive a ON t.id = a.id WHEN MATCHED THEN DELETE
> READ public.students (id)
> READ public.archive (id)

PREPARE p AS DELETE FROM students WHERE id = $1
> READ public.students (id)
> DELETE public.students bounded

PREPARE p (int) AS SELECT name FROM students WHERE id = $1
> READ public.students (id, name)

DECLARE c CURSOR WITH HOLD FOR SELECT id FROM students FOR UPDATE
> READ public.students (id)
> LOCK public.students

COPY students TO STDOUT
> READ public.students (*)

COPY students (id, name) TO STDOUT
> READ public.students (id, name)

COPY (SELECT email FROM students) TO STDOUT
> READ public.students (email)

COPY (DELETE FROM students RETURNING *) TO STDOUT
> READ public.students (*)
> DELETE public.students unbounded

COPY students FROM STDIN
> INSERT public.students (*)

COPY students (id, name) FROM STDIN WHERE score > '3'
> READ public.students (score)
> INSERT public.students (id, name)

CREATE TABLE mine AS SELECT id FROM students
> DEFINE app.mine
> DEFINE public.mine
> READ public.students (id)

CREATE TABLE sales.mine AS TABLE vault.cards
> DEFINE sales.mine
> READ vault.cards (*)

CREATE TEMP TABLE mine AS SELECT 1
> DEFINE pg_temp.mine

CREATE TABLE mine AS EXECUTE p
> DEFINE app.mine
> DEFINE public.mine

CREATE MATERIALIZED VIEW mine AS SELECT email FROM students
> DEFINE app.mine
> DEFINE public.mine
> READ public.students (email)

SELECT id INTO mine FROM students
> READ public.students (id)
> DEFINE app.mine
> DEFINE public.mine

SELECT id INTO TEMP mine FROM students
> READ public.students (id)
> DEFINE pg_temp.mine

CREATE VIEW v AS SELECT s.id FROM students s
> DEFINE app.v
> DEFINE public.v
> READ public.students (id)

CREATE OR REPLACE VIEW v AS SELECT 1
> DEFINE app.v
> ALTER app.v
> DEFINE public.v
> ALTER public.v

CREATE RULE r AS ON DELETE TO students DO INSTEAD DELETE FROM vault.cards WHERE student_id = OLD.id
> READ public.students (id)
> ALTER public.students
> READ vault.cards (student_id)
> DELETE vault.cards unbounded

CREATE RULE r AS ON UPDATE TO students WHERE NEW.score <> OLD.score DO ALSO (INSERT INTO audit (id) VALUES (NEW.id); UPDATE archive SET note = NEW.email)
> READ public.students (email, id, score)
> ALTER public.students
> INSERT public.audit (id)
> INSERT app.audit (id)
> UPDATE public.archive (note) unbounded

CREATE FUNCTION f() RETURNS void LANGUAGE sql BEGIN ATOMIC DELETE FROM vault.keys; END
> DELETE vault.keys unbounded

# Locks.
SELECT id FROM students FOR UPDATE
> READ public.students (id)
> LOCK public.students

SELECT s.id FROM students s JOIN courses c ON true FOR SHARE OF s
> READ public.students (id)
> LOCK public.students
> READ public.courses

SELECT id FROM (SELECT * FROM students) s FOR NO KEY UPDATE
> READ public.students (*)
> LOCK public.students

SELECT id FROM students UNION SELECT id FROM courses
> READ public.students (id)
> READ public.courses (id)

SELECT s.id FROM (SELECT x.id FROM (SELECT * FROM vault.keys) x, courses) s, students t FOR KEY SHARE OF s
> READ public.students
> READ public.courses
> LOCK public.courses
> READ vault.keys (*)
> LOCK vault.keys

WITH k AS (SELECT id FROM vault.keys) SELECT * FROM k, students FOR UPDATE
> READ public.students (*)
> LOCK public.students
> READ vault.keys (id)

SELECT * FROM active_students FOR UPDATE
> READ public.active_students (*)
> LOCK public.active_students
