package dev.holdfast.server.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.holdfast.server.text.JsonText;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// A provider that is honest until a test makes it lie. It checks what an honest one checks: client, redirect
/// address, PKCE, and that a code is used once.
final class HostileProvider implements AutoCloseable {
    static final String CLIENT = "holdfast";
    static final String SECRET = "the secret that both of them have: 32 bytes";

    /// One for all: to make one takes longer than a sign-in.
    private static final RSAKey KEY = newKey("first");

    private final HttpServer server;
    private final Map<String, Map<String, String>> codes = new ConcurrentHashMap<>();
    final AtomicInteger documents = new AtomicInteger();
    final AtomicInteger tokens = new AtomicInteger();
    volatile RSAKey key = KEY;
    volatile UnaryOperator<Map<String, Object>> document = facts -> facts;
    volatile UnaryOperator<JWTClaimsSet.Builder> claims = builder -> builder;
    volatile Function<JWTClaimsSet, String> signer = this::signed;
    volatile Map<String, Object> userInfo = Map.of();
    volatile Answering answering = HostileProvider::json;

    /// How it answers to a path.
    @FunctionalInterface
    interface Answering {
        void answer(HttpExchange exchange, String body) throws IOException;
    }

    HostileProvider() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext(
                "/.well-known/openid-configuration",
                exchange -> {
                    documents.incrementAndGet();
                    answering.answer(exchange, JsonText.indented(document.apply(facts())));
                });
        server.createContext(
                "/keys", exchange -> json(exchange, new JWKSet(key.toPublicJWK()).toString()));
        server.createContext("/token", this::token);
        server.createContext("/me", exchange -> json(exchange, JsonText.indented(userInfo)));
        server.start();
    }

    String issuer() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("issuer", issuer());
        facts.put("authorization_endpoint", issuer() + "/authorize");
        facts.put("token_endpoint", issuer() + "/token");
        facts.put("userinfo_endpoint", issuer() + "/me");
        facts.put("jwks_uri", issuer() + "/keys");
        facts.put("subject_types_supported", List.of("public"));
        facts.put("response_types_supported", List.of("code"));
        facts.put("id_token_signing_alg_values_supported", List.of("RS256", "HS256", "none"));
        facts.put("authorization_response_iss_parameter_supported", true);
        return facts;
    }

    static RSAKey newKey(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).keyUse(KeyUse.SIGNATURE).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /// What a person who agrees brings about: a code for a request.
    String authorize(Map<String, String> request) {
        String code = "code-" + codes.size();
        codes.put(code, request);
        return code;
    }

    private void token(HttpExchange exchange) throws IOException {
        tokens.incrementAndGet();
        Map<String, String> form =
                fields(
                        new String(
                                exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        Map<String, String> request = codes.remove(form.getOrDefault("code", ""));
        String client =
                "Basic "
                        + Base64.getEncoder()
                                .encodeToString(
                                        (CLIENT
                                                        + ":"
                                                        + SECRET.replace(" ", "+")
                                                                .replace(":", "%3A"))
                                                .getBytes(StandardCharsets.UTF_8));
        if (request == null
                || !client.equals(exchange.getRequestHeaders().getFirst("Authorization"))
                || !request.getOrDefault("redirect_uri", "")
                        .equals(form.getOrDefault("redirect_uri", ""))
                || !request.getOrDefault("code_challenge_method", "").equals("S256")
                || !request.getOrDefault("code_challenge", "")
                        .equals(challenge(form.getOrDefault("code_verifier", "")))) {
            status(exchange, 400, "application/json", "{\"error\":\"invalid_grant\"}");
            return;
        }
        JWTClaimsSet.Builder builder =
                new JWTClaimsSet.Builder()
                        .issuer(issuer())
                        .audience(CLIENT)
                        .subject("subject-1")
                        .issueTime(Date.from(Instant.now()))
                        .expirationTime(Date.from(Instant.now().plusSeconds(300)))
                        .claim("nonce", request.getOrDefault("nonce", ""))
                        .claim("email", "Olga@example.com")
                        .claim("email_verified", true);
        answering.answer(
                exchange,
                JsonText.indented(
                        Map.of(
                                "access_token",
                                "at",
                                "token_type",
                                "Bearer",
                                "id_token",
                                signer.apply(claims.apply(builder).build()))));
    }

    String signed(JWTClaimsSet set) {
        return signed(set, key, new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()));
    }

    static String signed(JWTClaimsSet set, RSAKey key, JWSHeader.Builder header) {
        try {
            SignedJWT token = new SignedJWT(header.build(), set);
            token.sign(new RSASSASigner(key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String challenge(String verifier) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(verifier.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static Map<String, String> fields(String query) {
        Map<String, String> fields = new HashMap<>();
        for (String part : query.split("&", -1)) {
            int equals = part.indexOf('=');
            fields.put(
                    part.substring(0, equals),
                    URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return fields;
    }

    static void json(HttpExchange exchange, String body) throws IOException {
        status(exchange, 200, "application/json", body);
    }

    static void status(HttpExchange exchange, int status, String type, String body)
            throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
