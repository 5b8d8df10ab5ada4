package dev.holdfast.sql.analysis;

import dev.holdfast.sql.parser.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which settings a session may change, and to what; from the resource `settings.txt`.
///
/// One judge for every way in: `SET`, `set_config()` and the start-up packet.
public final class SessionSettings {
    /// Whether a session may change a setting in a certain way.
    ///
    /// @param allowed whether it may
    /// @param because why not, or what the setting is for; one clause without the value
    public record Verdict(boolean allowed, String because) {}

    private record Setting(String rule, String because) {}

    private static final String UNLISTED = "it is not on the list of settings known to be harmless";
    private static final Map<String, Setting> SETTINGS = load();

    /// A setting of an extension or an application. What a prefix of these stands for can change what is
    /// enforced: plpgsql and its kin, and Holdfast's own.
    private static final Pattern CUSTOM =
            Pattern.compile("(?!plpgsql\\.|holdfast\\.)[a-z_][a-z0-9_$]*(?:\\.[a-z_][a-z0-9_$]*)+");

    private static final Set<String> OPENABLE =
            Set.of(
                    "it decides how many of the server's resources the session takes",
                    "much of it can exhaust the server");

    private static final Set<String> ON = Set.of("on", "true", "yes", "1");
    private static final Set<String> UTF8 = Set.of("utf8", "utf-8", "unicode");

    private static final long WORK_MEMORY_BYTES_MAX = 256L << 20;
    private static final Pattern MEMORY = Pattern.compile("\\s*(\\d{1,9})\\s*(B|kB|MB|GB|TB)?\\s*");

    private static final Pattern IDENTIFIER =
            Pattern.compile("\\s*(?:\"((?:[^\"]|\"\")*)\"|([A-Za-z_$][A-Za-z0-9_$]*))\\s*(?:,|$)");

    private final Set<String> searchPathSchemas;

    /// @param searchPathSchemas schemas that may stand on search_path
    public SessionSettings(Set<String> searchPathSchemas) {
        this.searchPathSchemas = Set.copyOf(searchPathSchemas);
    }

    /// Judges a value as text, the way that `set_config()` and the start-up packet carry it.
    public Verdict judge(String name, String value) {
        Setting setting = setting(name);
        List<String> values =
                setting.rule().equals("schemas") ? identifiers(value) : List.of(value);
        return judge(setting, values);
    }

    /// Judges a value that the text does not tell: a parameter or an expression.
    Verdict judgeUnseen(String name) {
        Setting setting = setting(name);
        return new Verdict(setting.rule().equals("any"), setting.because());
    }

    /// Judges the arguments of `SET name TO …`.
    Verdict judge(String name, List<Node> arguments) {
        Setting setting = setting(name);
        if (setting.rule().equals("any")) {
            return new Verdict(true, setting.because());
        }
        List<String> values = new ArrayList<>();
        for (Node argument : arguments) {
            String text = constant(argument);
            if (text == null) {
                return new Verdict(false, setting.because());
            }
            values.add(text);
        }
        return judge(setting, values);
    }

    /// Judges `RESET name` and `SET name TO DEFAULT`: they return to what the session started with,
    /// and that was pinned. Not so for the mode of the running transaction, which starts read-write.
    Verdict judgeReset(String name) {
        Setting setting = setting(name);
        String lower = name.toLowerCase(Locale.ROOT);
        boolean allowed =
                (!setting.rule().equals("refused")
                                || Set.of("role", "session_authorization").contains(lower))
                        && !setting.because().equals(UNLISTED)
                        && !lower.equals("transaction_read_only");
        return new Verdict(allowed, setting.because());
    }

    /// Whether a policy may open a setting that sessions may not change otherwise. Not those that change
    /// how text is read, what is enforced, who acts or which code is loaded, nor any that is not known;
    /// those with a dot in the name are the applications' own.
    ///
    /// @param name in lower case
    public static boolean openable(String name) {
        Setting setting = SETTINGS.get(name);
        return setting == null
                ? CUSTOM.matcher(name).matches()
                : OPENABLE.contains(setting.because());
    }

    static Set<String> names() {
        return SETTINGS.keySet();
    }

    private Verdict judge(Setting setting, List<String> values) {
        boolean allowed =
                switch (setting.rule()) {
                    case "any" -> true;
                    case "on" -> values.size() == 1 && ON.contains(lower(values.get(0)));
                    case "utf8" -> values.size() == 1 && UTF8.contains(lower(values.get(0)));
                    case "memory" ->
                            values.size() == 1 && bytes(values.get(0)) <= WORK_MEMORY_BYTES_MAX;
                    case "schemas" -> schemasAllowed(values);
                    default -> false;
                };
        return new Verdict(allowed, setting.because());
    }

    /// pg_catalog may only come first: behind another schema, that schema's functions would be found
    /// before PostgreSQL's own.
    private boolean schemasAllowed(List<String> schemas) {
        return searchPathSchemas.containsAll(schemas) && schemas.lastIndexOf("pg_catalog") <= 0;
    }

    /// The text of a constant as SET takes it; null for anything else.
    static @Nullable String constant(@Nullable Node node) {
        if (node == null) {
            return null;
        }
        if (node.is("TypeCast")) {
            Node type = node.node("typeName");
            boolean isText =
                    type != null && Set.of("text", "pg_catalog.text").contains(Names.of(type));
            return isText ? constant(node.node("arg")) : null;
        }
        if (!node.is("A_Const") || node.flag("isnull")) {
            return null;
        }
        Node string = node.node("sval");
        if (string != null) {
            return string.text("sval");
        }
        Node integer = node.node("ival");
        if (integer != null) {
            return Long.toString(integer.number("ival"));
        }
        Node real = node.node("fval");
        return real != null ? real.text("fval") : null;
    }

    /// The identifiers in a search_path given as text; one that no schema can have where the text is
    /// not such a list.
    private static List<String> identifiers(String list) {
        List<String> identifiers = new ArrayList<>();
        Matcher next = IDENTIFIER.matcher(list);
        int at = 0;
        while (!list.substring(at).isBlank()) {
            if (!next.find(at) || next.start() != at) {
                return List.of("\0");
            }
            String quoted = next.group(1);
            identifiers.add(quoted != null ? quoted.replace("\"\"", "\"") : lower(next.group(2)));
            at = next.end();
        }
        return identifiers;
    }

    private static long bytes(String memory) {
        Matcher matcher = MEMORY.matcher(memory);
        if (!matcher.matches()) {
            return Long.MAX_VALUE;
        }
        long number = Long.parseLong(matcher.group(1));
        String unit = matcher.group(2) == null ? "kB" : matcher.group(2);
        return switch (unit) {
            case "B" -> number;
            case "kB" -> number << 10;
            case "MB" -> number << 20;
            case "GB" -> number << 30;
            default -> number == 0 ? 0 : Long.MAX_VALUE;
        };
    }

    private static Setting setting(String name) {
        Setting known = SETTINGS.get(lower(name));
        return known != null ? known : new Setting("refused", UNLISTED);
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    private static Map<String, Setting> load() {
        Map<String, Setting> settings = new HashMap<>();
        for (String[] row : TextTable.rows("settings.txt")) {
            if (settings.put(row[0], new Setting(row[1], row[2])) != null) {
                throw new IllegalStateException("settings.txt: twice: " + row[0]);
            }
        }
        return Map.copyOf(settings);
    }
}
