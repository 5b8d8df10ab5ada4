package dev.holdfast.guard.change;

/// A transaction that is about to commit, named so that anyone can ask later what became of it.
///
/// @param transactionId PostgreSQL's 64-bit id, in decimal
/// @param system the cluster's system identifier; empty where it is not known
/// @param timeline the timeline of its WAL; empty where it is not known. Another cluster, and another
///     timeline, gives the same id to another transaction
public record CommitPoint(String transactionId, String system, String timeline) {
    /// Asks for the system and the timeline: one row of two columns. Any role may, in any transaction, whatever
    /// its search path.
    public static final String CLUSTER_QUERY =
            "SELECT (SELECT system_identifier FROM pg_catalog.pg_control_system())::pg_catalog.text,"
                    + " pg_catalog.substr(pg_catalog.pg_walfile_name("
                    + "pg_catalog.pg_current_wal_insert_lsn()), 1, 8)";
}
