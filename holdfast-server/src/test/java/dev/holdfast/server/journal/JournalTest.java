package dev.holdfast.server.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.exceptionfactory.jagged.x25519.X25519KeyPairGenerator;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.KeptTransaction.Outcome;
import dev.holdfast.guard.change.WriteTransaction;
import dev.holdfast.server.journal.JournalEntry.State;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    @TempDir private Path directory;

    @Test
    void readsBackWhatWasWritten() throws Exception {
        try (FileJournal journal = Kept.open(directory)) {
            String id = Kept.sealed(journal, 3);

            assertThat(Kept.pieces(journal, id))
                    .containsExactly(
                            Kept.ORDERS.toString(),
                            "- (0,1)\t0\t0.00",
                            "- (0,2)\t1\t919.00",
                            "- (0,3)\t2\t838.00",
                            "+ (0,0)\t-1\t-919.00");
            try (JournalReader reader = journal.open(id, List.of())) {
                assertThat(reader.statements()).isEqualTo(Kept.transaction().statements());
            }
            JournalEntry entry = journal.list().getFirst();
            assertThat(entry.id()).isEqualTo(id);
            assertThat(entry.principal()).isEqualTo(Kept.transaction().principal());
            assertThat(entry.measured()).isEqualTo(Kept.measured());
            assertThat(entry.state()).isEqualTo(State.PENDING);
            assertThat(entry.statements())
                    .containsExactly(
                            new JournalEntry.Statement(
                                    "DELETE FROM orders WHERE id = ? OR id = $1",
                                    "cleaning/write"));
        }
    }

    @Test
    void namesEveryApprovalHoweverManyStatementsThereAre() throws Exception {
        WriteTransaction one = Kept.transaction();
        WriteTransaction many =
                new WriteTransaction(
                        one.principal(),
                        one.session(),
                        one.startedAtEpochMicros(),
                        Collections.nCopies(200, one.statements().getFirst()),
                        List.of("apr_1", "apr_2"));
        try (FileJournal journal = Kept.open(directory)) {
            try (JournalWriter writer = journal.begin(many, Kept.measured(), Kept.CLUSTER)) {
                writer.seal();
            }
            JournalEntry entry = journal.list().getFirst();
            assertThat(entry.statementCount()).isEqualTo(200);
            assertThat(entry.statements()).hasSizeLessThan(200);
            assertThat(entry.approvals()).containsExactly("apr_1", "apr_2");
        }
    }

    @Test
    void aHeadOfAnEarlierVersionNamesNoApprovals() throws IOException {
        JournalHead head =
                new JournalHead(
                        "txn_1",
                        1,
                        Kept.transaction().principal(),
                        1,
                        1,
                        Kept.measured(),
                        Kept.CLUSTER,
                        false,
                        0,
                        List.of(),
                        List.of());
        byte[] encoded = head.encoded();
        byte[] earlier = Arrays.copyOf(encoded, encoded.length - Integer.BYTES);
        assertThat(JournalHead.decoded(earlier)).isEqualTo(head);
    }

    @Test
    void keepsRowsLargerThanItsBuffersAndOfEveryByte() throws Exception {
        byte[] large = new byte[3 << 20];
        new Random(7).nextBytes(large);
        try (FileJournal journal = Kept.open(directory)) {
            String id;
            try (JournalWriter writer =
                    journal.begin(Kept.transaction(), Kept.measured(), Kept.CLUSTER)) {
                writer.relation(Kept.ORDERS);
                writer.before(new byte[0]);
                writer.before(large);
                writer.before(Kept.line(1));
                writer.seal();
                id = writer.id();
            }
            try (JournalReader reader = journal.open(id, List.of())) {
                assertThat(reader.next()).isInstanceOf(JournalReader.Relation.class);
                assertThat(rowOf(reader)).isEmpty();
                assertThat(rowOf(reader)).isEqualTo(large);
                assertThat(rowOf(reader)).isEqualTo(Kept.line(1));
                assertThat(reader.next()).isNull();
                assertThat(reader.next()).isNull();
            }
        }
    }

    private static byte[] rowOf(JournalReader reader) throws IOException {
        return reader.next() instanceof JournalReader.Before(byte[] row) ? row : new byte[] {'?'};
    }

    @Test
    void nobodyElseMayReadIt() throws Exception {
        Path journalDirectory = directory.resolve("a/undo");
        try (FileJournal journal = Kept.open(journalDirectory)) {
            String id = Kept.sealed(journal, 1);
            journal.outcome(id, Outcome.COMMITTED);
            journal.pin(id);
        }
        try (Stream<Path> all = Files.walk(journalDirectory)) {
            assertThat(all)
                    .hasSizeGreaterThan(6)
                    .allSatisfy(path ->
                            assertThat(Files.getPosixFilePermissions(path))
                                    .isEqualTo(
                                            PosixFilePermissions.fromString(
                                                    Files.isDirectory(path)
                                                            ? "rwx------"
                                                            : "rw-------")));
        }
    }

    @Test
    void writesNoValueInClearWhereItIsEncryptedAndReadsItWithTheKey() throws Exception {
        KeyPair keys = new X25519KeyPairGenerator().generateKeyPair();
        String recipient = keys.getPublic().toString();
        FileJournal.Settings plain = Kept.settings(directory);
        FileJournal.Settings encrypting =
                new FileJournal.Settings(
                        directory,
                        plain.retention(),
                        plain.sizeMaxBytes(),
                        plain.transactionSizeMaxBytes(),
                        List.of(recipient));
        try (FileJournal journal = FileJournal.open(encrypting, InstantSource.fixed(Kept.NOW))) {
            String id = Kept.sealed(journal, 3);

            assertThat(journal.list().getFirst().encrypted()).isTrue();
            assertThat(Files.readString(file(id), StandardCharsets.ISO_8859_1))
                    .contains("age-encryption.org/v1")
                    .doesNotContain("4711");
            assertThatIOException()
                    .isThrownBy(() -> journal.open(id, List.of()))
                    .withMessageContaining("expected: an age identity");
            KeyPair other = new X25519KeyPairGenerator().generateKeyPair();
            assertThatIOException()
                    .isThrownBy(() -> journal.open(id, List.of(identity(other))))
                    .withMessageContaining("cannot be read with these age identities");
            assertThat(Kept.pieces(journal, id, identity(keys))).hasSize(5);
        }
    }

    private static String identity(KeyPair keys) {
        return keys.getPrivate().toString();
    }

    @Test
    void whatWasNotSealedIsRemoved() throws Exception {
        try (FileJournal journal = Kept.open(directory)) {
            try (JournalWriter writer =
                    journal.begin(Kept.transaction(), Kept.measured(), Kept.CLUSTER)) {
                writer.relation(Kept.ORDERS);
                writer.before(Kept.line(1));
                assertThat(journal.list())
                        .singleElement()
                        .satisfies(entry -> assertThat(entry.state()).isEqualTo(State.UNSEALED));
                assertThat(journal.unresolved()).isEmpty();
            }
            assertThat(journal.list()).isEmpty();
            assertThat(journal.usedBytes()).isZero();
        }
    }

    @Test
    void anOutcomeIsRememberedAndWhatWasRolledBackIsRemoved() throws Exception {
        String committed;
        String ambiguous;
        try (FileJournal journal = Kept.open(directory)) {
            committed = Kept.sealed(journal, 1);
            ambiguous = Kept.sealed(journal, 1);
            String gone = Kept.sealed(journal, 1);
            journal.outcome(committed, Outcome.COMMITTED);
            journal.outcome(ambiguous, Outcome.AMBIGUOUS);
            journal.outcome(gone, Outcome.ROLLED_BACK);
            assertThatExceptionOfType(NoSuchFileException.class)
                    .isThrownBy(() -> journal.open(gone, List.of()));
        }
        try (FileJournal journal = Kept.open(directory)) {
            assertThat(state(journal, committed)).isEqualTo(State.COMMITTED);
            assertThat(state(journal, ambiguous)).isEqualTo(State.AMBIGUOUS);
            assertThat(journal.unresolved()).containsExactly(ambiguous);
            journal.outcome(ambiguous, Outcome.COMMITTED);
            assertThat(state(journal, ambiguous)).isEqualTo(State.COMMITTED);
        }
    }

    @Test
    void anOutcomeTornAtAnyByteCountsForNothingAndTheNextOneCounts() throws Exception {
        try (FileJournal journal = Kept.open(directory)) {
            String id = Kept.sealed(journal, 1);
            journal.outcome(id, Outcome.COMMITTED);
            Path outcome = OutcomeFile.of(file(id));
            byte[] whole = Files.readAllBytes(outcome);
            // The last byte is a line end, which may be missing.
            for (int length = 0; length < whole.length - 1; length++) {
                Files.write(outcome, java.util.Arrays.copyOf(whole, length));
                assertThat(state(journal, id)).as("%d bytes", length).isEqualTo(State.PENDING);
                journal.outcome(id, Outcome.COMMITTED);
                assertThat(state(journal, id)).as("%d bytes", length).isEqualTo(State.COMMITTED);
            }
        }
    }

    @Test
    void aFileCutOffAnywhereIsNeverBelieved() throws Exception {
        try (FileJournal journal = Kept.open(directory)) {
            String id = Kept.sealed(journal, 40);
            byte[] whole = Files.readAllBytes(file(id));
            for (int length = 0; length < whole.length; length++) {
                Files.write(file(id), java.util.Arrays.copyOf(whole, length));
                assertThat(state(journal, id)).as("%d bytes", length).isEqualTo(State.UNSEALED);
                assertThatExceptionOfType(JournalDamagedException.class)
                        .as("%d bytes", length)
                        .isThrownBy(() -> journal.open(id, List.of()))
                        .withMessageContaining(id);
            }
            journal.outcome(id, Outcome.COMMITTED);
            assertThat(journal.list())
                    .singleElement()
                    .satisfies(entry -> {
                        assertThat(entry.state()).isEqualTo(State.DAMAGED);
                        assertThat(entry.problem()).contains("cut off at byte");
                    });
        }
    }

    @Test
    void aBitFlippedAnywhereIsNoticed() throws Exception {
        try (FileJournal journal = Kept.open(directory)) {
            String id = Kept.sealed(journal, 40);
            byte[] whole = Files.readAllBytes(file(id));
            for (int at = 0; at < whole.length; at++) {
                byte[] damaged = whole.clone();
                damaged[at] ^= (byte) (1 << (at % 8));
                Files.write(file(id), damaged);
                assertThatExceptionOfType(JournalDamagedException.class)
                        .as("byte %d", at)
                        .isThrownBy(() -> journal.open(id, List.of()));
            }
        }
    }

    @Test
    void aFileWhoseDigestWasForgedIsReadWithoutHarm() throws Exception {
        try (FileJournal journal = Kept.open(directory)) {
            String id = Kept.sealed(journal, 200);
            byte[] whole = Files.readAllBytes(file(id));
            JournalEnd end = JournalFile.read(id, file(id)).end();
            assertThat(end).isNotNull();
            int bodyAt = (int) end.bodyAt();
            Random random = new Random(11);
            for (int round = 0; round < 300; round++) {
                byte[] forged = whole.clone();
                forged[bodyAt + random.nextInt((int) end.bodyBytes())] = (byte) random.nextInt();
                java.security.MessageDigest digest = JournalOutput.sha256();
                digest.update(forged, 0, forged.length - JournalEnd.LENGTH);
                byte[] ending =
                        JournalEnd.encoded(
                                id, 1, bodyAt, end.bodyBytes(), end.before(), end.after(), digest);
                System.arraycopy(
                        ending, 0, forged, forged.length - JournalEnd.LENGTH, JournalEnd.LENGTH);
                Files.write(file(id), forged);
                try {
                    assertThat(Kept.pieces(journal, id)).hasSize(202);
                } catch (JournalDamagedException e) {
                    assertThat(e).hasMessageContaining(id);
                }
            }
        }
    }

    @Test
    void aTransactionThatIsTooLargeIsRefused() throws Exception {
        FileJournal.Settings small =
                new FileJournal.Settings(
                        directory, Duration.ofDays(1), 64L << 20, 256 << 10, List.of());
        try (FileJournal journal = FileJournal.open(small, InstantSource.fixed(Kept.NOW))) {
            assertThatExceptionOfType(ChangeRefusedException.class)
                    .isThrownBy(() -> incompressible(journal, 1 << 20))
                    .satisfies(e -> {
                        assertThat(e.refusal().rule()).isEqualTo("undo.transaction-too-large");
                        assertThat(e.refusal().code().sqlState()).isEqualTo("54000");
                        assertThat(e.refusal().detail()).contains("0.3 MiB");
                    });
            assertThat(journal.list()).isEmpty();
            assertThat(journal.usedBytes()).isZero();
        }
    }

    @Test
    void aFullJournalRemovesTheOldestThatItMayAndElseRefuses() throws Exception {
        FileJournal.Settings small =
                new FileJournal.Settings(
                        directory, Duration.ofDays(1), 1 << 20, 1 << 20, List.of());
        try (FileJournal journal = FileJournal.open(small, InstantSource.system())) {
            String pinned = incompressible(journal, 300 << 10);
            journal.outcome(pinned, Outcome.COMMITTED);
            journal.pin(pinned);
            String pending = incompressible(journal, 300 << 10);
            String removable = incompressible(journal, 300 << 10);
            journal.outcome(removable, Outcome.COMMITTED);
            String last = incompressible(journal, 300 << 10);

            assertThat(journal.list())
                    .extracting(JournalEntry::id)
                    .containsExactlyInAnyOrder(pinned, pending, last);
            assertThatExceptionOfType(ChangeRefusedException.class)
                    .isThrownBy(() -> incompressible(journal, 300 << 10))
                    .satisfies(e -> assertThat(e.refusal().rule()).isEqualTo("undo.journal-full"));
            assertThat(journal.list()).hasSize(3);
            journal.unpin(pinned);
            incompressible(journal, 300 << 10);
            assertThat(journal.list()).extracting(JournalEntry::id).doesNotContain(pinned);
        }
    }

    private static String incompressible(Journal journal, int bytes) throws ChangeRefusedException {
        Random random = new Random(bytes);
        try (JournalWriter writer =
                journal.begin(Kept.transaction(), Kept.measured(), Kept.CLUSTER)) {
            writer.relation(Kept.ORDERS);
            for (int written = 0; written < bytes; written += 10_000) {
                byte[] row = new byte[10_000];
                random.nextBytes(row);
                writer.before(row);
            }
            writer.seal();
            return writer.id();
        }
    }

    @Test
    void timeRemovesWhatCommittedUnlessItIsPinned() throws Exception {
        String old;
        String pinned;
        String pending;
        try (FileJournal journal = Kept.open(directory)) {
            old = Kept.sealed(journal, 1);
            pinned = Kept.sealed(journal, 1);
            pending = Kept.sealed(journal, 1);
            journal.outcome(old, Outcome.COMMITTED);
            journal.outcome(pinned, Outcome.COMMITTED);
            journal.pin(pinned);
        }
        InstantSource later = InstantSource.fixed(Kept.NOW.plus(Duration.ofDays(400)));
        try (FileJournal journal = FileJournal.open(Kept.settings(directory), later)) {
            journal.removeOld();
            assertThat(journal.list())
                    .extracting(JournalEntry::id)
                    .containsExactlyInAnyOrder(pinned, pending)
                    .doesNotContain(old);
            journal.unpin(pinned);
            journal.outcome(pending, Outcome.COMMITTED);
            journal.removeOld();
            assertThat(journal.list()).isEmpty();
            try (Stream<Path> left = Files.list(directory)) {
                assertThat(left).containsExactly(directory.resolve("journal.lock"));
            }
        }
    }

    private static JournalDirectory at(Path directory) throws IOException {
        return JournalDirectory.open(directory, false);
    }

    @Test
    void oneProcessOwnsItAndGuestsMayAddToIt() throws Exception {
        try (FileJournal journal = Kept.open(directory)) {
            assertThatIOException()
                    .isThrownBy(() -> Kept.open(directory))
                    .withMessageContaining("of another process");
            try (FileJournal guest =
                    FileJournal.openAsGuest(
                            Kept.settings(directory), InstantSource.fixed(Kept.NOW))) {
                String id = Kept.sealed(guest, 1);
                guest.outcome(id, Outcome.COMMITTED);
                assertThat(state(journal, id)).isEqualTo(State.COMMITTED);
            }
        }
        Kept.open(directory).close();
    }

    @Test
    void whatIsNoIdIsNotThere() throws Exception {
        try (FileJournal journal = Kept.open(directory)) {
            for (String id :
                    List.of("", "txn_", "txn_../../../../etc/passwd", "txn_" + "0".repeat(15))) {
                assertThatExceptionOfType(NoSuchFileException.class)
                        .isThrownBy(() -> journal.open(id, List.of()));
                assertThatExceptionOfType(NoSuchFileException.class)
                        .isThrownBy(() -> journal.pin(id));
            }
        }
    }

    @Test
    void idsSortByTimeAndDiffer() {
        List<String> ids =
                IntStream.range(0, 2_000)
                        .mapToObj(i -> TransactionId.next(Kept.NOW.plusSeconds(i), RANDOM))
                        .toList();
        assertThat(ids).isSorted().doesNotHaveDuplicates();
        assertThat(TransactionId.day(ids.getFirst())).hasToString("2026-03-04");
        assertThat(ids.getFirst()).hasSize(TransactionId.LENGTH);
    }

    private static final SecureRandom RANDOM = new SecureRandom();

    @Test
    void aFailedWriteRefusesTheTransaction() throws Exception {
        try (FileJournal journal = Kept.open(directory)) {
            Path day = directory.resolve("2026");
            Files.writeString(day, "in the way");
            assertThatExceptionOfType(ChangeRefusedException.class)
                    .isThrownBy(() -> Kept.sealed(journal, 1))
                    .satisfies(e -> {
                        assertThat(e.refusal().rule()).isEqualTo("undo.journal-unavailable");
                        assertThat(e.refusal().code().sqlState()).isEqualTo("58030");
                        assertThat(e.refusal().toString()).doesNotContain(directory.toString());
                    });
            Files.delete(day);
            Kept.sealed(journal, 1);
        }
    }

    @Test
    void aFailureInTheMiddleOfTheBodyIsAFailure() throws Exception {
        Path file = directory.resolve("txn");
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        JournalOutput output = new JournalOutput(channel, (more, bytes) -> {});
        output.write(1);
        channel.close();
        assertThatIOException().isThrownBy(() -> output.write(2));
    }

    private Path file(String id) throws IOException {
        return at(directory).place(id);
    }

    private static State state(FileJournal journal, String id) throws IOException {
        return journal.list().stream()
                .filter(entry -> entry.id().equals(id))
                .findFirst()
                .orElseThrow()
                .state();
    }
}
