# What statements other than queries do to relations, by the catalog of the tests (`Shop`).

TRUNCATE students
> TRUNCATE public.students unbounded

TRUNCATE TABLE ONLY students, vault.cards RESTART IDENTITY CASCADE
> TRUNCATE public.students unbounded
> TRUNCATE vault.cards unbounded

TRUNCATE audit
> TRUNCATE public.audit unbounded
> TRUNCATE app.audit unbounded

DROP TABLE students
> DROP public.students unbounded

DROP TABLE IF EXISTS students, vault.cards, nothing CASCADE
> DROP public.students unbounded
> DROP vault.cards unbounded
> DROP nothing unbounded
> UNFORESEEABLE CASCADE drops whatever depends on what is dropped

DROP VIEW active_students
> DROP public.active_students

DROP MATERIALIZED VIEW totals
> DROP public.totals unbounded

DROP INDEX students_pkey, vault.cards_pkey
> DROP students_pkey
> DROP vault.cards_pkey

DROP SEQUENCE students_id_seq
> DROP students_id_seq

DROP FOREIGN TABLE remote
> DROP remote unbounded

DROP SCHEMA vault
> DROP vault.* unbounded

DROP SCHEMA vault, sales CASCADE
> DROP vault.* unbounded
> DROP vault.cards unbounded by schema vault
> DROP vault.keys unbounded by schema vault
> DROP sales.* unbounded
> DROP sales.orders unbounded by schema sales
> UNFORESEEABLE CASCADE drops whatever depends on what is dropped

DROP TRIGGER t ON students
> ALTER public.students

DROP RULE r ON vault.cards
> ALTER vault.cards

DROP POLICY p ON students CASCADE
> ALTER public.students
> UNFORESEEABLE CASCADE drops whatever depends on what is dropped

DROP FUNCTION f() CASCADE
> UNFORESEEABLE CASCADE drops whatever depends on what is dropped

DROP TYPE t CASCADE
> DROP t
> UNFORESEEABLE CASCADE drops whatever depends on what is dropped

DROP EXTENSION e CASCADE
> UNFORESEEABLE CASCADE drops whatever depends on what is dropped

DROP OWNED BY someone
> UNFORESEEABLE DROP OWNED drops whatever the roles own in this database

REASSIGN OWNED BY someone TO other
> UNFORESEEABLE REASSIGN OWNED gives away whatever the roles own

LOCK students
> LOCK public.students

LOCK TABLE ONLY students, vault.cards IN ACCESS EXCLUSIVE MODE
> LOCK public.students
> LOCK vault.cards

CREATE TABLE mine (id int)
> DEFINE app.mine
> DEFINE public.mine

CREATE TABLE IF NOT EXISTS sales.mine (id int REFERENCES students (id), CHECK (id > 0))
> DEFINE sales.mine
> ALTER public.students

CREATE TEMPORARY TABLE mine (id int)
> DEFINE pg_temp.mine

CREATE UNLOGGED TABLE mine (LIKE students INCLUDING ALL, note text) INHERITS (archive)
> DEFINE app.mine
> DEFINE public.mine
> ALTER public.archive
> READ public.students

CREATE TABLE part PARTITION OF sales.orders FOR VALUES FROM (1) TO (2)
> DEFINE app.part
> DEFINE public.part
> ALTER sales.orders

CREATE FOREIGN TABLE remote (id int) SERVER s
> DEFINE app.remote
> DEFINE public.remote

IMPORT FOREIGN SCHEMA far FROM SERVER s INTO sales
> DEFINE sales.*

CREATE SCHEMA extra CREATE TABLE t (id int) CREATE VIEW v AS SELECT id FROM students
> DEFINE extra.*
> DEFINE extra.t
> DEFINE extra.v
> READ public.students (id)
> READ extra.students (id)

CREATE SCHEMA AUTHORIZATION joe CREATE TABLE t (id int REFERENCES courses)
> DEFINE joe.*
> DEFINE joe.t
> ALTER public.courses
> ALTER joe.courses

CREATE SEQUENCE s
> DEFINE app.s
> DEFINE public.s

ALTER SEQUENCE s RESTART
> ALTER s

CREATE TYPE pair AS (a int, b int)
> DEFINE app.pair
> DEFINE public.pair

CREATE INDEX ON students (email, lower(name)) INCLUDE (score) WHERE active
> READ public.students (active, email, name, score)
> ALTER public.students

CREATE UNIQUE INDEX CONCURRENTLY i ON sales.orders (id)
> READ sales.orders (id)
> ALTER sales.orders

CREATE STATISTICS st ON id, name FROM students
> ALTER public.students

CREATE TRIGGER t BEFORE UPDATE OF name ON students FOR EACH ROW WHEN (OLD.name <> NEW.name) EXECUTE FUNCTION f()
> ALTER public.students

CREATE CONSTRAINT TRIGGER t AFTER INSERT ON students FROM courses FOR EACH ROW EXECUTE FUNCTION f()
> ALTER public.students
> ALTER public.courses

CREATE POLICY p ON students USING (id IN (SELECT student_id FROM payments WHERE students.active)) WITH CHECK (score > '1')
> READ public.students (active, id, score)
> ALTER public.students
> READ public.payments (student_id)

