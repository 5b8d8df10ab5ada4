package dev.holdfast.guard.change;

/// A database in which rows can be changed in every way that we know of, by a role `agent`.
final class CountedShop {
    private CountedShop() {}

    static final String SCHEMA =
            """
            CREATE SCHEMA shop; CREATE SCHEMA hidden; CREATE SCHEMA evil;
            CREATE SCHEMA own AUTHORIZATION agent;
            GRANT USAGE ON SCHEMA shop, evil TO agent;
            ALTER ROLE agent IN DATABASE shop SET search_path = shop;
            SET search_path = shop;

            CREATE TABLE item (id int PRIMARY KEY, n int, name text);
            INSERT INTO item SELECT i, i, 'item' FROM generate_series(1, 1000) i;
            CREATE VIEW item_view AS SELECT * FROM item;

            CREATE TABLE customer (id int PRIMARY KEY);
            CREATE TABLE purchase (id int PRIMARY KEY,
              customer int REFERENCES customer ON DELETE CASCADE ON UPDATE CASCADE);
            CREATE TABLE line (id int PRIMARY KEY, purchase int REFERENCES purchase ON DELETE CASCADE);
            CREATE TABLE note (id int PRIMARY KEY,
              customer int REFERENCES customer ON DELETE SET NULL ON UPDATE CASCADE);
            INSERT INTO customer SELECT generate_series(1, 5);
            INSERT INTO purchase SELECT i, i % 5 + 1 FROM generate_series(1, 50) i;
            INSERT INTO line SELECT i, i % 50 + 1 FROM generate_series(1, 150) i;
            INSERT INTO note SELECT i, i % 5 + 1 FROM generate_series(1, 50) i;

            CREATE TABLE watched (id int PRIMARY KEY, n int);
            CREATE TABLE hidden.trail (n int);
            INSERT INTO watched SELECT i, 1 FROM generate_series(1, 10) i;
            CREATE FUNCTION hidden.follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
              'BEGIN INSERT INTO hidden.trail VALUES (NEW.id); RETURN NEW; END';
            CREATE TRIGGER follow AFTER UPDATE ON watched FOR EACH ROW EXECUTE FUNCTION hidden.follow();

            CREATE SCHEMA holdfast_shadow; GRANT USAGE ON SCHEMA holdfast_shadow TO agent;
            CREATE UNLOGGED TABLE holdfast_shadow.places (relation oid PRIMARY KEY);
            CREATE FUNCTION note_a_place() RETURNS void LANGUAGE sql SECURITY DEFINER AS
              'INSERT INTO holdfast_shadow.places VALUES (1)';
            CREATE FUNCTION empty_places() RETURNS void LANGUAGE sql SECURITY DEFINER AS
              'TRUNCATE holdfast_shadow.places';

            CREATE TABLE trace (n int);
            CREATE TABLE redirected (id int PRIMARY KEY, n int);
            INSERT INTO redirected VALUES (1, 0);
            CREATE RULE elsewhere AS ON UPDATE TO redirected DO INSTEAD INSERT INTO trace VALUES (NEW.n);
            CREATE TABLE parent (id int PRIMARY KEY, n int);
            CREATE TABLE child () INHERITS (parent);
            INSERT INTO parent VALUES (1, 1); INSERT INTO child VALUES (2, 1), (3, 1);

            CREATE TABLE event (day int, n int) PARTITION BY RANGE (day);
            CREATE TABLE event_low PARTITION OF event FOR VALUES FROM (0) TO (10);
            CREATE TABLE event_high PARTITION OF event FOR VALUES FROM (10) TO (100);
            INSERT INTO event SELECT i, i FROM generate_series(0, 9) i;

            CREATE TABLE late (id int PRIMARY KEY, n int);
            INSERT INTO late SELECT i, 1 FROM generate_series(1, 10) i;
            CREATE FUNCTION follow_late() RETURNS trigger LANGUAGE plpgsql AS
              'BEGIN INSERT INTO shop.trace VALUES (NEW.n); RETURN NULL; END';
            CREATE CONSTRAINT TRIGGER follow AFTER UPDATE ON late DEFERRABLE INITIALLY DEFERRED
              FOR EACH ROW EXECUTE FUNCTION follow_late();

            CREATE TABLE "Odd ""Table" (n int PRIMARY KEY);
            INSERT INTO "Odd ""Table" VALUES (0);
            CREATE TABLE secured (id int PRIMARY KEY, n int);
            ALTER TABLE secured ENABLE ROW LEVEL SECURITY;
            CREATE POLICY everything ON secured USING (true);
            INSERT INTO secured VALUES (1, 0);
            CREATE TABLE half (id int PRIMARY KEY, n int);
            INSERT INTO half VALUES (1, 0);

            CREATE FUNCTION stop_counting() RETURNS void LANGUAGE sql SECURITY DEFINER AS
              'SELECT set_config(''track_counts'', ''off'', true)';
            CREATE FUNCTION stop_cascading() RETURNS void LANGUAGE sql SECURITY DEFINER AS
              'SELECT set_config(''session_replication_role'', ''replica'', true)';
            CREATE FUNCTION hide_a_delete() RETURNS void LANGUAGE sql SECURITY DEFINER
              SET track_counts = off AS 'DELETE FROM shop.item WHERE id = 1';

            CREATE FOREIGN DATA WRAPPER nothing;
            CREATE SERVER nowhere FOREIGN DATA WRAPPER nothing;
            CREATE FOREIGN TABLE far (n int) SERVER nowhere;

            GRANT ALL ON ALL TABLES IN SCHEMA shop TO agent;
            REVOKE SELECT ON half FROM agent; GRANT SELECT (id) ON half TO agent;
            SET ROLE agent;
            CREATE TABLE own.mine (n int);
            CREATE MATERIALIZED VIEW own.stored AS SELECT 1 AS n;
            RESET ROLE;

            SET search_path = pg_catalog;
            CREATE FUNCTION evil.pg_stat_get_xact_tuples_inserted(oid) RETURNS bigint
              LANGUAGE sql AS 'SELECT 0::bigint';
            CREATE FUNCTION evil.pg_stat_get_xact_tuples_updated(oid) RETURNS bigint
              LANGUAGE sql AS 'SELECT 0::bigint';
            CREATE FUNCTION evil.pg_stat_get_xact_tuples_deleted(oid) RETURNS bigint
              LANGUAGE sql AS 'SELECT 0::bigint';
            CREATE FUNCTION evil.pg_backend_pid() RETURNS int LANGUAGE sql AS 'SELECT 0';
            CREATE FUNCTION evil.pg_current_xact_id_if_assigned() RETURNS xid8
              LANGUAGE sql AS 'SELECT NULL::xid8';
            CREATE FUNCTION evil.current_setting(text) RETURNS text LANGUAGE sql AS 'SELECT ''on''';
            CREATE FUNCTION evil.quote_ident(text) RETURNS text LANGUAGE sql AS 'SELECT ''x''';
            CREATE FUNCTION evil.quote_ident(name) RETURNS text LANGUAGE sql AS 'SELECT ''x''';
            CREATE FUNCTION evil.row_security_active(oid) RETURNS boolean
              LANGUAGE sql AS 'SELECT false';
            CREATE FUNCTION evil.has_table_privilege(oid, text) RETURNS boolean
              LANGUAGE sql AS 'SELECT true';
            CREATE FUNCTION evil.no(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT false';
            CREATE FUNCTION evil.no(name, name) RETURNS boolean LANGUAGE sql AS 'SELECT false';
            CREATE FUNCTION evil.no(oid, oid) RETURNS boolean LANGUAGE sql AS 'SELECT false';
            CREATE FUNCTION evil.no(int, int) RETURNS boolean LANGUAGE sql AS 'SELECT false';
            CREATE FUNCTION evil.no(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT false';
            CREATE FUNCTION evil.no("char", "char") RETURNS boolean LANGUAGE sql AS 'SELECT false';
            CREATE OPERATOR evil.= (FUNCTION = evil.no, LEFTARG = text, RIGHTARG = text);
            CREATE OPERATOR evil.= (FUNCTION = evil.no, LEFTARG = name, RIGHTARG = name);
            CREATE OPERATOR evil.= (FUNCTION = evil.no, LEFTARG = oid, RIGHTARG = oid);
            CREATE OPERATOR evil.<> (FUNCTION = evil.no, LEFTARG = bigint, RIGHTARG = bigint);
            CREATE OPERATOR evil.<> (FUNCTION = evil.no, LEFTARG = text, RIGHTARG = text);
            CREATE OPERATOR evil.= (FUNCTION = evil.no, LEFTARG = "char", RIGHTARG = "char");
            CREATE DOMAIN evil.text AS pg_catalog.text CHECK (false);
            CREATE DOMAIN evil.oid AS pg_catalog.oid CHECK (false);
            CREATE TABLE evil.pg_locks (pid int, locktype text, relation oid, mode text);
            CREATE TABLE evil.pg_class (oid oid, relname name, relkind "char", relnamespace oid);
            CREATE TABLE evil.pg_namespace (oid oid, nspname name);
            CREATE TABLE evil.pg_index (indrelid oid, indisprimary boolean);
            CREATE TABLE evil.held (x int); CREATE TABLE evil.locked (x int);
            CREATE FUNCTION evil.lie(text, text, text) RETURNS text
              LANGUAGE sql AS 'SELECT ''RowExclusiveLock''::text';
            CREATE AGGREGATE evil.string_agg (text, text) (SFUNC = evil.lie, STYPE = text);
            GRANT ALL ON ALL TABLES IN SCHEMA evil TO agent;
            """;
}
