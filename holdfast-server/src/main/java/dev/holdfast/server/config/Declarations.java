package dev.holdfast.server.config;

import dev.holdfast.server.config.HoldfastConfiguration.Admin;
import dev.holdfast.server.config.HoldfastConfiguration.Agent;
import dev.holdfast.server.config.HoldfastConfiguration.AgentDatabase;
import dev.holdfast.server.config.HoldfastConfiguration.Analysis;
import dev.holdfast.server.config.HoldfastConfiguration.Audit;
import dev.holdfast.server.config.HoldfastConfiguration.ClientTls;
import dev.holdfast.server.config.HoldfastConfiguration.Database;
import dev.holdfast.server.config.HoldfastConfiguration.Limits;
import dev.holdfast.server.config.HoldfastConfiguration.Listener;
import dev.holdfast.server.config.HoldfastConfiguration.Pool;
import dev.holdfast.server.config.HoldfastConfiguration.Shutdown;
import dev.holdfast.server.config.HoldfastConfiguration.Transport;
import dev.holdfast.server.config.HoldfastConfiguration.Upstream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/// Every setting of `holdfast.yaml`, declared once: key, form, default and meaning. The reader, the
/// JSON schema and the reference (`docs/reference/configuration.md`) are all made from this.
final class Declarations {
    private static final long KIB = 1L << 10;
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;

