package dev.holdfast.pgwire;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Counts and lengths inside a body that do not agree with the bytes there.
class LyingLengthTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    B | 0000 ffff                | Bind parameter format count: 65535 (expected: <= 0)
                    B | 0000 0000 ffff           | Bind parameter count: 65535 (expected: <= 0)
                    B | 0000 0000 0001 fffffffe 0000 | Bind parameter length: -2 (expected: -1..2)
                    B | 0000 0000 0001 80000000 0000 | Bind parameter length: -2147483648 (expected: -1..2)
                    B | 0000 0000 0001 7fffffff 0000 | Bind parameter length: 2147483647 (expected: -1..2)
                    B | 0000 0000 0001 00000003 0000 | Bind parameter length: 3 (expected: -1..2)
                    B | 0000 0000 0001 00000001 0000 | Bind result format count bytes: 1 (expected: >= 2)
                    B | 0000 0000 0000 0001      | Bind result format count: 1 (expected: <= 0)
                    B | 0000 0000 0000 0000 00   | Bind trailing bytes: 1 (expected: 0)
                    B | 0000 0002 0000 0000 0001 ffffffff 0000 | Bind parameter format count: 2 (expected: 0, 1 or 1)
                    B | 0000 0001 0002 0000 0000 | Bind parameter format code: 2 (expected: 0 or 1)
                    B | 61                       | Bind portal: no zero byte (expected: one at its end)
                    B | 6100 62                  | Bind statement: no zero byte (expected: one at its end)
                    C | 53                       | Close name: no zero byte (expected: one at its end)
                    C | 58 00                    | Close target: 0x58 (expected: S or P)
                    C | 53 00 00                 | Close trailing bytes: 1 (expected: 0)
                    C | ''                       | Close target bytes: 0 (expected: >= 1)
                    D | 00 00                    | Describe target: 0x00 (expected: S or P)
                    E | 00 000000                | Execute rows bytes: 3 (expected: >= 4)
                    E | 00 00000000 00           | Execute trailing bytes: 1 (expected: 0)
                    F | 00000001 ffff            | FunctionCall argument format count: 65535 (expected: <= 0)
                    F | 00000001 0000 0001 0000  | FunctionCall argument count: 1 (expected: <= 0)
                    F | 00000001 0000 0000       | FunctionCall result format code bytes: 0 (expected: >= 2)
                    P | 0000 ffff 00000000       | Parse parameter type count: 65535 (expected: <= 1)
                    P | 00 6162                  | Parse query: no zero byte (expected: one at its end)
                    P | 0000 0000 00             | Parse trailing bytes: 1 (expected: 0)
                    Q | 6100 6200                | Query trailing bytes: 2 (expected: 0)
                    Q | 61                       | Query query: no zero byte (expected: one at its end)
                    Q | ''                       | Query query: no zero byte (expected: one at its end)
                    S | 00                       | Sync trailing bytes: 1 (expected: 0)
                    H | 00                       | Flush trailing bytes: 1 (expected: 0)
                    X | 00                       | Terminate trailing bytes: 1 (expected: 0)
                    c | 00                       | CopyDone trailing bytes: 1 (expected: 0)
                    f | 61                       | CopyFail reason: no zero byte (expected: one at its end)
                    ! | ''                       | message type: 0x21 (expected: a frontend message type)
                    """)
    void refusesAClientsLie(char type, String body, String message) {
        ByteBuf frame = frame(type, body);

        assertThatThrownBy(() -> FrontendMessage.decode(frame))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    D | ffff                     | DataRow column count: 65535 (expected: <= 0)
                    D | 0001 fffffffe            | DataRow column length: -2 (expected: -1..0)
                    D | 0001 7fffffff            | DataRow column length: 2147483647 (expected: -1..0)
                    D | 0000 00                  | DataRow trailing bytes: 1 (expected: 0)
                    T | ffff 00                  | RowDescription column count: 65535 (expected: <= 0)
                    T | 0001 6161616161616161616161616161616161616161 | RowDescription column name: no zero byte (expected: one at its end)
                    t | ffff 00000000            | ParameterDescription parameter count: 65535 (expected: <= 1)
                    v | 00030000 7fffffff 00     | NegotiateProtocolVersion option count: 2147483647 (expected: 0..1)
                    v | 00030000 ffffffff 00     | NegotiateProtocolVersion option count: -1 (expected: 0..1)
                    v | 00030000 00000000 00     | NegotiateProtocolVersion trailing bytes: 1 (expected: 0)
                    G | 00 ffff                  | CopyInResponse column count: 65535 (expected: <= 0)
                    H | 02 0000                  | CopyOutResponse format: 2 (expected: 0 or 1)
                    W | 00 0001 0002             | CopyBothResponse column format: 2 (expected: 0 or 1)
                    E | 53 61                    | ErrorResponse field: no zero byte (expected: one at its end)
                    E | 53 6100                  | ErrorResponse field type bytes: 0 (expected: >= 1)
                    E | 00 00                    | ErrorResponse trailing bytes: 1 (expected: 0)
                    N | ''                       | NoticeResponse field type bytes: 0 (expected: >= 1)
                    K | 00000001 000000          | BackendKeyData secret key bytes: 3 (expected: 4..256)
                    V | 00000001                 | FunctionCallResponse result length: 1 (expected: -1..0)
                    Z | 58                       | ReadyForQuery status: 0x58 (expected: I, T or E)
                    Z | 49 49                    | ReadyForQuery trailing bytes: 1 (expected: 0)
                    R | 00000001                 | Authentication request: 1 (expected: 0, 2, 3, 5 or 7..12)
                    R | 00000006                 | Authentication request: 6 (expected: 0, 2, 3, 5 or 7..12)
                    R | 0000000d                 | Authentication request: 13 (expected: 0, 2, 3, 5 or 7..12)
                    R | 00000005 000000          | Authentication salt bytes: 3 (expected: >= 4)
                    R | 0000000a 6100            | Authentication mechanism: no zero byte (expected: one at its end)
                    R | 0000000a 00 00           | Authentication trailing bytes: 1 (expected: 0)
                    A | 00000001 6100            | NotificationResponse payload: no zero byte (expected: one at its end)
                    S | 6100                     | ParameterStatus value: no zero byte (expected: one at its end)
                    C | 61                       | CommandComplete tag: no zero byte (expected: one at its end)
                    1 | 00                       | ParseComplete trailing bytes: 1 (expected: 0)
                    ! | ''                       | message type: 0x21 (expected: a backend message type)
                    """)
    void refusesAServersLie(char type, String body, String message) {
        ByteBuf frame = frame(type, body);

        assertThatThrownBy(() -> BackendMessage.decode(frame))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessage(message);
    }

    @Test
    void refusesAFrameThatIsNotThereCompletely() {
        ByteBuf short4 = Unpooled.buffer().writeByte('Q').writeMedium(0);
        ByteBuf missingByte = Unpooled.buffer().writeByte('Q').writeInt(6).writeByte(0);
        ByteBuf negative = Unpooled.buffer().writeByte('Q').writeInt(-1).writeByte(0);

        assertThatThrownBy(() -> FrontendMessage.decode(Unpooled.EMPTY_BUFFER))
                .hasMessage("message bytes: 0 (expected: >= 5)");
        assertThatThrownBy(() -> BackendMessage.decode(Unpooled.EMPTY_BUFFER))
                .hasMessage("message bytes: 0 (expected: >= 5)");
        assertThatThrownBy(() -> FrontendMessage.decode(short4))
                .hasMessage("Query bytes: 4 (expected: >= 5)");
        assertThatThrownBy(() -> FrontendMessage.decode(missingByte))
                .hasMessage("Query length: 6 (expected: 4..5)");
        assertThatThrownBy(() -> FrontendMessage.decode(negative))
                .hasMessage("Query length: -1 (expected: 4..5)");
    }

    @Test
    void doesNotReadBeyondItsFrameForAMissingZeroByte() {
        ByteBuf in = frame('Q', "61").writeBytes("b\0".getBytes(StandardCharsets.US_ASCII));

        assertThatThrownBy(() -> FrontendMessage.decode(in))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessage("Query query: no zero byte (expected: one at its end)");
    }

    private static ByteBuf frame(char type, String body) {
        byte[] bytes = HexFormat.of().parseHex(body.replace(" ", ""));
        return Unpooled.buffer().writeByte(type).writeInt(4 + bytes.length).writeBytes(bytes);
    }
}
