package dev.holdfast.server.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.Tag;

/// A number with its unit: `500ms`, `10s`, `16MiB`. A bare number is refused: its unit would be a
/// guess.
///
/// @param noun `a duration` or `a size`
/// @param units from the smallest to the largest; the smallest counts 1
/// @param min inclusive, in the smallest unit
/// @param max inclusive, in the smallest unit
/// @param make makes the value of an amount in the smallest unit
/// @param amount the way back
record QuantityShape<T>(
        String noun,
        List<Unit> units,
        long min,
        long max,
        LongFunction<T> make,
        ToLongFunction<T> amount)
        implements Shape<T> {
    private static final Pattern FORM = Pattern.compile("(0|[1-9][0-9]{0,8})([A-Za-z]+)");

    /// @param factor how many of the smallest unit it is
    record Unit(String name, long factor) {}

    private static final List<Unit> TIMES =
            List.of(
                    new Unit("ms", 1),
                    new Unit("s", 1_000),
                    new Unit("m", 60_000),
                    new Unit("h", 3_600_000),
                    new Unit("d", 86_400_000));
    private static final List<Unit> SIZES =
            List.of(
                    new Unit("B", 1),
                    new Unit("KiB", 1L << 10),
                    new Unit("MiB", 1L << 20),
                    new Unit("GiB", 1L << 30));

    static QuantityShape<Duration> duration(Duration min, Duration max) {
        return new QuantityShape<>(
                "a duration",
                TIMES,
                min.toMillis(),
                max.toMillis(),
                Duration::ofMillis,
                Duration::toMillis);
    }

    static QuantityShape<Long> size(long min, long max) {
        return new QuantityShape<>("a size", SIZES, min, max, Long::valueOf, Long::longValue);
    }

    @Override
    public @Nullable T read(Node node, String path, Reading reading) {
        String text = Scalars.text(node, Tag.STR, path, reading, expectation());
        if (text == null) {
            return null;
        }
        Matcher matcher = FORM.matcher(text);
        long value = matcher.matches() ? inSmallestUnit(matcher) : -1;
        if (value < min || value > max) {
            reading.problem(node, path, Scalars.shown(text) + " (expected: " + expectation() + ")");
            return null;
        }
        return make.apply(value);
    }

    /// @return -1 for an unknown unit
    private long inSmallestUnit(Matcher matcher) {
        for (Unit unit : units) {
            if (unit.name().equals(matcher.group(2))) {
                return Long.parseLong(matcher.group(1)) * unit.factor();
            }
        }
        return -1;
    }

    @Override
    public String expectation() {
        return noun
                + " from "
                + writtenAmount(min)
                + " to "
                + writtenAmount(max)
                + ", with its unit: "
                + unitNames(", ");
    }

    @Override
    public String written(T value) {
        return writtenAmount(amount.applyAsLong(value));
    }

    private String writtenAmount(long value) {
        Unit best = units.getFirst();
        for (Unit unit : units) {
            if (value != 0 && value % unit.factor() == 0) {
                best = unit;
            }
        }
        return value / best.factor() + best.name();
    }

    private String unitNames(String separator) {
        return units.stream().map(Unit::name).collect(Collectors.joining(separator));
    }

    @Override
    public Map<String, Object> schema() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "string");
        schema.put("pattern", "^(?:0|[1-9][0-9]{0,8})(?:" + unitNames("|") + ")$");
        return schema;
    }
}
