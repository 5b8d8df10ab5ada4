package dev.holdfast.server.init;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Judges a column by sampled values. What it says never holds a value.
final class ColumnContents {
    private static final int FEW = 10;
    private static final int ENUMERATION_MAX = 8;
    private static final int ENUMERATION_SAMPLE_MIN = 40;
    private static final int IN_TEXT_LENGTH_MIN = 12;
    private static final int DATES_MIN = 10;
    private static final int YEARS_BETWEEN_MIN = 20;
    private static final int YEARS_OLD_MIN = 5;
    private static final int YEARS_OLD_MAX = 120;
    private static final double PHONES_INTERNATIONAL = 0.1;
    private static final double PHONES_NATIONAL = 0.7;
    private static final double NUMBERS = 0.9;

    /// Whole numbers that cannot all be so by chance.
    private static final Map<Category, List<Predicate<String>>> NUMBER_SHAPES =
            Map.of(
                    Category.NATIONAL_ID,
                    List.of(
                            NationalIds::dutchNumber,
                            NationalIds::brazilianNumber,
                            NationalIds::polishNumber,
                            NationalIds::swedishNumber,
                            NationalIds::indianNumber),
                    Category.PHONE,
                    List.of(PhoneShapes::withoutPlus));

    private final ColumnType type;
    private final String column;
    private final List<String> values;
    private final List<List<Leaf>> taken;
    private final LocalDate today;

    private ColumnContents(ColumnType type, String column, List<String> values, LocalDate today) {
        this.type = type;
        this.column = column;
        this.values = values;
        this.taken = values.stream().map(value -> Leaf.of(type, value)).toList();
        this.today = today;
    }

    /// What the values show; null where nothing.
    ///
    /// @param column its name, which makes version numbers of what could be IP addresses
    /// @param values those sampled that are not NULL
    static @Nullable Finding finding(
            ColumnType type, String column, List<String> values, LocalDate today) {
        if (values.isEmpty()) {
            return null;
        }
        ColumnContents contents = new ColumnContents(type, column, values, today);
        return switch (type) {
            case TEXT, TEXT_ARRAY, DOCUMENT -> contents.text();
            case WHOLE_NUMBER -> contents.numbers();
            case DATE -> contents.dates();
            case BYTES, FRACTION, FLAG, MOMENT, UUID, ADDRESS_IN_NETWORK, POINT, OTHER -> null;
        };
    }

    /// Whether a column has a few words that repeat, so that it cannot say anything about one person.
    static boolean enumeration(List<String> values) {
        return values.size() >= ENUMERATION_SAMPLE_MIN
                && new HashSet<>(values).size() <= ENUMERATION_MAX;
    }

    private @Nullable Finding text() {
        for (ValueShapes.Shape shape : ValueShapes.WHOLE) {
            if (shape.category() == Category.IP_ADDRESS && namesVersions()) {
                continue;
            }
            int hits = hits(shape.test(), 1);
            if (enough(hits, shape.share())) {
                return whole(shape.category(), hits);
            }
        }
        Finding phones = phones();
        if (phones != null) {
            return phones;
        }
        Finding field = fields();
        if (field != null) {
            return field;
        }
        for (ValueShapes.Shape shape : ValueShapes.INSIDE) {
            int hits = hits(shape.test(), IN_TEXT_LENGTH_MIN);
            if (enough(hits, shape.share())) {
                return new Finding(
                        shape.category(),
                        "%s stand in its text: %s".formatted(shape.category().words(), of(hits)));
            }
        }
        return null;
    }

    private boolean namesVersions() {
        List<String> words = Words.of(column);
        return words.stream().anyMatch(Set.of("version", "build", "release", "firmware")::contains);
    }

    private @Nullable Finding phones() {
        int international = hits(PhoneShapes::international, 1);
        if (enough(international, PHONES_INTERNATIONAL)) {
            return whole(Category.PHONE, international);
        }
        int national =
                PhoneShapes.REGIONS.stream()
                        .mapToInt(region -> hits(value -> PhoneShapes.national(value, region), 1))
                        .max()
                        .orElse(0);
        return enough(national, PHONES_NATIONAL) ? whole(Category.PHONE, national) : null;
    }

