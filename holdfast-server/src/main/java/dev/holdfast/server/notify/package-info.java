/// Tells people elsewhere that something waits for them: webhooks and e-mail.
@NullMarked
package dev.holdfast.server.notify;

import org.jspecify.annotations.NullMarked;
