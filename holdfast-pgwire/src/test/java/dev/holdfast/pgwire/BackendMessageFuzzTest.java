package dev.holdfast.pgwire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/// Whatever a server sends is refused as a violation, or is a message that survives being written.
class BackendMessageFuzzTest {
    private final MessageFramer framer = new MessageFramer(FrameLimits.backend());

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
                BackendMessage message = BackendMessage.decode(in);
                assertThat(in.readerIndex()).isEqualTo(start + length);
                assertThat(message.toString()).isNotEmpty();
                ByteBuf out = Unpooled.buffer();
                message.encode(out);
                // Not the same bytes: text that is not UTF-8 was replaced.
                assertThat(BackendMessage.decode(out)).isEqualTo(message);
            }
        } catch (ProtocolViolation violation) {
            assertThat(violation.sqlState()).hasSize(5);
        }
    }
}
