package dev.holdfast.server.quarantine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.exceptionfactory.jagged.x25519.X25519KeyPairGenerator;
import dev.holdfast.sql.parser.SqlParser;
import dev.holdfast.testkit.DatabaseContents;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.SideBySide;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How what was destroyed is kept meanwhile, and for how long. PostgreSQL's version plays no part in it.
@SideBySide
class QuarantineKeepingIT {
    private static DisposablePostgres postgres;
    private static SqlParser parser;
    private static int databases;

    @TempDir private Path directory;

    private Shop shop;

    @BeforeAll
    static void start() {
        postgres = DisposablePostgres.start();
        Shop.roles(postgres);
        parser = Shop.parser();
    }

    @AfterAll
    static void stop() {
        postgres.close();
        parser.close();
    }

    @BeforeEach
    void open() throws IOException {
        databases++;
        shop = new Shop(postgres, parser, "kept" + databases, directory.resolve("quarantine"));
    }

    @Test
    void rowsThatAreCopiedOutAreEncryptedToKeysThatHoldfastDoesNotHave() throws Exception {
        KeyPair keys = new X25519KeyPairGenerator().generateKeyPair();
        KeyPair others = new X25519KeyPairGenerator().generateKeyPair();
        shop.sql(
                "CREATE TABLE shop.keyed (id int PRIMARY KEY, word text);"
                        + " INSERT INTO shop.keyed VALUES (1, 'one'), (2, 'two');"
                        + " ALTER TABLE shop.keyed OWNER TO keeper");
        Quarantine sealing = shop.quarantine(shop.clock, keys.getPublic().toString());
        DatabaseContents before = postgres.contents(shop.database);

        var rows = shop.destroy(sealing, "TRUNCATE shop.lines");
        var column = shop.destroy(sealing, "ALTER TABLE shop.keyed DROP COLUMN word");

        for (String file : leftOver()) {
            if (!file.endsWith(".json")) {
                assertThat(file).endsWith(".copy.gz.age");
                assertThat(
                                Files.readString(
                                        shop.directory.resolve(file), StandardCharsets.ISO_8859_1))
                        .startsWith("age-encryption.org/v1\n");
            }
        }
        assertThatThrownBy(() -> sealing.restore(rows.entry(), false))
                .hasMessageContaining("is encrypted");
        assertThatThrownBy(() ->
                        sealing.restore(
                                rows.entry(), true, List.of(others.getPrivate().toString())))
                .hasMessageContaining("cannot be read with these age identities");
        sealing.restore(rows.entry(), false, List.of(keys.getPrivate().toString()));
        assertThat(postgres.contents(shop.database).tables().get("shop.lines"))
                .isEqualTo(before.tables().get("shop.lines"));
        sealing.restore(column.entry(), false, List.of(keys.getPrivate().toString()));
        assertThat(shop.value("SELECT string_agg(word, ',' ORDER BY id) FROM shop.keyed"))
                .isEqualTo("one,two");
        assertThat(leftOver()).allMatch(file -> file.endsWith(".json"));
    }

