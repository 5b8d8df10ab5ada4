package dev.holdfast.sql.parser;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Takes the values out of a text, so that it may stand in a record.
///
/// It goes by the tokens of the grammar's own scanner and keeps only what is known to be no value:
/// keywords, names, operators, parameters. Comments are dropped and white space becomes one space, so
/// that the result is one line.
final class Redaction {
    /// Token numbers of PostgreSQL 18's scanner.
    private static final int IDENT = 258;

    private static final int UIDENT = 259;
    private static final int OP = 265;
    private static final int PARAM = 267;
    private static final int FIRST_OPERATOR = 268; // TYPECAST
    private static final int LAST_OPERATOR = 274; // NOT_EQUALS
    private static final int SQL_COMMENT = 275;
    private static final int C_COMMENT = 276;

    private static final int DIGEST_BYTES_SHOWN = 8;

    /// @param start offset of its first byte
    /// @param end offset after its last byte
    /// @param keyword whether the scanner took it for one of its keywords
    private record Token(int start, int end, int type, boolean keyword) {
        boolean isComment() {
            return type == SQL_COMMENT || type == C_COMMENT;
        }

        boolean isValue() {
            boolean harmless =
                    keyword
                            || type < 128 // a character that stands for itself
                            || type == IDENT
                            || type == UIDENT
                            || type == OP
                            || type == PARAM
                            || (type >= FIRST_OPERATOR && type <= LAST_OPERATOR);
            return !harmless;
        }
    }

    private Redaction() {}

    /// What stands for a text of which nothing may be shown: its length, and enough of a digest to
    /// recognise it.
    static String placeholder(byte[] utf8) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(utf8);
            String shown = HexFormat.of().formatHex(digest, 0, DIGEST_BYTES_SHOWN);
            return "<unreadable: " + utf8.length + " bytes, sha256 " + shown + ">";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// The text without values and comments.
    ///
    /// @param scanned the answer of [GrammarInstance#scan] for it
    static String of(byte[] utf8, byte[] scanned) {
        if (scanned.length == 0 || scanned[0] != '{') {
            return placeholder(utf8); // an error message: the text does not scan
        }
        List<Token> tokens;
        try {
            tokens = tokens(scanned);
        } catch (JacksonException e) {
            return placeholder(utf8);
        }
        return write(utf8, tokens);
    }

    private static String write(byte[] utf8, List<Token> tokens) {
        int parameter = highestParameter(utf8, tokens);
        ByteArrayOutputStream out = new ByteArrayOutputStream(utf8.length);
        int end = 0;
        for (Token token : tokens) {
            if (token.isComment()) {
                continue;
            }
            if (token.start() > end && out.size() > 0) {
                out.write(' ');
            }
            if (token.isValue()) {
                parameter++;
                out.writeBytes(("$" + parameter).getBytes(StandardCharsets.US_ASCII));
            } else {
                out.write(utf8, token.start(), token.end() - token.start());
            }
            end = token.end();
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static int highestParameter(byte[] utf8, List<Token> tokens) {
        int highest = 0;
        for (Token token : tokens) {
            if (token.type() == PARAM) {
                String digits =
                        new String(
                                utf8,
                                token.start() + 1,
                                token.end() - token.start() - 1,
                                StandardCharsets.US_ASCII);
                highest = Math.max(highest, Integer.parseInt(digits));
            }
        }
        return highest;
    }

    /// Reads `{"version":…,"tokens":[{"start":…,"end":…,"text":…,"tokenType":…,"keywordKind":…,…}]}`.
    private static List<Token> tokens(byte[] scanned) {
        List<Token> tokens = new ArrayList<>();
        try (JsonParser json = SyntaxTreeReader.open(scanned)) {
            while (json.nextToken() != null) {
                if (json.currentToken() == JsonToken.START_ARRAY) {
                    while (json.nextToken() == JsonToken.START_OBJECT) {
                        tokens.add(token(json));
                    }
                }
            }
        }
        return tokens;
    }

    private static Token token(JsonParser json) {
        int start = -1;
        int end = -1;
        int type = -1;
        boolean keyword = false;
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            json.nextToken();
            switch (name) {
                case "start" -> start = json.getIntValue();
                case "end" -> end = json.getIntValue();
                case "tokenType" -> type = json.getIntValue();
                case "keywordKind" -> keyword = json.getIntValue() != 0;
                default -> {}
            }
        }
        return new Token(start, end, type, keyword);
    }
}
