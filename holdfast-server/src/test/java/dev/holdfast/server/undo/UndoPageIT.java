package dev.holdfast.server.undo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.server.composition.OfflineShadows;
import dev.holdfast.server.composition.OfflineUndo;
import dev.holdfast.server.journal.JournalReader;
import dev.holdfast.testkit.DatabaseContents;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.SideBySide;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/// `docs/concepts/undo.md` sentence by sentence, where a whole Holdfast can show it from outside. Each test
/// names its sentence and fails when the page no longer has it. What the page says about proofs is tested
/// nearer to them (`TwinCaptureIT`, `CountersIT`, `KillFaultIT`).
@SideBySide
class UndoPageIT {
    private static final String POLICY =
            "read: [shop.*], functions: [shop.change, shop.empty, shop.define], write:"
                    + " [{relations: [shop.*], operations: [insert, update, delete]}]";
    private static final Path PAGE = Path.of("..", "docs", "concepts", "undo.md");

    @TempDir private static Path directory;
    private static @Nullable DisposablePostgres postgres;
    private static @Nullable ServedStage stage;

    @BeforeAll
    static void start() throws Exception {
        DisposablePostgres started = DisposablePostgres.start();
        postgres = started;
        ServedStage.prepare(started);
        started.sqlIn(
                "shop",
                """
                SET search_path = shop;
                CREATE TABLE a (id int PRIMARY KEY, n int, s int);
                CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a ON DELETE CASCADE);
                CREATE TABLE log (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int);
                CREATE TABLE p (id int, k int, PRIMARY KEY (id, k)) PARTITION BY LIST (k);
                CREATE TABLE p0 PARTITION OF p FOR VALUES IN (0);
                CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
                CREATE TABLE heir (PRIMARY KEY (id)) INHERITS (a);
                CREATE VIEW seen AS SELECT id, n FROM a WHERE id < 1000;
                CREATE TABLE ruled (id int PRIMARY KEY);
                CREATE RULE also AS ON DELETE TO ruled DO ALSO DELETE FROM b WHERE id = OLD.id;
                CREATE FUNCTION follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
                  SET search_path = shop AS
                  $$ BEGIN INSERT INTO log (n) VALUES (NEW.n); RETURN NEW; END $$;
                CREATE TRIGGER follow AFTER UPDATE ON a FOR EACH ROW EXECUTE FUNCTION follow();
                CREATE FUNCTION change() RETURNS void LANGUAGE sql SET search_path = shop AS
                  'UPDATE a SET n = 5 WHERE id = 5';
                CREATE FUNCTION empty() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
                  SET search_path = shop AS
                  $$ BEGIN EXECUTE 'TRUNCATE ' || 'b'; UPDATE a SET n = 1 WHERE id = 1; END $$;
                CREATE FUNCTION define() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
                  SET search_path = shop AS
                  $$ BEGIN EXECUTE 'ALTER TABLE b ADD ' || 'x int'; UPDATE a SET n = 1 WHERE id = 1; END $$;
                INSERT INTO a SELECT i, i, i FROM generate_series(1, 30) i;
                INSERT INTO b SELECT i, i % 30 + 1 FROM generate_series(1, 60) i;
                INSERT INTO p SELECT i, i % 2 FROM generate_series(1, 20) i;
                INSERT INTO heir SELECT i, i, i FROM generate_series(101, 105) i;
                INSERT INTO ruled SELECT generate_series(1, 10);
                CREATE TABLE keyless (n int); INSERT INTO keyless VALUES (1);
                CREATE TABLE secured (id int PRIMARY KEY, n int); INSERT INTO secured VALUES (1, 1);
                ALTER TABLE secured ENABLE ROW LEVEL SECURITY;
                CREATE POLICY all_rows ON secured USING (true);
                CREATE TABLE unseen (id int PRIMARY KEY, n int); INSERT INTO unseen VALUES (1, 1);
                REVOKE SELECT ON unseen FROM twin;
                CREATE TABLE half (id int PRIMARY KEY, n int, hidden int); INSERT INTO half VALUES (1, 1, 1);
                REVOKE SELECT ON half FROM agent; GRANT SELECT (id, n) ON half TO agent;
                CREATE SEQUENCE numbers;
                GRANT USAGE ON numbers TO agent;
                CREATE TABLE owner (id int PRIMARY KEY, name text);
                CREATE TABLE huge (id int PRIMARY KEY, s text, n int,
                  owner int REFERENCES owner ON DELETE CASCADE);
                INSERT INTO owner SELECT i, 'o' || i FROM generate_series(1, 5) i;
                INSERT INTO huge SELECT i, 's' || i, i, i % 5 + 1 FROM generate_series(1, 500) i;
                GRANT CREATE ON DATABASE shop TO restorer; GRANT TRIGGER ON huge TO restorer;
                """);
        stage = ServedStage.start(started, directory.resolve("holdfast"), POLICY);
    }

