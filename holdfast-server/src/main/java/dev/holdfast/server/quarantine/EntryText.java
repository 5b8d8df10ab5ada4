package dev.holdfast.server.quarantine;

import dev.holdfast.server.text.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// An entry as JSON, behind a line with the text's SHA-256: what was changed by hand, or torn, is not
/// believed.
final class EntryText {
    private static final JsonFactory JSON = new JsonFactory();
    private static final long FORMAT = 1;

    private EntryText() {}

    static byte[] of(Entry entry) {
        String json = JsonText.indented(json(entry));
        return (sha256(json) + "\n" + json).getBytes(StandardCharsets.UTF_8);
    }

    /// What `--json` prints.
    static Map<String, Object> json(Entry entry) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("format", FORMAT);
        json.put("id", entry.id());
        json.put("agent", entry.agent());
        json.put("database", entry.database());
        json.put("approval", entry.approval());
        json.put("approver", entry.approver());
        json.put("digest", entry.digest());
        json.put("command", entry.command());
        json.put("things", entry.things());
        json.put("keptAtEpochMicros", entry.keptAtEpochMicros());
        json.put("state", entry.state().name());
        json.put("becomes", entry.pending().becomes().name());
        json.put("transactionId", entry.pending().transactionId());
        json.put("pinned", entry.pinned());
        json.put("schemas", entry.schemas());
        json.put("dumps", entry.dumps().stream().map(EntryText::json).toList());
        json.put("restore", entry.restore().stream().map(EntryText::json).toList());
        json.put("facts", entry.facts());
        return json;
    }

    private static Map<String, Object> json(Dump dump) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("file", dump.file());
        json.put("relation", dump.relation());
        json.put("rows", dump.rows());
        json.put("bytes", dump.bytes());
        json.put("sha256", dump.sha256());
        return json;
    }

    private static Map<String, Object> json(Step step) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("purpose", step.purpose());
        json.put("sql", step.sql());
        json.put("dump", step.dump());
        return json;
    }

    /// @throws IOException if it is not what was written
    static Entry read(byte[] bytes) throws IOException {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int end = text.indexOf('\n');
        if (end < 0 || !sha256(text.substring(end + 1)).equals(text.substring(0, end))) {
            throw new IOException("not what was written (its SHA-256 differs)");
        }
        try (JsonParser parser =
                JSON.createParser(ObjectReadContext.empty(), text.substring(end + 1))) {
            parser.nextToken();
            return entry(new Members(object(parser)));
        } catch (JacksonException | ClassCastException | IllegalArgumentException e) {
            throw new IOException("not an entry of this version", e);
        }
    }

    private static Entry entry(Members members) throws IOException {
        if (members.number("format") != FORMAT) {
            throw new IOException(
                    "format: %d (expected: %d)".formatted(members.number("format"), FORMAT));
        }
        List<Dump> dumps = new ArrayList<>();
        for (Object each : members.list("dumps")) {
            Members dump = new Members(each);
            dumps.add(
                    new Dump(
                            dump.text("file"),
                            dump.text("relation"),
                            dump.number("rows"),
                            dump.number("bytes"),
                            dump.text("sha256")));
        }
        List<Step> steps = new ArrayList<>();
        for (Object each : members.list("restore")) {
            Members step = new Members(each);
            steps.add(new Step(step.text("purpose"), step.text("sql"), step.text("dump")));
        }
        return new Entry(
                members.text("id"),
                members.text("agent"),
                members.text("database"),
                members.text("approval"),
                members.text("approver"),
                members.text("digest"),
                members.text("command"),
                members.texts("things"),
                members.number("keptAtEpochMicros"),
                Entry.State.valueOf(members.text("state")),
                new Entry.Pending(
                        Entry.State.valueOf(members.text("becomes")),
                        members.text("transactionId")),
                members.flag("pinned"),
                members.texts("schemas"),
                dumps,
                steps,
                members.texts("facts"));
    }

    /// The members of an object; a member that is not there, or is of another kind, is an error.
    private record Members(Object object) {
        Object member(String name) {
            Object value = ((Map<?, ?>) object).get(name);
            if (value == null) {
                throw new IllegalArgumentException(name + ": missing");
            }
            return value;
        }

        String text(String name) {
            return (String) member(name);
        }

        long number(String name) {
            return (Long) member(name);
        }

        boolean flag(String name) {
            return (Boolean) member(name);
        }

        List<?> list(String name) {
            return (List<?>) member(name);
        }

        List<String> texts(String name) {
            return list(name).stream().map(String.class::cast).toList();
        }
    }

    private static Object value(JsonParser parser) {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> {
                List<Object> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.add(value(parser));
                }
                yield items;
            }
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case END_OBJECT,
                    END_ARRAY,
                    PROPERTY_NAME,
                    NOT_AVAILABLE,
                    VALUE_NULL,
                    VALUE_NUMBER_FLOAT,
                    VALUE_EMBEDDED_OBJECT ->
                    throw new IllegalArgumentException("unexpected JSON");
        };
    }

    private static Map<String, Object> object(JsonParser parser) {
        Map<String, Object> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            members.put(name, value(parser));
        }
        return members;
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
