package dev.holdfast.server.init;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RelationNamesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "vault",
                "key_vault_entries",
                "user_secrets",
                "ApiCredentials",
                "password_resets",
                "api_keys",
                "apikey",
                "refresh_tokens",
                "audit_log",
                "auditTrail_2024",
                "user_sessions",
                "login_session",
                "sessions",
                "oauth_grants",
                "ssh_keys",
                "recovery_codes"
            })
    void closesWhatIsNamedForSecrets(String relation) {
        assertThat(RelationNames.closed(relation, List.of("id"))).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "token_usage",
                "session_types",
                "audit_statuses",
                "tokenizer_runs",
                "secretaries",
                "course_sessions",
                "chat_sessions",
                "key_results",
                "keyboard_layouts",
                "password_policies",
                "possessions",
                "orders"
            })
    void leavesOpenWhatOnlySoundsLikeIt(String relation) {
        assertThat(RelationNames.closed(relation, List.of("id", "room", "starts_at"))).isNull();
    }

    @Test
    void tellsTheSessionOfALoginByItsColumns() {
        assertThat(RelationNames.closed("chat_sessions", List.of("id", "session_key"))).isNotNull();
        assertThat(RelationNames.closed("chat_sessions", List.of("id", "csrf_token"))).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"vault", "secrets", "app_secrets", "auth", "audit", "KeyStore"})
    void closesWholeSchemas(String schema) {
        assertThat(RelationNames.closedSchema(schema)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"public", "sales", "authors", "auditorium", "tokyo"})
    void leavesOtherSchemasOpen(String schema) {
        assertThat(RelationNames.closedSchema(schema)).isNull();
    }
}
