# What an analyst or an agent writes: one or more texts for every part of SELECT and every family of functions.
# One text per block; a blank line ends a block. Every one of them must be allowed.

SELECT 1

select * from students where id = 42

TABLE students

VALUES (1, 'a'), (2, 'b')

SELECT s.*, s.name AS "Full Name" FROM students AS s ORDER BY s.name COLLATE "C" DESC NULLS LAST LIMIT 10 OFFSET 20

SELECT DISTINCT ON (student_id) student_id, score FROM submissions ORDER BY student_id, at DESC

SELECT count(*), count(DISTINCT student_id), sum(score), avg(score), min(score), max(score), stddev(score), variance(score) FROM submissions

SELECT student_id, count(*) FILTER (WHERE score >= 50) AS passed FROM submissions GROUP BY student_id HAVING count(*) > 3

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY score), percentile_disc(ARRAY[0.25, 0.75]) WITHIN GROUP (ORDER BY score), mode() WITHIN GROUP (ORDER BY course_id) FROM submissions

SELECT rank(3) WITHIN GROUP (ORDER BY score), dense_rank(3) WITHIN GROUP (ORDER BY score), percent_rank(3) WITHIN GROUP (ORDER BY score), cume_dist(3) WITHIN GROUP (ORDER BY score) FROM submissions

SELECT id, row_number() OVER w, rank() OVER w, dense_rank() OVER w, lag(score, 1, 0) OVER w, lead(score) OVER w, first_value(score) OVER w, last_value(score) OVER w, nth_value(score, 2) OVER w, ntile(4) OVER w, cume_dist() OVER w, percent_rank() OVER w FROM submissions WINDOW w AS (PARTITION BY course_id ORDER BY score DESC)

SELECT sum(score) OVER (ORDER BY at ROWS BETWEEN 6 PRECEDING AND CURRENT ROW EXCLUDE TIES) FROM submissions

SELECT sum(score) OVER (ORDER BY at RANGE BETWEEN interval '7 days' PRECEDING AND CURRENT ROW) FROM submissions

SELECT course_id, status, count(*) FROM enrolments GROUP BY GROUPING SETS ((course_id), (status), ())

SELECT course_id, status, grouping(course_id, status), count(*) FROM enrolments GROUP BY ROLLUP (course_id, status)

SELECT course_id, status, count(*) FROM enrolments GROUP BY DISTINCT CUBE (course_id, status)

SELECT a.id FROM a JOIN b USING (id) LEFT JOIN c ON c.id = a.id RIGHT JOIN d ON true FULL JOIN e ON e.id = d.id CROSS JOIN f NATURAL JOIN g

SELECT a.id FROM a JOIN b USING (id) AS j WHERE j.id > 1

SELECT s.name, l.last_at FROM students s CROSS JOIN LATERAL (SELECT max(at) AS last_at FROM submissions WHERE student_id = s.id) l

WITH recent AS (SELECT * FROM submissions WHERE at > now() - interval '7 days'), graded AS NOT MATERIALIZED (SELECT * FROM recent WHERE score IS NOT NULL) SELECT count(*) FROM graded

WITH RECURSIVE tree(id, parent_id, depth) AS (SELECT id, parent_id, 1 FROM categories WHERE parent_id IS NULL UNION ALL SELECT c.id, c.parent_id, t.depth + 1 FROM categories c JOIN tree t ON c.parent_id = t.id WHERE t.depth < 10) SEARCH DEPTH FIRST BY id SET o CYCLE id SET is_cycle USING path SELECT * FROM tree

SELECT 1 UNION SELECT 2 UNION ALL SELECT 3 INTERSECT SELECT 3 EXCEPT ALL SELECT 4 ORDER BY 1

SELECT * FROM students WHERE id IN (1, 2, 3) AND name NOT IN (SELECT name FROM banned)

SELECT * FROM students s WHERE EXISTS (SELECT FROM submissions WHERE student_id = s.id) AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.student_id = s.id)

SELECT * FROM students WHERE id = ANY ($1) OR id <> ALL (ARRAY[1,2]) OR score > SOME (SELECT score FROM submissions)

SELECT (SELECT count(*) FROM submissions), ARRAY(SELECT id FROM students ORDER BY id LIMIT 5)

SELECT * FROM students WHERE (id, name) = (1, 'x') AND (id, name) IN (SELECT id, name FROM old) AND ROW(1, 2) < ROW(2, 1)

