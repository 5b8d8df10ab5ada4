package dev.holdfast.server.journal;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.KeptTransaction.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Random;
import java.util.stream.IntStream;

/// A gateway that keeps transactions in several threads until it is killed. It prints the id of each
/// after it is sealed, and again, with a `+`, after its outcome was written down.
final class KeeperProgram {
    private static final int THREADS = 3;

    /// What a refusal makes it print before it ends.
    static final String REFUSED = "refused ";

    private KeeperProgram() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        try (FileJournal journal =
                FileJournal.open(Kept.settings(Path.of(arguments[0])), InstantSource.system())) {
            int rowsMax = Integer.parseInt(arguments[1]);
            for (Thread thread :
                    IntStream.range(0, THREADS)
                            .mapToObj(
                                    i -> Thread.ofPlatform().start(() -> keep(journal, rowsMax, i)))
                            .toList()) {
                thread.join();
            }
        }
    }

    private static void keep(Journal journal, int rowsMax, int seed) {
        Random random = new Random(seed);
        try {
            while (true) {
                String id = Kept.sealed(journal, random.nextInt(rowsMax));
                say(id);
                if (random.nextBoolean()) {
                    journal.outcome(id, Outcome.COMMITTED);
                    say("+" + id);
                }
            }
        } catch (ChangeRefusedException e) {
            say(REFUSED + e.refusal().rule());
        }
    }

    @SuppressWarnings("SystemOut")
    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
