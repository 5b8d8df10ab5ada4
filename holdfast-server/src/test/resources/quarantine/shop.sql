CREATE SCHEMA shop AUTHORIZATION keeper;
CREATE SCHEMA parts AUTHORIZATION keeper;
GRANT USAGE ON SCHEMA shop TO agent, clerk;
SET ROLE keeper;
CREATE TYPE shop.size AS ENUM ('s', 'm', 'l');

CREATE TABLE shop.customers (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL DEFAULT 'nobody@example.org',
    "Full Name" text,
    visits numeric(8,3),
    size shop.size DEFAULT 'm',
    CONSTRAINT customers_email UNIQUE (email),
    CONSTRAINT sane CHECK (email <> 'it''s' AND visits >= 0)
);
COMMENT ON TABLE shop.customers IS 'who buys; isn''t \ it';
COMMENT ON COLUMN shop.customers.email IS 'where they are written to';
CREATE INDEX customers_visits ON shop.customers (visits DESC) WHERE visits > 0;
CREATE STATISTICS shop.customers_stats ON email, visits FROM shop.customers;
ALTER TABLE shop.customers ALTER COLUMN email SET STATISTICS 50;
INSERT INTO shop.customers (email, "Full Name", visits)
  SELECT 'c' || n || '@example.org', CASE WHEN n % 3 > 0 THEN E'tab\there ' || n END, n + 0.125
  FROM generate_series(1, 50) n;

CREATE TABLE shop.orders (
    id serial PRIMARY KEY,
    customer int NOT NULL CONSTRAINT orders_customer REFERENCES shop.customers ON DELETE CASCADE,
    total numeric NOT NULL,
    doubled numeric GENERATED ALWAYS AS (total * 2) STORED
);
COMMENT ON CONSTRAINT orders_customer ON shop.orders IS 'kept';
INSERT INTO shop.orders (customer, total) SELECT 1 + n % 50, n FROM generate_series(1, 200) n;
CREATE TABLE shop.lines (
    id bigint PRIMARY KEY,
    "order" int REFERENCES shop.orders,
    parent bigint REFERENCES shop.lines,
    note text
);
INSERT INTO shop.lines SELECT n, 1 + n % 200, nullif(n - 1, 0), 'n' || n
  FROM generate_series(1, 300) n;
CREATE VIEW shop.spent AS SELECT customer, sum(total) AS spent FROM shop.orders GROUP BY customer;
CREATE VIEW shop.best AS SELECT * FROM shop.spent WHERE spent > 100;
CREATE TABLE shop.noted (id int PRIMARY KEY, what text);
CREATE FUNCTION shop.note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO shop.noted VALUES ((SELECT coalesce(max(id), 0) + 1 FROM shop.noted), TG_OP);
RETURN NEW; END $$;
CREATE TRIGGER note AFTER INSERT OR UPDATE ON shop.orders FOR EACH ROW EXECUTE FUNCTION shop.note();
ALTER TABLE shop.orders ENABLE ALWAYS TRIGGER note;
ALTER TABLE shop.customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON shop.customers FOR SELECT TO agent USING (id < 40);

CREATE TABLE shop.events (id int, at int, what text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE shop.events_1 PARTITION OF shop.events FOR VALUES FROM (0) TO (10);
CREATE TABLE parts.events_1 PARTITION OF shop.events FOR VALUES FROM (10) TO (20);
CREATE TABLE shop.events_rest PARTITION OF shop.events DEFAULT;
CREATE INDEX events_what ON shop.events (what);
INSERT INTO shop.events SELECT n, n, 'e' || n FROM generate_series(1, 30) n;

CREATE TABLE shop.base (id int PRIMARY KEY);
CREATE TABLE shop.child (more text) INHERITS (shop.base);
INSERT INTO shop.base VALUES (1);
INSERT INTO shop.child VALUES (2, 'two');
CREATE MATERIALIZED VIEW shop.totals AS SELECT count(*) AS n FROM shop.orders;
CREATE SEQUENCE shop.numbers START 7;
CREATE TABLE shop.keyless (a int, b text);
INSERT INTO shop.keyless VALUES (1, 'x'), (1, 'x');

GRANT SELECT ON ALL TABLES IN SCHEMA shop TO agent;
GRANT SELECT, UPDATE ON shop.orders TO clerk WITH GRANT OPTION;
GRANT UPDATE (note) ON shop.lines TO clerk;
GRANT SELECT (email) ON shop.customers TO PUBLIC;
GRANT USAGE ON SEQUENCE shop.orders_id_seq TO clerk;
RESET ROLE;
CREATE TABLE public.foreigner ();
GRANT SELECT ON public.foreigner TO agent;
