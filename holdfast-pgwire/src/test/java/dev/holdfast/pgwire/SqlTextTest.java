package dev.holdfast.pgwire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SqlTextTest {
    @Test
    void findsTheTextOfAQuery() {
        assertThat(text(new FrontendMessage.Query("SELECT 'ž'"))).isEqualTo("SELECT 'ž'");
        assertThat(text(new FrontendMessage.Query(""))).isEmpty();
    }

    @Test
    void findsTheTextOfAParseBehindItsName() {
        assertThat(text(new FrontendMessage.Parse("name", "SELECT $1", List.of(23, 25))))
                .isEqualTo("SELECT $1");
        assertThat(text(new FrontendMessage.Parse("", "", List.of()))).isEmpty();
    }

    @Test
    void refusesAFrameWithoutSql() {
        ByteBuf sync = frame('S', "");

        assertThatThrownBy(() -> SqlText.start(sync))
                .hasMessage("message type: 0x53 (expected: Query or Parse)");
        assertThatThrownBy(() -> SqlText.start(Unpooled.EMPTY_BUFFER))
                .isInstanceOf(ProtocolViolation.class);
    }

    @Test
    void refusesTextThatDoesNotEndWithItsFrame() {
        ByteBuf endless = frame('Q', "a").writeByte(0);
        ByteBuf twice = frame('Q', "a\0b\0");
        ByteBuf endlessName = frame('P', "a");
        ByteBuf endlessText = frame('P', "a\0b");

        assertThatThrownBy(() -> SqlText.length(endless, SqlText.start(endless)))
                .hasMessage("Query query: no zero byte (expected: one at its end)");
        assertThatThrownBy(() -> SqlText.length(twice, SqlText.start(twice)))
                .hasMessage("Query trailing bytes: 2 (expected: 0)");
        assertThatThrownBy(() -> SqlText.start(endlessName))
                .hasMessage("Parse statement: no zero byte (expected: one at its end)");
        assertThatThrownBy(() -> SqlText.length(endlessText, SqlText.start(endlessText)))
                .hasMessage("Parse query: no zero byte (expected: one at its end)");
    }

    private static String text(FrontendMessage message) {
        // Not at the start of the buffer, and not at its end.
        ByteBuf in = Unpooled.buffer().writeByte('?');
        message.encode(in);
        in.writeBytes(new byte[] {'S', 0, 0, 0, 4}).skipBytes(1);
        int start = SqlText.start(in);
        assertThat(in.readerIndex()).isEqualTo(1);
        return in.toString(start, SqlText.length(in, start), StandardCharsets.UTF_8);
    }

    private static ByteBuf frame(char type, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return Unpooled.buffer().writeByte(type).writeInt(4 + bytes.length).writeBytes(bytes);
    }
}
