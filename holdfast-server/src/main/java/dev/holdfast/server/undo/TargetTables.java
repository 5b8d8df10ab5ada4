package dev.holdfast.server.undo;

import dev.holdfast.server.journal.ColumnImage;
import dev.holdfast.server.journal.RelationImage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Finds the tables of the journal in the database as it is now.
final class TargetTables {
    private static final String TABLE =
            """
            SELECT c.oid, n.nspname, c.relname, c.relkind FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid = ? OR (n.nspname = ? AND c.relname = ?) ORDER BY c.oid <> ? LIMIT 1
            """;
    private static final String COLUMNS =
            """
            SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
            WHERE attrelid = ? AND attnum > 0 AND NOT attisdropped
            """;
    private static final String KEY =
            """
            SELECT a.attname, en.nspname, e.oprname FROM pg_index i
            CROSS JOIN LATERAL unnest(i.indkey::int2[], i.indclass::oid[])
              WITH ORDINALITY AS k (attnum, opclass, ord)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
            JOIN pg_opclass o ON o.oid = k.opclass
            JOIN pg_am am ON am.oid = o.opcmethod
            LEFT JOIN pg_amop m ON m.amopfamily = o.opcfamily AND m.amoplefttype = o.opcintype
              AND m.amoprighttype = o.opcintype AND m.amopstrategy = 3 AND am.amname = 'btree'
            LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid
              AND c.contype = 'p'
            JOIN pg_operator e ON e.oid = CASE
              WHEN am.amname = 'btree' THEN m.amopopr
              -- WITHOUT OVERLAPS: ranges that do not overlap are told apart by being equal.
              WHEN k.ord < i.indnkeyatts THEN c.conexclop[k.ord]
              WHEN c.conexclop[k.ord] = '&&(anyrange,anyrange)'::regoperator
                THEN '=(anyrange,anyrange)'::regoperator
              WHEN c.conexclop[k.ord] = '&&(anymultirange,anymultirange)'::regoperator
                THEN '=(anymultirange,anymultirange)'::regoperator END
            JOIN pg_namespace en ON en.oid = e.oprnamespace
            WHERE i.indrelid = ? AND i.indisprimary AND k.ord <= i.indnkeyatts ORDER BY k.ord
            """;
    private static final String RULES =
            "SELECT rulename FROM pg_rewrite WHERE ev_class = ? AND ev_type <> '1'"
                    + " AND ev_enabled = ANY (CASE WHEN ? THEN '{A,R}' ELSE '{O,A}' END::\"char\"[])";
    private static final String FOREIGN_KEYS =
            """
            WITH RECURSIVE up AS (
              SELECT c.oid, c.conparentid, c.conrelid FROM pg_constraint c
              WHERE c.contype = 'f' AND c.conrelid = ?
              UNION SELECT c.oid, c.conparentid, c.conrelid FROM pg_constraint c
              JOIN up ON c.oid = up.conparentid)
            SELECT c.conname, cn.nspname, cc.relname, cc.relkind, pn.nspname, pc.relname, pc.relkind,
              array(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY k (n, o)
                JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY k.o),
              array(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY k (n, o)
                JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.n ORDER BY k.o),
              array(SELECT on_.nspname::text || '.' || o.oprname::text
                FROM unnest(c.conpfeqop) WITH ORDINALITY k (n, i)
                JOIN pg_operator o ON o.oid = k.n JOIN pg_namespace on_ ON on_.oid = o.oprnamespace
                ORDER BY k.i),
              c.confdeltype <> 'a' OR c.confupdtype <> 'a',
              coalesce((to_jsonb(c) ->> 'conperiod')::boolean, false)
            FROM pg_constraint c
            JOIN pg_class cc ON cc.oid = c.conrelid JOIN pg_namespace cn ON cn.oid = cc.relnamespace
            JOIN pg_class pc ON pc.oid = c.confrelid JOIN pg_namespace pn ON pn.oid = pc.relnamespace
            WHERE c.contype = 'f' AND c.conparentid = 0
              AND coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true)
              AND (CASE WHEN ? THEN c.oid IN (SELECT oid FROM up)
                ELSE c.confrelid = ? OR c.confrelid IN (SELECT relid FROM pg_partition_ancestors(?)) END)
            """;

    private final Connection connection;
    private final boolean quiet;

    TargetTables(Connection connection, boolean quiet) {
        this.connection = connection;
        this.quiet = quiet;
    }

