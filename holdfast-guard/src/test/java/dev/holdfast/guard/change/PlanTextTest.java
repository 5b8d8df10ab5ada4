package dev.holdfast.guard.change;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanTextTest {
    private static List<String> shown(String plan) {
        return PlanText.shown(plan.lines().toList());
    }

    @Test
    void waysAndCostsStayAndConstantsGo() {
        assertThat(
                        shown(
                                """
                                Delete on orders_2024  (cost=0.28..8.30 rows=0 width=0)
                                  ->  Index Scan using orders_pkey1 on orders_2024  (cost=0.28..8.30 rows=1 width=6)
                                        Index Cond: ((id > 17) AND (id < '-5'::integer))
                                        Filter: ((email = 'ann''s@example.org'::text) AND (t2.rate < 0.75) AND paid)
                                        Workers Planned: 2\
                                """))
                .containsExactly(
                        "Delete on orders_2024  (cost=0.28..8.30 rows=0 width=0)",
                        "  ->  Index Scan using orders_pkey1 on orders_2024  (cost=0.28..8.30 rows=1 width=6)",
                        "        Index Cond: ((id > ?) AND (id < ?::integer))",
                        "        Filter: ((email = ?::text) AND (t2.rate < ?) AND paid)",
                        "        Workers Planned: 2");
    }

    @Test
    void aConstantMayHoldAnythingLineBreaksIncluded() {
        assertThat(shown("  Filter: (note = 'one\nFilter: (two = 2)\n  -> secret'::text)\nResult"))
                .containsExactly("  Filter: (note = ?::text)", "Result");
        assertThat(shown("  Filter: (a = E'back\\\\slash\\\\''s secret'::text)"))
                .containsExactly("  Filter: (a = ?::text)");
        assertThat(shown("  Filter: (a = 'never ends secret")).containsExactly("  Filter: (a = ?");
    }

    @Test
    void aNameIsNoConstantWhateverIsInIt() {
        assertThat(shown("  Filter: (\"it's 5\" = '5'::text)"))
                .containsExactly("  Filter: (\"it's 5\" = ?::text)");
        assertThat(shown("  Filter: (\"a\nb \"\"c\" = 5)"))
                .containsExactly("  Filter: (\"a b \"\"c\" = ?)");
        assertThat(shown("  Filter: ((x1 = $0) AND NOT (hashed SubPlan 1) AND (y = 1e3))"))
                .containsExactly("  Filter: ((x1 = $0) AND NOT (hashed SubPlan 1) AND (y = ?))");
    }

    @Test
    void whatIsTooLongIsCutAndSaysSo() {
        List<String> many = PlanText.shown(Collections.nCopies(500, "Append"));
        assertThat(many).hasSize(PlanText.LINES_MAX + 1).endsWith("…");
        List<String> wide = shown("Seq Scan on \"" + "x".repeat(10_000) + '"');
        assertThat(wide.getFirst()).hasSize(401).endsWith("…");
        List<String> huge = PlanText.shown(Collections.nCopies(100, "a".repeat(10_000)));
        assertThat(huge).hasSizeLessThan(10).endsWith("…");
    }
}
