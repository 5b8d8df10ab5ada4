package dev.holdfast.server.quarantine;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Runs the statements that put something back, within a transaction.
final class Restoration {
    /// Statements after which triggers and rules of somebody's are silent, and those that wake them.
    private static final String WATCHERS =
            """
            SELECT 'TRIGGER ' || quote_ident(tgname), CASE tgenabled WHEN 'A' THEN 'ENABLE ALWAYS '
                   WHEN 'R' THEN 'ENABLE REPLICA ' ELSE 'ENABLE ' END
            FROM pg_trigger WHERE tgrelid = ?::regclass AND NOT tgisinternal AND tgenabled <> 'D'
            UNION ALL
            SELECT 'RULE ' || quote_ident(rulename), CASE ev_enabled WHEN 'A' THEN 'ENABLE ALWAYS '
                   WHEN 'R' THEN 'ENABLE REPLICA ' ELSE 'ENABLE ' END
            FROM pg_rewrite WHERE ev_class = ?::regclass AND ev_enabled <> 'D'
              AND rulename <> '_RETURN'
            ORDER BY 1
            """;

    private final OwnerSession session;
    private final DumpDirectory dumps;

    Restoration(OwnerSession session, DumpDirectory dumps) {
        this.session = session;
        this.dumps = dumps;
    }

    /// Something is in the way.
    static final class InTheWay extends Exception {
        private static final long serialVersionUID = 1L;

        InTheWay(String message, @Nullable Throwable cause) {
            super(message, cause);
        }

        String reason() {
            return String.valueOf(getMessage());
        }
    }

    void run(List<Step> steps, List<Dump> known) throws InTheWay {
        List<String> waking = silence(known);
        for (Step step : steps) {
            try {
                if (step.dump().isEmpty()) {
                    session.execute(step.sql());
                } else {
                    dumps.read(session, dump(known, step.dump()), step.sql());
                }
            } catch (SQLException e) {
                throw new InTheWay("cannot " + step.purpose() + ": " + told(e), e);
            } catch (IOException e) {
                throw new InTheWay("cannot " + step.purpose() + ": " + e.getMessage(), e);
            }
        }
        wake(waking);
    }

    /// What is put back is what was there: nobody's triggers have a say in it.
    private List<String> silence(List<Dump> known) throws InTheWay {
        Set<String> tables = new LinkedHashSet<>();
        known.forEach(dump -> tables.add(dump.relation()));
        List<String> waking = new ArrayList<>();
        for (String table : tables) {
            try {
                session.execute("LOCK TABLE ONLY " + table + " IN ACCESS EXCLUSIVE MODE");
                for (List<@Nullable String> row : session.rows(WATCHERS, table, table)) {
                    String watcher = OwnerSession.text(row, 0);
                    session.execute("ALTER TABLE ONLY " + table + " DISABLE " + watcher);
                    waking.add(
                            "ALTER TABLE ONLY "
                                    + table
                                    + " "
                                    + OwnerSession.text(row, 1)
                                    + watcher);
                }
            } catch (SQLException e) {
                throw new InTheWay("cannot have " + table + " alone: " + told(e), e);
            }
        }
        return waking;
    }

    private void wake(List<String> waking) throws InTheWay {
        for (String statement : waking) {
            try {
                session.execute(statement);
            } catch (SQLException e) {
                throw new InTheWay("cannot enable triggers again: " + told(e), e);
            }
        }
    }

    private static Dump dump(List<Dump> known, String file) throws InTheWay {
        return known.stream()
                .filter(dump -> dump.file().equals(file))
                .findFirst()
                .orElseThrow(() -> new InTheWay("the entry does not know the dump " + file, null));
    }

    /// For people who operate the database: with the state, without values.
    private static String told(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        return "%s (SQLSTATE %s)".formatted(DestroyRefusals.message(e), state);
    }
}
