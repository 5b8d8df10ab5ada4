# No condition.
DELETE FROM students
UPDATE students SET score = '0'
DELETE FROM ONLY students RETURNING id
WITH x AS (SELECT 1) DELETE FROM students
UPDATE students SET score = c.title FROM courses c

# Ranges whose ends only look close to each other.
ctid BETWEEN '(0,0)' AND '(4294967295,65535)'
id BETWEEN '1' AND '1_000_000_000'
id BETWEEN '0x0' AND '0x7fffffff'
id BETWEEN 1 AND 0x7fffffffffffffff
id BETWEEN 1 AND 9_223_372_036_854_775_807
id > 0 AND id < 9_000_000_000_000_000_000
score::timestamp BETWEEN 'Jan 1 1000' AND 'Jun 1 9999'
score::date BETWEEN '1990-01-01' AND '19999-01-01'
score::date >= '2020-01-01 BC' AND score::date < '2024-01-01'
score::timestamptz BETWEEN 'yesterday' AND 'year 9999'
score::jsonb BETWEEN '[]' AND '[[[[]]]]'

# A join under a name of its own hides what it joins: the name is that of the row outside.
id IN (SELECT id FROM (payments p JOIN courses c ON c.id = p.id AND c.title = 'x') AS j (a, b, c, d, e, f, g))
EXISTS (SELECT 1 FROM (payments p JOIN courses c ON c.id = p.id AND c.title = 'x') AS j WHERE students.id = id)
id = ANY (SELECT id FROM (payments p JOIN courses c ON c.id = p.id AND p.id = 5) AS j (a, b, c, d, e, f, g))
id IN (SELECT id FROM (payments p CROSS JOIN (VALUES (1)) v (x)) AS j (a, b, c, d, e) WHERE e = 1)
name IN (SELECT name FROM (payments p JOIN courses c ON c.id = p.id AND c.title = 'x') AS j)

# Constants.
true
1 = 1
'a' = 'a'
NULL IS NULL
2 > 1
1 IN (1, 2)
NOT false
NOT 1 = 2
coalesce(true, id = 5)
1 BETWEEN 0 AND 2
'a' LIKE '%'
now() IS NOT NULL
current_date > '1970-01-01'
length('abc') = 3
CASE WHEN true THEN true END
ARRAY[1] = ARRAY[1]
(1, 2) = (1, 2)
$1
$1 = $1
$1::boolean
't'::boolean
B'1' = B'1'

# A column compared with itself.
id = id
students.id = id
public.students.id = students.id
id IS NOT DISTINCT FROM id
id >= id
id <= students.id
NOT id <> id
id IN (id)
id IN (id, 5)
id IN (5, id)
id = ANY (ARRAY[id])
id BETWEEN id AND id
id + 0 = id
id = id::int
id = coalesce(id, 5)
id = coalesce($1, id)
id - id = 0
id * 0 = 0
id % 1 = 0
name = name || ''
name LIKE name
lower(name) = lower(name)
(id, name) = (id, name)
ROW(id) = ROW(id)
students = students
students.* IS NOT DISTINCT FROM students.*
name = email

# Not null.
id IS NOT NULL
email IS NOT NULL
NOT id IS NULL
NOT (id IS NULL)
students IS NOT NULL
(id, name) IS NOT NULL
coalesce(email, '') IS NOT NULL
id IS DISTINCT FROM NULL
num_nulls(id) = 0
(id IS NULL) = false
email::jsonb ->> 'missing' IS NULL
email::jsonb ->> 'missing' IS NOT DISTINCT FROM NULL
email::jsonb ->> 'missing' = NULL
lower(email) IS NULL
active IS NOT UNKNOWN

# Alternatives that leave nothing out.
id IS NULL OR id IS NOT NULL
id = 5 OR true
id = 5 OR 1 = 1
id = 5 OR id <> 5
id = 5 OR NOT id = 5
id = 5 OR id = id
(id = 5 AND name = 'x') OR id > 0
id > 5 OR id <= 5
active OR NOT active
active = true OR active = false
active OR active = 'f'
active IS TRUE OR active IS NOT TRUE
active IN (true, false)
active IN ('t', 'f')
active::text IN ('true', 'false')
(active, active) IN ((true, true), (true, false), (false, true), (false, false))
active = ANY ('{t,f}')
active = ANY (ARRAY[true, false])
active BETWEEN false AND true
id IN (SELECT id FROM students WHERE active) OR id IN (SELECT id FROM students WHERE NOT active)
EXISTS (SELECT 1 FROM payments p WHERE p.student_id = students.id AND students.active) OR EXISTS (SELECT 1 FROM payments p WHERE NOT students.active)
id IN (SELECT id FROM students WHERE active UNION SELECT id FROM students WHERE NOT active)
id BETWEEN 1 AND 5 OR id NOT BETWEEN 1 AND 5
id IN (1, 2) OR id NOT IN (1, 2)
NOT (id = 5 AND name = 'x')
name LIKE 'a%' OR name NOT LIKE 'a%'
CASE WHEN id = 5 THEN true ELSE true END
(id = 5) IS NOT NULL
(id = 5) IN (true, false)

