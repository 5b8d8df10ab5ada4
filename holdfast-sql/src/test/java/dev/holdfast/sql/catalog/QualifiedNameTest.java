package dev.holdfast.sql.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QualifiedNameTest {
    @Test
    void readsANameAsEffectsWriteIt() {
        assertThat(QualifiedName.read("shop.orders"))
                .isEqualTo(new QualifiedName("shop", "orders"));
        assertThat(QualifiedName.read("shop.\"Orders\""))
                .isEqualTo(new QualifiedName("shop", "Orders"));
        assertThat(QualifiedName.read("\"a.b\".\"say \"\"c\"\"\""))
                .isEqualTo(new QualifiedName("a.b", "say \"c\""));
    }

    @Test
    void takesNothingElseForOne() {
        assertThat(QualifiedName.read("orders")).isNull();
        assertThat(QualifiedName.read("")).isNull();
        assertThat(QualifiedName.read("\"shop.orders\"")).isNull();
        assertThat(QualifiedName.read("a.\"b\".c")).isNull();
    }
}