ALTER POLICY p ON students USING (true)
> ALTER public.students

ALTER TABLE students ADD COLUMN extra int DEFAULT 5
> ALTER public.students (extra)

ALTER TABLE students DROP COLUMN email CASCADE
> ALTER public.students (email) unbounded
> UNFORESEEABLE CASCADE drops whatever depends on what is dropped

ALTER TABLE students ALTER COLUMN email TYPE int USING NULL, ALTER name SET NOT NULL
> ALTER public.students (email, name) unbounded

ALTER TABLE students ALTER score TYPE int USING length(name)
> READ public.students (name)
> ALTER public.students (score) unbounded

ALTER TABLE students ADD CONSTRAINT k CHECK (score > '1'), ADD FOREIGN KEY (id) REFERENCES vault.cards (id)
> READ public.students (score)
> ALTER public.students
> ALTER vault.cards

ALTER TABLE students RENAME TO pupils
> ALTER public.students
> DEFINE public.pupils

ALTER TABLE students RENAME COLUMN email TO mail
> ALTER public.students (email, mail)

ALTER TABLE students RENAME CONSTRAINT a TO b
> ALTER public.students

ALTER TABLE students SET SCHEMA vault
> ALTER public.students
> DEFINE vault.students

ALTER TABLE students OWNER TO joe
> ALTER public.students

ALTER TABLE students DISABLE TRIGGER ALL
> ALTER public.students

ALTER TABLE students INHERIT archive
> ALTER public.students
> ALTER public.archive

ALTER TABLE sales.orders ATTACH PARTITION students DEFAULT
> ALTER sales.orders
> ALTER public.students

ALTER TABLE students CLUSTER ON i
> ALTER public.students

ALTER TABLE IF EXISTS ONLY nothing SET LOGGED
> ALTER nothing

ALTER TABLE ALL IN TABLESPACE a SET TABLESPACE b
> UNFORESEEABLE ALL IN TABLESPACE moves whatever stands there

ALTER VIEW active_students ALTER COLUMN id SET DEFAULT 1
> ALTER public.active_students (id)

ALTER MATERIALIZED VIEW totals RENAME TO sums
> ALTER public.totals
> DEFINE public.sums

ALTER INDEX students_pkey RENAME TO pk
> ALTER students_pkey
> DEFINE app.pk
> DEFINE public.pk

ALTER SCHEMA sales RENAME TO vault2
> ALTER sales.*
> ALTER sales.orders by schema sales
> DEFINE vault2.*

ALTER TRIGGER t ON students RENAME TO u
> ALTER public.students

ALTER POLICY p ON students RENAME TO u
> ALTER public.students

ALTER FOREIGN TABLE remote OPTIONS (ADD a 'b')
> ALTER remote

ALTER EXTENSION e ADD TABLE students
> ALTER public.students

REFRESH MATERIALIZED VIEW totals
> INSERT public.totals (*)
> DELETE public.totals unbounded

REFRESH MATERIALIZED VIEW CONCURRENTLY totals
> INSERT public.totals (*)
> DELETE public.totals unbounded

REFRESH MATERIALIZED VIEW totals WITH NO DATA
> DELETE public.totals unbounded

VACUUM
> ALTER *.*
> UNFORESEEABLE it is done to every relation, with what that runs in each

VACUUM (FULL, ANALYZE) students, courses (id)
> ALTER public.students
> ALTER public.courses

ANALYZE students
> ALTER public.students

CLUSTER students USING i
> ALTER public.students

CLUSTER
> ALTER *.*
> UNFORESEEABLE it is done to every relation, with what that runs in each

REINDEX TABLE students
> ALTER public.students

REINDEX SCHEMA vault
> ALTER vault.*
> ALTER vault.cards by schema vault
> ALTER vault.keys by schema vault

REINDEX DATABASE d
> ALTER *.*
> UNFORESEEABLE it is done to every relation, with what that runs in each

COMMENT ON TABLE students IS 'x'
> ALTER public.students

COMMENT ON COLUMN public.students.email IS 'x'
> ALTER public.students (email)

COMMENT ON VIEW active_students IS NULL
> ALTER public.active_students

COMMENT ON TRIGGER t ON students IS 'x'
> ALTER public.students

COMMENT ON FUNCTION f() IS 'x'

SECURITY LABEL ON TABLE students IS 'x'
> ALTER public.students

GRANT SELECT ON students, vault.cards TO joe
> ALTER public.students
> ALTER vault.cards

GRANT SELECT (email) ON students TO joe
> ALTER public.students

REVOKE ALL ON ALL TABLES IN SCHEMA vault FROM joe
> ALTER vault.*
> ALTER vault.cards by schema vault
> ALTER vault.keys by schema vault

GRANT EXECUTE ON FUNCTION f() TO joe

GRANT USAGE ON SCHEMA vault TO joe

ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO joe

CREATE PUBLICATION p FOR TABLE students (id) WHERE (active), vault.cards
> ALTER vault.cards
> ALTER public.students

CALL p(1)

DO 'BEGIN END'

SET application_name = 'x'

SHOW search_path

BEGIN
