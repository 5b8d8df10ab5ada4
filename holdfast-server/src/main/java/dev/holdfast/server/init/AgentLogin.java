package dev.holdfast.server.init;

import dev.holdfast.gateway.scram.ScramVerifier;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;

/// What one agent and its role log in with, newly made.
///
/// @param role the role's name in PostgreSQL
/// @param agentPassword what the agent types
/// @param agentVerifier what Holdfast keeps of it
/// @param rolePassword what Holdfast types
/// @param roleVerifier what PostgreSQL keeps of it
record AgentLogin(
        String agent,
        String role,
        String agentPassword,
        String agentVerifier,
        String rolePassword,
        String roleVerifier) {
    private static final int PASSWORD_BYTES = 24;
    private static final int ROLE_LENGTH_MAX = 63;

    static AgentLogin of(String agent, SecureRandom random) {
        String agentPassword = password(random);
        String rolePassword = password(random);
        return new AgentLogin(
                agent,
                role(agent),
                agentPassword,
                verifier(agentPassword, random),
                rolePassword,
                verifier(rolePassword, random));
    }

    private static String role(String agent) {
        String role = "holdfast_" + agent.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_");
        return role.length() > ROLE_LENGTH_MAX ? role.substring(0, ROLE_LENGTH_MAX) : role;
    }

    private static String password(SecureRandom random) {
        byte[] bytes = new byte[PASSWORD_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String verifier(String password, SecureRandom random) {
        char[] characters = password.toCharArray();
        try {
            return ScramVerifier.of(characters, ScramVerifier.ITERATIONS_DEFAULT, random).encoded();
        } finally {
            Arrays.fill(characters, '\0');
        }
    }

    /// The file with the agent's password, under the output directory.
    String agentPasswordFile() {
        return "secrets/" + agent + ".password";
    }

    /// The file with the role's password, under the output directory.
    String rolePasswordFile() {
        return "secrets/" + agent + ".role-password";
    }

    @Override
    public String toString() {
        return "AgentLogin[" + agent + "]";
    }
}
