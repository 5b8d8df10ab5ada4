package dev.holdfast.server.notify;

import dev.holdfast.server.text.Visible;
import java.util.Map;

/// A notice as people read it.
final class NoticeText {
    private NoticeText() {}

    /// On one line.
    static String subject(HeldNotice notice) {
        return oneLine(
                "Holdfast: %s of %s in %s waits for you"
                        .formatted(notice.id(), notice.agent(), notice.database()));
    }

    static String body(HeldNotice notice) {
        StringBuilder text = new StringBuilder();
        if (!notice.task().isEmpty()) {
            line(text, "task", notice.task());
        }
        line(text, "held by rule", notice.rule());
        for (Map.Entry<String, Long> each : notice.rows().entrySet()) {
            line(text, each.getKey(), each.getValue() + (each.getValue() == 1 ? " row" : " rows"));
        }
        line(text, "statement", notice.statement());
        return text.toString();
    }

    private static void line(StringBuilder text, String what, String value) {
        text.append(oneLine(what)).append(": ").append(oneLine(value)).append('\n');
    }

    /// What came from elsewhere begins no line of its own, hides nothing, and is no link: a mail program makes one
    /// of every address, and the only one in a message is to be ours.
    private static String oneLine(String text) {
        return Visible.of(text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " "))
                .replace("://", ": //")
                .strip();
    }
}
