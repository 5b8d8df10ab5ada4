# Which columns are read and written, by the catalog of the tests (`Shop`).

SELECT id, name FROM students
> READ public.students (id, name)

SELECT s.id FROM students AS s WHERE s.score > '1' GROUP BY s.id, active HAVING max(email) > 'a' ORDER BY name
> READ public.students (active, email, id, name, score)

SELECT public.students.email FROM students
> READ public.students (email)

SELECT students.email FROM public.students
> READ public.students (email)

SELECT vault.cards.* FROM vault.cards, students
> READ vault.cards (*)
> READ public.students

SELECT c.* FROM vault.cards c JOIN students s ON s.id = c.student_id
> READ vault.cards (*)
> READ public.students (id)

# A whole row.
SELECT students FROM students
> READ public.students (*)

SELECT s FROM students s
> READ public.students (*)

SELECT row_to_json(s) FROM students s
> READ public.students (*)

SELECT s::text FROM students s
> READ public.students (*)

SELECT (s).email FROM students s
> READ public.students (*)

SELECT (s).* FROM students s
> READ public.students (*)

SELECT s.row_to_json FROM students s
> READ public.students (*)

SELECT s.name, s.text FROM students s
> READ public.students (*)

SELECT to_jsonb(students) - 'email' FROM students
> READ public.students (*)

SELECT count(s) FROM students s
> READ public.students (*)

SELECT 1 FROM students s WHERE s IS NOT NULL
> READ public.students (*)

SELECT 1 FROM students s ORDER BY s
> READ public.students (*)

SELECT 1 FROM students s WHERE s = ROW(1, 'a', 'b', true, '1')
> READ public.students (*)

SELECT array_agg(s) FROM students s
> READ public.students (*)

SELECT email(s) FROM students s
> READ public.students (*)

SELECT (SELECT s) FROM students s
> READ public.students (*)

SELECT x.* FROM (SELECT s FROM students s) x
> READ public.students (*)

SELECT (x.s).email FROM (SELECT s FROM students s) x
> READ public.students (*)

# A column is meant, though the table has the same name.
SELECT email FROM email
> READ public.email (email)

SELECT email FROM students, email
> READ public.students (email)
> READ public.email (email)

SELECT email.email FROM email
> READ public.email (email)

# Renamed columns.
SELECT x.a, x.b FROM students AS x (a, b)
> READ public.students (id, name)

SELECT c FROM students AS x (a, b, c)
> READ public.students (email)

SELECT email FROM students AS x (a, b, c)
> READ public.students (email)

SELECT score FROM students AS x (a, b)
> READ public.students (score)

SELECT j.x FROM (students s JOIN vault.cards c ON c.student_id = s.id) AS j (x, y)
> READ public.students (*)
> READ vault.cards (*)

SELECT y FROM (students s JOIN vault.cards c ON c.student_id = s.id) AS j (x, y)
> READ public.students (*)
> READ vault.cards (*)

SELECT j.number FROM (students s JOIN vault.cards c ON c.student_id = s.id) AS j
> READ public.students (id)
> READ vault.cards (number, student_id)

SELECT j FROM (students s JOIN vault.cards c ON c.student_id = s.id) AS j
> READ public.students (*)
> READ vault.cards (*)

SELECT mail FROM (SELECT email AS mail FROM students) x
> READ public.students (email)

SELECT a FROM (VALUES ((SELECT email FROM students LIMIT 1))) v (a)
> READ public.students (email)

WITH x (a) AS (SELECT email FROM students) SELECT a FROM x
> READ public.students (email)

# Joins.
SELECT 1 FROM students JOIN vault.cards USING (id)
> READ public.students (id)
> READ vault.cards (id)

SELECT 1 FROM students JOIN courses USING (id) AS k WHERE k.id > 1
> READ public.students (id)
> READ public.courses (id)

SELECT 1 FROM students NATURAL JOIN archive
> READ public.students (id, name)
> READ public.archive (id, name)

SELECT 1 FROM students NATURAL JOIN (SELECT * FROM archive) a
> READ public.students (*)
> READ public.archive (*)

SELECT 1 FROM students NATURAL LEFT JOIN no_such_table
> READ public.students (*)
> READ no_such_table (*)

SELECT * FROM students s LEFT JOIN LATERAL (SELECT number FROM vault.cards c WHERE c.student_id = s.score) x ON true
> READ public.students (*)
> READ vault.cards (number, student_id)

SELECT title FROM students, LATERAL (SELECT title FROM courses WHERE teacher = email) x
> READ public.students (email, title)
> READ public.courses (teacher, title)

SELECT note FROM students, unnest(ARRAY[email]) AS note
> READ public.students (email, note)

# Sub-selects see the tables around them.
SELECT id FROM students WHERE EXISTS (SELECT 1 FROM payments WHERE student_id = students.id AND email = 'x')
> READ public.students (email, id)
> READ public.payments (student_id)

