package dev.holdfast.server.console;

import dev.holdfast.server.web.Exchange;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Where a browser goes once its person is signed in: to the page of this console that they wanted, or to the
/// first. Never anywhere else, whatever the address says.
final class NextPage {
    private static final String FIRST = "/";
    private static final int LENGTH_MAX = 1_000;

    private NextPage() {}

    /// What was wanted, where that is a page of this console.
    static String of(@Nullable String wanted) {
        return wanted == null || wanted.length() > LENGTH_MAX || !Exchange.isLocal(wanted)
                ? FIRST
                : wanted;
    }

    /// A field of a form that signs in.
    static Html field(String next) {
        return next.equals(FIRST)
                ? Html.NONE
                : Html.of("<input type=\"hidden\" name=\"next\" value=\"{}\">", next);
    }

    /// A query of an address that leads to signing in.
    static String query(String next) {
        return next.equals(FIRST) ? "" : "?next=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
    }
}
