package dev.holdfast.server.quarantine;

import dev.holdfast.guard.change.Approval;
import dev.holdfast.guard.change.ApprovedDestruction;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.CommitNotice;
import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.change.TableChange;
import dev.holdfast.guard.change.TableEffect;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.sql.analysis.StatementEffects;
import dev.holdfast.sql.parser.Node;
import dev.holdfast.sql.parser.ParseOutcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Destroys what a person approved, so that it can be put back.
///
/// One transaction does it, as the restore role: what is to be destroyed is locked, moved where nobody
/// reaches it or copied out, and then it is *put back for trial* and compared with what it was. Only
/// where that works is the trial undone and the entry written and synced, with the transaction's id in
/// it, before COMMIT. Whatever happens then, the entry is there if the thing is gone, and
/// `pg_xact_status` tells whether it is.
///
/// Safe for use by many threads and processes; every method may wait for databases and disks.
public final class Quarantine implements ApprovedDestruction {
    private static final Logger LOGGER = LoggerFactory.getLogger(Quarantine.class);

    private final Entries entries;
    private final DumpDirectory dumps;
    private final EntryOutcomes outcomes;
    private final Settings settings;
    private final Map<String, RestoreRole> roles;
    private final Function<byte[], ParseOutcome> parser;
    private final InstantSource clock;
    private final RandomGenerator random;

    /// @param roles by the databases' names in the configuration
    /// @param parser parses statements that are carried out
    /// @param notice is told before a transaction commits that uses people's word
    /// @param random what ids are made of; nobody may be able to guess it
    public Quarantine(
            Settings settings,
            Map<String, RestoreRole> roles,
            Function<byte[], ParseOutcome> parser,
            CommitNotice notice,
            InstantSource clock,
            RandomGenerator random)
            throws IOException {
        this.settings = settings;
        this.entries = new Entries(settings.directory());
        this.dumps =
                new DumpDirectory(
                        settings.directory(), settings.dumpBytesMax(), settings.encryptTo());
        this.outcomes = new EntryOutcomes(entries, dumps, notice);
        this.roles = Map.copyOf(roles);
        this.parser = parser;
        this.clock = clock;
        this.random = random;
    }

    /// Where things are kept.
    ///
    /// @param directory where entries and dumps are; made if it is not there
    /// @param dumpBytesMax what the rows of one table may take on the disk, compressed
    /// @param retention how old an entry must be to be purged
    /// @param encryptTo age recipients that alone can read rows outside the database; empty where they are
    ///     not encrypted
    public record Settings(
            Path directory, long dumpBytesMax, Duration retention, List<String> encryptTo) {
        public Settings {
            encryptTo = List.copyOf(encryptTo);
        }
    }

    /// It cannot be put back or purged; the message says what is in the way.
    public static final class InTheWayException extends Exception {
        private static final long serialVersionUID = 1L;

        InTheWayException(String message) {
            super(message);
        }

        InTheWayException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    @Override
    public Done carryOut(
            Principal principal, StatementEffects effects, String text, Approval approval)
            throws ChangeRefusedException {
        if (!approval.digest().equals(Approval.digest(principal.database(), text))) {
            throw DestroyRefusals.notApproved();
        }
        RestoreRole role = roles.get(principal.database());
        if (role == null) {
            throw DestroyRefusals.unavailable(principal.database());
        }
        Node tree = only(text, effects);
        String id = QuarantineName.random(random);
        try (OwnerSession session = new OwnerSession(role)) {
            Destruction destruction = new DestructionReader(session, effects).read(tree);
            Plan plan = new Plan();
            DumpDirectory files = dumps.withKeyForTrial();
            destroy(session, destruction, id, plan, files);
            if (plan.things().isEmpty()) {
                session.rollback();
                return new Done(destruction.commandTag(), "");
            }
            prove(session, plan, files);
            requireNoGrowth(approval.effect(), effect(session, destruction, plan, 0));
            Entry entry =
                    EntryOutcomes.awaiting(
                            session,
                            role,
                            entry(id, principal, approval, destruction, plan),
                            Entry.State.KEPT);
            entries.write(entry);
            outcomes.commit(session, role, entry);
            return new Done(destruction.commandTag(), id);
        } catch (SQLException e) {
            removeDumps(id);
            throw DestroyRefusals.database(e);
        } catch (IOException e) {
            LOGGER.error("quarantine: cannot be written", e);
            removeDumps(id);
            throw DestroyRefusals.storage(e);
        } catch (ChangeRefusedException e) {
            removeDumps(id);
            throw e;
        }
    }