# Ranges with one end or none.
id > 0
id >= 1
0 < id
id < 2147483647
id > -1 AND id IS NOT NULL
id > 0 AND name > ''
id > 0 AND id >= 1
score::int <= 100
ctid > '(0,0)'
ctid >= '(0,0)' AND ctid < '(4294967295,0)'
id BETWEEN 0 AND 2147483647
id BETWEEN -2147483648 AND 2147483647
id BETWEEN 1 AND 9223372036854775807
id >= 0 AND id <= 9999999999
id BETWEEN SYMMETRIC 9999999999 AND 0
at BETWEEN '-infinity' AND 'infinity'
score::date > '1900-01-01' AND score::date < 'infinity'
score::date BETWEEN '0001-01-01' AND '9999-12-31'
score::timestamp < now()
score::timestamp > '1990-01-01' AND score::timestamp < now()
score::timestamp BETWEEN now() - interval '100 years' AND now()
id BETWEEN 0 AND 999999999
id BETWEEN 1 AND 1000 * 1000 * 1000
id > 0 AND id < 10000000
name BETWEEN 'a' AND 'zzzz'
name >= '' AND name < '~'
score::uuid BETWEEN '00000000-0000-0000-0000-000000000000' AND 'ffffffff-ffff-ffff-ffff-ffffffffffff'
id BETWEEN (SELECT min(id) FROM students) AND (SELECT max(id) FROM students)
id > ALL (SELECT -1)
id >= (SELECT min(id) FROM students)

# Differences.
id <> 5
id != -1
id NOT IN (1, 2)
NOT id = 5
id NOT BETWEEN 1 AND 5
name NOT LIKE 'x%'
id IS DISTINCT FROM 5
id <> ALL (ARRAY[1, 2])
NOT id IN (1, 2)
id = ALL ('{}')
NOT EXISTS (SELECT 1 FROM payments WHERE false)
id NOT IN (SELECT student_id FROM payments)

# Patterns and functions.
name LIKE '%'
name LIKE '%%'
name LIKE '_%'
name ILIKE '%a%'
name LIKE $1
name ~ ''
name ~ '.*'
name ~~ '%'
name SIMILAR TO '%'
email LIKE '%' || '@' || '%'
length(name) >= 0
length(name) * 0 = 0
abs(sign(id)) = 1
left(name, 0) = ''
starts_with(name, '')
position('' IN name) = 1
id::boolean = true
name::varchar(0) = ''
substr(name, 1, 0) = ''
md5(name) LIKE '%'
row_to_json(students) IS NOT NULL
tableoid = 'students'::regclass
tableoid = ANY (ARRAY['students'::regclass])
xmax = 0
xmin IN (1, 2)

# Random and volatile conditions.
random() < 1
random() >= 0
id = floor(random() * 10)
clock_timestamp() > '1970-01-01'
id = id + floor(random())
gen_random_uuid() IS NOT NULL
nextval('s') > 0

# The table itself in a sub-select.
id IN (SELECT id FROM students)
id IN (TABLE archive)
id IN (SELECT s.id FROM students s)
id = ANY (SELECT id FROM students)
id = ANY (ARRAY(SELECT id FROM students))
id = ANY ((SELECT array_agg(id) FROM students))
id IN (SELECT id FROM students WHERE id > 0)
id IN (SELECT id FROM students LIMIT ALL)
id IN (SELECT id FROM students LIMIT 2147483647)
id IN (SELECT id FROM students LIMIT $1)
id IN (SELECT id FROM students ORDER BY id FETCH FIRST 5 ROWS WITH TIES)
id IN (SELECT id FROM students UNION SELECT 1)
id IN (SELECT 1 UNION SELECT id FROM students)
id IN (SELECT id FROM students s WHERE s.id = students.id)
id IN (SELECT s.id FROM students s WHERE s.id = students.id LIMIT 1)
id IN (SELECT students.id)
id IN (VALUES (students.id))
id IN (SELECT max(id) FROM students GROUP BY name)
id = (SELECT s.id FROM students s WHERE s.id = students.id)
id = (SELECT students.id)
id IN (SELECT generate_series(1, 1000000000))
id IN (SELECT generate_series(1, 1000000000) FROM archive WHERE archive.id = 5)
ctid IN (SELECT ctid FROM students)
(id, name) IN (SELECT id, name FROM students)
WITH x AS (SELECT id FROM students) DELETE FROM students WHERE id IN (SELECT id FROM x)
WITH RECURSIVE x AS (SELECT 1 AS id UNION ALL SELECT id + 1 FROM x) DELETE FROM students WHERE id IN (SELECT id FROM x)
id IN (SELECT student_id FROM payments)

