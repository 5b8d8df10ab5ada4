package dev.holdfast.sql.analysis;

import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.catalog.References;
import dev.holdfast.sql.catalog.Relation;
import dev.holdfast.sql.catalog.Schema;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// A small catalog that the tests of effects refer to: the tables of a course platform. On the path
/// stand `public` and `app`; both have a table `audit`.
final class Shop {
    private static final int BOOLEAN = 16;
    private static final int INTEGER = 23;
    private static final int TEXT = 25;

    private long nextOid = 20_000;
    private final CatalogSnapshot.Builder catalog = new CatalogSnapshot.Builder();

    private Shop() {}

    static CatalogScope scope() {
        return CatalogScope.of(new Shop().snapshot(), AnalysisScope.BUILT_IN);
    }

    private CatalogSnapshot snapshot() {
        for (String schema : List.of("public", "app", "vault", "sales", "pg_catalog")) {
            catalog.schema(new Schema(schema, "owner", List.of()));
        }
        catalog.pathSchema("public").pathSchema("app");
        table("public.students", "id! name! email active? score");
        table("public.courses", "id! title! teacher");
        table("public.submissions", "id! student_id! course_id score at");
        table("public.payments", "id! student_id amount paid?!");
        table("public.archive", "id name note");
        table("public.email", "email status");
        table("public.audit", "id at what");
        table("app.audit", "id at who");
        table("app.settings", "key! value");
        table("sales.orders", "id! customer_id total created_at");
        table("vault.cards", "id! student_id number cvv");
        table("vault.keys", "id! secret");
        relation("public.active_students", Relation.Kind.VIEW, "id name");
        relation("public.totals", Relation.Kind.MATERIALIZED_VIEW, "student_id total");
        return catalog.build("shop", Instant.EPOCH);
    }

    private void table(String name, String columns) {
        relation(name, Relation.Kind.TABLE, columns);
    }

    /// @param columns their names; `!` is for NOT NULL, `?` for boolean
    private void relation(String name, Relation.Kind kind, String columns) {
        List<Relation.Column> described = new ArrayList<>();
        for (String column : columns.split(" ", -1)) {
            boolean bool = column.contains("?");
            String plain = column.replaceAll("[?!]", "");
            int type = bool ? BOOLEAN : plain.endsWith("id") ? INTEGER : TEXT;
            described.add(
                    new Relation.Column(
                            plain,
                            described.size() + 1,
                            type,
                            column.contains("!"),
                            Relation.Value.NONE,
                            References.NONE));
        }
        String[] parts = name.split("\\.", -1);
        catalog.relation(
                new Relation(
                        nextOid++, parts[0], parts[1], kind, "owner", 0, false, false, List.of(),
                        List.of(), described));
    }
}
