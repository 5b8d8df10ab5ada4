package dev.holdfast.pgwire;

import io.netty.buffer.ByteBuf;
import java.util.List;

/// What a server asks of a client that wants in, or that it is satisfied (PostgreSQL manual, "Message
/// Formats", Authentication…). Requests of kinds that PostgreSQL no longer sends (SCM credentials,
/// Kerberos V4, crypt) are a violation.
public sealed interface AuthenticationRequest extends BackendMessage {
    /// The client is in.
    record Ok() implements AuthenticationRequest {
        @Override
        public void encode(ByteBuf out) {
            BackendDecoder.writeAuthentication(out, AuthenticationCode.OK);
        }
    }

    /// Kerberos V5 is required; no server since 9.4 sends it.
    record KerberosV5() implements AuthenticationRequest {
        @Override
        public void encode(ByteBuf out) {
            BackendDecoder.writeAuthentication(out, AuthenticationCode.KERBEROS_V5);
        }
    }

    /// The password is wanted as it is.
    record CleartextPassword() implements AuthenticationRequest {
        @Override
        public void encode(ByteBuf out) {
            BackendDecoder.writeAuthentication(out, AuthenticationCode.CLEARTEXT_PASSWORD);
        }
    }

    /// The password is wanted as an MD5 digest.
    ///
    /// @param salt four bytes in one number, first byte highest
    record Md5Password(int salt) implements AuthenticationRequest {
        @Override
        public void encode(ByteBuf out) {
            int start = Frame.begin(out, BackendMessageType.AUTHENTICATION);
            out.writeInt(AuthenticationCode.MD5_PASSWORD);
            out.writeInt(salt);
            Frame.end(out, start);
        }
    }

    /// GSSAPI is required.
    record Gss() implements AuthenticationRequest {
        @Override
        public void encode(ByteBuf out) {
            BackendDecoder.writeAuthentication(out, AuthenticationCode.GSS);
        }
    }

    /// GSSAPI or SSPI goes on.
    ///
    /// @param data the token
    record GssContinue(ByteBuf data) implements AuthenticationRequest {
        @Override
        public void encode(ByteBuf out) {
            BackendDecoder.writeAuthentication(out, AuthenticationCode.GSS_CONTINUE, data);
        }
    }

    /// SSPI is required.
    record Sspi() implements AuthenticationRequest {
        @Override
        public void encode(ByteBuf out) {
            BackendDecoder.writeAuthentication(out, AuthenticationCode.SSPI);
        }
    }

    /// SASL is required.
    ///
    /// @param mechanisms what the server offers, best first; names are not empty
    record Sasl(List<String> mechanisms) implements AuthenticationRequest {
        public Sasl {
            for (String mechanism : mechanisms) {
                WireText.requireSendable("mechanism", mechanism);
                // An empty name would end the list on the wire.
                if (mechanism.isEmpty()) {
                    throw new IllegalArgumentException("mechanism: empty (expected: a name)");
                }
            }
            mechanisms = List.copyOf(mechanisms);
        }

        @Override
        public void encode(ByteBuf out) {
            int start = Frame.begin(out, BackendMessageType.AUTHENTICATION);
            out.writeInt(AuthenticationCode.SASL);
            for (String mechanism : mechanisms) {
                WireText.write(out, mechanism);
            }
            out.writeByte(0);
            Frame.end(out, start);
        }
    }

    /// SASL goes on.
    ///
    /// @param data the mechanism's message
    record SaslContinue(ByteBuf data) implements AuthenticationRequest {
        @Override
        public void encode(ByteBuf out) {
            BackendDecoder.writeAuthentication(out, AuthenticationCode.SASL_CONTINUE, data);
        }
    }

    /// SASL is complete.
    ///
    /// @param data the mechanism's last message
    record SaslFinal(ByteBuf data) implements AuthenticationRequest {
        @Override
        public void encode(ByteBuf out) {
            BackendDecoder.writeAuthentication(out, AuthenticationCode.SASL_FINAL, data);
        }
    }
}
