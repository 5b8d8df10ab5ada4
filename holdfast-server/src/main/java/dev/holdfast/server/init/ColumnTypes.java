package dev.holdfast.server.init;

import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.catalog.Type;
import java.util.Set;

/// What kind of values the types of a database hold.
final class ColumnTypes {
    private static final Set<String> DOCUMENTS = Set.of("json", "jsonb");
    private static final Set<String> READ_AS_TEXT = Set.of("hstore", "xml", "tsvector", "ltree");
    private static final Set<String> WHOLE_NUMBERS = Set.of("int2", "int4", "int8", "numeric");
    private static final Set<String> FRACTIONS = Set.of("float4", "float8");
    private static final Set<String> MOMENTS = Set.of("timestamp", "timestamptz");
    private static final Set<String> POINTS = Set.of("point", "geometry", "geography");
    private static final int DEPTH_MAX = 20;

    private ColumnTypes() {}

    static ColumnType of(CatalogSnapshot catalog, long oid) {
        return of(catalog, oid, 0);
    }

    private static ColumnType of(CatalogSnapshot catalog, long oid, int depth) {
        Type type = catalog.type(oid);
        if (type == null || depth > DEPTH_MAX) {
            return ColumnType.OTHER;
        }
        return switch (type.kind()) {
            case DOMAIN -> of(catalog, type.base(), depth + 1);
            case ARRAY ->
                    of(catalog, type.element(), depth + 1).textual()
                            ? ColumnType.TEXT_ARRAY
                            : ColumnType.OTHER;
            // Of the words of an enumeration only a trait says something about a person.
            case ENUM -> ColumnType.FLAG;
            case BASE -> base(type);
            case COMPOSITE, RANGE, PSEUDO -> ColumnType.OTHER;
        };
    }

    private static ColumnType base(Type type) {
        String name = type.name();
        if (type.stringCategory() || READ_AS_TEXT.contains(name)) {
            return ColumnType.TEXT;
        }
        if (DOCUMENTS.contains(name)) {
            return ColumnType.DOCUMENT;
        }
        if (WHOLE_NUMBERS.contains(name)) {
            return ColumnType.WHOLE_NUMBER;
        }
        if (FRACTIONS.contains(name)) {
            return ColumnType.FRACTION;
        }
        if (MOMENTS.contains(name)) {
            return ColumnType.MOMENT;
        }
        if (POINTS.contains(name)) {
            return ColumnType.POINT;
        }
        return switch (name) {
            case "bool" -> ColumnType.FLAG;
            case "date" -> ColumnType.DATE;
            case "uuid" -> ColumnType.UUID;
            case "bytea" -> ColumnType.BYTES;
            case "inet" -> ColumnType.ADDRESS_IN_NETWORK;
            default -> ColumnType.OTHER;
        };
    }
}
