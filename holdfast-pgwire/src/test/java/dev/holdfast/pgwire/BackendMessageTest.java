package dev.holdfast.pgwire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BackendMessageTest {
    @Test
    void writesTheBytesOfTheManual() {
        assertThat(hex(new BackendMessage.ReadyForQuery(TransactionStatus.FAILED)::encode))
                .isEqualTo("5a0000000545");
        assertThat(hex(new AuthenticationRequest.Sasl(List.of("A", "B"))::encode))
                .isEqualTo("520000000d0000000a4100420000");
        assertThat(hex(new AuthenticationRequest.Md5Password(0x01020304)::encode))
                .isEqualTo("520000000c0000000501020304");
        assertThat(
                        hex(
                                new BackendMessage.CopyOutResponse(
                                                Format.BINARY, List.of(Format.TEXT))
                                        ::encode))
                .isEqualTo("48000000090100010000");
    }

    @Test
    void writesHotAnswersAsItsRecordsDo() {
        ErrorFields fields = ErrorFields.builder("ERROR", "42501", "refused").build();

        assertThat(hex(Answers::authenticationOk))
                .isEqualTo(hex(new AuthenticationRequest.Ok()::encode))
                .isEqualTo("520000000800000000");
        assertThat(hex(Answers::parseComplete))
                .isEqualTo(hex(new BackendMessage.ParseComplete()::encode));
        assertThat(hex(Answers::bindComplete))
                .isEqualTo(hex(new BackendMessage.BindComplete()::encode));
        assertThat(hex(Answers::closeComplete))
                .isEqualTo(hex(new BackendMessage.CloseComplete()::encode));
        assertThat(hex(Answers::noData)).isEqualTo(hex(new BackendMessage.NoData()::encode));
        assertThat(hex(Answers::emptyQueryResponse))
                .isEqualTo(hex(new BackendMessage.EmptyQueryResponse()::encode));
        assertThat(hex(out -> Answers.commandComplete(out, "SELECT 3")))
                .isEqualTo("430000000d" + "53454c454354203300");
        assertThat(hex(out -> Answers.parameterStatus(out, "a", "b")))
                .isEqualTo("530000000861006200");
        assertThat(hex(out -> Answers.error(out, fields)))
                .isEqualTo(hex(new BackendMessage.ErrorResponse(fields)::encode));
        assertThat(hex(out -> Answers.notice(out, fields)))
                .isEqualTo(hex(new BackendMessage.NoticeResponse(fields)::encode));
    }

    @ParameterizedTest
    @EnumSource
    void readsTheTransactionStatusInPlace(TransactionStatus status) {
        ByteBuf frame = Unpooled.buffer().writeByte('?').skipBytes(1);
        Answers.readyForQuery(frame, status);

        assertThat(TransactionStatus.ofReadyForQuery(frame)).isEqualTo(status);
        assertThat(frame.readerIndex()).isEqualTo(1);
    }

    @Test
    void refusesAMechanismThatWouldEndTheList() {
        assertThatThrownBy(() -> new AuthenticationRequest.Sasl(List.of("A", "")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void readsTextInAnotherEncodingAsFarAsItGoes() {
        ByteBuf frame = Unpooled.buffer().writeByte('E').writeInt(4 + 4 + 1);
        frame.writeBytes(new byte[] {'M', 'a', (byte) 0xe9, 0, 0});

        assertThat(((BackendMessage.ErrorResponse) BackendMessage.decode(frame)).fields().message())
                .isEqualTo("a\uFFFD");
    }

    @Test
    void keepsFieldsThatNobodyKnowsInTheirPlace() {
        ErrorFields fields =
                ErrorFields.builder("ERROR", "42501", "refused")
                        .field('Z', "unknown")
                        .detail("why")
                        .hint("what next")
                        .position(7)
                        .constraint("read-only.write")
                        .field('\u00ff', "last")
                        .build();
        ByteBuf frame = Unpooled.buffer();
        Answers.error(frame, fields);

        assertThat(frame.toString(5, frame.readableBytes() - 5, StandardCharsets.ISO_8859_1))
                .isEqualTo(
                        "SERROR\0VERROR\0C42501\0Mrefused\0Zunknown\0Dwhy\0Hwhat next\0P7\0"
                                + "nread-only.write\0\u00fflast\0\0");
        assertThat(BackendMessage.decode(frame))
                .isEqualTo(new BackendMessage.ErrorResponse(fields));
    }

    @Test
    void findsFieldsByTheirType() {
        ErrorFields fields =
                ErrorFields.builder("FATAL", "57P01", "going down").detail("d").hint("h").build();
        ErrorFields localized =
                new ErrorFields(List.of(new ErrorFields.Field(ErrorFields.SEVERITY, "FEHLER")));

        assertThat(fields.severity()).isEqualTo("FATAL");
        assertThat(fields.sqlState()).isEqualTo("57P01");
        assertThat(fields.message()).isEqualTo("going down");
        assertThat(fields.detail()).isEqualTo("d");
        assertThat(fields.hint()).isEqualTo("h");
        assertThat(fields.value(ErrorFields.TABLE)).isNull();
        assertThat(localized.severity()).isEqualTo("FEHLER");
    }

    @Test
    void leavesOutWhatIsNotThere() {
        ErrorFields fields =
                ErrorFields.builder("ERROR", "42501", "m")
                        .detail(null)
                        .hint(null)
                        .constraint(null)
                        .position(0)
                        .build();

        assertThat(fields.fields()).hasSize(4);
        assertThatThrownBy(() -> new ErrorFields.Field('\0', ""))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ErrorFields.Field('\u0100', ""))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static String hex(Consumer<ByteBuf> encoder) {
        ByteBuf out = Unpooled.buffer();
        encoder.accept(out);
        return ByteBufUtil.hexDump(out);
    }
}
