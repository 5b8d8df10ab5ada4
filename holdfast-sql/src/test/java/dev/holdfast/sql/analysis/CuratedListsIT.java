package dev.holdfast.sql.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.EveryPostgres;
import dev.holdfast.testkit.PostgresVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The curated lists against the catalogs of real servers: what a version adds must be put on a list by
/// a person before it can be called or set.
@EveryPostgres
class CuratedListsIT {
    private final PostgresVersion version;
    private @Nullable DisposablePostgres postgres;

    CuratedListsIT(PostgresVersion version) {
        this.version = version;
    }

    @BeforeEach
    void start() {
        postgres = DisposablePostgres.start(version);
    }

    @AfterEach
    void stop() {
        Objects.requireNonNull(postgres).close();
    }

    @Test
    void everyBuiltInFunctionIsOnExactlyOneList() {
        List<String> onNone = new ArrayList<>();
        for (String name :
                names(
                        "SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace")) {
            boolean refused = FunctionLists.CURATED.refusal(name, 0) != null;
            if (refused == FunctionLists.CURATED.allows(name)) {
                onNone.add(name);
            }
        }

        assertThat(onNone).isEmpty();
    }

    @Test
    void everyVolatileFunctionThatIsAllowedWasAllowedOnPurpose() {
        List<String> volatileOnes =
                names(
                        "SELECT DISTINCT proname FROM pg_proc WHERE provolatile = 'v' AND pronamespace = 'pg_catalog'::regnamespace");

        // Whoever adds to the prefixes below has read what the function does.
        assertThat(volatileOnes)
                .filteredOn(FunctionLists.CURATED::allows)
                .allMatch(name ->
                        name.matches(
                                "pg_stat_.*|pg_get_.*|pg_.*(size|location|lsn|timestamp|pids|time|state)|"
                                        + "pg_(advisory_unlock.*|sleep.*|is_.*|control_.*|config|current_.*|last_.*|"
                                        + "replication_origin_.*|show_.*|wal.*|xact_.*|collation_.*|database_.*|relation_.*|"
                                        + "notification_queue_usage|partition_.*|extension_.*|tablespace_.*|lock_status|"
                                        + "prepared_.*|sequence_.*|split_walfile_name|numa_available|timezone_.*|cursor|"
                                        + "isolation_test_session_is_blocked|jit_available|hba.*|available_.*|input_.*|"
                                        + "conf_load_time|my_temp_schema|column_.*|listening_channels|trigger_depth)|"
                                        + "(clock_timestamp|timeofday|random.*|setseed|gen_random_uuid|uuidv[47]|currval|lastval|"
                                        + "txid_.*|current_query|inet_.*|currtid2|array_(sample|shuffle)|ts_.*|array_in|domain_in|"
                                        + "record_in|has_.*|xml.*|.*_(in|out|recv|send))"));
    }

    @Test
    void noOperatorOfPostgresqlsOwnRunsARefusedFunction() {
        assertThat(
                        names(
                                "SELECT DISTINCT p.proname FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode WHERE oprnamespace = 'pg_catalog'::regnamespace"))
                .allMatch(FunctionLists.CURATED::allows);
    }

    @Test
    void noCastOfPostgresqlsOwnRunsARefusedFunction() {
        assertThat(
                        names(
                                "SELECT DISTINCT p.proname FROM pg_cast c JOIN pg_proc p ON p.oid = c.castfunc WHERE c.oid < 16384"))
                .allMatch(FunctionLists.CURATED::allows);
    }

    @Test
    void everySettingThatAnOrdinaryRoleCanChangeIsListed() {
        assertThat(
                        names(
                                "SELECT name FROM pg_settings WHERE context = 'user' AND name NOT LIKE '%.%'"))
                .allMatch(name -> SessionSettings.names().contains(name.toLowerCase(Locale.ROOT)));
    }

    @Test
    void postgresqlRunsAFunctionForAnAttribute() {
        // Why the analysis looks at the names of attributes.
        Objects.requireNonNull(postgres)
                .query("SELECT x.pg_advisory_lock FROM generate_series(1::bigint, 1) x");
        Objects.requireNonNull(postgres).query("SELECT (5::bigint).pg_advisory_lock");
    }

    private List<String> names(String query) {
        return Objects.requireNonNull(postgres).query(query).stream()
                .map(row -> Objects.requireNonNull(row.getFirst()))
                .toList();
    }
}
