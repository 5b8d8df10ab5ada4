package dev.holdfast.server.web;

import io.javalin.http.Context;
import jakarta.servlet.http.HttpServletResponse;

/// What every answer tells the browser: to run nothing but what comes from here as a file, to be shown in no
/// other site's frame, to keep nothing and to tell nobody where it was.
final class SecurityHeaders {
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    private SecurityHeaders() {}

    static void set(Context context, WebSettings settings) {
        HttpServletResponse response = context.res();
        response.setHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY);
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("X-Frame-Options", "DENY");
        // Not no-referrer: with it a browser sends "Origin: null" with the console's own forms,
        // which then cannot be told from those of another site.
        response.setHeader("Referrer-Policy", "same-origin");
        response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        response.setHeader("Cache-Control", "no-store");
        if (settings.https()) {
            response.setHeader("Strict-Transport-Security", "max-age=31536000");
        }
    }
}