SELECT CASE WHEN score > 90 THEN 'A' WHEN score > 80 THEN 'B' ELSE 'C' END, CASE status WHEN 'x' THEN 1 END, coalesce(name, 'none'), nullif(score, 0), greatest(1, 2), least(1, 2) FROM submissions

SELECT name LIKE 'A%', name NOT ILIKE '%b', name SIMILAR TO '(a|b)%' ESCAPE '#', name ~ '^A', name !~* 'x', name LIKE 'a!%' ESCAPE '!', name ^@ 'A', name ~~* 'x', name LIKE ANY (ARRAY['a%', 'b%']) FROM students

SELECT score BETWEEN 1 AND 10, score NOT BETWEEN SYMMETRIC 10 AND 1, score IS NULL, score IS NOT NULL, score ISNULL, ok IS TRUE, ok IS NOT FALSE, ok IS UNKNOWN, a IS DISTINCT FROM b, a IS NOT DISTINCT FROM b FROM submissions

SELECT * FROM students ORDER BY score FETCH FIRST 5 ROWS WITH TIES

SELECT * FROM students TABLESAMPLE system (1) REPEATABLE (42)

SELECT * FROM students TABLESAMPLE bernoulli (10.5)

SELECT * FROM ONLY students

SELECT * FROM pg_catalog.generate_series(1, 10) AS g(n), generate_series('2025-01-01'::date, '2025-12-31', '1 month') WITH ORDINALITY AS m(d, i)

SELECT * FROM ROWS FROM (generate_series(1, 3), unnest(ARRAY['a', 'b'])) AS t(a, b)

SELECT * FROM unnest(ARRAY[1, 2], ARRAY['a', 'b']) AS u(n, t)

SELECT now(), current_timestamp, current_timestamp(3), current_date, current_time, localtime, localtimestamp(0), clock_timestamp(), statement_timestamp(), transaction_timestamp(), timeofday()

SELECT extract(year FROM at), date_part('dow', at), date_trunc('month', at), date_trunc('day', at, 'Europe/Berlin'), date_bin('15 minutes', at, 'epoch'), at::date, at AT TIME ZONE 'UTC', age(now(), at), age(at), isfinite(at) FROM submissions

SELECT make_date(2025, 1, 2), make_time(1, 2, 3), make_timestamp(2025, 1, 2, 3, 4, 5), make_timestamptz(2025, 1, 2, 3, 4, 5, 'UTC'), make_interval(days => 10), to_timestamp(0), to_date('2025', 'YYYY'), to_timestamp('x', 'YYYY-MM-DD'), justify_days(interval '40 days'), justify_hours(interval '40 h'), justify_interval(interval '1 mon -1 h')

SELECT (date '2025-01-01', date '2025-02-01') OVERLAPS (date '2025-01-15', interval '10 days'), interval '1 year 2 months' + timestamp '2025-01-01 00:00', date '2025-01-01' - 7, time '04:05' AT TIME ZONE 'UTC'

SELECT at AT LOCAL FROM submissions

SELECT to_char(at, 'YYYY-MM-DD HH24:MI:SS'), to_char(score, 'FM999.00'), to_number('12,454.8', '99G999D9') FROM submissions

SELECT lower(name), upper(name), initcap(name), length(name), char_length(name), octet_length(name), bit_length(name), trim(name), trim(BOTH 'x' FROM name), ltrim(name), rtrim(name, 'x'), btrim(name), left(name, 2), right(name, 2), lpad(name, 5), rpad(name, 5, '-'), repeat(name, 2), reverse(name), replace(name, 'a', 'b'), translate(name, 'ab', 'cd') FROM students

SELECT substring(name FROM 1 FOR 3), substring(name FROM '^.'), substring(name SIMILAR 'a#"b#"c' ESCAPE '#'), substr(name, 1, 2), position('a' IN name), strpos(name, 'a'), overlay(name PLACING 'x' FROM 1 FOR 2), split_part(name, ' ', 1), starts_with(name, 'A'), ascii(name), chr(65), concat(name, 1, NULL), concat_ws(' ', name, email), format('%s-%I-%L', 1, 'a', 'b'), quote_literal(name), quote_ident(name), quote_nullable(name) FROM students

SELECT regexp_match(name, 'a'), regexp_matches(name, 'a', 'g'), regexp_replace(name, 'a', 'b', 'gi'), regexp_split_to_array(name, '\s+'), regexp_count(name, 'a'), regexp_instr(name, 'a'), regexp_substr(name, 'a'), regexp_like(name, 'a') FROM students

