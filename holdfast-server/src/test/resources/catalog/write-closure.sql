-- What a write can set off. PostgreSQL 14 and later.
CREATE SCHEMA shop;
CREATE SCHEMA vault;
CREATE TABLE shop.audit (id serial PRIMARY KEY, what text);
CREATE TABLE shop.log (what text);

-- keys: a chain, SET NULL, SET DEFAULT, a cycle, a reference to itself
CREATE TABLE shop.customer (id int PRIMARY KEY, code text UNIQUE, name text, email text);
CREATE TABLE shop.orders (id int PRIMARY KEY, customer int REFERENCES shop.customer ON DELETE CASCADE,
  code text REFERENCES shop.customer (code) ON UPDATE CASCADE, total int);
CREATE TABLE shop.item (id int PRIMARY KEY, orders int REFERENCES shop.orders ON DELETE CASCADE);
CREATE TABLE shop.note (id int PRIMARY KEY, item int REFERENCES shop.item ON DELETE SET NULL);
CREATE TABLE shop.mark (id int PRIMARY KEY, item int DEFAULT 0 REFERENCES shop.item ON DELETE SET DEFAULT);
CREATE TABLE shop.guard (id int PRIMARY KEY, total int REFERENCES shop.orders ON DELETE NO ACTION DEFERRABLE);
CREATE TABLE shop.egg (id int PRIMARY KEY, hen int);
CREATE TABLE shop.hen (id int PRIMARY KEY, egg int REFERENCES shop.egg ON DELETE CASCADE);
ALTER TABLE shop.egg ADD FOREIGN KEY (hen) REFERENCES shop.hen ON DELETE CASCADE;
CREATE TABLE shop.tree (id int PRIMARY KEY, parent int REFERENCES shop.tree ON DELETE CASCADE ON UPDATE CASCADE);

-- triggers
CREATE TABLE shop.triggered (id int PRIMARY KEY, a int, b int);
CREATE FUNCTION shop.to_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = shop, pg_temp AS $$
DECLARE n int := 0;
BEGIN
  n := n + 1;
  IF tg_op = 'DELETE' THEN INSERT INTO audit (what) VALUES ('gone'); RETURN old; END IF;
  INSERT INTO audit (what) SELECT 'row' FROM generate_series(1, n);
  RETURN new;
END $$;
CREATE FUNCTION shop.indirectly() RETURNS void LANGUAGE sql AS
  'INSERT INTO shop.log VALUES (''x''); UPDATE shop.mark SET item = item';
-- In a string: drivers split texts at semicolons.
DO $do$ BEGIN EXECUTE $f$CREATE FUNCTION shop.atomically() RETURNS bigint LANGUAGE sql
  BEGIN ATOMIC DELETE FROM shop.log; SELECT count(*) FROM shop.mark; END$f$; END $do$;
CREATE FUNCTION shop.by_statement() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN PERFORM shop.indirectly(); RETURN NULL; END';
CREATE FUNCTION shop.by_column() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN DELETE FROM shop.log; RETURN NULL; END';
CREATE FUNCTION shop.with_table() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN INSERT INTO shop.log SELECT ''seen'' FROM before_it; RETURN NULL; END';
CREATE FUNCTION shop.dynamic() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN EXECUTE ''DELETE FROM shop.'' || ''note''; RETURN NULL; END';
CREATE TRIGGER audit BEFORE INSERT OR DELETE ON shop.triggered FOR EACH ROW EXECUTE FUNCTION shop.to_audit();
CREATE TRIGGER statement AFTER INSERT ON shop.triggered FOR EACH STATEMENT EXECUTE FUNCTION shop.by_statement();
CREATE TRIGGER columns AFTER UPDATE OF b ON shop.triggered FOR EACH ROW EXECUTE FUNCTION shop.by_column();
CREATE TRIGGER seen AFTER DELETE ON shop.triggered REFERENCING OLD TABLE AS before_it
  FOR EACH STATEMENT EXECUTE FUNCTION shop.with_table();
CREATE TRIGGER emptied AFTER TRUNCATE ON shop.triggered FOR EACH STATEMENT EXECUTE FUNCTION shop.by_column();
CREATE TABLE shop.deferred (id int);
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON shop.deferred DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION shop.by_column();
CREATE TABLE shop.silent (id int);
CREATE TRIGGER off AFTER INSERT ON shop.silent FOR EACH ROW EXECUTE FUNCTION shop.by_column();
ALTER TABLE shop.silent DISABLE TRIGGER off;
CREATE TABLE shop.blind (id int);
CREATE TRIGGER blind AFTER INSERT ON shop.blind FOR EACH ROW EXECUTE FUNCTION shop.dynamic();

-- expressions
CREATE FUNCTION shop.defaulted() RETURNS int LANGUAGE plpgsql AS
  'BEGIN INSERT INTO shop.log VALUES (''d''); RETURN 1; END';
