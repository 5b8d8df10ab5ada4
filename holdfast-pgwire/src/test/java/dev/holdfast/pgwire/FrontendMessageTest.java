package dev.holdfast.pgwire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.pgwire.FrontendMessage.Bind;
import dev.holdfast.pgwire.FrontendMessage.OpaqueReply;
import dev.holdfast.pgwire.FrontendMessage.Parse;
import dev.holdfast.pgwire.FrontendMessage.PasswordMessage;
import dev.holdfast.pgwire.FrontendMessage.Query;
import dev.holdfast.pgwire.FrontendMessage.SaslInitialResponse;
import dev.holdfast.pgwire.FrontendMessage.SaslResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrontendMessageTest {
    @Test
    void writesTheBytesOfTheManual() {
        List<@Nullable ByteBuf> parameters = Arrays.asList(bytes("v"), null);
        Bind bind = new Bind("p", "s", List.of(Format.BINARY), parameters, List.of(Format.TEXT));

        assertThat(hex(bind))
                .isEqualTo(
                        "42"
                                + "0000001b"
                                + "7000"
                                + "7300"
                                + "00010001"
                                + "0002"
                                + "0000000176"
                                + "ffffffff"
                                + "00010000");
        assertThat(hex(new Parse("s", "q", List.of(23))))
                .isEqualTo("500000000e73007100000100000017");
        assertThat(hex(new FrontendMessage.Execute("", 7))).isEqualTo("45000000090000000007");
        assertThat(hex(new FrontendMessage.Sync())).isEqualTo("5300000004");
        assertThat(hex(new FrontendMessage.Describe(DescribeTarget.PORTAL, "x")))
                .isEqualTo("4400000007507800");
    }

    @Test
    void readsTheNamesOfABindWithoutTheRest() {
        ByteBuf frame = encoded(new Bind("p", "s", List.of(), List.of(), List.of()));
        // Nobody looks at what follows the names.
        frame.setShort(frame.writerIndex() - 2, 0xffff);

        assertThat(Bind.names(frame)).isEqualTo(new Bind.Names("p", "s"));
        assertThat(frame.readerIndex()).isZero();
    }

    @Test
    void givesValuesAsViewsAndNotAsCopies() {
        ByteBuf frame = encoded(new Bind("", "", List.of(), List.of(bytes("old")), List.of()));
        Bind bind = (Bind) FrontendMessage.decode(frame);
        frame.setBytes(frame.writerIndex() - 5, "new".getBytes(StandardCharsets.US_ASCII));

        assertThat(bind.parameters()).containsExactly(bytes("new"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c3", // cut short
                "c0af", // longer than necessary
                "eda080", // half of a surrogate pair
                "f4908080", // beyond U+10FFFF
                "ff",
                "80",
                "efbfbdff" // U+FFFD itself, which is valid, before a byte that is not
            })
    void refusesTextThatIsNotUtf8(String text) {
        byte[] bytes = HexFormat.of().parseHex(text);
        ByteBuf frame = Unpooled.buffer().writeByte('Q').writeInt(5 + bytes.length);
        frame.writeBytes(bytes).writeByte(0);

        assertThatThrownBy(() -> FrontendMessage.decode(frame))
                .isInstanceOfSatisfying(
                        ProtocolViolation.class,
                        violation -> assertThat(violation.sqlState()).isEqualTo("22021"))
                .hasMessage("Query query: malformed bytes (expected: UTF-8)");
    }

    @Test
    void acceptsTheReplacementCharacterWhereTheClientSentIt() {
        Query query = new Query("SELECT '\uFFFD𝕊'");

        assertThat(FrontendMessage.decode(encoded(query))).isEqualTo(query);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\0b", "\0", "\ud800", "\udc00\ud800", "a\ud800b"})
    void refusesToSendTextThatHasNoFormOnTheWire(String text) {
        assertThatThrownBy(() -> new Query(text)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Parse(text, "", List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Bind("", text, List.of(), List.of(), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PasswordMessage(text))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void holdsAsManyValuesAsTheCountCanSayAndNotOneMore() {
        List<Integer> most = Collections.nCopies(65_535, 0);
        List<Integer> tooMany = Collections.nCopies(65_536, 0);
        Parse parse = new Parse("", "", most);

        assertThat(FrontendMessage.decode(encoded(parse))).isEqualTo(parse);
        assertThatThrownBy(() -> new Parse("", "", tooMany))
                .hasMessage("parameterTypeOids: 65536 (expected: <= 65535)");
    }

    @Test
    void readsAReplyAsWhatWasAskedFor() {
        SaslInitialResponse initial = new SaslInitialResponse("SCRAM-SHA-256", bytes("n,,"));
        SaslInitialResponse withoutData = new SaslInitialResponse("X", null);
        SaslResponse response = new SaslResponse(bytes("c=biws"));
        PasswordMessage password = new PasswordMessage("gehëim");

        assertThat(reply(initial).asSaslInitialResponse()).isEqualTo(initial);
        assertThat(reply(withoutData).asSaslInitialResponse()).isEqualTo(withoutData);
        assertThat(reply(response).asSaslResponse()).isEqualTo(response);
        assertThat(reply(response).asGssResponse().data()).isEqualTo(response.data());
        assertThat(reply(password).asPassword()).isEqualTo(password);
        assertThat(encoded(reply(password))).isEqualTo(encoded(password));
    }

    @Test
    void refusesAReplyToAnotherQuestion() {
        assertThatThrownBy(() -> new OpaqueReply(bytes("no zero byte")).asPassword())
                .isInstanceOf(ProtocolViolation.class);
        assertThatThrownBy(() -> new OpaqueReply(bytes("a\0b")).asPassword())
                .hasMessage("PasswordMessage trailing bytes: 1 (expected: 0)");
        assertThatThrownBy(() -> new OpaqueReply(bytes("X\0")).asSaslInitialResponse())
                .hasMessage("SASLInitialResponse response length bytes: 0 (expected: >= 4)");
        assertThatThrownBy(() -> new OpaqueReply(bytes("X\0\0\0\0\2a")).asSaslInitialResponse())
                .hasMessage("SASLInitialResponse response length: 2 (expected: -1..1)");
        assertThatThrownBy(() -> new OpaqueReply(bytes("X\0\0\0\0\0a")).asSaslInitialResponse())
                .hasMessage("SASLInitialResponse trailing bytes: 1 (expected: 0)");
    }

    @Test
    void neverPrintsAPassword() {
        PasswordMessage password = new PasswordMessage("secret");

        assertThat(password.toString()).doesNotContain("secret");
        assertThat(reply(password)).hasToString("OpaqueReply[7 bytes]");
    }

    private static OpaqueReply reply(FrontendMessage message) {
        return (OpaqueReply) FrontendMessage.decode(encoded(message));
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8));
    }

    private static ByteBuf encoded(FrontendMessage message) {
        ByteBuf out = Unpooled.buffer();
        message.encode(out);
        return out;
    }

    private static String hex(FrontendMessage message) {
        return ByteBufUtil.hexDump(encoded(message));
    }
}
