package dev.holdfast.server.capture;

import dev.holdfast.guard.change.KeptTransaction;
import dev.holdfast.guard.change.Measurement;
import dev.holdfast.guard.change.WriteTransaction;
import dev.holdfast.server.journal.ClusterFacts;
import dev.holdfast.server.journal.ImageJournal;
import dev.holdfast.server.journal.JournalWriter;
import dev.holdfast.server.journal.RelationImage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A journal that remembers the last transaction, line by line.
final class KeptInMemory implements ImageJournal {
    final Map<String, List<String>> before = new TreeMap<>();
    final Map<String, List<String>> after = new TreeMap<>();
    final Map<String, RelationImage> relations = new TreeMap<>();
    final List<KeptTransaction.Outcome> outcomes = new ArrayList<>();

    /// How often images were begun.
    int attempts;

    ClusterFacts cluster = ClusterFacts.UNKNOWN;

    boolean sealed;

    /// Counts lines only, for transactions that would not fit.
    boolean counting;

    long lines;

    @Override
    public JournalWriter begin(
            WriteTransaction transaction, Measurement measured, ClusterFacts at) {
        cluster = at;
        before.clear();
        after.clear();
        relations.clear();
        sealed = false;
        lines = 0;
        attempts++;
        return new Writer();
    }

    private final class Writer implements JournalWriter {
        private String name = "";

        @Override
        public String id() {
            return "txn_test";
        }

        @Override
        public void relation(RelationImage header) {
            name = header.schema() + "." + header.name();
            relations.put(name, header);
        }

        @Override
        public void before(byte[] copyLine) {
            add(before, copyLine);
        }

        @Override
        public void after(byte[] copyLine) {
            add(after, copyLine);
        }

        private void add(Map<String, List<String>> images, byte[] copyLine) {
            lines++;
            if (!counting) {
                images.computeIfAbsent(name, _ -> new ArrayList<>())
                        .add(new String(copyLine, StandardCharsets.UTF_8));
            }
        }

        @Override
        public void seal() {
            sealed = true;
        }

        @Override
        public void close() {
            // Nothing on a disk.
        }
    }

    @Override
    public void outcome(String id, KeptTransaction.Outcome outcome) {
        outcomes.add(outcome);
    }

    @Nullable RelationImage relation(String name) {
        return relations.get(name);
    }
}
