package dev.holdfast.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.change.TableEffect;
import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Obligations;
import java.util.List;
import org.junit.jupiter.api.Test;

class RehearseCommandTest {
    private static final Decision ALLOWED = new Decision.Allow("write.granted", Obligations.NONE);
    private static final MeasuredEffect EFFECT =
            new MeasuredEffect(
                    List.of(new TableEffect("shop.orders", 0, 0, 3, 10)),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of("Delete on orders", "  ->  Seq Scan on orders\u001b[2J"),
                    1_500,
                    -1);

    @Test
    void tellsByWhichPlanAndMovesNoCursor() {
        assertThat(RehearseCommand.text(EFFECT, ALLOWED))
                .startsWith("3 rows in 1 tables, 1.5 ms; allowed by write.granted")
                .contains("  Delete on orders", "    ->  Seq Scan on orders⟦U+001B⟧[2J")
                .endsWith("Everything was rolled back." + System.lineSeparator());
        assertThat(RehearseCommand.json(EFFECT, ALLOWED))
                .containsEntry("measuredOn", "")
                .containsEntry("plan", EFFECT.plan());
    }

    @Test
    void saysFirstWhereItWasMeasured() {
        assertThat(RehearseCommand.text(EFFECT.measuredOn("shop-copy"), ALLOWED))
                .startsWith("On staging copy shop-copy, not on the database itself:");
        assertThat(RehearseCommand.json(EFFECT.measuredOn("shop-copy"), ALLOWED))
                .containsEntry("measuredOn", "shop-copy");
    }
}
