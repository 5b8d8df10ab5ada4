# What is found by the text alone. Names stand as they are written; whose column one is cannot be told.

SELECT * FROM students WHERE id = 1
> READ students (*)

SELECT email FROM students, shop.cards c WHERE c.id = 1
> READ students (email)
> READ shop.cards (email, id)

SELECT s.email FROM students s JOIN cards c USING (id)
> READ students (email, id)
> READ cards (id)

SELECT s.name, s.email FROM students s
> READ students (*)

SELECT s.count FROM students s
> READ students (*)

SELECT email FROM students s (a, b)
> READ students (email)

SELECT x FROM students AS s (x)
> READ students (*)

SELECT s FROM students s
> READ students (*)

SELECT * FROM a NATURAL JOIN b
> READ a (*)
> READ b (*)

SELECT a.x FROM students
> READ students (*)

CREATE TABLE t AS SELECT id FROM students
> DEFINE t
> READ students (id)

CREATE TEMP TABLE t (id int)
> DEFINE pg_temp.t

ALTER TABLE "Odd" RENAME TO t
> ALTER "Odd"
> DEFINE t

DROP SCHEMA shop CASCADE
> DROP shop.* unbounded
> UNFORESEEABLE CASCADE drops whatever depends on what is dropped

UPDATE students SET a = b WHERE c = 1
> READ students (b, c)
> UPDATE students (a) bounded

DELETE FROM pg_temp.x
> DELETE pg_temp.x unbounded

SELECT a FROM students WHERE EXISTS (SELECT 1 FROM cards WHERE id = a)
> READ students (a, id)
> READ cards (a, id)

SELECT a AS b FROM students ORDER BY b
> READ students (a, b)