    @Override
    public MeasuredEffect rehearse(Principal principal, StatementEffects effects, String text)
            throws ChangeRefusedException {
        RestoreRole role = roles.get(principal.database());
        if (role == null) {
            throw DestroyRefusals.unavailable(principal.database());
        }
        Node tree = only(text, effects);
        String id = QuarantineName.random(random);
        long begin = System.nanoTime();
        try (OwnerSession session = new OwnerSession(role)) {
            Plan plan = new Plan();
            Destruction destruction = new DestructionReader(session, effects).read(tree);
            DumpDirectory files = dumps.withKeyForTrial();
            destroy(session, destruction, id, plan, files);
            prove(session, plan, files);
            return effect(session, destruction, plan, (System.nanoTime() - begin) / 1_000);
        } catch (SQLException e) {
            throw DestroyRefusals.database(e);
        } catch (IOException e) {
            LOGGER.error("quarantine: cannot be written", e);
            throw DestroyRefusals.storage(e);
        } finally {
            // Closing the session has rolled it back.
            removeDumps(id);
        }
    }

    /// What was done in a transaction that is still open.
    private static MeasuredEffect effect(
            OwnerSession session, Destruction destruction, Plan plan, long durationMicros)
            throws SQLException {
        List<TableEffect> tables = new ArrayList<>();
        for (Dump dump : plan.dumps()) {
            long rows = dump.rows();
            tables.add(
                    destruction.keepsRows()
                            ? new TableEffect(dump.relation(), 0, rows, 0, rows)
                            : new TableEffect(dump.relation(), 0, 0, rows, rows));
        }
        if (plan.dumps().isEmpty()) {
            for (Long oid : plan.relations()) {
                Relations.Found now = Relations.numbered(session, List.of(oid)).getFirst();
                if (now.kind() == 'r') {
                    long rows =
                            Long.parseLong(session.value("SELECT count(*) FROM ONLY " + now.sql()));
                    tables.add(new TableEffect(plan.nameBefore(oid), 0, 0, rows, rows));
                }
            }
        }
        return new MeasuredEffect(
                tables, plan.things(), List.of(), List.of(), List.of(), durationMicros, -1);
    }

    private static void requireNoGrowth(MeasuredEffect approved, MeasuredEffect now)
            throws ChangeRefusedException {
        List<TableChange> changes =
                now.tables().stream()
                        .map(table ->
                                new TableChange(
                                        0, table.relation(), 0, table.updated(), table.deleted()))
                        .toList();
        List<String> growth = new ArrayList<>(approved.growth(changes));
        now.things().stream()
                .filter(thing -> !approved.things().contains(thing))
                .forEach(thing -> growth.add(thing + " (not approved)"));
        if (!growth.isEmpty()) {
            throw DestroyRefusals.grew(growth);
        }
    }

    /// The statement's tree, if the text holds one statement.
    private Node only(String text, StatementEffects effects) throws ChangeRefusedException {
        ParseOutcome outcome = parser.apply(text.getBytes(StandardCharsets.UTF_8));
        if (outcome instanceof ParseOutcome.Parsed parsed && parsed.statements().size() == 1) {
            return parsed.statements().getFirst().tree();
        }
        throw DestroyRefusals.notCovered(effects.command());
    }

    private static void destroy(
            OwnerSession session,
            Destruction destruction,
            String id,
            Plan plan,
            DumpDirectory files)
            throws SQLException, IOException, ChangeRefusedException {
        switch (destruction) {
            case Destruction.Truncate truncate ->
                    new Truncation(session, files, id, plan).run(truncate);
            case Destruction.DropRelations drop -> new Moves(session, id, plan).drop(drop);
            case Destruction.DropSchemas drop -> new Moves(session, id, plan).drop(drop);
            case Destruction.DropColumn drop -> new ColumnLoss(session, files, id, plan).drop(drop);
            case Destruction.AlterColumnType change ->
                    new ColumnLoss(session, files, id, plan).convert(change);
        }
    }

