package dev.holdfast.server.explain;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// What agents sent, gathered from the files of the record: each different statement once, with how often
/// it ran.
///
/// @param counts how often each ran to its end
/// @param lines how many lines there were
/// @param unread how many of them could not be read
record AuditLines(Map<Sent, Long> counts, long lines, long unread) {
    private static final Pattern NAME = Pattern.compile("audit-[0-9]{8}-[0-9]{12}\\.jsonl");
    private static final JsonFactory JSON = new JsonFactory();
    private static final int STATEMENTS_MAX = 200_000;

    /// A statement as it is on record, without its literals.
    record Sent(String agent, String database, String statement) {}

    /// Reads the files of a directory in their order.
    ///
    /// @param agent whose statements to take; null for everyone's
    /// @throws IOException if there are no files, or they cannot be read
    static AuditLines of(Path directory, @Nullable String agent) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files =
                    all.filter(file -> NAME.matcher(String.valueOf(file.getFileName())).matches())
                            .sorted()
                            .toList();
        } catch (NoSuchFileException e) {
            throw new IOException(
                    directory + " does not exist; name the directory of `audit:` in holdfast.yaml",
                    e);
        }
        if (files.isEmpty()) {
            throw new IOException(
                    directory
                            + " holds no record (expected: files audit-*.jsonl); name the directory of"
                            + " `audit:` in holdfast.yaml");
        }
        Map<Sent, Long> counts = new LinkedHashMap<>();
        long lines = 0;
        long unread = 0;
        for (Path file : files) {
            try (BufferedReader reader = Files.newBufferedReader(file)) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    if (line.isBlank()) {
                        continue;
                    }
                    lines++;
                    Map<String, String> members = members(line);
                    if (members.isEmpty()) {
                        unread++;
                    } else if (members.getOrDefault("outcome", "").equals("ok")) {
                        count(counts, members, agent);
                    }
                }
            }
        }
        return new AuditLines(counts, lines, unread);
    }

    private static void count(
            Map<Sent, Long> counts, Map<String, String> members, @Nullable String agent)
            throws IOException {
        Sent sent =
                new Sent(
                        members.getOrDefault("agent", ""),
                        members.getOrDefault("database", ""),
                        members.getOrDefault("statement", ""));
        if (sent.statement().isBlank() || (agent != null && !sent.agent().equals(agent))) {
            return;
        }
        counts.merge(sent, 1L, Long::sum);
        if (counts.size() > STATEMENTS_MAX) {
            throw new IOException(
                    "more than %d different statements; take one agent (--agent) or fewer files"
                            .formatted(STATEMENTS_MAX));
        }
    }

    /// The members of a line that hold text or numbers; none where the line is torn.
    private static Map<String, String> members(String line) {
        Map<String, String> members = new HashMap<>();
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), line)) {
            int depth = 0;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token.isStructStart()) {
                    depth++;
                } else if (token.isStructEnd()) {
                    depth--;
                } else if (token.isScalarValue() && depth == 1) {
                    members.put(String.valueOf(parser.currentName()), parser.getString());
                }
            }
            return depth == 0 ? members : Map.of();
        } catch (JacksonException _) {
            return Map.of();
        }
    }
}
