-- An ordinary database, for plain reads: nothing in it does more than it says.
CREATE TYPE grade AS ENUM ('low', 'middle', 'high');
CREATE TABLE product (id int PRIMARY KEY, name text NOT NULL, price numeric(10, 2) NOT NULL, tags text[] NOT NULL, details jsonb NOT NULL, grade grade NOT NULL);
CREATE TABLE buyer (id int PRIMARY KEY, name text NOT NULL, email text, born date, joined timestamptz NOT NULL DEFAULT now(), score int);
CREATE TABLE purchase (id int PRIMARY KEY, buyer_id int NOT NULL REFERENCES buyer, product_id int NOT NULL REFERENCES product, quantity int NOT NULL, at timestamp NOT NULL, status text NOT NULL);
CREATE TABLE visit (id bigint GENERATED ALWAYS AS IDENTITY, buyer_id int, at timestamptz NOT NULL, path text, during tstzrange, address inet) PARTITION BY RANGE (at);
CREATE TABLE visit_2024 PARTITION OF visit FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE visit_rest PARTITION OF visit DEFAULT;
INSERT INTO product SELECT g, 'product ' || g, g * 1.5, ARRAY['t' || g % 3, 'all'], jsonb_build_object('size', g, 'colors', jsonb_build_array('red', 'blue')), (ARRAY['low', 'middle', 'high'])[1 + g % 3]::grade FROM generate_series(1, 20) g;
INSERT INTO buyer SELECT g, 'buyer ' || g, CASE WHEN g % 4 > 0 THEN 'b' || g || '@example.org' END, date '1980-01-01' + g * 100, timestamptz '2023-01-01' + g * interval '3 days', g * 7 % 50 FROM generate_series(1, 30) g;
INSERT INTO purchase SELECT g, 1 + g % 30, 1 + g % 20, 1 + g % 5, timestamp '2024-01-01' + g * interval '7 hours', (ARRAY['new', 'paid', 'sent'])[1 + g % 3] FROM generate_series(1, 120) g;
INSERT INTO visit (buyer_id, at, path, during, address) SELECT 1 + g % 30, timestamptz '2024-01-01' + g * interval '1 day', '/p/' || g, tstzrange('2024-01-01', '2024-01-02'), ('10.0.0.' || g)::inet FROM generate_series(1, 60) g;
CREATE VIEW spending AS SELECT b.id, b.name, sum(p.quantity * r.price) AS spent, count(*) AS purchases FROM buyer b JOIN purchase p ON p.buyer_id = b.id JOIN product r ON r.id = p.product_id GROUP BY b.id;
CREATE VIEW recent AS SELECT * FROM purchase WHERE at > timestamp '2024-02-01' AND status <> 'new';
CREATE MATERIALIZED VIEW monthly AS SELECT date_trunc('month', at) AS month, count(*) AS n FROM purchase GROUP BY 1;
CREATE FUNCTION price_of(product_id int) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT price FROM public.product WHERE id = $1';
ANALYZE;