    /// @throws UndoRefusedException if it is gone, or is no longer what it was
    TargetTable find(int number, RelationImage image) throws SQLException, UndoRefusedException {
        String then = image.schema() + "." + image.name();
        try (PreparedStatement query = connection.prepareStatement(TABLE)) {
            query.setLong(1, image.oid());
            query.setString(2, image.schema());
            query.setString(3, image.name());
            query.setLong(4, image.oid());
            try (ResultSet row = query.executeQuery()) {
                if (!row.next() || !row.getString(4).equals("r")) {
                    throw new UndoRefusedException(
                            "table %s is not there any more".formatted(then),
                            "Create it again as it was (a partition: attach it), or leave it out:"
                                    + " name the tables to restore with --table.");
                }
                long oid = row.getLong(1);
                TargetTable table =
                        new TargetTable(
                                number,
                                oid,
                                row.getString(2),
                                row.getString(3),
                                image,
                                key(oid, then, image),
                                grown(oid, then, image),
                                foreignKeys(oid, true),
                                foreignKeys(oid, false));
                refuseRules(table);
                return table;
            }
        }
    }

    private boolean grown(long oid, String name, RelationImage image)
            throws SQLException, UndoRefusedException {
        Map<String, String> now = new HashMap<>();
        try (PreparedStatement query = connection.prepareStatement(COLUMNS)) {
            query.setLong(1, oid);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    now.put(row.getString(1), row.getString(2));
                }
            }
        }
        for (ColumnImage column : image.columns()) {
            String type = now.get(column.name());
            if (type == null) {
                throw new UndoRefusedException(
                        "column %s of %s is not there any more".formatted(column.name(), name),
                        "It was dropped or renamed since. Bring it back, or leave the table out:"
                                + " name the tables to restore with --table.");
            }
            if (!type.equals(column.type())) {
                throw new UndoRefusedException(
                        "column %s of %s is of type %s now; it was of type %s"
                                .formatted(column.name(), name, type, column.type()),
                        "Old values may not fit. Change the type back, or leave the table out: name"
                                + " the tables to restore with --table.");
            }
        }
        return now.size() > image.columns().size();
    }

    private List<String> key(long oid, String name, RelationImage image)
            throws SQLException, UndoRefusedException {
        Map<String, String> operators = new HashMap<>();
        try (PreparedStatement query = connection.prepareStatement(KEY)) {
            query.setLong(1, oid);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    operators.put(
                            row.getString(1), Sql.operator(row.getString(2), row.getString(3)));
                }
            }
        }
        List<String> key = new ArrayList<>();
        for (String column : image.primaryKey()) {
            String operator = operators.get(column);
            if (operator != null) {
                key.add(operator);
            }
        }
        if (key.size() != image.primaryKey().size() || key.size() != operators.size()) {
            throw new UndoRefusedException(
                    "the primary key of %s is another one now".formatted(name),
                    "Rows are found by the primary key that they had: %s. Bring it back, or leave the"
                                    .formatted(String.join(", ", image.primaryKey()))
                            + " table out.");
        }
        return key;
    }

    /// @param child whether the table is the one that refers, otherwise the one that is referred to
    private List<ForeignKey> foreignKeys(long oid, boolean child)
            throws SQLException, UndoRefusedException {
        List<ForeignKey> keys = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(FOREIGN_KEYS)) {
            query.setLong(1, oid);
            query.setBoolean(2, child);
            query.setLong(3, oid);
            query.setLong(4, oid);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    String childName =
                            Sql.name(row.getString(2)) + "." + Sql.name(row.getString(3));
                    if (quiet && row.getBoolean(12)) {
                        throw new UndoRefusedException(
                                "foreign key %s of %s is over periods of time"
                                        .formatted(row.getString(1), childName),
                                "Holdfast cannot check it itself: run the undo with --triggers=fire.");
                    }
                    keys.add(
                            new ForeignKey(
                                    row.getString(1),
                                    only(row.getString(4)) + childName,
                                    row.getString(2) + "." + row.getString(3),
                                    texts(row, 8),
                                    only(row.getString(7))
                                            + Sql.name(row.getString(5))
                                            + "."
                                            + Sql.name(row.getString(6)),
                                    texts(row, 9),
                                    texts(row, 10).stream().map(TargetTables::operator).toList(),
                                    row.getBoolean(11)));
                }
            }
        }
        return keys;
    }

    private static String only(String kind) {
        return kind.equals("p") ? "" : "ONLY ";
    }

    private static String operator(String qualified) {
        // No operator has a dot in its name; a schema may.
        int dot = qualified.lastIndexOf('.');
        return Sql.operator(qualified.substring(0, dot), qualified.substring(dot + 1));
    }

    private static List<String> texts(ResultSet row, int column) throws SQLException {
        return Arrays.asList((String[]) row.getArray(column).getArray());
    }

    private void refuseRules(TargetTable table) throws SQLException, UndoRefusedException {
        try (PreparedStatement query = connection.prepareStatement(RULES)) {
            query.setLong(1, table.oid());
            query.setBoolean(2, quiet);
            try (ResultSet row = query.executeQuery()) {
                if (row.next()) {
                    throw new UndoRefusedException(
                            "table %s has the rule %s, which would change what the undo does"
                                    .formatted(table.name(), row.getString(1)),
                            quiet
                                    ? "Disable the rule for the time of the undo."
                                    : Reversal.GRANT_HINT);
                }
            }
        }
    }
}
