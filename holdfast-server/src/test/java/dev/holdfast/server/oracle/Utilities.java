package dev.holdfast.server.oracle;

import dev.holdfast.testkit.DisposablePostgres;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Makes statements from the patterns of `utilities.txt`, each in turn.
final class Utilities {
    private static final Pattern VERSION = Pattern.compile("(\\d\\d): (.*)");
    private static final Pattern PLACE = Pattern.compile("\\{([a-z]+)}");

    private final List<String> patterns = new ArrayList<>();
    private final Expressions make;
    private final SchemaModel model;
    private final DisposablePostgres postgres;
    private int next;
    private int serial;

    Utilities(RandomGenerator random, SchemaModel model, DisposablePostgres postgres) {
        this.make = new Expressions(random, model);
        this.model = model;
        this.postgres = postgres;
        for (String line : OracleDatabase.resource("utilities.txt").split("\n", -1)) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            Matcher version = VERSION.matcher(line);
            if (!version.matches()) {
                patterns.add(line);
            } else if (Integer.parseInt(version.group(1)) <= postgres.version().major()) {
                patterns.add(version.group(2));
            }
        }
    }

    int count() {
        return patterns.size();
    }

    Trial next() {
        String pattern = patterns.get(next);
        next = (next + 1) % patterns.size();
        String name = "new_" + ++serial;
        String text =
                PLACE.matcher(pattern)
                        .replaceAll(
                                place -> Matcher.quoteReplacement(filling(place.group(1), name)));
        return Trial.of("utility", text.split(" ;; ", -1));
    }

    private String filling(String place, String name) {
        return switch (place) {
            case "t" -> make.name(make.table());
            case "p" ->
                    make.name(
                            make.one(
                                    model.tables().stream()
                                            .filter(table -> !table.hasChildren())
                                            .toList()));
            case "v" -> make.name(make.one(model.views()));
            case "n" -> Integer.toString(make.number(9));
            case "new" -> name;
            case "col" -> make.one("a", "b", "c");
            case "role" -> make.one("member", "keeper", "clerk", "PUBLIC");
            case "port" -> Integer.toString(postgres.port());
            case "password" -> postgres.superuserPassword();
            case "ext" -> make.one("citext", "hstore", "pg_trgm", "btree_gist", "postgres_fdw");
            default -> throw new IllegalArgumentException(place);
        };
    }
}