SELECT regexp_split_to_table('a b', ' '), string_to_array('a,b', ','), string_to_table('a,b', ','), array_to_string(ARRAY[1, 2], ','), string_agg(name, ', ' ORDER BY name), unistr('\0041'), normalize(name, NFC), name IS NFC NORMALIZED FROM students GROUP BY name

SELECT md5(name), sha256(name::bytea), sha512('a'), encode('a', 'base64'), decode('YQ==', 'base64'), convert_from('\x61', 'UTF8'), convert_to('a', 'LATIN1'), to_hex(255), hashtext('x'), hashtextextended('x', 0), crc32('a'), crc32c('a') FROM students

SELECT abs(-1), ceil(1.1), floor(1.1), round(1.55, 1), trunc(1.55, 1), mod(5, 3), 5 % 3, 2 ^ 3, |/ 25, ||/ 27, @ -5, power(2, 3), sqrt(4), cbrt(8), exp(1), ln(2), log(10), log(2, 8), sign(-1), pi(), degrees(1), radians(1), sin(1), cosd(60), atan2(1, 2), gcd(4, 6), lcm(4, 6), factorial(5), div(7, 2), width_bucket(5, 0, 10, 5), scale(1.50), min_scale(1.50), trim_scale(1.50), random(), setseed(0.5), random_normal(), random(1, 6)

SELECT corr(a, b), covar_pop(a, b), covar_samp(a, b), regr_slope(a, b), regr_r2(a, b), stddev_pop(a), stddev_samp(a), var_pop(a), var_samp(a), bit_and(a), bit_or(a), bit_xor(a), bool_and(c), bool_or(c), every(c), any_value(a) FROM t

SELECT array_agg(id ORDER BY id DESC), array_agg(DISTINCT id), json_agg(s), jsonb_agg(s ORDER BY id), json_object_agg(name, id), jsonb_object_agg(name, id), xmlagg(x), range_agg(r), range_intersect_agg(r) FROM students s

SELECT ARRAY[1, 2, 3], ARRAY[[1, 2], [3, 4]], (ARRAY[1, 2])[1], tags[1:2], array_length(tags, 1), cardinality(tags), array_position(tags, 'a'), array_append(tags, 'x'), array_cat(tags, tags), array_remove(tags, 'a'), tags @> ARRAY['a'], tags && ARRAY['b'], tags || 'c', array_dims(tags), array_ndims(tags), array_upper(tags, 1), array_fill(0, ARRAY[3]), trim_array(tags, 1), array_to_json(tags), array_shuffle(tags), array_sample(tags, 1), array_sort(tags), array_reverse(tags), generate_subscripts(tags, 1) FROM students

SELECT data -> 'a', data ->> 'b', data #> '{a,b}', data #>> '{a,b}', data @> '{"a": 1}', data ? 'a', data ?| ARRAY['a'], data ?& ARRAY['a'], data @? '$.a', data @@ '$.a > 1', data - 'a', data #- '{a}', data || '{}', data['a'] FROM events

SELECT jsonb_path_query(data, '$.a[*]'), jsonb_path_exists(data, '$.a'), jsonb_path_query_array(data, '$'), jsonb_path_query_first(data, '$'), jsonb_path_match(data, '$.a == 1'), jsonb_set(data, '{a}', '1'), jsonb_insert(data, '{a}', '1'), jsonb_strip_nulls(data), jsonb_pretty(data), jsonb_typeof(data), jsonb_array_length(data), jsonb_build_object('a', 1), jsonb_build_array(1, 'x'), json_build_object('a', 1), to_jsonb(data), to_json(now()), row_to_json(e), jsonb_extract_path(data, 'a'), jsonb_extract_path_text(data, 'a') FROM events e

SELECT * FROM events, jsonb_each(data) AS e(k, v), jsonb_each_text(data), jsonb_object_keys(data), jsonb_array_elements(data -> 'list') WITH ORDINALITY, json_array_elements_text('[]'), jsonb_to_record(data) AS r(a int, b text), json_to_recordset('[]') AS x(a int), jsonb_populate_record(NULL::students, data), json_populate_recordset(NULL::students, '[]')

SELECT JSON_OBJECT('a': 1, 'b': 2), JSON_ARRAY(1, 2), JSON_OBJECTAGG(k: v), JSON_ARRAYAGG(v ORDER BY v), JSON('{}'), JSON_SCALAR(1), JSON_SERIALIZE('{}'), '{}' IS JSON OBJECT WITH UNIQUE KEYS FROM t

SELECT JSON_VALUE(data, '$.a' RETURNING int DEFAULT 0 ON EMPTY), JSON_QUERY(data, '$.b' WITH WRAPPER), JSON_EXISTS(data, '$.c'), JSON_ARRAY(SELECT id FROM students) FROM events

