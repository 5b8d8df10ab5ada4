package dev.holdfast.server.config;

import dev.holdfast.server.config.HoldfastConfiguration.Limits;
import java.time.Duration;
import java.util.List;

/// The settings under `limits`, declared as in [Declarations].
final class LimitDeclarations {
    private static final long KIB = 1L << 10;
    private static final long MIB = 1L << 20;

    private LimitDeclarations() {}

    static final Field<Long> STATEMENT_SIZE_MAX =
            Field.of(
                    "statement-size-max",
                    QuantityShape.size(KIB, 8 * MIB),
                    MIB,
                    "The longest statement that is judged; longer ones are refused.");
    static final Field<Long> BIND_SIZE_MAX =
            Field.of(
                    "bind-size-max",
                    QuantityShape.size(KIB, 1024 * MIB - KIB),
                    16 * MIB,
                    "The largest Bind message: the values of a statement's parameters.");
    static final Field<Integer> CONNECTIONS_MAX =
            Field.of(
                    "connections-max",
                    new IntegerShape(1, 1_000_000),
                    2_000,
                    "How many connections a listener may have at once, logged in or not.");
    static final Field<Integer> STARTING_MAX =
            Field.of(
                    "starting-max",
                    new IntegerShape(1, 100_000),
                    200,
                    "How many connections of a listener may be logging in at once.");
    static final Field<Integer> LOGIN_FAILURES_PER_ADDRESS_MAX =
            Field.of(
                    "login-failures-per-address-max",
                    new IntegerShape(1, 1_000_000),
                    10,
                    "After how many failed logins within `login-failure-window` an address is"
                            + " refused.");
    static final Field<Duration> LOGIN_FAILURE_WINDOW =
            Field.of(
                    "login-failure-window",
                    QuantityShape.duration(Duration.ofSeconds(1), Duration.ofHours(24)),
                    Duration.ofMinutes(1),
                    "The time within which failed logins are counted.");
    static final Field<Integer> PREPARED_STATEMENTS_MAX =
            Field.of(
                    "prepared-statements-max",
                    new IntegerShape(1, 100_000),
                    4_096,
                    "How many prepared statements, and as many portals, a session may hold.");
    static final Field<Long> PREPARED_STATEMENTS_SIZE_MAX =
            Field.of(
                    "prepared-statements-size-max",
                    QuantityShape.size(64 * KIB, 1024 * MIB),
                    16 * MIB,
                    "How much memory a session's prepared statements, portals and cursors may take."
                            + " All sessions of an event loop together may take 256 MiB or an eighth"
                            + " of the heap; of that an agent may hold as much as is still free.");
    static final Field<Duration> STARTUP_TIMEOUT =
            Field.of(
                    "startup-timeout",
                    QuantityShape.duration(Duration.ofMillis(100), Duration.ofMinutes(2)),
                    Duration.ofSeconds(10),
                    "How long a client may take from connecting to being logged in.");
    static final Field<Duration> PARSE_TIMEOUT =
            Field.of(
                    "parse-timeout",
                    QuantityShape.duration(Duration.ofMillis(10), Duration.ofSeconds(30)),
                    Duration.ofSeconds(1),
                    "How long judging one statement may take; after that it is refused.");
    static final Field<Duration> STATEMENT_TIMEOUT =
            Field.of(
                    "statement-timeout",
                    QuantityShape.duration(Duration.ofMillis(100), Duration.ofHours(24)),
                    Duration.ofMinutes(5),
                    "How long a statement may run before the gateway cancels it, and an open"
                            + " transaction may wait for its client before the session ends. No"
                            + " setting of the session lifts this.");
    static final Field<Long> VERDICT_CACHE_SIZE_MAX =
            Field.of(
                    "verdict-cache-size-max",
                    QuantityShape.size(0, 4096 * MIB),
                    32 * MIB,
                    "How much memory each event loop spends on remembered verdicts; `0B` judges each"
                            + " statement anew.");
    static final Field<Integer> PARSER_INSTANCES =
            Field.of(
                    "parser-instances",
                    new IntegerShape(0, 64),
                    0,
                    "How many statements are judged at once; 0 chooses by the number of"
                            + " processors.");

    static final ObjectShape<Limits> SHAPE =
            new ObjectShape<>(
                    "Limits",
                    v ->
                            new Limits(
                                    v.of(STATEMENT_SIZE_MAX),
                                    v.of(BIND_SIZE_MAX),
                                    v.of(CONNECTIONS_MAX),
                                    v.of(STARTING_MAX),
                                    v.of(LOGIN_FAILURES_PER_ADDRESS_MAX),
                                    v.of(LOGIN_FAILURE_WINDOW),
                                    v.of(PREPARED_STATEMENTS_MAX),
                                    v.of(PREPARED_STATEMENTS_SIZE_MAX),
                                    v.of(STARTUP_TIMEOUT),
                                    v.of(PARSE_TIMEOUT),
                                    v.of(STATEMENT_TIMEOUT),
                                    v.of(VERDICT_CACHE_SIZE_MAX),
                                    v.of(PARSER_INSTANCES)),
                    List.of(
                            STATEMENT_SIZE_MAX,
                            BIND_SIZE_MAX,
                            CONNECTIONS_MAX,
                            STARTING_MAX,
                            LOGIN_FAILURES_PER_ADDRESS_MAX,
                            LOGIN_FAILURE_WINDOW,
                            PREPARED_STATEMENTS_MAX,
                            PREPARED_STATEMENTS_SIZE_MAX,
                            STARTUP_TIMEOUT,
                            PARSE_TIMEOUT,
                            STATEMENT_TIMEOUT,
                            VERDICT_CACHE_SIZE_MAX,
                            PARSER_INSTANCES));

    static final Limits DEFAULTS = SHAPE.construct().apply(SHAPE.defaults());
}
