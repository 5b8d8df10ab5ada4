package dev.holdfast.server.console;

import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.RequestRefused;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.SequencedSet;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/// Forms whose answer is shown once: each has a number, and one that is sent again, by a page that is loaded
/// anew, does nothing. Safe for use by many threads.
final class SentForms {
    private static final Pattern NUMBER = Pattern.compile("[0-9a-f]{16}");
    private static final int REMEMBERED = 1_000;

    private final RandomGenerator random;

    /// Oldest first; guarded by itself.
    private final SequencedSet<String> sent = new LinkedHashSet<>();

    SentForms(RandomGenerator random) {
        this.random = random;
    }

    /// A form's number, as a field of it.
    Html field() {
        return Html.of(
                "<input type=\"hidden\" name=\"form\" value=\"{}\">",
                HexFormat.of().toHexDigits(random.nextLong()));
    }

    /// Remembers that a form is sent.
    ///
    /// @throws RequestRefused if it was sent before, or has no number
    void requireFirst(Exchange exchange) {
        String number = Fields.text(exchange, "form");
        if (!NUMBER.matcher(number).matches()) {
            throw RequestRefused.malformed("the form has no number");
        }
        if (!isFirst(number)) {
            throw RequestRefused.conflict(
                    "sent_before",
                    "this form was sent before",
                    "The password was shown then, once. Look at Agents, and take back what nobody can use.");
        }
    }

    private boolean isFirst(String number) {
        synchronized (sent) {
            if (sent.size() >= REMEMBERED) {
                sent.removeFirst();
            }
            return sent.add(number);
        }
    }
}