    /// Fields of documents that are named like personal data.
    private @Nullable Finding fields() {
        Map<Category, Integer> documents = new HashMap<>();
        for (List<Leaf> leaves : taken) {
            Set<Category> here = new HashSet<>();
            for (Leaf leaf : leaves) {
                if (!leaf.key().isEmpty() && !leaf.value().isEmpty()) {
                    Category category = ColumnNames.category("", leaf.key(), ColumnType.TEXT);
                    if (category != null) {
                        here.add(category);
                    }
                }
            }
            here.forEach(category -> documents.merge(category, 1, Integer::sum));
        }
        return documents.entrySet().stream()
                .max(
                        Comparator.comparingInt(
                                        (Map.Entry<Category, Integer> each) -> each.getValue())
                                .thenComparing(Map.Entry::getKey))
                .map(most ->
                        new Finding(
                                most.getKey(),
                                "has a field named for %s: %s"
                                        .formatted(most.getKey().words(), of(most.getValue()))))
                .orElse(null);
    }

    private @Nullable Finding numbers() {
        for (Map.Entry<Category, List<Predicate<String>>> shapes : NUMBER_SHAPES.entrySet()) {
            for (Predicate<String> shape : shapes.getValue()) {
                int hits = hits(shape, 1);
                if (values.size() >= FEW && enough(hits, NUMBERS)) {
                    return whole(shapes.getKey(), hits);
                }
            }
        }
        ValueShapes.Shape card =
                ValueShapes.WHOLE.stream()
                        .filter(shape -> shape.category() == Category.PAYMENT_CARD)
                        .findFirst()
                        .orElseThrow();
        int cards = hits(card.test(), 1);
        return values.size() >= FEW && enough(cards, NUMBERS)
                ? whole(Category.PAYMENT_CARD, cards)
                : null;
    }

    /// Dates over decades, all of them years ago and none before anyone alive was born.
    private @Nullable Finding dates() {
        int plausible = 0;
        LocalDate first = LocalDate.MAX;
        LocalDate last = LocalDate.MIN;
        for (String value : values) {
            LocalDate date = date(value);
            if (date == null || date.isBefore(today.minusYears(YEARS_OLD_MAX))) {
                continue;
            }
            if (date.isAfter(today.minusYears(YEARS_OLD_MIN))) {
                return null;
            }
            plausible++;
            first = date.isBefore(first) ? date : first;
            last = date.isAfter(last) ? date : last;
        }
        boolean decades =
                plausible >= DATES_MIN && first.plusYears(YEARS_BETWEEN_MIN).isBefore(last);
        return decades && enough(plausible, NUMBERS) ? whole(Category.BIRTH_DATE, plausible) : null;
    }

    private static @Nullable LocalDate date(String value) {
        try {
            return LocalDate.parse(value);
        } catch (DateTimeParseException _) {
            return null;
        }
    }

    /// How many of the sampled values have a leaf of this shape; 0 where all of those leaves are one
    /// and the same although the values differ: a default, a label.
    private int hits(Predicate<String> shape, int lengthMin) {
        int hits = 0;
        Set<String> distinct = new HashSet<>();
        for (List<Leaf> leaves : taken) {
            boolean hit = false;
            for (Leaf leaf : leaves) {
                if (leaf.value().length() >= lengthMin && shape.test(leaf.value())) {
                    hit = true;
                    distinct.add(leaf.value());
                }
            }
            hits += hit ? 1 : 0;
        }
        return distinct.size() > 1 || hits == values.size() ? hits : 0;
    }

    private boolean enough(int hits, double share) {
        int hitsMin = values.size() <= FEW ? 1 : 2;
        return hits >= hitsMin && hits >= share * values.size();
    }

    private Finding whole(Category category, int hits) {
        String verb =
                type == ColumnType.DOCUMENT || type == ColumnType.TEXT_ARRAY
                        ? "holds"
                        : "looks like";
        return new Finding(category, "%s %s: %s".formatted(verb, category.words(), of(hits)));
    }

    private String of(int hits) {
        return String.format(Locale.ROOT, "%d of %d sampled values", hits, values.size());
    }
}
