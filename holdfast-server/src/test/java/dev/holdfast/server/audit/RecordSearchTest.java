package dev.holdfast.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.server.audit.RecordSearch.CursorException;
import dev.holdfast.server.audit.RecordSearch.Found;
import dev.holdfast.server.audit.RecordSearch.Wanted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordSearchTest {
    private static final Wanted ANYTHING = new Wanted(null, null, null, null, null, null);
    private static final int LINES = 1_000;

    @TempDir private Path directory;

    /// A thousand lines in three files, the names in the order of their numbers and not of their days.
    @BeforeEach
    void write() throws IOException {
        write("audit-20260103-000000000001.jsonl", 1, 400);
        write("audit-20260102-000000000401.jsonl", 401, 800);
        write("audit-20260104-000000000801.jsonl", 801, LINES);
        Files.writeString(directory.resolve("audit.lock"), "");
        Files.writeString(directory.resolve("notes.jsonl"), line(5_000));
    }

    private void write(String name, int from, int to) throws IOException {
        StringBuilder out = new StringBuilder();
        for (int i = from; i <= to; i++) {
            out.append(line(i));
        }
        Files.writeString(directory.resolve(name), out);
    }

    private static String line(int i) {
        return ("{\"seq\":%d,\"time\":\"%s\",\"agent\":\"agent-%d\",\"database\":\"shop\","
                        + "\"statement\":\"SELECT %s FROM t%d\",\"decision\":\"%s\",\"rule\":\"r\"}\n")
                .formatted(
                        i,
                        Instant.ofEpochSecond(1_000_000 + i),
                        i % 7,
                        "é".repeat(i % 50),
                        i,
                        i % 10 == 0 ? "deny" : "allow");
    }

    private Found search(Wanted wanted, @Nullable String from, int limit)
            throws IOException, CursorException {
        return new RecordSearch(directory).search(wanted, from, limit);
    }

    private static List<Long> numbers(Found found) {
        return found.entries().stream().map(entry -> (Long) entry.get("seq")).toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 400, 999, 1_000, 5_000})
    void pagesLeadBackThroughEveryLineOnce(int limit) throws Exception {
        List<Long> all = new ArrayList<>();
        String from = null;
        do {
            Found found = search(ANYTHING, from, limit);
            all.addAll(numbers(found));
            from = found.next();
        } while (from != null);
        List<Long> expected = new ArrayList<>();
        for (long i = LINES; i >= 1; i--) {
            expected.add(i);
        }
        assertThat(all).isEqualTo(expected);
    }

    @Test
    void oneSearchReadsOnlySoMuchAndTheNextGoesOn() throws Exception {
        RecordSearch small = new RecordSearch(directory, 10_000);
        Wanted first = new Wanted(null, null, null, "from t1 ", null, null);
        int searches = 0;
        String from = null;
        do {
            Found found = small.search(first, from, 10);
            assertThat(found.entries()).isEmpty();
            from = found.next();
            searches++;
        } while (from != null);
        assertThat(searches).isGreaterThan(10);
    }

    @Test
    void everyConditionHasToHold() throws Exception {
        assertThat(numbers(search(new Wanted("agent-3", null, "deny", null, null, null), null, 3)))
                .containsExactly(990L, 920L, 850L);
        assertThat(search(new Wanted(null, "other", null, null, null, null), null, 3).entries())
                .isEmpty();
        assertThat(numbers(search(new Wanted(null, null, null, "T77", null, null), null, 100)))
                .contains(77L, 777L, 770L)
                .hasSize(11);
        assertThat(
                        numbers(
                                search(
                                        new Wanted(
                                                null,
                                                null,
                                                null,
                                                null,
                                                Instant.ofEpochSecond(1_000_100),
                                                Instant.ofEpochSecond(1_000_103)),
                                        null,
                                        100)))
                .containsExactly(102L, 101L, 100L);
    }

    /// What is being written, and what a crash left, is no line.
    @Test
    void tornLinesAreNoEntries() throws Exception {
        Path last = directory.resolve("audit-20260104-000000000801.jsonl");
        String text = Files.readString(last);
        Files.writeString(
                last, text + "{\"seq\":1001,\"time\":\"\n" + line(1_002) + "{\"seq\":1003");
        assertThat(numbers(search(ANYTHING, null, 2))).containsExactly(1_002L, 1_000L);
        Files.writeString(last, "{\"seq\":801");
        assertThat(numbers(search(ANYTHING, null, 1))).containsExactly(800L);
        Files.writeString(last, "");
        assertThat(numbers(search(ANYTHING, null, 1))).containsExactly(800L);
    }

    @Test
    void aLineMayBeLongerThanABlock() throws Exception {
        Path last = directory.resolve("audit-20260104-000000000801.jsonl");
        Files.writeString(
                last, line(801) + line(802).replace("SELECT", "x".repeat(900_000)) + line(803));
        assertThat(numbers(search(ANYTHING, null, 4))).containsExactly(803L, 802L, 801L, 800L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "1", "1.", "-1.5", "../1.1", "1.1.1", "9999999999999.1"})
    void aPlaceThatNoSearchNamedIsRefused(String from) {
        assertThatThrownBy(() -> search(ANYTHING, from, 1)).isInstanceOf(CursorException.class);
    }

    /// Made up, but of the right form: it leads to some place, and what is not a line there is none.
    @Test
    void aPlaceWithinALineIsHarmless() throws Exception {
        assertThat(numbers(search(ANYTHING, "401.130", 1))).hasSize(1);
        assertThat(numbers(search(ANYTHING, "401.99999999", 1))).containsExactly(800L);
        assertThat(search(ANYTHING, "0.5", 1).entries()).isEmpty();
    }
}
