package dev.holdfast.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.sql.catalog.Grant;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AclTextTest {
    @Test
    void readsWhoMayDoWhat() {
        assertThat(AclText.read("{owner=arwdDxt/owner,=r/owner,reader=r*w/owner}", Set.of()))
                .containsExactly(
                        new Grant("owner", "arwdDxt", Set.of()),
                        new Grant(Grant.PUBLIC, "r", Set.of()),
                        new Grant("reader", "rw", Set.of()));
    }

    @Test
    void readsNamesThatNeedQuotes() {
        assertThat(
                        AclText.read(
                                "{\"\\\"a=b, \\\"\\\"c\\\"=r/owner\",\"\\\"}\\\\\\\"=w/owner\"}",
                                Set.of("email")))
                .containsExactly(
                        new Grant("a=b, \"c", "r", Set.of("email")),
                        new Grant("}\\", "w", Set.of("email")));
    }

    @Test
    void readsNone() {
        assertThat(AclText.read("{}", Set.of())).isEmpty();
    }
}
