package dev.holdfast.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.server.undo.ServedStage;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.SideBySide;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// `holdfast undo …` beside a gateway that runs, on what an agent did through it.
@SideBySide
class UndoCommandIT {
    private static final Pattern ID = Pattern.compile("txn_[0-9a-z]+");

    @TempDir private static Path directory;
    private static @Nullable DisposablePostgres postgres;
    private static @Nullable ServedStage stage;

    private record Ended(int code, String out, String err) {
        List<String> ids() {
            return ID.matcher(out).results().map(result -> result.group()).distinct().toList();
        }
    }

    @BeforeAll
    static void start() throws Exception {
        DisposablePostgres started = DisposablePostgres.start();
        postgres = started;
        ServedStage.prepare(started);
        started.sqlIn(
                "shop",
                """
                SET search_path = shop;
                CREATE TABLE orders (id int PRIMARY KEY, note text, card text);
                CREATE TABLE lines (id int PRIMARY KEY,
                  orders int REFERENCES orders ON DELETE CASCADE);
                """);
        stage =
                ServedStage.start(
                        started,
                        directory.resolve("holdfast"),
                        "read: [shop.*], deny-columns: [shop.orders.card], write: [{relations:"
                                + " [shop.*], operations: [insert, update, delete]}]");
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

    @BeforeEach
    void fill() {
        shop(
                """
                TRUNCATE shop.orders, shop.lines;
                INSERT INTO shop.orders SELECT i, 'note ' || i, 'card ' || i FROM generate_series(1, 9) i;
                INSERT INTO shop.lines SELECT i, i % 9 + 1 FROM generate_series(1, 27) i;
                """);
    }

    @Test
    void listsWhatAgentsChangedTheNewestFirst() throws SQLException {
        String first = agent("UPDATE orders SET note = 'a secret' WHERE id = 1");
        String second = agent("DELETE FROM orders WHERE id = 2");
        Ended listed = holdfast("list");
        assertThat(listed.code()).isZero();
        assertThat(listed.ids()).startsWith(second, first);
        assertThat(listed.out().lines().findFirst().orElse(""))
                .contains("agent  shop  committed  4 rows  DELETE FROM orders");
        assertThat(listed.out()).doesNotContain("secret");
        assertThat(holdfast("list", "--agent", "another").ids()).isEmpty();
        assertThat(
                        holdfast("list", "--agent", "agent", "--database", "shop", "--since", "1h")
                                .ids())
                .contains(first, second);
        assertThat(holdfast("list", "--json").out()).contains("\"id\": \"" + second + "\"");
    }

    @Test
    void showsStatementsWithTheirValuesOnlyWhereThatIsAskedFor() throws SQLException {
        String id = agent("UPDATE orders SET note = 'a secret' WHERE id = 3");
        Ended shown = holdfast("show", id);
        assertThat(shown.code()).isZero();
        assertThat(shown.out())
                .contains("UPDATE orders SET note", "shop.orders: 0 inserted, 1 updated, 0 deleted")
                .doesNotContain("secret");
        assertThat(holdfast("show", id, "--values").out()).contains("'a secret'");
    }

    @Test
    void showsRowsBeforeAndAfterWithoutWhatThePolicyDenies() throws SQLException {
        Ended diff = holdfast("diff", agent("DELETE FROM orders WHERE id = 4"));
        assertThat(diff.code()).isZero();
        assertThat(diff.out()).contains("note=note 4", "card=(masked)").doesNotContain("card 4");
        Ended lines =
                holdfast("diff", agent("DELETE FROM orders WHERE id = 5"), "--table", "shop.lines");
        assertThat(lines.out()).contains("orders=5").doesNotContain("note 5");
        assertThat(holdfast("diff", "txn_none", "--limit", "0").code())
                .isEqualTo(ExitCode.USAGE.code());
    }

    @Test
    void putsBackWhatWasChangedAndTheUndoCanBeUndone() throws SQLException {
        String before = checksum();
        String id = agent("DELETE FROM orders WHERE id IN (6, 7)");
        String after = checksum();
        Ended tried = holdfast("apply", id, "--dry-run");
        assertThat(tried.code()).as(tried.err()).isZero();
        assertThat(tried.out()).contains(id + ": tried and rolled back");
        assertThat(checksum()).isEqualTo(after);
        Ended applied = holdfast("apply", id, "--yes");
        assertThat(applied.code()).as(applied.err()).isZero();
        assertThat(applied.out())
                .contains(
                        ": undone as txn_",
                        "\"shop\".\"lines\": 6 added again, 0 set back, 0 removed");
        assertThat(checksum()).isEqualTo(before);
        Ended again = holdfast("apply", id, "--yes");
        assertThat(again.code()).isZero();
        assertThat(again.out()).contains(": nothing to put back", "6 already so");
        assertThat(holdfast("apply", applied.ids().getLast(), "--yes").code()).isZero();
        assertThat(checksum()).isEqualTo(after);
    }

    @Test
    void undoesTheLastWhileOfAnAgentTogetherTheNewestFirst() throws SQLException {
        String before = checksum();
        agent("UPDATE orders SET note = 'one' WHERE id = 1");
        agent("UPDATE orders SET note = note || ' two' WHERE id = 1");
        agent("DELETE FROM orders WHERE id = 1");
        // Transactions of the other tests are conflicts or nothing by now.
        List<String> newest = holdfast("list").ids().subList(0, 3);
        Ended applied =
                holdfast(Stream.concat(Stream.of("apply", "--yes"), newest.reversed().stream()));
        assertThat(applied.code()).as(applied.out() + applied.err()).isZero();
        assertThat(checksum()).isEqualTo(before);
    }

    @Test
    void leavesRowsAloneThatWereChangedSinceAndSaysWhich() throws SQLException {
        String id = agent("UPDATE orders SET note = 'x' WHERE id IN (8, 9)");
        shop("UPDATE shop.orders SET note = 'by somebody else' WHERE id = 8");
        Ended applied = holdfast("apply", id, "--yes");
        assertThat(applied.code()).isEqualTo(3);
        assertThat(applied.out()).contains("1 set back", "1 left alone", "8: ", "(note)");
        assertThat(note(8)).isEqualTo("by somebody else");
        assertThat(note(9)).isEqualTo("note 9");
        assertThat(holdfast("apply", id, "--force", "--rows", "8", "--yes").code()).isZero();
        assertThat(note(8)).isEqualTo("note 8");
    }

    @Test
    void doesNothingWithoutATerminalToAskAt() throws SQLException {
        String id = agent("UPDATE orders SET note = 'stays' WHERE id = 2");
        Ended asked = holdfast("apply", id);
        assertThat(asked.code()).isEqualTo(ExitCode.FAILURE.code());
        assertThat(asked.err()).contains("there is no terminal to ask at; --yes undoes without");
        assertThat(note(2)).isEqualTo("stays");
    }

    @Test
    void wantsToKnowWhatIsToBeUndone() {
        assertThat(holdfast("apply", "--yes").code()).isEqualTo(ExitCode.USAGE.code());
        assertThat(holdfast("apply", "txn_1", "--since", "1h", "--yes").code())
                .isEqualTo(ExitCode.USAGE.code());
        assertThat(holdfast("list", "--since", "soon").code()).isEqualTo(ExitCode.USAGE.code());
        Ended unknown = holdfast("apply", "txn_00000000000000000000000000", "--yes");
        assertThat(unknown.code()).isEqualTo(ExitCode.FAILURE.code());
        assertThat(unknown.err()).contains("there is no transaction txn_0000");
        assertThat(holdfast("show", "../../etc/passwd").code()).isEqualTo(ExitCode.FAILURE.code());
    }

    @Test
    void pinsAndUnpins() throws SQLException {
        String id = agent("UPDATE orders SET note = 'p' WHERE id = 3");
        assertThat(holdfast("pin", id).out()).isEqualTo(id + ": pinned\n");
        assertThat(line(id)).contains("committed, pinned");
        assertThat(holdfast("pin", id).code()).isZero();
        assertThat(holdfast("unpin", id).out()).isEqualTo(id + ": not pinned\n");
        assertThat(line(id)).doesNotContain("pinned");
    }

    private static String line(String id) {
        return holdfast("list")
                .out()
                .lines()
                .filter(line -> line.startsWith(id))
                .findFirst()
                .orElse("");
    }

    private static ServedStage stage() {
        if (stage == null) {
            throw new IllegalStateException("not started");
        }
        return stage;
    }

    private static void shop(String sql) {
        postgres().sqlIn("shop", sql);
    }

    private static DisposablePostgres postgres() {
        if (postgres == null) {
            throw new IllegalStateException("not started");
        }
        return postgres;
    }

    private static String note(int id) {
        return postgres().value("shop", "SELECT note FROM shop.orders WHERE id = " + id);
    }

    private static String checksum() {
        return postgres().contents("shop").tables().toString();
    }

    /// Lets the agent do something through the gateway.
    ///
    /// @return under which id the journal has it
    private static String agent(String sql) throws SQLException {
        try (Connection agent = stage().connect("simple");
                Statement statement = agent.createStatement()) {
            statement.execute(sql);
        }
        return holdfast("list").ids().getFirst();
    }

    @Test
    void givesATableAShadowAndTakesItAway() {
        Ended refused = holdfast("shadow-install", "shop.orders");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("needs CREATE on the database and TRIGGER on the table");
        shop(
                "GRANT CREATE ON DATABASE shop TO restorer; ALTER TABLE shop.orders OWNER TO restorer");
        assertThat(holdfast("shadow-install", "shop.orders", "--dry-run").out())
                .startsWith("BEGIN;\n")
                .contains("CREATE UNLOGGED TABLE IF NOT EXISTS holdfast_shadow.places")
                .contains(
                        "CREATE TRIGGER holdfast_shadow AFTER INSERT OR UPDATE OR DELETE ON shop.orders")
                .endsWith("COMMIT;\n");
        assertThat(holdfast("shadow-list").out()).isEmpty();
        assertThat(holdfast("shadow-install", "shop.orders").out()).contains("has a shadow");
        assertThat(holdfast("shadow-install", "shop.orders").out()).contains("already");
        assertThat(holdfast("shadow-list").out()).isEqualTo("whole     shop.orders\n");
        shop("ALTER TABLE shop.orders DISABLE TRIGGER holdfast_shadow");
        assertThat(holdfast("shadow-list", "--json").out()).contains("\"disabled\"");
        assertThat(holdfast("shadow-remove", "shop.orders").code()).isZero();
        assertThat(holdfast("shadow-list").out()).isEmpty();
        assertThat(holdfast("shadow-remove", "shop.orders").err()).contains("has no shadow");
        assertThat(holdfast("shadow-install", "shop.none").err()).contains("there is no table");
    }

    private static Ended holdfast(String... arguments) {
        return holdfast(Stream.of(arguments));
    }

    private static Ended holdfast(Stream<String> arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine program = Main.commandLine();
        program.setOut(new PrintWriter(out));
        program.setErr(new PrintWriter(err));
        int code =
                program.execute(
                        Stream.of(
                                        Stream.of("undo"),
                                        arguments,
                                        Stream.of("--config", stage().configuration().toString()))
                                .flatMap(part -> part)
                                .toArray(String[]::new));
        return new Ended(code, out.toString(), err.toString());
    }
}
