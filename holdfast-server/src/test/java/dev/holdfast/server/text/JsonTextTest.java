package dev.holdfast.server.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTextTest {
    @Test
    void escapesWhatCouldEndAStringOrALine() {
        assertThat(string("a\"b\\c\n\r\t\u0001\u007f\u2028\u2029é😀"))
                .isEqualTo("\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u007f\\u2028\\u2029é😀\"");
    }

    @Test
    void escapesLoneSurrogatesSoThatTheTextIsValidUtf8() {
        assertThat(string("a\ud800")).isEqualTo("\"a\\ud800\"");
        assertThat(string("\udc00b")).isEqualTo("\"\\udc00b\"");
        assertThat(string("\ud800\ud800\udc00")).isEqualTo("\"\\ud800\ud800\udc00\"");
    }

    @Test
    void indentsByTwoSpaces() {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("a", List.of(1, true));
        value.put("b", List.of());
        value.put("c", Map.of());
        assertThat(JsonText.indented(value))
                .isEqualTo("{\n  \"a\": [\n    1,\n    true\n  ],\n  \"b\": [],\n  \"c\": {}\n}\n");
    }

    @Test
    void refusesAValueOfAnotherType() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> JsonText.indented(List.of(new Object())))
                .withMessageContaining("expected: a JSON type");
    }

    private static String string(String value) {
        StringBuilder out = new StringBuilder();
        JsonText.appendString(out, value);
        return out.toString();
    }
}