CREATE FUNCTION shop.checked(int) RETURNS boolean LANGUAGE plpgsql AS
  'BEGIN INSERT INTO shop.log VALUES (''c''); RETURN true; END';
CREATE FUNCTION shop.indexed(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
  'BEGIN PERFORM shop.atomically(); RETURN $1; END';
CREATE TABLE shop.defaults (id int, a int DEFAULT shop.defaulted());
CREATE DOMAIN shop.given AS int DEFAULT shop.defaulted();
CREATE DOMAIN shop.given_again AS shop.given;
CREATE TABLE shop.by_domain (id int, a shop.given_again, b shop.given DEFAULT 1);
INSERT INTO shop.by_domain VALUES (1, 1, 1);
CREATE TABLE shop.checks (id int CHECK (shop.checked(id)));
CREATE TABLE shop.plain (id int PRIMARY KEY, a int CHECK (a > 0), at timestamptz DEFAULT now());

-- rules
CREATE TABLE shop.ruled (id int, a int);
CREATE RULE instead AS ON DELETE TO shop.ruled DO INSTEAD UPDATE shop.ruled SET a = NULL WHERE id = old.id;
CREATE RULE also AS ON INSERT TO shop.ruled DO ALSO INSERT INTO shop.log VALUES (new.a::text);
CREATE RULE harsh AS ON UPDATE TO shop.ruled WHERE new.a = 7 DO ALSO DELETE FROM shop.log;

-- views
CREATE VIEW shop.customers AS SELECT id AS number, name, email FROM shop.customer;
CREATE VIEW shop.few AS SELECT number, name FROM shop.customers WHERE number < 10;
CREATE VIEW shop.joined AS SELECT c.id, o.total FROM shop.customer c JOIN shop.orders o ON o.customer = c.id;
CREATE FUNCTION shop.instead_of() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN UPDATE shop.orders SET total = new.total WHERE customer = new.id; RETURN new; END';
CREATE TRIGGER instead INSTEAD OF UPDATE ON shop.joined FOR EACH ROW EXECUTE FUNCTION shop.instead_of();
CREATE TABLE vault.secret (id int PRIMARY KEY, value text);
CREATE VIEW shop.innocent AS SELECT s.id, row_to_json(s) AS r FROM vault.secret s;
CREATE VIEW shop.counted AS SELECT count(*) FROM vault.secret;
CREATE MATERIALIZED VIEW shop.kept AS SELECT value FROM vault.secret;

-- partitions, several levels; inheritance
CREATE TABLE shop.event (id int, kind text, at int) PARTITION BY LIST (kind);
CREATE TABLE shop.event_a PARTITION OF shop.event FOR VALUES IN ('a');
CREATE TABLE shop.event_b PARTITION OF shop.event FOR VALUES IN ('b') PARTITION BY RANGE (at);
CREATE TABLE shop.event_b1 PARTITION OF shop.event_b FOR VALUES FROM (0) TO (10);
CREATE TABLE shop.event_b2 PARTITION OF shop.event_b FOR VALUES FROM (10) TO (20);
CREATE TRIGGER part AFTER INSERT ON shop.event FOR EACH ROW EXECUTE FUNCTION shop.to_audit();
CREATE TABLE shop.parent (id int);
CREATE TABLE vault.child (extra text) INHERITS (shop.parent);

INSERT INTO shop.customer VALUES (0, 'z', 'zero', ''), (1, 'a', 'one', 'e'), (2, 'b', 'two', 'f');
INSERT INTO shop.orders VALUES (0, 0, 'z', 5), (1, 1, 'a', 6), (2, 2, 'b', 7);
INSERT INTO shop.item VALUES (0, 0), (1, 1), (2, 2);
INSERT INTO shop.note VALUES (1, 1), (2, 2);
INSERT INTO shop.mark VALUES (1, 1), (2, 2);
INSERT INTO shop.egg VALUES (1, NULL), (2, NULL);
INSERT INTO shop.hen VALUES (1, 2), (2, 1);
UPDATE shop.egg SET hen = id;
INSERT INTO shop.tree VALUES (1, NULL), (2, 1), (3, 2);
INSERT INTO shop.triggered VALUES (1, 1, 1), (2, 2, 2);
INSERT INTO shop.log VALUES ('there');
INSERT INTO shop.ruled VALUES (1, 1);
INSERT INTO shop.plain VALUES (1, 1);
INSERT INTO shop.event VALUES (1, 'a', 5), (2, 'b', 5);
INSERT INTO shop.parent VALUES (1);
INSERT INTO vault.child VALUES (2, 'x');
INSERT INTO vault.secret VALUES (1, 's');
INSERT INTO shop.log VALUES ('there');
CREATE TABLE shop.indexes (id int);
CREATE INDEX by_function ON shop.indexes (shop.indexed(id));
GRANT USAGE ON SCHEMA shop TO reader;
