package dev.holdfast.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.sql.analysis.AnalysisScope;
import dev.holdfast.sql.analysis.CatalogScope;
import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.SideBySide;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What a catalog of 10,000 tables costs.
@SideBySide
class CatalogSizeIT {
    private static final int TABLES = 10_000;
    private static final long LOAD_MILLIS_MAX = 30_000;
    private static final long BYTES_MAX = 100L << 20;

    @Test
    @SuppressWarnings("SystemOut")
    void tenThousandTablesAreReadInSecondsAndKeptInLittleMemory() throws SQLException {
        try (DisposablePostgres postgres = DisposablePostgres.start()) {
            postgres.createRole(Judged.ROLE, Judged.PASSWORD, "");
            postgres.createDatabase(Judged.DATABASE);
            for (int first = 0; first < TABLES; first += 1_000) {
                // In pieces: each table holds a lock until its transaction ends.
                postgres.sqlIn(Judged.DATABASE, tables(first, first + 999));
            }
            try (Connection connection = Judged.source(postgres).connect()) {
                CatalogLoader.load(connection, InstantSource.system());
                long usedBefore = used();
                long began = System.nanoTime();
                CatalogSnapshot snapshot = CatalogLoader.load(connection, InstantSource.system());
                long loaded = System.nanoTime();
                CatalogScope scope = CatalogScope.of(snapshot, AnalysisScope.BUILT_IN);
                long derived = System.nanoTime();
                String fingerprint = CatalogLoader.fingerprint(connection);
                long compared = System.nanoTime();
                long bytes = used() - usedBefore;
                System.out.printf(
                        "catalog of %,d tables: read in %d ms, worked out in %d ms, compared in %d ms,"
                                + " %d KiB%n",
                        TABLES,
                        TimeUnit.NANOSECONDS.toMillis(loaded - began),
                        TimeUnit.NANOSECONDS.toMillis(derived - loaded),
                        TimeUnit.NANOSECONDS.toMillis(compared - derived),
                        bytes >> 10);

                assertThat(fingerprint).isEqualTo(snapshot.digest());
                assertThat(scope).isNotNull();
                assertThat(TimeUnit.NANOSECONDS.toMillis(derived - began))
                        .isLessThan(LOAD_MILLIS_MAX);
                assertThat(bytes).isLessThan(BYTES_MAX);
            }
        }
    }

    private static String tables(int first, int last) {
        return """
        DO $$ BEGIN
          FOR n IN %d..%d LOOP
            EXECUTE format('CREATE TABLE t_%%s (id bigint PRIMARY KEY, parent bigint NOT NULL,'
              ' name text NOT NULL, email text, amount numeric(12,2), at timestamptz,'
              ' active boolean, note text, kind int, data jsonb)', n);
            IF n %% 10 = 0 THEN
              EXECUTE format('CREATE VIEW v_%%s AS SELECT id, upper(name) AS name,'
                ' sum(amount) FROM t_%%s GROUP BY id', n, n);
            END IF;
          END LOOP;
        END $$
        """
                .formatted(first, last);
    }

    private static long used() {
        System.gc();
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
