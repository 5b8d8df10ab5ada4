/// Who somebody is by the word of an OpenID Connect provider: the protocol and what it must withstand. What
/// that word is worth is said in `people`.
@NullMarked
package dev.holdfast.server.oidc;

import org.jspecify.annotations.NullMarked;
