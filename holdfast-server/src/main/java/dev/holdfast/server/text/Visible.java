package dev.holdfast.server.text;

/// Which characters a reader sees as what they are. A statement, a name or a reason must not look like another:
/// what is seen as nothing, as a blank, or turns the order of others around is shown by its number.
public final class Visible {
    private Visible() {}

    /// Whether a character is seen as nothing or as a blank, or changes the order of what is seen. Line breaks
    /// and tabs are for whoever asks to allow; the blank itself is none of them.
    public static boolean deceives(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.UNASSIGNED ->
                    true;
            case Character.SPACE_SEPARATOR -> c != ' ';
            default -> isIgnorable(c);
        };
    }

    /// Letters and marks that are drawn as nothing: Unicode's Default_Ignorable_Code_Point as far as its category
    /// does not say so, and two that are drawn as a blank.
    private static boolean isIgnorable(int c) {
        return switch (c) {
            case 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, 0x1D159 -> true;
            default ->
                    (c >= 0x180B && c <= 0x180F)
                            || (c >= 0xFE00 && c <= 0xFE0F)
                            || (c >= 0xE0000 && c <= 0xE0FFF);
        };
    }

    /// Appends what is shown in place of one: `⟦U+202E⟧`.
    public static void appendNumber(StringBuilder out, int c) {
        out.append("⟦U+").append("%04X".formatted(c)).append('⟧');
    }

    /// A text with what deceives shown by its number, line breaks and tabs too.
    public static String of(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> {
                    if (deceives(c)) {
                        appendNumber(out, c);
                    } else {
                        out.appendCodePoint(c);
                    }
                });
        return out.toString();
    }
}
