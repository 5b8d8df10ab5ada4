package dev.holdfast.pgwire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.testkit.Seeds;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// What holds for every message, tried on random ones.
class MessagePropertyTest {
    private static final int SEEDS = 3_000;

    private final MessageFramer frontendFramer = new MessageFramer(FrameLimits.frontend());
    private final MessageFramer backendFramer = new MessageFramer(FrameLimits.backend());

    @Test
    void readsBackWhatAClientWrites() {
        Seeds.check(
                SEEDS,
                random -> {
                    FrontendMessage message = new RandomMessages(random).frontend();
                    ByteBuf frame = Unpooled.buffer();
                    message.encode(frame);
                    frame.writeByte('!');

                    assertThat(frontendFramer.frameLength(frame))
                            .isEqualTo(frame.readableBytes() - 1);
                    assertThat(FrontendMessage.decode(frame)).isEqualTo(message);
                    assertThat(frame.readableBytes()).isEqualTo(1);
                });
    }

    @Test
    void readsBackWhatAServerWrites() {
        Seeds.check(
                SEEDS,
                random -> {
                    BackendMessage message = new RandomMessages(random).backend();
                    ByteBuf frame = Unpooled.buffer();
                    message.encode(frame);
                    frame.writeByte('!');

                    assertThat(backendFramer.frameLength(frame))
                            .isEqualTo(frame.readableBytes() - 1);
                    assertThat(BackendMessage.decode(frame)).isEqualTo(message);
                    assertThat(frame.readableBytes()).isEqualTo(1);
                });
    }

    @Test
    void readsBackAStartupPacket() {
        Seeds.check(
                SEEDS,
                random -> {
                    StartupPacket packet = new RandomMessages(random).startup();
                    ByteBuf in = Unpooled.buffer();
                    packet.encode(in);

                    assertThat(StartupPacket.read(in)).isEqualTo(packet);
                    assertThat(in.isReadable()).isFalse();
                });
    }

    @Test
    void encodesAMessageTwiceToTheSameBytes() {
        Seeds.check(
                SEEDS,
                random -> {
                    RandomMessages messages = new RandomMessages(random);
                    FrontendMessage fromClient = messages.frontend();
                    BackendMessage fromServer = messages.backend();

                    assertThat(encoded(fromClient::encode)).isEqualTo(encoded(fromClient::encode));
                    assertThat(encoded(fromServer::encode)).isEqualTo(encoded(fromServer::encode));
                });
    }

    /// Whoever cuts a body short or makes it longer, with a length field that agrees, is found out. Not
    /// so where the body is data to its end.
    @Test
    void refusesABodyThatIsCutShortOrTooLong() {
        Seeds.check(
                SEEDS,
                random -> {
                    RandomMessages messages = new RandomMessages(random);
                    FrontendMessage fromClient = messages.frontend();
                    if (!(fromClient instanceof FrontendMessage.CopyData)
                            && !(fromClient instanceof FrontendMessage.OpaqueReply)) {
                        refusesOtherLengths(encoded(fromClient::encode), FrontendMessage::decode);
                    }
                    BackendMessage fromServer = messages.backend();
                    boolean endsInData =
                            fromServer instanceof BackendMessage.CopyData
                                    || fromServer instanceof BackendMessage.BackendKeyData
                                    || fromServer instanceof AuthenticationRequest.GssContinue
                                    || fromServer instanceof AuthenticationRequest.SaslContinue
                                    || fromServer instanceof AuthenticationRequest.SaslFinal;
                    if (!endsInData) {
                        refusesOtherLengths(encoded(fromServer::encode), BackendMessage::decode);
                    }
                });
    }

    private static void refusesOtherLengths(ByteBuf whole, Function<ByteBuf, ?> decode) {
        for (int length = 5; length < whole.readableBytes(); length++) {
            ByteBuf cut = whole.copy(0, length).setInt(1, length - 1);
            assertThatExceptionOfType(ProtocolViolation.class)
                    .as("cut to %s of %s", length, ByteBufUtil.hexDump(whole))
                    .isThrownBy(() -> decode.apply(cut));
            assertThat(cut.readerIndex()).isZero();
        }
        ByteBuf longer = whole.copy().writeByte(0).setInt(1, whole.readableBytes());
        assertThatExceptionOfType(ProtocolViolation.class)
                .as("longer than %s", ByteBufUtil.hexDump(whole))
                .isThrownBy(() -> decode.apply(longer));
    }

    /// Damaged bytes are refused, or they are the one encoding of another message: there are no two
    /// spellings between which two parsers could differ.
    @Test
    void givesEveryMessageOfAClientExactlyOneEncoding() {
        Seeds.check(
                SEEDS,
                random -> {
                    ByteBuf frame = encoded(new RandomMessages(random).frontend()::encode);
                    damage(random, frame);
                    ByteBuf before = frame.copy();
                    try {
                        FrontendMessage message = FrontendMessage.decode(frame);
                        assertThat(encoded(message::encode)).isEqualTo(before);
                    } catch (ProtocolViolation violation) {
                        assertThat(violation.sqlState()).isIn("08P01", "22021", "22023");
                        assertThat(frame).isEqualTo(before);
                    }
                });
    }

    @Test
    void takesMemoryInProportionToTheBytesThatArrived() {
        // The first round loads classes, which takes memory of its own.
        for (int round = 0; round < 2; round++) {
            boolean measured = round == 1;
            Seeds.check(
                    SEEDS,
                    random -> {
                        RandomMessages messages = new RandomMessages(random);
                        ByteBuf fromClient = encoded(messages.frontend()::encode);
                        ByteBuf fromServer = encoded(messages.backend()::encode);
                        damage(random, fromClient);
                        damage(random, fromServer);
                        long client = allocatedBytes(() -> FrontendMessage.decode(fromClient));
                        long server = allocatedBytes(() -> BackendMessage.decode(fromServer));
                        if (measured) {
                            assertThat(client).isLessThan(4_096 + 64L * fromClient.capacity());
                            assertThat(server).isLessThan(4_096 + 64L * fromServer.capacity());
                        }
                    });
        }
    }

    @Test
    void framesWithoutAllocating() {
        ByteBuf frame = encoded(new FrontendMessage.Query("SELECT 1")::encode);
        long before = allocatedBytes();
        int sum = 0;
        for (int i = 0; i < 100_000; i++) {
            sum += frontendFramer.frameLength(frame);
        }
        long allocated = allocatedBytes() - before;

        assertThat(sum).isEqualTo(100_000 * frame.readableBytes());
        assertThat(allocated).isLessThan(100_000);
    }

    private static void damage(RandomGenerator random, ByteBuf frame) {
        int changes = random.nextInt(1, 4);
        for (int i = 0; i < changes && frame.readableBytes() > 5; i++) {
            int index = random.nextInt(5, frame.readableBytes());
            byte value = random.nextBoolean() ? (byte) random.nextInt() : (byte) -random.nextInt(2);
            frame.setByte(index, value);
        }
    }

    private static long allocatedBytes(Runnable decode) {
        long before = allocatedBytes();
        try {
            decode.run();
        } catch (ProtocolViolation _) {
            // What a refusal takes counts too.
        }
        return allocatedBytes() - before;
    }

    private static long allocatedBytes() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getCurrentThreadAllocatedBytes();
    }

    private interface Encoder {
        void encode(ByteBuf out);
    }

    private static ByteBuf encoded(Encoder encoder) {
        ByteBuf out = Unpooled.buffer();
        encoder.encode(out);
        return out;
    }
}
