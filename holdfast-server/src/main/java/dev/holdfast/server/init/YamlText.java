package dev.holdfast.server.init;

import dev.holdfast.server.text.JsonText;

/// Lines of YAML with their comments.
public final class YamlText {
    private static final int COMMENT_COLUMN = 56;

    private final StringBuilder out = new StringBuilder();

    /// A line as it is.
    public YamlText line(String text) {
        out.append(text).append('\n');
        return this;
    }

    /// A line with why it is there.
    public YamlText line(String text, String comment) {
        out.append(text);
        if (!comment.isEmpty()) {
            out.append(" ".repeat(Math.max(2, COMMENT_COLUMN - text.length())))
                    .append("# ")
                    .append(inComment(comment));
        }
        out.append('\n');
        return this;
    }

    /// A comment on a line of its own.
    public YamlText comment(String indent, String text) {
        out.append(indent).append("# ").append(inComment(text)).append('\n');
        return this;
    }

    /// In double quotes, which JSON and YAML share.
    public static String quoted(String text) {
        StringBuilder quoted = new StringBuilder();
        JsonText.appendString(quoted, text);
        return quoted.toString();
    }

    /// Names can hold line breaks; a comment must end with its line.
    private static String inComment(String text) {
        return text.replaceAll("[\\p{Cntrl}\\u2028\\u2029\\u0085]", "?");
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