    @Test
    void whatIsOldEnoughIsPurgedByItselfAndNothingElse() throws Exception {
        var pinned = shop.destroy("TRUNCATE shop.lines");
        var looked = shop.destroy("TRUNCATE shop.keyless");
        var held = shop.destroy("DROP TABLE shop.events");
        var due = shop.destroy("DROP TABLE shop.orders CASCADE");
        shop.quarantine.pin(pinned.entry(), true);
        shop.clock.advance(Duration.ofDays(1));
        var young = shop.destroy("DROP SEQUENCE shop.numbers");
        String schema = shop.quarantine.find(held.entry()).schemas().getFirst();
        shop.sql("CREATE VIEW public.leans AS SELECT * FROM " + schema + ".events");
        List<String> told = new ArrayList<>();
        AtomicBoolean recordable = new AtomicBoolean(true);
        AtomicLong nanos = new AtomicLong();
        try (ScheduledPurge purge =
                new ScheduledPurge(
                        shop.quarantine,
                        (entry, step) -> {
                            told.add(entry.id() + " " + step);
                            return recordable.get();
                        },
                        shop.clock,
                        nanos::get)) {
            assertThat(purge.turn()).isFalse();
            assertThat(told).isEmpty();
            // Set by hand: days have passed for the clock alone.
            shop.clock.advance(Duration.ofDays(29));
            assertThat(purge.turn()).isFalse();
            assertThat(told).isEmpty();
            assertThat(purge.failures()).isEqualTo(1);

            nanos.set(Duration.ofDays(29).toNanos());
            shop.quarantine.look(looked.entry());
            recordable.set(false);
            purge.turn();
            recordable.set(true);
            assertThat(states()).doesNotContain(Entry.State.PURGED);
            told.clear();

            purge.turn();

            assertThat(told)
                    .containsExactlyInAnyOrder(
                            held.entry() + " BEGINS",
                            held.entry() + " FAILED",
                            due.entry() + " BEGINS",
                            due.entry() + " DONE");
            assertThat(purge.failures()).isEqualTo(3);
            for (String kept :
                    List.of(pinned.entry(), looked.entry(), held.entry(), young.entry())) {
                assertThat(shop.quarantine.find(kept).state()).isEqualTo(Entry.State.KEPT);
            }
            // What was in the way is gone, and nobody has looked since.
            shop.sql("DROP VIEW public.leans");
            shop.clock.advance(Duration.ofDays(2));
            nanos.set(Duration.ofDays(31).toNanos());
            purge.turn();
            assertThat(shop.quarantine.find(pinned.entry()).state()).isEqualTo(Entry.State.KEPT);
            assertThat(states()).containsOnlyOnce(Entry.State.KEPT);
        }
    }

    @Test
    void purgingEndsItForGoodAndLeavesPinnedThingsAlone() throws Exception {
        var table = shop.destroy("DROP TABLE shop.orders CASCADE");
        var rows = shop.destroy("TRUNCATE shop.keyless");
        String schema = shop.quarantine.find(table.entry()).schemas().getFirst();
        shop.quarantine.pin(table.entry(), true);

        assertThatThrownBy(() -> shop.quarantine.purge(rows.entry()))
                .hasMessageContaining("is kept until 2026-01-31T00:00:00Z");
        shop.clock.advance(Duration.ofDays(30));
        assertThatThrownBy(() -> shop.quarantine.purge(table.entry()))
                .hasMessageContaining("pinned");
        assertThat(shop.value("SELECT count(*) FROM " + schema + ".orders")).isEqualTo("200");

        shop.quarantine.pin(table.entry(), false);
        shop.quarantine.purge(table.entry());
        shop.quarantine.purge(rows.entry());
        assertThat(shop.value("SELECT count(*) FROM pg_namespace WHERE nspname ~ '^holdfast'"))
                .isEqualTo("0");
        assertThat(leftOver()).allMatch(file -> file.endsWith(".json"));
        assertThatThrownBy(() -> shop.quarantine.restore(rows.entry(), false))
                .hasMessageContaining("is purged");
    }

    @Test
    void aDumpThatIsNotWhatWasWrittenIsNotPutBack() throws Exception {
        var done = shop.destroy("TRUNCATE shop.lines");
        Path dump =
                shop.directory.resolve(
                        shop.quarantine.find(done.entry()).dumps().getFirst().file());
        byte[] bytes = Files.readAllBytes(dump);
        bytes[bytes.length / 2] ^= 1;
        Files.write(dump, bytes);

        assertThatThrownBy(() -> shop.quarantine.restore(done.entry(), false))
                .hasMessageContaining("SHA-256 differs");

        assertThat(shop.value("SELECT count(*) FROM shop.lines")).isEqualTo("0");
        bytes[bytes.length / 2] ^= 1;
        Files.write(dump, bytes);
        shop.quarantine.restore(done.entry(), false);
        assertThat(shop.value("SELECT count(*) FROM shop.lines")).isEqualTo("300");
        assertThatThrownBy(() -> shop.quarantine.restore(done.entry(), false))
                .hasMessageContaining("is restored");
    }

    private List<Entry.State> states() throws IOException {
        return shop.quarantine.list().stream().map(Entry::state).toList();
    }

    private List<String> leftOver() throws IOException {
        try (var files = Files.list(shop.directory)) {
            return files.map(file -> String.valueOf(file.getFileName())).toList();
        }
    }
}
