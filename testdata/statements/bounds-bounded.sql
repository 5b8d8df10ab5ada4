# Equal to given values.
id = 5
5 = id
students.id = $1
public.students.id = 5
id IN (1, 2, 3)
id = ANY (ARRAY[1, 2])
id = ANY ($1)
id = ANY ('{1,2}'::int[])
id IS NOT DISTINCT FROM 5
NOT id <> 5
(id, name) = (5, 'x')
(id, name) IN ((5, 'x'), (6, 'y'))
id OPERATOR(pg_catalog.=) 5
lower(email) = 'x@test'
email COLLATE "C" = 'x'
id::text = '5'
email::varchar = $1
score::date = current_date
name = 'a' || 'b'
id = 2 + 3
email::jsonb ->> 'kind' = 'test'
ctid = '(0,1)'

# With other conditions beside it.
id = 5 AND true
id = 5 AND id > 0
1 = 1 AND id = 5
id > 0 AND (name <> 'x' AND id = 5)
id = 5 AND (name = 'x' OR true)
id = 5 AND random() < 1
active AND id > 0

# Alternatives that each keep rows out.
id = 5 OR id = 6
id = 5 OR name = 'x'
id = 5 OR id IS NULL
id = '1' OR id = '0'
(id = 5 AND active) OR (name = 'x' AND active)
id IN (1, 2) OR id BETWEEN 10 AND 20 OR name LIKE 'test%'

# Ranges with two ends.
id BETWEEN 1 AND 100
id BETWEEN SYMMETRIC 100 AND 1
id > 5 AND id < 10
id >= $1 AND id <= $2
name >= 'test' AND name < 'tesu'
10 > id AND 5 < id
score::date >= '2024-01-01' AND score::date < '2024-02-01'

# Other conditions on one column.
email IS NULL
name LIKE 'test%'
name ILIKE 'test-%'
active
NOT active
active = true
active IS TRUE
active IS FALSE

# A sub-select with a condition of its own.
id IN (SELECT student_id FROM payments WHERE payments.id = 5)
id IN (SELECT student_id FROM payments p JOIN courses c ON c.id = p.id WHERE c.title = 'x')
id = ANY (SELECT student_id FROM payments WHERE amount = $1)
id = ANY (ARRAY(SELECT student_id FROM payments WHERE amount = '5'))
id IN (SELECT id FROM students WHERE name = 'x')
id IN (SELECT id FROM students ORDER BY id LIMIT 100)
ctid IN (SELECT ctid FROM students LIMIT 1000)
id IN (VALUES (1), (2))
id IN (SELECT 1 UNION ALL SELECT 2)
id IN (SELECT unnest FROM unnest(ARRAY[1, 2]))
id = (SELECT max(id) FROM students)
id = (SELECT student_id FROM payments WHERE amount = '5')
(id, name) IN (SELECT a.id, a.name FROM archive a WHERE a.note = 'x')
WITH x AS (SELECT id FROM students WHERE name = 'x') DELETE FROM students WHERE id IN (SELECT id FROM x)
WITH x (n) AS (VALUES (1), (2)) UPDATE students SET name = 'x' FROM x WHERE x.n = students.id

# EXISTS about the row.
EXISTS (SELECT 1 FROM payments p WHERE p.student_id = students.id AND p.amount = '5')
EXISTS (SELECT FROM payments WHERE student_id = students.id AND payments.id IN (1, 2))
EXISTS (SELECT * FROM payments p JOIN courses c ON c.id = p.id WHERE p.student_id = students.id AND c.title = 'x')
EXISTS (SELECT 1 FROM (VALUES (1), (2)) v (id) WHERE v.id = students.id)
EXISTS (SELECT 1 FROM payments p WHERE students.id = 5)

# Joins with what is kept small.
UPDATE students SET score = v.s FROM (VALUES (1, '9'), (2, '8')) v (id, s) WHERE v.id = students.id
DELETE FROM students USING payments p WHERE p.student_id = students.id AND p.amount = '5'
DELETE FROM students USING payments p JOIN courses c ON c.id = p.id WHERE p.student_id = students.id AND c.title = 'x'
DELETE FROM students t USING students s WHERE s.id = t.id AND s.id = 5
UPDATE students SET name = 'x' FROM unnest($1::int[]) AS u (id) WHERE u.id = students.id
UPDATE students SET name = 'x' FROM (SELECT student_id FROM payments WHERE amount = '5') p WHERE p.student_id = students.id
DELETE FROM students USING payments p JOIN courses USING (id) WHERE p.student_id = students.id AND courses.title = 'x'

# A cursor's row, and rows that were given.
DELETE FROM students WHERE CURRENT OF c
UPDATE students SET name = 'x' WHERE CURRENT OF c
INSERT INTO students (id) VALUES (1), (2) ON CONFLICT (id) DO UPDATE SET name = 'x'
INSERT INTO students (id) SELECT id FROM archive WHERE id = 5 ON CONFLICT (id) DO UPDATE SET name = 'x'
INSERT INTO students (id) SELECT id FROM archive LIMIT 10 ON CONFLICT (id) DO UPDATE SET name = 'x'
INSERT INTO students AS s (id) SELECT id FROM archive ON CONFLICT (id) DO UPDATE SET name = 'x' WHERE s.id = 5
INSERT INTO students (id, name) VALUES ($1, lower($2)) ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name
INSERT INTO students (id) SELECT 1 ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name

# MERGE.
MERGE INTO students t USING (VALUES (1)) v (id) ON v.id = t.id WHEN MATCHED THEN DELETE
MERGE INTO students t USING archive a ON a.id = t.id AND a.note = 'x' WHEN MATCHED THEN UPDATE SET name = a.name
MERGE INTO students t USING archive a ON a.id = t.id WHEN MATCHED AND t.name = 'x' THEN DELETE
MERGE INTO students t USING (SELECT 5 AS id) s ON s.id = t.id WHEN MATCHED THEN DELETE
MERGE INTO students t USING (VALUES (1)) v (id) ON v.id = t.id WHEN NOT MATCHED BY SOURCE AND t.name = 'x' THEN DELETE
