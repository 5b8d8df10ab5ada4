# Texts that show what a policy closes: public.students.email, and all of vault. Each one shows the word SECRET, in a row
# or in an error, to who runs it past Holdfast; every one must be refused.

SELECT email FROM students

SELECT * FROM students_1

SELECT email FROM students_1

SELECT s FROM students s LIMIT 1

SELECT row_to_json(s)::text FROM students s LIMIT 1

SELECT s.row_to_json FROM students s LIMIT 1

SELECT (s).row_to_json FROM students s LIMIT 1

SELECT (SELECT row_to_json(title) FROM students AS title LIMIT 1) FROM (VALUES (1)) c(x)

SELECT students::text FROM students LIMIT 1

SELECT x.c FROM students AS x(a, b, c) LIMIT 1

SELECT c FROM students AS x(a, b, c) LIMIT 1

SELECT q.c FROM (students JOIN courses USING (id)) AS q(a, b, c) LIMIT 1

SELECT q.email FROM (students JOIN courses USING (id)) AS q LIMIT 1

SELECT row_to_json(q)::text FROM (students JOIN courses USING (id)) AS q LIMIT 1

SELECT json_agg(x) FROM (SELECT students FROM students LIMIT 1) x

SELECT max(students::text) FROM students

TABLE students LIMIT 1

WITH students AS (SELECT * FROM students LIMIT 1) SELECT * FROM students

WITH a AS (SELECT * FROM students), students AS (SELECT 1 AS one) SELECT * FROM a LIMIT 1

WITH RECURSIVE students AS (SELECT 1 AS one) SELECT email FROM public.students LIMIT 1

SELECT l.* FROM students s, LATERAL (SELECT s.*) l LIMIT 1

SELECT l.x FROM students s, LATERAL (SELECT s AS x) l LIMIT 1

SELECT l.v FROM students s CROSS JOIN LATERAL jsonb_each_text(to_jsonb(s)) AS l(k, v) LIMIT 3

SELECT f.* FROM students s, LATERAL json_to_record(row_to_json(s)) AS f(email text) LIMIT 1

SELECT string_agg(s.email, ',') FILTER (WHERE id < 3) FROM students s

SELECT email::int FROM students_1

SELECT most_common_vals::text FROM pg_stats WHERE tablename = 'students'

SELECT most_common_vals::text FROM pg_catalog.pg_stats

SELECT stavalues1::text FROM pg_statistic

SELECT xmlforest(s.email)::text FROM students s LIMIT 1

SELECT xmlelement(name x, s.*)::text FROM students s LIMIT 1

SELECT array_to_string(ARRAY(SELECT email FROM students LIMIT 1), ',')

SELECT coalesce(NULL, email) FROM students LIMIT 1

UPDATE students SET name = email WHERE id = 1 RETURNING name

UPDATE students SET name = 'x' WHERE id = 1 RETURNING *

UPDATE students SET name = 'x' WHERE id = 1 RETURNING students

DELETE FROM students WHERE id = 1 RETURNING email

INSERT INTO courses (id, title) SELECT id + 1000, email FROM students WHERE id = 1 RETURNING title

SELECT s.email FROM students_1 s TABLESAMPLE SYSTEM (100) LIMIT 1

SELECT * FROM ONLY students_1 LIMIT 1

SELECT u FROM students u WHERE id = 1

SELECT (SELECT s) FROM students s LIMIT 1

SELECT (ARRAY[s])[1] FROM students s LIMIT 1

SELECT (ARRAY[s])[1].email FROM students s LIMIT 1

SELECT CASE WHEN true THEN s END FROM students s LIMIT 1

SELECT (VALUES (email)) FROM students LIMIT 1

SELECT unnest(ARRAY[name, email]) FROM students LIMIT 2

SELECT concat(s.*) FROM students s LIMIT 1

SELECT format('%s', s) FROM students s LIMIT 1

SELECT (s.*)::text FROM students s LIMIT 1

SELECT s.*::text FROM students s LIMIT 1

SELECT ROW(s.*)::text FROM students s LIMIT 1

SELECT * FROM students s FULL JOIN (SELECT 1 AS id) t USING (id) LIMIT 2

SELECT name, id FROM students UNION SELECT email, id FROM students

SELECT shop.public.students.email FROM students LIMIT 1

SELECT public.students.email FROM students LIMIT 1

SELECT email FROM shop.public.students LIMIT 1

SELECT students_1.email FROM public.students_1 LIMIT 1

SELECT (SELECT email) FROM (SELECT 1) x, students LIMIT 1

SELECT U&"\0065mail" FROM students LIMIT 1

SELECT "email" FROM "students" LIMIT 1

SELECT EMAIL FROM STUDENTS LIMIT 1

SELECT x FROM students s, XMLTABLE('/r' PASSING xmlelement(name r, s.email) COLUMNS x text PATH '.') LIMIT 1

SELECT s FROM vault.secrets

SELECT k.s FROM vault.secrets AS k, students_1 LIMIT 1

WITH v AS (SELECT * FROM vault.secrets) SELECT * FROM v

SELECT (SELECT max(s) FROM vault.secrets)

TABLE vault.secrets

SELECT secrets FROM "vault"."secrets"

SELECT s FROM vault.secrets_1

DELETE FROM students_1 WHERE id = 1 RETURNING email

UPDATE students_1 SET name = email WHERE id = 1 RETURNING name

SELECT contact FROM v_students LIMIT 1

SELECT * FROM v_students LIMIT 1

SELECT email FROM m_students LIMIT 1

TABLE m_vault

SELECT v.s FROM v_vault v

WITH x AS (SELECT * FROM v_over) SELECT contact FROM x LIMIT 1
