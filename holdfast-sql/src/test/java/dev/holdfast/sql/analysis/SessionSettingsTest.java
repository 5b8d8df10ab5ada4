package dev.holdfast.sql.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionSettingsTest {
    private static final SessionSettings SETTINGS =
            new SessionSettings(AnalysisScope.BUILT_IN.searchPathSchemas());

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "application_name|anything at all",
                "DATESTYLE|ISO, MDY",
                "client_encoding|UTF8",
                "client_encoding|unicode",
                "standard_conforming_strings|ON",
                "search_path|``",
                "search_path|public",
                "search_path|PUBLIC",
                "search_path|\"$user\", public",
                "search_path|$user,public",
                "search_path| pg_catalog , public ",
                "work_mem|262144",
                "work_mem|256MB",
                "work_mem|1 kB"
            })
    void allows(String name, String value) {
        assertThat(SETTINGS.judge(name, value).allowed()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "client_encoding|LATIN1",
                "client_encoding|``",
                "standard_conforming_strings|off",
                "standard_conforming_strings|o",
                "search_path|evil",
                "search_path|public,pg_catalog",
                "search_path|\"PUBLIC\"",
                "search_path|public evil",
                "search_path|public,,public",
                "search_path|\"pg_catalog\"\"\"",
                "search_path|pg_temp",
                "work_mem|262145",
                "work_mem|257MB",
                "work_mem|1TB",
                "work_mem|-1",
                "work_mem|0x7fffffff",
                "role|none",
                "session_replication_role|origin",
                "app.tenant|1",
                "no_such|1"
            })
    void refuses(String name, String value) {
        assertThat(SETTINGS.judge(name, value).allowed()).isFalse();
    }
}