SELECT id FROM students WHERE id IN (SELECT student_id FROM payments WHERE paid)
> READ public.students (id)
> READ public.payments (paid, student_id)

SELECT id FROM courses WHERE title IN (SELECT email FROM payments)
> READ public.courses (email, id, title)
> READ public.payments (email)

SELECT (SELECT max(score) FROM submissions WHERE student_id = s.id) FROM students s
> READ public.students (id, score)
> READ public.submissions (score, student_id)

SELECT secret FROM courses WHERE (SELECT count(*) FROM vault.keys) > 0
> READ public.courses (secret)
> READ vault.keys

# Oracles.
SELECT id FROM students ORDER BY email
> READ public.students (email, id)

SELECT id FROM students WHERE email LIKE 'a%'
> READ public.students (email, id)

SELECT id FROM students GROUP BY id, email
> READ public.students (email, id)

SELECT 1 FROM students HAVING bool_or(email = 'x')
> READ public.students (email)

SELECT DISTINCT ON (email) id FROM students
> READ public.students (email, id)

SELECT rank() OVER (ORDER BY email) FROM students
> READ public.students (email)

SELECT rank() OVER w FROM students WINDOW w AS (PARTITION BY email)
> READ public.students (email)

SELECT count(*) FILTER (WHERE email > 'a') FROM students
> READ public.students (email)

SELECT id FROM students LIMIT (SELECT length(min(email)) FROM students)
> READ public.students (email, id)

SELECT string_agg(name, ',' ORDER BY email) FROM students
> READ public.students (email, name)

SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY email) FROM students
> READ public.students (email)

SELECT CASE WHEN email = 'x' THEN 1 END, coalesce(email, ''), ARRAY[email], ROW(email), (ARRAY[id])[score::int] FROM students
> READ public.students (email, id, score)

SELECT id FROM students TABLESAMPLE system (1) REPEATABLE (2) WHERE email IS NOT NULL
> READ public.students (email, id)

SELECT 1 FROM students, generate_series(1, length(email)) g
> READ public.students (email)

SELECT 1 FROM students, XMLTABLE('/a' PASSING (email::xml) COLUMNS x int PATH 'b')
> READ public.students (email)

SELECT JSON_VALUE(email, '$.a' PASSING score AS s DEFAULT name ON EMPTY) FROM students
> READ public.students (email, name, score)

SELECT 1 FROM students, JSON_TABLE(email::jsonb, '$[*]' COLUMNS (x int PATH '$.x')) j
> READ public.students (email)

SELECT EXISTS (SELECT * FROM students)
> READ public.students (*)

SELECT (email COLLATE "C")::int FROM students
> READ public.students (email)

SELECT ctid, xmin FROM students
> READ public.students (ctid, xmin)

# What a name cannot mean by the catalog may be newer than the catalog.
SELECT newcomer FROM students
> READ public.students (newcomer)

SELECT s.newcomer FROM students s
> READ public.students (*)

SELECT total FROM (SELECT sum(amount) AS total FROM payments) x
> READ public.payments (amount)

# Columns that are given values.
INSERT INTO students (id, email) SELECT student_id, number FROM vault.cards
> INSERT public.students (email, id)
> READ vault.cards (number, student_id)

UPDATE students SET email = name WHERE score = '1'
> READ public.students (name, score)
> UPDATE public.students (email) bounded

UPDATE students AS s SET email = DEFAULT, name = s.name || email
> READ public.students (email, name)
> UPDATE public.students (email, name) unbounded

UPDATE students SET (name, score) = ROW(email, DEFAULT)
> READ public.students (email)
> UPDATE public.students (name, score) unbounded

INSERT INTO students (id) VALUES ((SELECT max(id) FROM courses)) ON CONFLICT (id) DO UPDATE SET (name, email) = (EXCLUDED.name, students.email)
> READ public.students (email, id)
> INSERT public.students (id)
> UPDATE public.students (email, name) bounded
> READ public.courses (id)

INSERT INTO students (id) VALUES (1) RETURNING WITH (OLD AS o, NEW AS n) o.email, n.name
> READ public.students (email, name)
> INSERT public.students (id)

INSERT INTO students (id) VALUES (1) RETURNING *
> READ public.students (*)
> INSERT public.students (id)

DELETE FROM students WHERE email = 'x' RETURNING name
> READ public.students (email, name)
> DELETE public.students bounded

DELETE FROM students s USING courses c WHERE c.id = s.id RETURNING c.title
> READ public.students (id)
> DELETE public.students unbounded
> READ public.courses (id, title)

MERGE INTO students t USING vault.cards c ON c.student_id = t.id WHEN MATCHED AND t.score > '1' THEN UPDATE SET email = c.number WHEN NOT MATCHED BY SOURCE AND t.active THEN UPDATE SET name = 'x'
> READ public.students (active, id, score)
> UPDATE public.students (email, name) unbounded
> READ vault.cards (number, student_id)
