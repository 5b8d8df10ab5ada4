/// SCRAM-SHA-256 on the server's side: verifiers and the exchange, without any network.
@NullMarked
package dev.holdfast.gateway.scram;

import org.jspecify.annotations.NullMarked;