# A sub-select whose column may be that of the row outside.
id IN (SELECT id FROM payments p WHERE id = 5 OR p.amount = students.score)
id IN (SELECT score FROM courses WHERE courses.id = 5)
name IN (SELECT name FROM courses)
id = (SELECT score FROM courses LIMIT 1)
id IN (SELECT email FROM payments WHERE payments.id = 5)

# All or nothing.
EXISTS (SELECT 1)
EXISTS (SELECT 1 FROM payments)
EXISTS (SELECT 1 FROM students s WHERE s.id = students.id)
EXISTS (SELECT FROM students s WHERE s.id = 5)
EXISTS (SELECT max(p.id) FROM payments p WHERE p.student_id = students.id AND p.id = 5)
EXISTS (SELECT 1 FROM payments p WHERE p.student_id = students.id)
EXISTS (SELECT 1 FROM payments p WHERE p.id = 5 GROUP BY ())
EXISTS (SELECT 1 FROM (SELECT students.id AS x FROM payments p WHERE p.id = 5) s WHERE s.x = students.id)
EXISTS (SELECT 1 FROM (VALUES (students.id)) v (x) WHERE v.x = students.id)
EXISTS (SELECT 1 FROM payments p WHERE p.id = 5 AND p.student_id = students.id UNION SELECT 1)
EXISTS (WITH x AS (SELECT students.id) SELECT 1 FROM x WHERE x.id = students.id)
NOT EXISTS (SELECT 1 FROM payments p WHERE p.student_id = students.id AND p.id = 5)
(SELECT true)
(SELECT count(*) FROM payments) >= 0
(SELECT bool_or(true) FROM students)
(SELECT 1) = 1

# Self-joins and joins with whole tables.
DELETE FROM students USING students s WHERE s.id = students.id
UPDATE students SET score = '0' FROM students s WHERE s.id = students.id
DELETE FROM students t USING students s WHERE t.id = s.id AND s.id > 0
DELETE FROM students USING payments p WHERE p.student_id = students.id
DELETE FROM students USING payments p WHERE p.id = 5
DELETE FROM students USING payments p WHERE p.id = 5 OR p.student_id = students.id
UPDATE students SET score = '0' FROM (VALUES (1)) v (x)
UPDATE students SET score = '0' FROM (SELECT id FROM students) s WHERE s.id = students.id
UPDATE students t SET score = '0' FROM payments p LEFT JOIN courses c ON c.id = 5 WHERE p.student_id = t.id
UPDATE students t SET score = '0' FROM generate_series(1, 1000000) g WHERE g = t.id
DELETE FROM students t USING payments p, courses c WHERE c.id = 5 AND p.student_id = t.id

# MERGE.
MERGE INTO students t USING archive a ON true WHEN MATCHED THEN DELETE
MERGE INTO students t USING archive a ON 1 = 1 WHEN MATCHED THEN DELETE
MERGE INTO students t USING archive a ON t.id = t.id WHEN MATCHED THEN UPDATE SET name = 'x'
MERGE INTO students t USING archive a ON t.id = a.id WHEN MATCHED THEN DELETE
MERGE INTO students t USING students s ON t.id = s.id WHEN MATCHED THEN DELETE
MERGE INTO students t USING (VALUES (1)) v (id) ON v.id = t.id WHEN NOT MATCHED BY SOURCE THEN DELETE
MERGE INTO students t USING (VALUES (1)) v (id) ON v.id = t.id WHEN NOT MATCHED BY SOURCE AND t.id > 0 THEN UPDATE SET name = 'x'
MERGE INTO students t USING (VALUES (1)) v (id) ON v.id = t.id OR true WHEN MATCHED THEN DELETE
MERGE INTO students t USING (SELECT id FROM students) s ON s.id = t.id WHEN MATCHED AND t.id IS NOT NULL THEN DELETE
MERGE INTO students t USING archive a ON a.id = t.id AND a.id > 5 WHEN MATCHED AND t.active THEN DELETE WHEN MATCHED AND NOT t.active THEN DELETE

# Upserts over whole tables.
INSERT INTO students (id) SELECT id FROM students ON CONFLICT (id) DO UPDATE SET name = 'x'
INSERT INTO students (id, name) TABLE archive ON CONFLICT (id) DO UPDATE SET name = 'x'
INSERT INTO students (id) SELECT id FROM students WHERE id > 0 ON CONFLICT (id) DO UPDATE SET name = 'x' WHERE true
INSERT INTO students (id) SELECT generate_series(1, 1000000) ON CONFLICT (id) DO UPDATE SET name = 'x'
INSERT INTO students (id) VALUES (generate_series(1, 1000000)) ON CONFLICT (id) DO UPDATE SET name = 'x'
INSERT INTO students (id) VALUES (abs(unnest($1::int[]))) ON CONFLICT (id) DO UPDATE SET name = 'x'
INSERT INTO students (id) WITH x AS (SELECT id FROM students) SELECT id FROM x ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name
INSERT INTO students AS s (id) SELECT id FROM archive ON CONFLICT (id) DO UPDATE SET name = 'x' WHERE s.id = EXCLUDED.id
