package dev.holdfast.pgwire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageFramerTest {
    private final FrameLimits frontendLimits = FrameLimits.frontend();
    private final FrameLimits backendLimits = FrameLimits.backend();
    private final MessageFramer frontend = new MessageFramer(frontendLimits);
    private final MessageFramer backend = new MessageFramer(backendLimits);

    @Test
    void givesTheTotalLengthBeforeTheBodyHasArrived() {
        ByteBuf in = header('Q', 1000);

        assertThat(frontend.frameLength(in)).isEqualTo(1001);
        assertThat(in.readerIndex()).isZero();
        assertThat(in.readableBytes()).isEqualTo(5);
    }

    @Test
    void looksAtTheReaderIndexAndNotAtTheStartOfTheBuffer() {
        ByteBuf in = Unpooled.buffer().writeBytes(new byte[] {1, 2, 3}).writeBytes(header('S', 4));
        in.skipBytes(3);

        assertThat(frontend.frameLength(in)).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void waitsForTheWholeHeader(int present) {
        assertThat(frontend.frameLength(header('Q', 1000).slice(0, present)))
                .isEqualTo(MessageFramer.INCOMPLETE);
    }

    @Test
    void refusesATypeThatDoesNotExistBeforeItsLengthHasArrived() {
        assertThatThrownBy(() -> frontend.frameLength(Unpooled.wrappedBuffer(new byte[] {'!'})))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessage("message type: 0x21 (expected: a frontend message type)");
        assertThatThrownBy(() -> backend.frameLength(Unpooled.wrappedBuffer(new byte[] {-1})))
                .hasMessage("message type: 0xff (expected: a backend message type)");
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 0, -1, Integer.MIN_VALUE})
    void refusesALengthShorterThanItself(int length) {
        assertThatThrownBy(() -> frontend.frameLength(header('Q', length)))
                .isInstanceOfSatisfying(
                        ProtocolViolation.class,
                        violation -> assertThat(violation.sqlState()).isEqualTo("08P01"))
                .hasMessage("Query length: " + length + " (expected: >= 4)");
    }

    @Test
    void acceptsEveryTypeUpToItsLimitAndNotOneByteMore() {
        for (FrameLimits limits : new FrameLimits[] {frontendLimits, backendLimits}) {
            MessageFramer framer = new MessageFramer(limits);
            for (int type = 0; type < 256; type++) {
                int lengthMax = limits.lengthMax((byte) type);
                if (lengthMax == 0) {
                    ByteBuf unknown = header(type, 4);
                    assertThatThrownBy(() -> framer.frameLength(unknown))
                            .isInstanceOf(ProtocolViolation.class);
                    continue;
                }
                assertThat(framer.frameLength(header(type, 4))).isEqualTo(5);
                assertThat(framer.frameLength(header(type, lengthMax))).isEqualTo(lengthMax + 1);
                ByteBuf tooLong = header(type, lengthMax + 1);
                assertThatThrownBy(() -> framer.frameLength(tooLong))
                        .isInstanceOf(ProtocolViolation.class)
                        .hasMessageEndingWith(
                                " length: "
                                        + (lengthMax + 1)
                                        + " (expected: <= "
                                        + lengthMax
                                        + ")");
            }
        }
    }

    private static ByteBuf header(int type, int length) {
        return Unpooled.buffer().writeByte(type).writeInt(length);
    }
}
