package dev.holdfast.server.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Everything that `holdfast.yaml` says, checked. What each setting means stands with its
/// declaration in [Declarations] and in the reference made from it.
public record HoldfastConfiguration(
        List<Listener> listeners,
        List<Database> databases,
        List<Agent> agents,
        @Nullable Path policyFile,
        Analysis analysis,
        Audit audit,
        Undo undo,
        Store store,
        Approvals approvals,
        Limits limits,
        Transport transport,
        Admin admin,
        @Nullable Console console,
        Notify notices,
        Shutdown shutdown) {

    public HoldfastConfiguration {
        listeners = List.copyOf(listeners);
        databases = List.copyOf(databases);
        agents = List.copyOf(agents);
    }

    /// Where agents connect.
    public record Listener(String host, int port, ClientTls tls) {}

    /// TLS towards the agents. Certificate and key are there unless the mode is `DISABLE`.
    public record ClientTls(Mode mode, @Nullable Path certificate, @Nullable Path key) {
        /// Whether an agent must use TLS.
        public enum Mode {
            /// Nothing but TLS is accepted.
            REQUIRE,
            /// TLS where the agent asks for it; loopback addresses only.
            PREFER,
            /// No TLS; loopback addresses only.
            DISABLE
        }
    }

    /// A database that agents may be given.
    ///
    /// @param access makes the roles of grants; without it a grant uses the agent's own role
    /// @param capture reads before-images; without it no write runs
    /// @param restore applies an undo
    /// @param staging the name of the database that is its staging copy
    /// @param rehearseOnStaging whether held statements are rehearsed there
    public record Database(
            String name,
            Upstream upstream,
            Pool pool,
            Duration catalogRefresh,
            @Nullable ServiceRole access,
            @Nullable ServiceRole capture,
            @Nullable ServiceRole restore,
            @Nullable String staging,
            boolean rehearseOnStaging) {}

    /// A role that Holdfast itself uses.
    public record ServiceRole(String role, Secret password) {}

    /// The PostgreSQL server behind a database.
    public record Upstream(
            String host,
            int port,
            String database,
            SslMode sslMode,
            @Nullable Path rootCertificate,
            Duration connectTimeout) {

        /// As libpq's `sslmode`; its `allow` is not offered: it asks for clear text first.
        public enum SslMode {
            DISABLE,
            PREFER,
            REQUIRE,
            VERIFY_CA,
            VERIFY_FULL;

            /// Whether the server's certificate is looked at.
            public boolean verifies() {
                return this == VERIFY_CA || this == VERIFY_FULL;
            }
        }
    }

    /// Idle upstream connections kept for the next session.
    public record Pool(int idleMax, int profilesMax, Duration idleTimeout) {}

    /// Who may log in, and as what it works.
    public record Agent(
            String name,
            Secret verifier,
            String policy,
            boolean enabled,
            int sessionsMax,
            List<AgentDatabase> databases) {
        public Agent {
            databases = List.copyOf(databases);
        }
    }

    /// A database that an agent may use, and the role it has there.
    public record AgentDatabase(String database, String role, Secret password) {}

    /// What the analysis takes for granted, for every agent and database.
    public record Analysis(List<String> functions, List<String> searchPathSchemas) {
        public Analysis {
            functions = List.copyOf(functions);
            searchPathSchemas = List.copyOf(searchPathSchemas);
        }
    }

    /// The record of every statement.
    public record Audit(
            Path directory, long fileSizeMaxBytes, Duration syncInterval, int queueEntriesMax) {}

    /// What is kept of writes.
    ///
    /// @param encryptTo age recipients; empty where nothing is encrypted
    public record Undo(
            Path directory,
            Duration retention,
            long sizeMaxBytes,
            long transactionSizeMaxBytes,
            List<String> encryptTo) {
        public Undo {
            encryptTo = List.copyOf(encryptTo);
        }
    }

    /// Where Holdfast keeps its own state.
    ///
    /// @param postgres in place of the file; null where it is the file
    public record Store(Path file, @Nullable PostgresStore postgres) {}

    /// A control store that several gateways share.
    public record PostgresStore(
            String host,
            int port,
            String database,
            String role,
            Secret password,
            Upstream.SslMode sslMode,
            @Nullable Path rootCertificate) {}

    /// How long things wait for people.
    ///
    /// @param patience how long an agent's session waits
    /// @param decideWithin how long people have to decide
    /// @param useWithin how long an approved statement may be run
    /// @param waitingMax how many statements of one agent may wait at once
    public record Approvals(
            Duration patience, Duration decideWithin, Duration useWithin, int waitingMax) {}

    /// What no client and no statement may exceed.
    public record Limits(
            long statementSizeMaxBytes,
            long bindSizeMaxBytes,
            int connectionsMax,
            int startingMax,
            int loginFailuresPerAddressMax,
            Duration loginFailureWindow,
            int preparedStatementsMax,
            long preparedStatementsSizeMaxBytes,
            Duration startupTimeout,
            Duration parseTimeout,
            Duration statementTimeout,
            long verdictCacheSizeMaxBytes,
            int parserInstances) {}

    /// What moves the bytes; 0 event loops are as many as are of use.
    public record Transport(Kind kind, int eventLoops) {
        /// Which of the operating system's interfaces is used.
        public enum Kind {
            /// The first that works of EPOLL, IO_URING and NIO.
            AUTO,
            IO_URING,
            EPOLL,
            NIO
        }
    }

    /// Health, readiness and metrics.
    public record Admin(String host, int port) {}

    /// Where people reach Holdfast: the console and its interface for programs.
    ///
    /// @param url as a browser shows it; empty for `localhost` and the port
    /// @param certificate with the key, for TLS; both or none
    /// @param oidc who says who people are; null where that is nobody
    public record Console(
            String host,
            int port,
            String url,
            @Nullable Path certificate,
            @Nullable Path key,
            @Nullable Oidc oidc) {}

    /// An OpenID Connect provider that says who people are.
    ///
    /// @param claim which of its claims names them
    /// @param groups what its groups let them do; null where that is not looked at
    public record Oidc(
            String name,
            String issuer,
            String clientId,
            Secret clientSecret,
            List<String> scopes,
            Claim claim,
            @Nullable Groups groups) {
        public Oidc {
            scopes = List.copyOf(scopes);
        }

        /// Which roles the provider's groups let people have.
        ///
        /// @param claim in which of its claims the groups are
        /// @param validFor how long its word counts
        public record Groups(String claim, Duration validFor, List<Group> roles) {
            public Groups {
                roles = List.copyOf(roles);
            }
        }

        /// A role that a group lets people have.
        ///
        /// @param group to the letter
        public record Group(String group, Role role) {}

        /// What a person may do.
        public enum Role {
            VIEWER,
            REVIEWER,
            OPERATOR,
            OWNER
        }

        /// What can name a person.
        public enum Claim {
            EMAIL,
            PREFERRED_USERNAME,
            SUB
        }
    }

    /// Who is told what waits for people.
    public record Notify(List<NotifyWebhook> webhooks, List<NotifyMail> mail) {
        public Notify {
            webhooks = List.copyOf(webhooks);
            mail = List.copyOf(mail);
        }

        /// Whether nobody is.
        public boolean isEmpty() {
            return webhooks.isEmpty() && mail.isEmpty();
        }
    }

    /// A URL that is told.
    ///
    /// @param secret what messages are signed with; null for no signature
    public record NotifyWebhook(Secret url, @Nullable Secret secret, Format format) {
        /// What it understands.
        public enum Format {
            HOLDFAST,
            SLACK
        }
    }

    /// A mail server that is told, and for whom.
    ///
    /// @param user empty for nobody; then there is no password
    public record NotifyMail(
            String host,
            int port,
            Tls tls,
            String user,
            @Nullable Secret password,
            String from,
            List<String> to) {
        public NotifyMail {
            to = List.copyOf(to);
        }

        /// How the way to it is protected.
        public enum Tls {
            STARTTLS,
            TLS,
            NONE
        }
    }

    /// How the program ends.
    public record Shutdown(Duration drainTimeout) {}
}