    @AfterAll
    static void stop() {
        if (stage != null) {
            stage.close();
        }
        if (postgres != null) {
            postgres.close();
        }
    }

    @Test
    void itDoesNotMatterByWhichWayARowIsChanged() throws Exception {
        says(
                "It does not matter by which way: statement, cascade, trigger, function, rule, view,"
                        + " partition or inheritance, in savepoints or not.");
        for (String way :
                List.of(
                        "UPDATE b SET a = 20 WHERE id = 1",
                        "DELETE FROM a WHERE id = 3",
                        "UPDATE a SET n = 0 WHERE id = 4",
                        "SELECT shop.change()",
                        "DELETE FROM ruled WHERE id = 6",
                        "UPDATE seen SET n = 7 WHERE id = 7",
                        "UPDATE p SET k = 1 - k WHERE id = 8",
                        "DELETE FROM a WHERE id = 102",
                        "BEGIN; SAVEPOINT s; UPDATE a SET n = 9 WHERE id = 9; RELEASE s; COMMIT")) {
            DatabaseContents before = contents();
            agent(way.split("; ", -1));
            assertThat(contents().tables()).as(way).isNotEqualTo(before.tables());
            undo(newest());
            assertThat(contents().tables()).as(way).isEqualTo(before.tables());
        }
    }

    @Test
    void whatIsKeptIsTheNetChange() throws Exception {
        says(
                "What is kept is the net change: a row that was updated twice is kept once, one that was"
                        + " inserted and deleted again not at all.");
        agent(
                "BEGIN",
                "UPDATE b SET a = 11 WHERE id = 11",
                "UPDATE b SET a = 12 WHERE id = 11",
                "INSERT INTO b VALUES (7001, 1)",
                "DELETE FROM b WHERE id = 7001",
                "COMMIT");
        assertThat(rows(newest())).isEqualTo("1 before, 1 after");
    }

    @Test
    void tablesThatCannotBeKeptAreRefusedAndNothingIsChanged() throws Exception {
        says("Each with a rule and what to do");
        refused(
                "tables without a primary key",
                "guarded.no-key",
                "UPDATE keyless SET n = 2 WHERE n = 1");
        refused(
                "tables under row security, for the agent or the capture role",
                "guarded.row-security",
                "UPDATE secured SET n = 2 WHERE id = 1");
        refused(
                "tables that the agent's role or the capture role may not SELECT as a whole",
                "guarded.not-captured",
                "UPDATE unseen SET n = 2 WHERE id = 1");
        refused(
                "tables that the agent's role or the capture role may not SELECT as a whole",
                "guarded.not-readable",
                "UPDATE half SET n = 2 WHERE id = 1");
    }

    @Test
    void whatIsNoChangeOfRowsIsRefusedInsideFunctionsToo() throws Exception {
        says(
                "anything that is no change of rows (TRUNCATE, DROP, CREATE, ALTER, GRANT, LOCK TABLE), also"
                        + " inside functions");
        for (String statement :
                List.of(
                        "SELECT shop.empty()",
                        "SELECT shop.define()",
                        "TRUNCATE b",
                        "DROP TABLE b",
                        "CREATE TABLE c (id int)",
                        "ALTER TABLE b ADD c int",
                        "GRANT SELECT ON b TO PUBLIC",
                        "LOCK TABLE b")) {
            DatabaseContents before = contents();
            assertThat(refusal(statement).getConstraint()).as(statement).contains(".");
            assertThat(contents()).as(statement).isEqualTo(before);
        }
    }