SELECT jt.* FROM events, JSON_TABLE(data, '$.items[*]' COLUMNS (id FOR ORDINALITY, name text PATH '$.name', price numeric PATH '$.price' DEFAULT 0 ON EMPTY, NESTED PATH '$.tags[*]' COLUMNS (tag text PATH '$'))) AS jt

SELECT xmlelement(name a, xmlattributes(1 AS b), 'c'), xmlforest(name, id), xmlconcat('<a/>', '<b/>'), xmlparse(CONTENT '<a/>'), xmlserialize(CONTENT '<a/>' AS text), xpath('/a', '<a/>'), xpath_exists('/a', '<a/>'), xmlexists('/a' PASSING '<a/>'), xmlpi(name php, 'x'), xmlroot('<a/>', version '1.0'), xmlcomment('x'), '<a/>' IS DOCUMENT, xml_is_well_formed('<a/>') FROM students

SELECT * FROM feeds, XMLTABLE('/rss/item' PASSING doc COLUMNS n FOR ORDINALITY, title text PATH 'title' DEFAULT 'none', link text PATH 'link' NOT NULL)

SELECT to_tsvector('english', body) @@ to_tsquery('a & b'), plainto_tsquery('a b'), phraseto_tsquery('a b'), websearch_to_tsquery('a -b'), ts_rank(v, q), ts_rank_cd(v, q), ts_headline(body, q), setweight(v, 'A'), strip(v), tsvector_to_array(v), array_to_tsvector(ARRAY['a']), numnode(q), querytree(q), ts_rewrite(q, 'a'::tsquery, 'b'::tsquery), ts_lexize('english_stem', 'stars'), get_current_ts_config(), ts_delete(v, 'a'), ts_filter(v, '{a}') FROM docs

SELECT * FROM ts_debug('english', 'a fat cat'), ts_parse('default', 'x'), ts_token_type('default')

SELECT int4range(1, 10), numrange(1, 2), tstzrange(now(), NULL), daterange('2025-01-01', '2025-02-01', '[]'), lower(r), upper(r), isempty(r), lower_inc(r), upper_inf(r), r && r, r @> 5, r -|- r, range_merge(r, r), int4multirange(r), multirange(r), unnest(int4multirange(r)) FROM bookings

SELECT point(1, 2), box(point(0, 0), point(1, 1)), circle(point(0, 0), 5), polygon(box '((0,0),(1,1))'), path '((0,0),(1,1))', lseg(point(0, 0), point(1, 1)), line '{1,2,3}', area(box '((0,0),(1,1))'), center(circle '((0,0),1)'), point(1, 2) <-> point(3, 4), diameter(circle '((0,0),1)'), npoints(path '((0,0),(1,1))'), bound_box(box '((0,0),(1,1))', box '((0,0),(1,1))'), slope(point(0, 0), point(1, 1))

SELECT inet '192.168.0.1' << inet '192.168.0.0/24', host(ip), network(ip), netmask(ip), broadcast(ip), masklen(ip), family(ip), set_masklen(ip, 16), inet_merge(ip, ip), abbrev(ip), trunc(macaddr '08:00:2b:01:02:03'), inet_client_addr(), inet_server_port() FROM logins

SELECT gen_random_uuid(), uuidv7(), uuidv4(), uuid_extract_timestamp(gen_random_uuid()), uuid_extract_version(gen_random_uuid())

SELECT current_user, session_user, user, current_role, current_catalog, current_schema, system_user, current_database(), current_schemas(true), pg_backend_pid(), pg_postmaster_start_time(), pg_conf_load_time(), pg_is_in_recovery(), inet_server_addr(), version(), pg_my_temp_schema(), pg_typeof(1), pg_column_size('x'), pg_trigger_depth(), current_query()

SELECT current_setting('TimeZone'), current_setting('app.missing', true), pg_size_pretty(123456789::bigint), pg_size_bytes('1 GB'), pg_database_size(current_database()), pg_tablespace_size('pg_default'), pg_relation_filenode('students'), pg_client_encoding(), getdatabaseencoding(), pg_encoding_to_char(6), pg_char_to_encoding('UTF8')

