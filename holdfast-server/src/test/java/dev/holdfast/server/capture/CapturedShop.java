package dev.holdfast.server.capture;

/// A database with every kind of table and column that we know of, its roles `agent` and `twin`.
final class CapturedShop {
    private CapturedShop() {}

    /// Functions that hide what they do from the counters.
    static final String HIDING =
            """
            SET search_path = shop;
            CREATE FUNCTION hide_a_delete() RETURNS void LANGUAGE sql SECURITY DEFINER
              SET track_counts = off AS 'DELETE FROM shop.item WHERE id = 1';
            CREATE FUNCTION hide_among_others() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS
              'BEGIN SET LOCAL track_counts = off; DELETE FROM shop.item WHERE id = 1;
               SET LOCAL track_counts = on; UPDATE shop.customer SET name = name WHERE id = 1; END';
            """;

    static final String SCHEMA =
            """
            CREATE SCHEMA shop; CREATE SCHEMA hidden; CREATE SCHEMA evil;
            SET search_path = shop;

            CREATE TABLE item (id int PRIMARY KEY, n int, name text);
            INSERT INTO item SELECT i, i, 'item ' || i FROM generate_series(1, 3000) i;

            CREATE TABLE customer (id int PRIMARY KEY, name text);
            CREATE TABLE purchase (id int PRIMARY KEY,
              customer int REFERENCES customer ON DELETE CASCADE ON UPDATE CASCADE);
            CREATE TABLE line (id int PRIMARY KEY, purchase int REFERENCES purchase ON DELETE CASCADE);
            CREATE TABLE note (id int PRIMARY KEY,
              customer int REFERENCES customer ON DELETE SET NULL ON UPDATE CASCADE);
            INSERT INTO customer SELECT i, 'c' FROM generate_series(1, 5) i;
            INSERT INTO purchase SELECT i, i % 5 + 1 FROM generate_series(1, 50) i;
            INSERT INTO line SELECT i, i % 50 + 1 FROM generate_series(1, 150) i;
            INSERT INTO note SELECT i, i % 5 + 1 FROM generate_series(1, 50) i;

            CREATE TABLE watched (id int PRIMARY KEY, n int);
            CREATE TABLE trail (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int);
            INSERT INTO watched SELECT i, 1 FROM generate_series(1, 10) i;
            CREATE FUNCTION follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
              'BEGIN INSERT INTO shop.trail (n) VALUES (NEW.id); RETURN NEW; END';
            CREATE TRIGGER follow AFTER UPDATE ON watched FOR EACH ROW EXECUTE FUNCTION follow();

            CREATE TABLE parent (id int PRIMARY KEY, n int);
            CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent);
            INSERT INTO parent VALUES (1, 1); INSERT INTO child VALUES (2, 1), (3, 1);
            CREATE TABLE event (day int, n int, PRIMARY KEY (day, n)) PARTITION BY RANGE (day);
            CREATE TABLE event_low PARTITION OF event FOR VALUES FROM (0) TO (10);
            CREATE TABLE event_high (n int NOT NULL, gone int, day int NOT NULL);
            ALTER TABLE event_high DROP gone;
            ALTER TABLE event ATTACH PARTITION event_high FOR VALUES FROM (10) TO (100);
            INSERT INTO event SELECT i, i FROM generate_series(0, 19) i;

            CREATE TYPE mood AS ENUM ('good', 'bad');
            CREATE TYPE pair AS (a int, b text);
            CREATE DOMAIN code AS text CHECK (length(VALUE) < 10);
            CREATE UNLOGGED TABLE "Odd ""Table" (
              "the ID" bigint GENERATED ALWAYS AS IDENTITY, dropped int, "xmax " text, double_n int
                GENERATED ALWAYS AS (n * 2) STORED, n int, t timestamptz, d date, i interval, f float8,
              m mood, p pair, c code, a text[], r int4range, bin bytea, j json, jb jsonb, mon money,
              u uuid, reg regclass, big text, x xml, bits bit(3), nothing text,
              PRIMARY KEY ("the ID"));
            ALTER TABLE "Odd ""Table" DROP dropped;
            INSERT INTO "Odd ""Table" ("xmax ", n, t, d, i, f, m, p, c, a, r, bin, j, jb, mon, u, reg, big,
              x, bits)
            SELECT E'tab\\t newline\\n back\\\\ quote'' é', g, '2026-03-01 12:00+02', '2026-12-31',
              '1 month 3 days 04:05:06.7', 0.1 + 0.2, 'bad', ROW(g, 'x,"y')::pair, 'abc', ARRAY['a,b', NULL, ''],
              '[1,5)', '\\xdeadbeef', '{"a": 1}', '{"b": [1, null]}', 12.5,
              '00000000-0000-0000-0000-000000000001', 'shop.item', repeat(md5(g::text), 3000), '<a>b</a>',
              B'101'
            FROM generate_series(1, 20) g;

            CREATE TABLE keyless (n int);
            INSERT INTO keyless VALUES (1);
            CREATE TABLE secured (id int PRIMARY KEY, n int);
            ALTER TABLE secured ENABLE ROW LEVEL SECURITY;
            CREATE POLICY everything ON secured USING (true);
            INSERT INTO secured VALUES (1, 0);
            CREATE TABLE twin_secured (id int PRIMARY KEY, n int);
            INSERT INTO twin_secured VALUES (1, 0);
            ALTER TABLE twin_secured OWNER TO agent;
            ALTER TABLE twin_secured ENABLE ROW LEVEL SECURITY;

            CREATE TABLE hidden.trail (n int PRIMARY KEY);
            CREATE TABLE spied (id int PRIMARY KEY, n int);
            INSERT INTO spied VALUES (1, 1);
            CREATE FUNCTION hidden.follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
              'BEGIN INSERT INTO hidden.trail VALUES (NEW.id); RETURN NEW; END';
            CREATE TRIGGER follow AFTER UPDATE ON spied FOR EACH ROW EXECUTE FUNCTION hidden.follow();
            CREATE TABLE untwinned (id int PRIMARY KEY, n int);
            INSERT INTO untwinned VALUES (1, 1);
            GRANT USAGE ON SCHEMA shop, evil TO agent, twin;
            GRANT ALL ON ALL TABLES IN SCHEMA shop TO agent;
            GRANT SELECT ON ALL TABLES IN SCHEMA shop TO twin;
            GRANT SELECT ON hidden.trail TO twin;
            REVOKE ALL ON untwinned FROM twin;

            SET search_path = pg_catalog;
            CREATE FUNCTION evil.yes(tid, tid) RETURNS boolean LANGUAGE sql AS 'SELECT true';
            CREATE FUNCTION evil.no(xid, xid) RETURNS boolean LANGUAGE sql AS 'SELECT false';
            CREATE FUNCTION evil.no(int, int) RETURNS boolean LANGUAGE sql AS 'SELECT false';
            CREATE FUNCTION evil.age(xid) RETURNS int LANGUAGE sql AS 'SELECT 7';
            CREATE OPERATOR evil.= (FUNCTION = evil.yes, LEFTARG = tid, RIGHTARG = tid);
            CREATE OPERATOR evil.<> (FUNCTION = evil.no, LEFTARG = xid, RIGHTARG = xid);
            CREATE OPERATOR evil.<= (FUNCTION = evil.no, LEFTARG = int, RIGHTARG = int);
            """;
}
