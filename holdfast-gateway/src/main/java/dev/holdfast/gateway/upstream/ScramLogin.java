package dev.holdfast.gateway.upstream;

import com.ongres.scram.client.ScramClient;
import com.ongres.scram.common.ClientFinalMessage;
import com.ongres.scram.common.exception.ScramException;
import com.ongres.scram.common.exception.ScramParseException;
import com.ongres.scram.common.util.TlsServerEndpoint;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;

/// One login at PostgreSQL by SCRAM, bound to PostgreSQL's certificate where there is one and
/// PostgreSQL offers it.
final class ScramLogin {
    private static final int ITERATIONS_MAX = 999_999;

    private final ScramClient client;
    private boolean verified;

    /// @param mechanisms what PostgreSQL offers
    /// @throws IllegalArgumentException if none of them is known
    ScramLogin(List<String> mechanisms, char[] password, byte[] bindingData) {
        var builder =
                ScramClient.builder()
                        .advertisedMechanisms(mechanisms)
                        // PostgreSQL takes the name of the start-up packet and ignores this one.
                        .username("*")
                        .password(password);
        if (bindingData.length > 0) {
            builder.channelBinding(TlsServerEndpoint.TLS_SERVER_END_POINT, bindingData);
        }
        client = builder.build();
    }

    /// The hash of the certificate at the other end; empty where there is none that can be hashed.
    static byte[] bindingData(ChannelPipeline pipeline) {
        SslHandler tls = pipeline.get(SslHandler.class);
        if (tls == null) {
            return new byte[0];
        }
        try {
            return tls.engine().getSession().getPeerCertificates()[0]
                            instanceof X509Certificate certificate
                    ? TlsServerEndpoint.getChannelBindingData(certificate)
                    : new byte[0];
        } catch (SSLPeerUnverifiedException | CertificateEncodingException _) {
            return new byte[0];
        }
    }

    String mechanism() {
        return client.getScramMechanism().getName();
    }

    String first() {
        return client.clientFirstMessage().toString();
    }

    /// Derives the keys from the password: milliseconds of work by design, not for an event loop.
    ///
    /// @throws ScramException if PostgreSQL's message is malformed
    String last(String serverFirst) throws ScramException {
        requireBearable(serverFirst);
        client.serverFirstMessage(serverFirst);
        ClientFinalMessage message = client.clientFinalMessage();
        return message.toString();
    }

    /// Who poses as PostgreSQL must not be able to keep processors busy.
    private static void requireBearable(String serverFirst) throws ScramException {
        for (String attribute : serverFirst.split(",", -1)) {
            if (attribute.startsWith("i=") && !attribute.matches("i=[0-9]{1,6}")) {
                throw new ScramParseException(
                        "iterations: %s (expected: <= %d)"
                                .formatted(
                                        attribute.substring(2, Math.min(attribute.length(), 32)),
                                        ITERATIONS_MAX));
            }
        }
    }

    /// Whether the other end knows the password too, and so is PostgreSQL.
    ///
    /// @throws ScramException if it does not
    void verify(String serverFinal) throws ScramException {
        client.serverFinalMessage(serverFinal);
        verified = true;
    }

    boolean isVerified() {
        return verified;
    }
}
