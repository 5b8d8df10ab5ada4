\set id random(1, 100000)
SELECT :id::int, repeat('x', 10);
