package dev.holdfast.guard.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RelationPatternTest {
    @ParameterizedTest
    @CsvSource({
        "public.orders, public, orders, true",
        "public.orders, public, orders2, false",
        "public.orders, publi, corders, false",
        "public.*, public, orders, true",
        "public.*, sales, orders, false",
        "*.orders, sales, orders, true",
        "*.*, sales, orders, true",
        "public.test_*, public, test_, true",
        "public.test_*, public, test_1, true",
        "public.test_*, public, tes, false",
        "public.*_log, public, _log, true",
        "public.*_log, public, log, false",
        "public.a*a, public, a, false",
        "public.a*a, public, aa, true",
        "public.a*b*c, public, aXbYc, true",
        "public.a*b*c, public, acb, false",
        "public.a*bb*b, public, abb, false",
        "public.a**c, public, ac, true",
        "public.\"Order\", public, Order, true",
        "public.\"Order\", public, order, false",
        "public.\"*\", public, anything, false",
        "public.\"*\", public, *, true",
        "public.\"a.b\", public, a.b, true",
        "public.\"Q\"*, public, Q4, true",
        "public.\"a\"\"b\", public, a\"b, true"
    })
    void matchesPartByPart(String pattern, String schema, String name, boolean expected) {
        assertThat(RelationPattern.of(pattern).matches(schema, name)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "orders", "a.b.c", ".orders", "public.", "public. orders", "Public.orders", "",
                ".", "public.\"orders", "public.\"\"", "public.\0", "public.%", "*", "public.größe"
            })
    void refusesWhatIsNoPattern(String text) {
        assertThatThrownBy(() -> RelationPattern.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(expected: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pg_catalog", "information_schema", "pg_toast", "pg_toast_temp_3"})
    void aStarDoesNotStandForPostgresqlsOwnSchemas(String schema) {
        assertThat(RelationPattern.of("*.*").matches(schema, "x")).isFalse();
        assertThat(RelationPattern.of("*.x").matches(schema, "x")).isFalse();
        assertThat(RelationPattern.of(schema + ".*").matches(schema, "x")).isTrue();
    }

    @Test
    void aRelationOfAnUnknownSchemaIsGrantedByAPatternForAllOnly() {
        assertThat(RelationPattern.of("*.orders").matches("", "orders")).isTrue();
        assertThat(RelationPattern.of("public.orders").matches("", "orders")).isFalse();
        assertThat(RelationPattern.of("p*.orders").matches("", "orders")).isFalse();
    }

    @Test
    void aRelationOfAnUnknownSchemaMayBeARestrictedOne() {
        RelationName unknown = RelationName.of("orders");

        assertThat(RelationPattern.of("vault.orders").mayMatch(unknown)).isTrue();
        assertThat(RelationPattern.of("vault.other").mayMatch(unknown)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "public.orders, public, orders",
        "orders, '', orders",
        "db.public.orders, public, orders",
        "public.\"a.b\", public, a.b",
        "\"P\".\"a\"\"b\", P, a\"b",
        "\"open, '', \"open"
    })
    void readsNamesAsSqlWritesThem(String text, String schema, String name) {
        assertThat(RelationName.of(text)).isEqualTo(new RelationName(schema, name));
    }
}