SELECT pg_get_viewdef('v'::regclass, true), pg_get_functiondef('f'::regproc), pg_get_indexdef('i'::regclass), pg_get_constraintdef(1), pg_get_triggerdef(1), pg_get_ruledef(1), pg_get_userbyid(10), pg_get_serial_sequence('students', 'id'), pg_get_expr('x', 1), pg_get_statisticsobjdef(1), pg_get_partkeydef(1), pg_get_keywords(), obj_description(1, 'pg_class'), col_description(1, 1), shobj_description(1, 'pg_database'), format_type(23, NULL), pg_describe_object(1, 2, 3), pg_identify_object(1, 2, 3)

SELECT pg_sleep(0.1)

SELECT pg_sleep_for('1 millisecond'), pg_sleep_until('yesterday')

SELECT currval('s'), lastval()

SELECT 'happy'::mood, CAST('x' AS course.email), '{1,2}'::int[], '2025-01-01'::timestamptz, 1::text, date '2025-01-01', 'students'::regclass::oid, NULL::record, B'101'::bit(3), X'1F', 1.5e3, 0x1F, 1_000

SELECT U&"n\0061me", U&'d\0061t\+000061', E'a\nb', $$dollar$$, $tag$ it's $tag$, 'a'
'b', N'x' FROM students

SELECT (addr).city, (s.addr).zip, (s.tags)[1], (jsonb_each(data)).key, (r.x).* FROM students s

SELECT s.name, s.email, public.students.id, s FROM public.students s

SELECT students.system, students.bernoulli, t.version, t.now FROM students, t

SELECT a OPERATOR(pg_catalog.+) b, c OPERATOR(=) d, - a, ! b FROM t

SELECT a OPERATOR(pg_catalog.~) '^(x)$' COLLATE pg_catalog.default FROM t

SELECT * FROM t ORDER BY a USING <, b USING OPERATOR(pg_catalog.>)

SELECT collation for (name) FROM students

SELECT string_agg(DISTINCT name, ',') FILTER (WHERE active) OVER () FROM students

SELECT num_nulls(a, b), num_nonnulls(a, b), bit_count(x), get_bit(x, 1), set_bit(x, 1, 0), get_byte(x, 0) FROM t

SELECT d.day, count(s.id) FROM generate_series(date_trunc('day', now()) - interval '30 days', now(), interval '1 day') AS d(day) LEFT JOIN submissions s ON s.at >= d.day AND s.at < d.day + interval '1 day' GROUP BY 1 ORDER BY 1

SELECT c.title, round(avg(s.score), 1) AS average FROM courses c JOIN submissions s ON s.course_id = c.id WHERE s.at >= $1 AND s.at < $2 AND c.status = ANY ($3::text[]) GROUP BY c.title ORDER BY average DESC LIMIT $4

SELECT date_trunc('week', paid_at) AS week, currency, sum(amount_cents) / 100.0 AS total, sum(sum(amount_cents)) OVER (PARTITION BY currency ORDER BY date_trunc('week', paid_at)) FROM payments WHERE status = 'paid' GROUP BY 1, 2

SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY student_id ORDER BY at DESC) AS rn FROM submissions) x WHERE rn = 1

SELECT s.id, s.name, count(*) OVER () AS total FROM students s WHERE to_tsvector('simple', s.name) @@ plainto_tsquery('simple', $1) ORDER BY ts_rank(to_tsvector('simple', s.name), plainto_tsquery('simple', $1)) DESC LIMIT 20

SELECT schemaname, relname, n_live_tup, n_dead_tup, last_autovacuum FROM pg_stat_user_tables ORDER BY n_dead_tup DESC

SELECT table_schema, table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2, ordinal_position

SELECT tc.constraint_name, kcu.column_name, ccu.table_name FROM information_schema.table_constraints tc JOIN information_schema.key_column_usage kcu USING (constraint_schema, constraint_name) JOIN information_schema.constraint_column_usage ccu USING (constraint_schema, constraint_name) WHERE tc.constraint_type = 'FOREIGN KEY'

SELECT tablename, attname, n_distinct, null_frac FROM pg_stats WHERE schemaname = 'public'

/* ActiveRecord */ SELECT "students".* FROM "students" WHERE "students"."id" = $1 LIMIT $2 /*application:shop,controller:students*/

SELECT s0."id", s0."name" FROM "students" AS s0 WHERE (s0."id" = $1) AND NOT (s0."deleted_at" IS NULL)

SELECT "public"."Student"."id", "public"."Student"."email" FROM "public"."Student" WHERE ("public"."Student"."id" = $1 AND 1=1) LIMIT $2 OFFSET $3

SELECT t.id FROM students t WHERE (t.created_at, t.id) < ($1, $2) ORDER BY t.created_at DESC, t.id DESC LIMIT 50

SELECT