    private static final TextShape NAME =
            new TextShape(
                    Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}"),
                    "a name of 1 to 63 letters, digits, _, . or -");
    private static final TextShape HOST =
            new TextShape(
                    Pattern.compile("[A-Za-z0-9._:%-]{1,253}"), "a host name or an IP address");
    static final TextShape IDENTIFIER =
            new TextShape(
                    Pattern.compile("[^\\p{Cntrl}]{1,63}"),
                    "a PostgreSQL name of 1 to 63 characters, as the catalog has it");
    private static final TextShape DOTTED =
            new TextShape(
                    Pattern.compile("[a-z_][a-z0-9_$]*(?:\\.[a-z_][a-z0-9_$]*)?"),
                    "a name in lower case, qualified by its schema or prefix where it has one");
    private static final IntegerShape PORT = new IntegerShape(1, 65_535);
    private static final IntegerShape PORT_OR_FREE = new IntegerShape(0, 65_535);

    private Declarations() {}

    static final Field<ClientTls.Mode> TLS_MODE =
            Field.of(
                    "mode",
                    ChoiceShape.of(ClientTls.Mode.class),
                    ClientTls.Mode.REQUIRE,
                    "Whether an agent must use TLS. `prefer` and `disable` are accepted for"
                            + " loopback addresses only.");
    static final Field<Path> TLS_CERTIFICATE =
            Field.optional(
                    "certificate",
                    new PathShape("a file with the certificate chain in PEM"),
                    "The certificate chain in PEM. Needed unless the mode is `disable`.");
    static final Field<Path> TLS_KEY =
            Field.optional(
                    "key",
                    new PathShape("a file with the private key in PEM (PKCS #8)"),
                    "The private key in PEM (PKCS #8). Needed unless the mode is `disable`; the"
                            + " file must not be open to every user.");
    static final ObjectShape<ClientTls> TLS =
            new ObjectShape<>(
                    "TLS towards the agents",
                    v ->
                            new ClientTls(
                                    v.of(TLS_MODE), v.orNull(TLS_CERTIFICATE), v.orNull(TLS_KEY)),
                    List.of(TLS_MODE, TLS_CERTIFICATE, TLS_KEY));

    static final Field<String> LISTENER_HOST =
            Field.of("host", HOST, "127.0.0.1", "The address to listen on.");
    static final Field<Integer> LISTENER_PORT =
            Field.of("port", PORT_OR_FREE, 6432, "The TCP port to listen on; 0 takes a free one.");
    static final Field<ClientTls> LISTENER_TLS =
            Field.required("tls", TLS, "TLS towards the agents.");
    static final ObjectShape<Listener> LISTENER =
            new ObjectShape<>(
                    "A listener",
                    v -> new Listener(v.of(LISTENER_HOST), v.of(LISTENER_PORT), v.of(LISTENER_TLS)),
                    List.of(LISTENER_HOST, LISTENER_PORT, LISTENER_TLS));

    static final Field<String> UPSTREAM_HOST = Field.required("host", HOST, "Where PostgreSQL is.");
    static final Field<Integer> UPSTREAM_PORT =
            Field.of("port", PORT, 5432, "PostgreSQL's TCP port.");
    static final Field<String> UPSTREAM_DATABASE =
            Field.required("database", IDENTIFIER, "The database's name in PostgreSQL.");
    static final Field<Upstream.SslMode> UPSTREAM_SSLMODE =
            Field.of(
                    "sslmode",
                    ChoiceShape.of(Upstream.SslMode.class),
                    Upstream.SslMode.VERIFY_FULL,
                    "TLS towards PostgreSQL, as libpq's `sslmode`. Only `verify-full` keeps out"
                            + " someone who sits in between.");
    static final Field<Path> UPSTREAM_ROOT_CERTIFICATE =
            Field.optional(
                    "root-certificate",
                    new PathShape("a file with the authority's certificate in PEM"),
                    "The authority that signed PostgreSQL's certificate, in PEM. Needed with"
                            + " `verify-ca` and `verify-full`, refused with the others.");
    static final Field<Duration> UPSTREAM_CONNECT_TIMEOUT =
            Field.of(
                    "connect-timeout",
                    QuantityShape.duration(Duration.ofMillis(100), Duration.ofMinutes(2)),
                    Duration.ofSeconds(10),
                    "How long connecting and logging in to PostgreSQL may take.");
    static final ObjectShape<Upstream> UPSTREAM =
            new ObjectShape<>(
                    "The PostgreSQL server behind a database",
                    v ->
                            new Upstream(
                                    v.of(UPSTREAM_HOST),
                                    v.of(UPSTREAM_PORT),
                                    v.of(UPSTREAM_DATABASE),
                                    v.of(UPSTREAM_SSLMODE),
                                    v.orNull(UPSTREAM_ROOT_CERTIFICATE),
                                    v.of(UPSTREAM_CONNECT_TIMEOUT)),
                    List.of(
                            UPSTREAM_HOST,
                            UPSTREAM_PORT,
                            UPSTREAM_DATABASE,
                            UPSTREAM_SSLMODE,
                            UPSTREAM_ROOT_CERTIFICATE,
                            UPSTREAM_CONNECT_TIMEOUT));

    static final Field<Integer> POOL_IDLE_MAX =
            Field.of(
                    "idle-max",
                    new IntegerShape(0, 1_000),
                    4,
                    "How many idle connections each event loop keeps for one combination of role"
                            + " and start-up parameters; 0 keeps none.");
    static final Field<Integer> POOL_PROFILES_MAX =
            Field.of(
                    "profiles-max",
                    new IntegerShape(1, 10_000),
                    64,
                    "For how many combinations of role and start-up parameters connections are"
                            + " kept; the longest unused is forgotten first.");
    static final Field<Duration> POOL_IDLE_TIMEOUT =
            Field.of(
                    "idle-timeout",
                    QuantityShape.duration(Duration.ofSeconds(1), Duration.ofHours(24)),
                    Duration.ofMinutes(5),
                    "After how long an idle connection is closed.");
    static final ObjectShape<Pool> POOL =
            new ObjectShape<>(
                    "Idle upstream connections",
                    v ->
                            new Pool(
                                    v.of(POOL_IDLE_MAX),
                                    v.of(POOL_PROFILES_MAX),
                                    v.of(POOL_IDLE_TIMEOUT)),
                    List.of(POOL_IDLE_MAX, POOL_PROFILES_MAX, POOL_IDLE_TIMEOUT));

    static final Field<String> DATABASE_NAME =
            Field.required(
                    "name",
                    NAME,
                    "The name by which agents connect to it and the record keeps it.");
    static final Field<Upstream> DATABASE_UPSTREAM =
            Field.required("upstream", UPSTREAM, "The PostgreSQL server behind it.");
    static final Field<Pool> DATABASE_POOL =
            Field.of(
                    "pool",
                    POOL,
                    POOL.construct().apply(POOL.defaults()),
                    "Idle upstream connections kept for the next session.");
    static final Field<Duration> DATABASE_CATALOG_REFRESH =
            Field.of(
                    "catalog-refresh",
                    QuantityShape.duration(Duration.ofSeconds(1), Duration.ofHours(1)),
                    Duration.ofSeconds(30),
                    "How often the database's catalog is looked at for changes. It is read with the"
                            + " role of the first agent that may use the database; until it has been"
                            + " read, statements are refused.");
    static final Field<String> DATABASE_STAGING =
            Field.optional(
                    "staging",
                    NAME,
                    "The name of the entry of `databases` that is its staging copy. Agents whose"
                            + " policy is in mode `sandbox` are connected there instead, with their"
                            + " role and password of that entry.");
    static final Field<Boolean> DATABASE_REHEARSE_ON_STAGING =
            Field.of(
                    "rehearse-on-staging",
                    new FlagShape(),
                    false,
                    "Statements that change rows and are held for people are tried out on the staging"
                            + " copy, as the agent's role there, and never on this database. Needs"
                            + " `staging`, and `capture` in that entry.");
    static final ObjectShape<Database> DATABASE =
            new ObjectShape<>(
                    "A database",
                    v ->
                            new Database(
                                    v.of(DATABASE_NAME),
                                    v.of(DATABASE_UPSTREAM),
                                    v.of(DATABASE_POOL),
                                    v.of(DATABASE_CATALOG_REFRESH),
                                    v.orNull(UndoDeclarations.ACCESS),
                                    v.orNull(UndoDeclarations.CAPTURE),
                                    v.orNull(UndoDeclarations.RESTORE),
                                    v.orNull(DATABASE_STAGING),
                                    v.of(DATABASE_REHEARSE_ON_STAGING)),
                    List.of(
                            DATABASE_NAME,
                            DATABASE_UPSTREAM,
                            DATABASE_POOL,
                            DATABASE_CATALOG_REFRESH,
                            UndoDeclarations.ACCESS,
                            UndoDeclarations.CAPTURE,
                            UndoDeclarations.RESTORE,
                            DATABASE_STAGING,
                            DATABASE_REHEARSE_ON_STAGING));

    static final Field<String> GRANT_DATABASE =
            Field.required("database", NAME, "The name of an entry of `databases`.");
    static final Field<String> GRANT_ROLE =
            Field.required(
                    "role",
                    IDENTIFIER,
                    "The PostgreSQL role, with no privilege but SELECT on what the agent may read;"
                            + " one role for each agent.");
    static final Field<Secret> GRANT_PASSWORD =
            Field.required("password", new SecretShape(), "The role's password, by reference.");
    static final ObjectShape<AgentDatabase> GRANT =
            new ObjectShape<>(
                    "A database that an agent may use",
                    v ->
                            new AgentDatabase(
                                    v.of(GRANT_DATABASE), v.of(GRANT_ROLE), v.of(GRANT_PASSWORD)),
                    List.of(GRANT_DATABASE, GRANT_ROLE, GRANT_PASSWORD));

    static final Field<String> AGENT_NAME =
            Field.required("name", NAME, "The user name with which the agent logs in.");
    static final Field<Secret> AGENT_VERIFIER =
            Field.required(
                    "verifier",
                    new VerifierShape(),
                    "What `holdfast agent verifier` prints for the agent's password. Not the"
                            + " password, but enough to guess weak ones: it may also be a"
                            + " reference.");
    static final Field<String> AGENT_POLICY =
            Field.of(
                    "policy",
                    NAME,
                    "read-only",
                    "The name of a policy in `policy-file`; `read-only` is always there.");
    static final Field<Boolean> AGENT_ENABLED =
            Field.of(
                    "enabled",
                    new FlagShape(),
                    true,
                    "An agent that is not enabled is refused as if it did not exist.");
    static final Field<Integer> AGENT_SESSIONS_MAX =
            Field.of(
                    "sessions-max",
                    new IntegerShape(1, 100_000),
                    20,
                    "How many sessions the agent may have at once.");
    static final Field<List<AgentDatabase>> AGENT_DATABASES =
            Field.required(
                    "databases",
                    new ListShape<>(GRANT, 1, 1_000),
                    "The databases that the agent may use.");
    static final ObjectShape<Agent> AGENT =
            new ObjectShape<>(
                    "An agent",
                    v ->
                            new Agent(
                                    v.of(AGENT_NAME),
                                    v.of(AGENT_VERIFIER),
                                    v.of(AGENT_POLICY),
                                    v.of(AGENT_ENABLED),
                                    v.of(AGENT_SESSIONS_MAX),
                                    v.of(AGENT_DATABASES)),
                    List.of(
                            AGENT_NAME,
                            AGENT_VERIFIER,
                            AGENT_POLICY,
                            AGENT_ENABLED,
                            AGENT_SESSIONS_MAX,
                            AGENT_DATABASES));

    static final Field<List<String>> ANALYSIS_FUNCTIONS =
            Field.of(
                    "functions",
                    new ListShape<>(DOTTED, 0, 1_000),
                    List.of(),
                    "Functions that every agent may call besides the built-in list. Name only"
                            + " functions whose bodies you have read: what they do is not"
                            + " analysed. A plain name stands for the unqualified call only.");
    static final Field<List<String>> ANALYSIS_SEARCH_PATH_SCHEMAS =
            Field.of(
                    "search-path-schemas",
                    new ListShape<>(IDENTIFIER, 0, 100),
                    List.of(),
                    "Schemas that a session may put on its search_path besides `$user`, `public`"
                            + " and `pg_catalog`. An agent's role must not be able to create"
                            + " anything in them.");
    static final ObjectShape<Analysis> ANALYSIS =
            new ObjectShape<>(
                    "What the analysis takes for granted",
                    v -> new Analysis(v.of(ANALYSIS_FUNCTIONS), v.of(ANALYSIS_SEARCH_PATH_SCHEMAS)),
                    List.of(ANALYSIS_FUNCTIONS, ANALYSIS_SEARCH_PATH_SCHEMAS));

    static final Field<Path> AUDIT_DIRECTORY =
            Field.required(
                    "directory",
                    new PathShape("a directory that Holdfast may write"),
                    "The directory of the record's files; made where it is missing. While the"
                            + " record cannot be written, every statement is refused.");
    static final Field<Long> AUDIT_FILE_SIZE_MAX =
            Field.of(
                    "file-size-max",
                    QuantityShape.size(64 * KIB, 64 * GIB),
                    256 * MIB,
                    "At what size the next file is begun.");
    static final Field<Duration> AUDIT_SYNC_INTERVAL =
            Field.of(
                    "sync-interval",
                    QuantityShape.duration(Duration.ZERO, Duration.ofMinutes(1)),
                    Duration.ofSeconds(1),
                    "How long a written line may wait for fsync: what a power failure may lose."
                            + " `0ms` syncs every batch.");
    static final Field<Integer> AUDIT_QUEUE_ENTRIES_MAX =
            Field.of(
                    "queue-entries-max",
                    new IntegerShape(64, 1 << 20),
                    16_384,
                    "How many entries may wait to be written; when it is full, statements are"
                            + " refused. Rounded up to a power of two.");
    static final ObjectShape<Audit> AUDIT =
            new ObjectShape<>(
                    "The record",
                    v ->
                            new Audit(
                                    v.of(AUDIT_DIRECTORY),
                                    v.of(AUDIT_FILE_SIZE_MAX),
                                    v.of(AUDIT_SYNC_INTERVAL),
                                    v.of(AUDIT_QUEUE_ENTRIES_MAX)),
                    List.of(
                            AUDIT_DIRECTORY,
                            AUDIT_FILE_SIZE_MAX,
                            AUDIT_SYNC_INTERVAL,
                            AUDIT_QUEUE_ENTRIES_MAX));

    static final Field<Transport.Kind> TRANSPORT_KIND =
            Field.of(
                    "kind",
                    ChoiceShape.of(Transport.Kind.class),
                    Transport.Kind.AUTO,
                    "Which of the operating system's interfaces is used. `auto` takes `epoll`,"
                            + " else `io-uring`, else `nio`.");
    static final Field<Integer> TRANSPORT_EVENT_LOOPS =
            Field.of(
                    "event-loops",
                    new IntegerShape(0, 64),
                    0,
                    "How many threads carry the traffic; 0 takes as many as are of use.");
    static final ObjectShape<Transport> TRANSPORT =
            new ObjectShape<>(
                    "What moves the bytes",
                    v -> new Transport(v.of(TRANSPORT_KIND), v.of(TRANSPORT_EVENT_LOOPS)),
                    List.of(TRANSPORT_KIND, TRANSPORT_EVENT_LOOPS));

    static final Field<String> ADMIN_HOST =
            Field.of(
                    "host",
                    HOST,
                    "127.0.0.1",
                    "The address of `/healthz`, `/readyz` and `/metrics`. They have no log-in: keep"
                            + " them off networks that agents reach.");
    static final Field<Integer> ADMIN_PORT =
            Field.of("port", PORT_OR_FREE, 6480, "The TCP port; 0 takes a free one.");
    static final ObjectShape<Admin> ADMIN =
            new ObjectShape<>(
                    "Health, readiness and metrics",
                    v -> new Admin(v.of(ADMIN_HOST), v.of(ADMIN_PORT)),
                    List.of(ADMIN_HOST, ADMIN_PORT));

    static final Field<Duration> SHUTDOWN_DRAIN_TIMEOUT =
            Field.of(
                    "drain-timeout",
                    QuantityShape.duration(Duration.ZERO, Duration.ofMinutes(10)),
                    Duration.ofSeconds(10),
                    "How long sessions may finish what they are doing after SIGTERM; then they are"
                            + " ended.");
    static final ObjectShape<Shutdown> SHUTDOWN =
            new ObjectShape<>(
                    "How the program ends",
                    v -> new Shutdown(v.of(SHUTDOWN_DRAIN_TIMEOUT)),
                    List.of(SHUTDOWN_DRAIN_TIMEOUT));

    static final Field<List<Listener>> LISTENERS =
            Field.required("listeners", new ListShape<>(LISTENER, 1, 16), "Where agents connect.");
    static final Field<List<Database>> DATABASES =
            Field.required(
                    "databases",
                    new ListShape<>(DATABASE, 1, 1_000),
                    "The databases that agents may be given.");
    static final Field<List<Agent>> AGENTS =
            Field.required(
                    "agents",
                    new ListShape<>(AGENT, 1, 10_000),
                    "Who may log in, and as what it works.");
    static final Field<Path> POLICY_FILE =
            Field.optional(
                    "policy-file",
                    new PathShape("a file with policies"),
                    "What agents may do: see policy.md. It is watched, and a changed one is in"
                            + " force at the next statement; where it is wrong, the earlier one stays."
                            + " Without it every agent may read what its role may, and nothing else.");
    static final Field<Analysis> ANALYSIS_FIELD =
            Field.of(
                    "analysis",
                    ANALYSIS,
                    ANALYSIS.construct().apply(ANALYSIS.defaults()),
                    "What the analysis takes for granted, for every agent and database.");
    static final Field<Audit> AUDIT_FIELD =
            Field.required("audit", AUDIT, "The record of every statement and every decision.");
    static final Field<Limits> LIMITS =
            Field.of(
                    "limits",
                    LimitDeclarations.SHAPE,
                    LimitDeclarations.DEFAULTS,
                    "What no client and no statement may exceed.");
    static final Field<Transport> TRANSPORT_FIELD =
            Field.of(
                    "transport",
                    TRANSPORT,
                    TRANSPORT.construct().apply(TRANSPORT.defaults()),
                    "What moves the bytes.");
    static final Field<Admin> ADMIN_FIELD =
            Field.of(
                    "admin",
                    ADMIN,
                    ADMIN.construct().apply(ADMIN.defaults()),
                    "Health, readiness and metrics, over HTTP.");
    static final Field<Shutdown> SHUTDOWN_FIELD =
            Field.of(
                    "shutdown",
                    SHUTDOWN,
                    SHUTDOWN.construct().apply(SHUTDOWN.defaults()),
                    "How the program ends.");

    /// The document.
    static final ObjectShape<HoldfastConfiguration> DOCUMENT =
            new ObjectShape<>(
                    "holdfast.yaml",
                    v ->
                            new HoldfastConfiguration(
                                    v.of(LISTENERS),
                                    v.of(DATABASES),
                                    v.of(AGENTS),
                                    v.orNull(POLICY_FILE),
                                    v.of(ANALYSIS_FIELD),
                                    v.of(AUDIT_FIELD),
                                    v.of(UndoDeclarations.UNDO_FIELD)
                                            .within(v.of(AUDIT_FIELD).directory()),
                                    v.of(StoreDeclarations.STORE_FIELD)
                                            .within(v.of(AUDIT_FIELD).directory()),
                                    v.of(ApprovalDeclarations.APPROVALS_FIELD),
                                    v.of(LIMITS),
                                    v.of(TRANSPORT_FIELD),
                                    v.of(ADMIN_FIELD),
                                    v.orNull(ConsoleDeclarations.CONSOLE_FIELD),
                                    v.of(NotifyDeclarations.NOTIFY_FIELD),
                                    v.of(SHUTDOWN_FIELD)),
                    List.of(
                            LISTENERS,
                            DATABASES,
                            AGENTS,
                            POLICY_FILE,
                            ANALYSIS_FIELD,
                            AUDIT_FIELD,
                            UndoDeclarations.UNDO_FIELD,
                            StoreDeclarations.STORE_FIELD,
                            ApprovalDeclarations.APPROVALS_FIELD,
                            LIMITS,
                            TRANSPORT_FIELD,
                            ADMIN_FIELD,
                            ConsoleDeclarations.CONSOLE_FIELD,
                            NotifyDeclarations.NOTIFY_FIELD,
                            SHUTDOWN_FIELD));
}
