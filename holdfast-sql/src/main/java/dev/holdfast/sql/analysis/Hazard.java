package dev.holdfast.sql.analysis;

/// Why a name of the database must not be used by a statement that reads.
///
/// @param kind what using it counts as
/// @param clause what it does, in the third person: `calls shop.audit(), which …`
record Hazard(StatementKind kind, String clause) {

    /// The same hazard, met by way of something else.
    Hazard by(String way) {
        return new Hazard(kind, way + clause);
    }
}
