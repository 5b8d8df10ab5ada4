package dev.holdfast.server.console;

import dev.holdfast.server.web.Caller;
import dev.holdfast.server.web.StaticFiles;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What every page has around it.
final class Layout {
    private Layout() {}

    /// Where one can go.
    enum Place {
        NOW("Now", "/"),
        APPROVALS("Approvals", "/approvals"),
        ACTIVITY("Activity", "/activity"),
        UNDO("Undo", "/undo"),
        AGENTS("Agents", "/agents"),
        POLICY("Policy", "/policy"),
        SETTINGS("Settings", "/settings");

        private final String title;
        private final String path;

        Place(String title, String path) {
            this.title = title;
            this.path = path;
        }
    }

    /// A page for somebody who is signed in.
    static String page(Caller caller, Place place, String title, Html body) {
        Html nav =
                Arrays.stream(Place.values())
                        .map(each ->
                                each == place
                                        ? Html.of(
                                                "<a href=\"{}\" aria-current=\"page\">{}</a>",
                                                each.path,
                                                each.title)
                                        : Html.of("<a href=\"{}\">{}</a>", each.path, each.title))
                        .collect(Html.joined());
        Html header =
                Html.of(
                        """
                        <header class="bar">
                          <a class="mark" href="/">Holdfast</a>
                          <nav aria-label="Pages">{}</nav>
                          <form method="post" action="/logout">{}
                            <button class="quiet" type="submit" title="Sign out">{}<span> · sign out</span></button>
                          </form>
                        </header>
                        """,
                        nav,
                        csrf(caller),
                        caller.person().name());
        return document(title, caller, Html.of("{}<main id=\"main\">{}</main>", header, body));
    }

    /// A page for whoever is not signed in.
    static String open(String title, Html body) {
        return document(
                title,
                null,
                Html.of(
                        "<main id=\"main\" class=\"narrow\"><p class=\"mark\">Holdfast</p>{}</main>",
                        body));
    }

    /// How a refusal looks.
    static String error(int status, String message, String hint) {
        String sentence =
                message.isEmpty()
                        ? "Something went wrong"
                        : Character.toUpperCase(message.charAt(0)) + message.substring(1);
        return open(
                sentence,
                Html.of(
                        """
                        <h1>{}</h1>
                        <p>{}</p>
                        <p><a href="{}">{}</a> <span class="dim">status {}</span></p>
                        """,
                        sentence,
                        hint,
                        status == 401 ? "/login" : "/",
                        status == 401 ? "Sign in" : "To the beginning",
                        status));
    }

    /// The hidden field that every form of a session carries.
    static Html csrf(Caller caller) {
        return Html.of("<input type=\"hidden\" name=\"csrf\" value=\"{}\">", caller.csrf());
    }

    private static String document(String title, @Nullable Caller caller, Html body) {
        return Html.of(
                        """
                        <!doctype html>
                        <html lang="en">
                        <head>
                        <meta charset="utf-8">
                        <meta name="viewport" content="width=device-width, initial-scale=1">
                        <meta name="color-scheme" content="light dark">
                        <meta name="csrf" content="{}">
                        <title>{} – Holdfast</title>
                        <link rel="icon" href="{}">
                        <link rel="stylesheet" href="{}">
                        <script type="module" src="{}"></script>
                        </head>
                        <body>
                        <a class="skip" href="#main">To the content</a>
                        {}
                        </body>
                        </html>
                        """,
                        caller == null ? "" : caller.csrf(),
                        title,
                        StaticFiles.url("mark.svg"),
                        StaticFiles.url("holdfast.css"),
                        StaticFiles.url("holdfast.js"),
                        body)
                .toString();
    }
}
