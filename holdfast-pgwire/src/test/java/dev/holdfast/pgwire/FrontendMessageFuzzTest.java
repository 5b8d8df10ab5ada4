package dev.holdfast.pgwire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/// Whatever a client sends is refused as a violation, or is the one encoding of the message read.
class FrontendMessageFuzzTest {
    private final MessageFramer framer = new MessageFramer(FrameLimits.frontend());

    @FuzzTest(maxDuration = "10m")
    void readsAnyBytes(byte[] bytes) {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        try {
            while (true) {
                int start = in.readerIndex();
                int length = framer.frameLength(in);
                if (length == MessageFramer.INCOMPLETE || length > in.readableBytes()) {
                    return;
                }
                FrontendMessage message = FrontendMessage.decode(in);
                assertThat(in.readerIndex()).isEqualTo(start + length);
                assertThat(message.toString()).isNotEmpty();
                ByteBuf out = Unpooled.buffer();
                message.encode(out);
                assertThat(out).isEqualTo(in.slice(start, length));
                readAuthenticationReply(message);
            }
        } catch (ProtocolViolation violation) {
            assertThat(violation.sqlState()).hasSize(5);
        }
    }

    private static void readAuthenticationReply(FrontendMessage message) {
        if (message instanceof FrontendMessage.OpaqueReply reply) {
            assertThat(reply.asSaslResponse().data()).isEqualTo(reply.data());
            assertThat(reply.asGssResponse().data()).isEqualTo(reply.data());
            assertThat(reply.asSaslInitialResponse().mechanism()).isNotNull();
            assertThat(reply.asPassword().password()).isNotNull();
        }
    }
}
