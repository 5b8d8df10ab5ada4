package dev.holdfast.server.config;

import dev.holdfast.server.config.HoldfastConfiguration.ServiceRole;
import dev.holdfast.server.config.HoldfastConfiguration.Undo;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The settings of what is kept of writes, and of the store, declared as in [Declarations].
final class UndoDeclarations {
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;

    private UndoDeclarations() {}

    /// Settings of which a part may be left to the record's directory.
    ///
    /// @param directory null for one in the record's directory
    record WrittenUndo(
            @Nullable Path directory,
            Duration retention,
            long sizeMaxBytes,
            long transactionSizeMaxBytes,
            List<String> encryptTo) {

        Undo within(Path recordDirectory) {
            return new Undo(
                    directory == null ? recordDirectory.resolve("undo") : directory,
                    retention,
                    sizeMaxBytes,
                    transactionSizeMaxBytes,
                    encryptTo);
        }
    }

    private static final Field<String> ROLE =
            Field.required(
                    "role",
                    new TextShape(
                            Pattern.compile("[^\\p{Cntrl}]{1,63}"),
                            "a PostgreSQL name of 1 to 63 characters, as the catalog has it"),
                    "The PostgreSQL role; no agent's, and not the same for both purposes.");
    private static final Field<Secret> PASSWORD =
            Field.required("password", new SecretShape(), "The role's password, by reference.");

    static final ObjectShape<ServiceRole> SERVICE_ROLE =
            new ObjectShape<>(
                    "A role that Holdfast itself uses",
                    v -> new ServiceRole(v.of(ROLE), v.of(PASSWORD)),
                    List.of(ROLE, PASSWORD));

    static final Field<ServiceRole> CAPTURE =
            Field.optional(
                    "capture",
                    SERVICE_ROLE,
                    "With this role Holdfast reads rows as they were before an agent changes them:"
                            + " it needs SELECT on every table that agents may write, and no"
                            + " other privilege. Without it no agent can write.");
    static final Field<ServiceRole> ACCESS =
            Field.optional(
                    "access",
                    SERVICE_ROLE,
                    "With this role Holdfast makes a role of its own for each grant, and drops it when"
                            + " the grant ends: it needs CREATEROLE, and what agents may be given,"
                            + " WITH GRANT OPTION. Without it a grant uses the role that the agent"
                            + " itself has for the database.");
    static final Field<ServiceRole> RESTORE =
            Field.optional(
                    "restore",
                    SERVICE_ROLE,
                    "With this role rows are written back: it needs SELECT, INSERT, UPDATE and DELETE"
                            + " on the tables that agents may write. What destroys and was approved is"
                            + " carried out by it too, and needs the rights of the owners.");

    static final Field<Path> DIRECTORY =
            Field.optional(
                    "directory",
                    new PathShape("a directory that Holdfast may write"),
                    "The undo journal: one file for each transaction, made where it is missing."
                            + " Default: `undo` in the record's directory. While it cannot be"
                            + " written, no write commits. It holds the rows that agents changed:"
                            + " protect it like the database.");
    static final Field<Duration> RETENTION =
            Field.of(
                    "retention",
                    QuantityShape.duration(Duration.ofMinutes(1), Duration.ofDays(3_650)),
                    Duration.ofDays(30),
                    "After how long a transaction can no longer be undone: its file is removed,"
                            + " unless it is pinned or its outcome is not known.");
    static final Field<Long> SIZE_MAX =
            Field.of(
                    "size-max",
                    QuantityShape.size(MIB, 65_536 * GIB),
                    10 * GIB,
                    "How large the journal may become. Beyond it the oldest files are removed"
                            + " first; where none may be, no write commits.");
    static final Field<Long> TRANSACTION_SIZE_MAX =
            Field.of(
                    "transaction-size-max",
                    QuantityShape.size(64 << 10, 65_536 * GIB),
                    GIB,
                    "How large the file of one transaction may become; a larger transaction is"
                            + " rolled back.");
    static final Field<List<String>> ENCRYPT_TO =
            Field.of(
                    "encrypt-to",
                    new ListShape<>(
                            new TextShape(
                                    Pattern.compile("age1[02-9ac-hj-np-z]{58}"),
                                    "an age recipient: age1 and 58 letters and digits"),
                            0,
                            20),
                    List.of(),
                    "age recipients (`age-keygen -y KEY-FILE`) that alone can read rows and"
                            + " statements in the journal, and rows that the quarantine has outside the"
                            + " database. Keep the key elsewhere: whoever puts rows back is asked for it.");
    static final ObjectShape<WrittenUndo> UNDO =
            new ObjectShape<>(
                    "What is kept of writes",
                    v ->
                            new WrittenUndo(
                                    v.orNull(DIRECTORY),
                                    v.of(RETENTION),
                                    v.of(SIZE_MAX),
                                    v.of(TRANSACTION_SIZE_MAX),
                                    v.of(ENCRYPT_TO)),
                    List.of(DIRECTORY, RETENTION, SIZE_MAX, TRANSACTION_SIZE_MAX, ENCRYPT_TO));

    static final Field<WrittenUndo> UNDO_FIELD =
            Field.of(
                    "undo",
                    UNDO,
                    UNDO.construct().apply(UNDO.defaults()),
                    "What is kept of every write, so that it can be undone.");
}