    /// Puts it back for trial.
    private static void prove(OwnerSession session, Plan plan, DumpDirectory files)
            throws SQLException, ChangeRefusedException {
        String problem =
                session.rehearse(() -> {
                    try {
                        new Restoration(session, files).run(plan.restore(), plan.dumps());
                        return Facts.difference(plan.facts(), Facts.of(session, plan.relations()));
                    } catch (Restoration.InTheWay e) {
                        LOGGER.warn("quarantine: could not be put back", e);
                        return e.reason();
                    }
                });
        if (!problem.isEmpty()) {
            throw DestroyRefusals.notRestorable(problem);
        }
    }

    private Entry entry(
            String id, Principal principal, Approval approval, Destruction destruction, Plan plan) {
        return new Entry(
                id,
                principal.agent(),
                principal.database(),
                approval.id(),
                approval.approver(),
                approval.digest(),
                destruction.commandTag(),
                plan.things(),
                ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant()),
                Entry.State.PREPARED,
                Entry.Pending.NOTHING,
                false,
                plan.schemas(),
                plan.dumps(),
                plan.restore(),
                plan.lastingFacts());
    }

    /// Everything there is, newest first, with what became of it.
    public List<Entry> list() throws IOException {
        List<Entry> all = new ArrayList<>();
        for (Entry entry : entries.list()) {
            Entry current = current(entry);
            if (current != null) {
                all.add(current);
            }
        }
        return all;
    }

    /// One of them.
    ///
    /// @throws IOException if there is none of that id
    public Entry find(String id) throws IOException {
        Entry current = current(entries.read(id));
        if (current == null) {
            throw new IOException(id + ": its transaction was rolled back; nothing was destroyed");
        }
        return current;
    }

    /// One of them, for somebody who looks at it: it is not purged by itself within a day.
    ///
    /// @throws IOException if there is none of that id
    public Entry look(String id) throws IOException {
        Entry entry = find(id);
        entries.looked(id, clock.instant());
        return entry;
    }

    /// When somebody looked at an entry last; long ago where nobody did.
    Instant lookedAt(String id) throws IOException {
        return entries.lookedAt(id);
    }

    /// @return null where it is removed, because it never happened
    private @Nullable Entry current(Entry entry) throws IOException {
        RestoreRole role = roles.get(entry.database());
        if (role == null) {
            return entry;
        }
        Entry resolved = outcomes.resolved(role, entry, Duration.ZERO);
        if (resolved == null) {
            dumps.delete(entry.dumps());
            entries.remove(entry.id());
        }
        return resolved;
    }

    /// Keeps an entry from being purged, or lets it.
    public Entry pin(String id, boolean pinned) throws IOException {
        Entry entry = find(id).pinned(pinned);
        entries.write(entry);
        return entry;
    }

    /// The same where nothing is encrypted.
    public Entry restore(String id, boolean trial) throws IOException, InTheWayException {
        return restore(id, trial, List.of());
    }

    /// Puts something back as it was, or changes nothing.
    ///
    /// @param trial whether to undo it at once: whether it could be put back is all that is asked
    /// @param identities of age, for rows that are encrypted
    /// @throws InTheWayException if it cannot be put back
    public Entry restore(String id, boolean trial, List<String> identities)
            throws IOException, InTheWayException {
        DumpDirectory files = dumps.with(identities);
        return change(
                id,
                trial,
                Entry.State.RESTORED,
                (session, entry) -> {
                    try {
                        new Restoration(session, files).run(entry.restore(), entry.dumps());
                    } catch (Restoration.InTheWay e) {
                        throw new InTheWayException(e.reason(), e);
                    }
                    requireAsItWas(session, entry);
                });
    }