    @Test
    void aShadowSaysWhereToLookAndNothingElse() throws Exception {
        says("It notes where rows are changed, not what they were, and for agents only.");
        try (OfflineShadows shadows = OfflineShadows.open(stage().configuration(), "")) {
            shadows.tables().run(shadows.tables().installing("shop.huge"), "shop.huge", true);
        }
        // So that the agent's writes are judged by a catalog that has it.
        try (ServedStage anew = ServedStage.start(postgres(), directory.resolve("anew"), POLICY)) {
            for (String way :
                    List.of(
                            "UPDATE huge SET n = -1 WHERE s = 's77'",
                            "DELETE FROM owner WHERE name = 'o3'",
                            "BEGIN; UPDATE huge SET n = 1 WHERE s = 's5';"
                                    + " UPDATE huge SET n = 2 WHERE s = 's5'; COMMIT")) {
                DatabaseContents before = contents();
                try (Connection agent = anew.connect("simple")) {
                    for (String sql : way.split("; ", -1)) {
                        try (Statement statement = agent.createStatement()) {
                            statement.execute(sql);
                        }
                    }
                }
                assertThat(value("SELECT count(*) > 0 FROM holdfast_shadow.places"))
                        .as(way)
                        .isEqualTo("t");
                assertThat(shop()).as(way).isNotEqualTo(shop(before));
                try (OfflineUndo undo = anew.undo()) {
                    undo.undo(undo.journal().list().getFirst().id(), List.of(), UndoStage.WISH);
                }
                assertThat(shop()).as(way).isEqualTo(shop(before));
            }
        }
    }

    @Test
    void sequencesAreNotSetBack() throws Exception {
        says("Sequences are not set back, by nobody. `nextval` is not a change of rows.");
        agent("INSERT INTO log (n) VALUES (1)");
        String given = value("SELECT last_value FROM shop.log_id_seq");
        undo(newest());
        assertThat(value("SELECT last_value FROM shop.log_id_seq")).isEqualTo(given);
    }

    @Test
    void anUndoCanBeUndone() throws Exception {
        says("Nothing that an agent writes is final.");
        agent("UPDATE b SET a = 14 WHERE id = 14");
        DatabaseContents after = contents();
        undo(newest());
        undo(newest());
        assertThat(contents().tables()).isEqualTo(after.tables());
    }

    private static void says(String sentence) throws IOException {
        assertThat(Files.readString(PAGE).replaceAll("\\s+", " "))
                .as("docs/concepts/undo.md")
                .contains(sentence.replaceAll("\\s+", " "));
    }

    private static void refused(String words, String rule, String statement) throws Exception {
        says(words);
        DatabaseContents before = contents();
        ServerErrorMessage told = refusal(statement);
        assertThat(told.getConstraint()).as(statement).isEqualTo(rule);
        assertThat(told.getHint()).as(statement).isNotEmpty();
        assertThat(contents()).as(statement).isEqualTo(before);
    }

    private static ServerErrorMessage refusal(String statement) {
        PSQLException thrown = catchThrowableOfType(PSQLException.class, () -> agent(statement));
        ServerErrorMessage message = thrown == null ? null : thrown.getServerErrorMessage();
        if (message == null) {
            throw new IllegalStateException(statement, thrown);
        }
        return message;
    }

    private static void agent(String... statements) throws SQLException {
        try (Connection agent = stage().connect("simple");
                Statement statement = agent.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static DatabaseContents contents() {
        return postgres().contents("shop");
    }

    private static String value(String sql) {
        return postgres().value("shop", sql);
    }

    private static Map<String, ?> shop() {
        return shop(contents());
    }

    /// Without what shadows note.
    private static Map<String, ?> shop(DatabaseContents contents) {
        Map<String, Object> tables = new TreeMap<>(contents.tables());
        tables.keySet().removeIf(name -> name.contains("holdfast_shadow"));
        return tables;
    }

    private static String newest() throws Exception {
        try (OfflineUndo undo = stage().undo()) {
            return undo.journal().list().getFirst().id();
        }
    }

    private static void undo(String id) throws Exception {
        try (OfflineUndo undo = stage().undo()) {
            UndoReport report = undo.undo(id, List.of(), UndoStage.WISH);
            assertThat(report.conflicting()).as(report.toString()).isZero();
        }
    }

    private static String rows(String id) throws Exception {
        try (OfflineUndo undo = stage().undo();
                JournalReader reader = undo.journal().open(id, List.of())) {
            int before = 0;
            int after = 0;
            for (JournalReader.Piece piece = reader.next(); piece != null; piece = reader.next()) {
                before += piece instanceof JournalReader.Before ? 1 : 0;
                after += piece instanceof JournalReader.After ? 1 : 0;
            }
            return before + " before, " + after + " after";
        }
    }

    private static ServedStage stage() {
        if (stage == null) {
            throw new IllegalStateException("not started");
        }
        return stage;
    }

    private static DisposablePostgres postgres() {
        if (postgres == null) {
            throw new IllegalStateException("not started");
        }
        return postgres;
    }
}
