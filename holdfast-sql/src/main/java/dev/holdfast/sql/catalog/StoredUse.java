package dev.holdfast.sql.catalog;

import java.util.HashSet;
import java.util.Set;

/// How a stored query uses a relation, as PostgreSQL itself noted it in order to check privileges.
///
/// `pg_depend` would not do: it keeps a whole row (`row_to_json(t)`) only where no column of the same
/// relation is named besides, and nothing at all of what `initdb` made.
///
/// @param relation the `pg_class.oid`
/// @param privileges the bits of PostgreSQL's `AclMode`: [#INSERT], [#SELECT], [#UPDATE], [#DELETE]
/// @param read the numbers of the columns read; 0 stands for the whole row
/// @param inserted the numbers of the columns that are given values in new rows
/// @param updated the numbers of the columns that are given values in existing rows
public record StoredUse(
        long relation,
        int privileges,
        Set<Integer> read,
        Set<Integer> inserted,
        Set<Integer> updated) {
    public static final int INSERT = 1;
    public static final int SELECT = 1 << 1;
    public static final int UPDATE = 1 << 2;
    public static final int DELETE = 1 << 3;

    public StoredUse {
        read = Set.copyOf(read);
        inserted = Set.copyOf(inserted);
        updated = Set.copyOf(updated);
    }

    StoredUse(long relation) {
        this(relation, 0, Set.of(), Set.of(), Set.of());
    }

    /// Whether it needs this privilege.
    public boolean needs(int privilege) {
        return (privileges & privilege) != 0;
    }

    /// Whether it may only read.
    public boolean reads() {
        return (privileges & ~SELECT) == 0;
    }

    StoredUse withPrivileges(int more) {
        return new StoredUse(relation, privileges | more, read, inserted, updated);
    }

    StoredUse withRead(Set<Integer> more) {
        return new StoredUse(relation, privileges, union(read, more), inserted, updated);
    }

    StoredUse withInserted(Set<Integer> more) {
        return new StoredUse(relation, privileges, read, union(inserted, more), updated);
    }

    StoredUse withUpdated(Set<Integer> more) {
        return new StoredUse(relation, privileges, read, inserted, union(updated, more));
    }

    StoredUse and(StoredUse other) {
        return withPrivileges(other.privileges)
                .withRead(other.read)
                .withInserted(other.inserted)
                .withUpdated(other.updated);
    }

    private static Set<Integer> union(Set<Integer> one, Set<Integer> other) {
        Set<Integer> both = new HashSet<>(one);
        both.addAll(other);
        return both;
    }
}