    private static void requireAsItWas(OwnerSession session, Entry entry)
            throws SQLException, InTheWayException {
        if (entry.facts().isEmpty()) {
            return;
        }
        Set<Long> relations = new HashSet<>();
        for (String line : entry.facts()) {
            String[] parts = line.split("\\|", 3);
            if (parts[0].equals("relation")) {
                relations.add(
                        Long.valueOf(session.value("SELECT ?::regclass::oid::text", parts[1])));
            }
        }
        String difference = Facts.difference(entry.facts(), Facts.of(session, relations));
        if (!difference.isEmpty()) {
            throw new InTheWayException("it would not be what it was: " + difference);
        }
    }

    /// Whether an entry is so old that it may be purged.
    public boolean expired(Entry entry) {
        return !expires(entry).isAfter(clock.instant());
    }

    /// From when on an entry may be purged.
    public Instant expires(Entry entry) {
        return Instant.EPOCH
                .plus(entry.keptAtEpochMicros(), ChronoUnit.MICROS)
                .plus(settings.retention());
    }

    /// Ends an entry for good.
    ///
    /// @throws InTheWayException if it is pinned or too young, or if something outside the quarantine
    ///     would go with it
    public Entry purge(String id) throws IOException, InTheWayException {
        Entry found = find(id);
        if (found.pinned()) {
            throw new InTheWayException(id + " is pinned; unpin it first");
        }
        if (!expired(found)) {
            throw new InTheWayException(
                    id
                            + " is kept until "
                            + expires(found).truncatedTo(ChronoUnit.SECONDS)
                            + " (undo.retention)");
        }
        return change(
                id,
                false,
                Entry.State.PURGED,
                (session, entry) -> {
                    if (entry.schemas().isEmpty()) {
                        return;
                    }
                    String drop = Moves.purge(entry.schemas());
                    Set<String> own = Set.copyOf(entry.schemas());
                    List<String> others =
                            Vanishing.of(session, drop).stream()
                                    .filter(one -> !one.toast() && !one.schema().isEmpty())
                                    .filter(one -> !own.contains(one.schema()))
                                    .map(Vanishing.Gone::name)
                                    .toList();
                    if (!others.isEmpty()) {
                        throw new InTheWayException(
                                "it would take with it: " + String.join(", ", others));
                    }
                    session.execute(drop);
                });
    }

    /// Work on an entry within a transaction.
    @FunctionalInterface
    private interface Work {
        void run(OwnerSession session, Entry entry)
                throws SQLException, IOException, InTheWayException;
    }

    private Entry change(String id, boolean trial, Entry.State becomes, Work work)
            throws IOException, InTheWayException {
        Entry found = entries.read(id);
        RestoreRole role = roles.get(found.database());
        if (role == null) {
            throw new InTheWayException(
                    "no restore role is configured for the database " + found.database());
        }
        try (OwnerSession session = new OwnerSession(role)) {
            // One at a time: rows must not be copied back twice.
            session.value("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))::text", id);
            Entry entry = find(id);
            if (becomes == Entry.State.PURGED && entry.pinned()) {
                throw new InTheWayException(id + " is pinned; unpin it first");
            }
            if (entry.state() != Entry.State.KEPT || !entry.pending().nothing()) {
                throw new InTheWayException(
                        id
                                + " is "
                                + (entry.pending().nothing()
                                        ? entry.state().name().toLowerCase(java.util.Locale.ROOT)
                                        : "in a transaction whose outcome is not known yet"));
            }
            work.run(session, entry);
            if (trial) {
                session.rollback();
                return entry;
            }
            Entry waiting = EntryOutcomes.awaiting(session, role, entry, becomes);
            entries.write(waiting);
            return outcomes.commitChange(session, role, waiting);
        } catch (SQLException e) {
            throw new InTheWayException(
                    "PostgreSQL: %s (SQLSTATE %s)"
                            .formatted(DestroyRefusals.message(e), e.getSQLState()),
                    e);
        }
    }

    private void removeDumps(String id) {
        try {
            if (!entries.has(id)) {
                dumps.deleteOf(id);
            }
        } catch (IOException e) {
            LOGGER.warn("quarantine: dumps of {} could not be removed", id, e);
        }
    }
}
