-- What the client programs read: one table with a column of every type that drivers treat in a way
-- of their own, and one that refers to it.
CREATE TABLE item (
    id int PRIMARY KEY,
    name text NOT NULL,
    small smallint, big bigint, price numeric(12, 2), weight double precision, ratio real,
    active boolean, made date, moment timestamptz, moment_local timestamp, clock time, took interval,
    tags text[], numbers int[], extra jsonb, document json, raw bytea, uid uuid, address inet,
    period int4range, missing text
);
INSERT INTO item
SELECT i, 'item ' || i, i % 100, i * 10000000000, i + 0.25, i / 8.0, i / 4.0,
    i % 2 = 0, DATE '2024-01-01' + i, TIMESTAMPTZ '2024-01-01 12:00:00Z' + i * INTERVAL '1 hour',
    TIMESTAMP '2024-01-01 12:00:00.123456', TIME '13:14:15', i * INTERVAL '1 second',
    ARRAY['a' || i, 'ü,"{}\'], ARRAY[i, NULL, -i], jsonb_build_object('i', i, 'text', 'ж'),
    '{"kept":  "as written"}', decode(lpad(to_hex(i), 8, '0'), 'hex'),
    ('00000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid, '192.0.2.1', int4range(i, i + 10),
    NULL
FROM generate_series(1, 2000) AS i;
CREATE TABLE remark (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    item_id int NOT NULL REFERENCES item ON DELETE CASCADE,
    body text NOT NULL CHECK (body <> '')
);
CREATE INDEX remark_item ON remark (item_id);
INSERT INTO remark (item_id, body) SELECT 1 + i % 2000, 'remark ' || i FROM generate_series(1, 4000) i;
CREATE VIEW priced AS SELECT id, name, price FROM item WHERE price > 100;
COMMENT ON TABLE item IS 'what is sold';
GRANT SELECT ON ALL TABLES IN SCHEMA public TO agent;
