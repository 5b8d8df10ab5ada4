package dev.holdfast.pgwire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/// Whatever an unknown peer sends first is refused as a violation, or survives being written.
class StartupPacketFuzzTest {
    @FuzzTest(maxDuration = "10m")
    void readsAnyBytes(byte[] bytes) {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        try {
            StartupPacket packet = StartupPacket.read(in);
            if (packet == null) {
                assertThat(in.readerIndex()).isZero();
                return;
            }
            assertThat(packet.toString()).isNotEmpty();
            ByteBuf out = Unpooled.buffer();
            packet.encode(out);
            assertThat(out.readableBytes()).isEqualTo(in.readerIndex());
            assertThat(StartupPacket.read(out)).isEqualTo(packet);
            if (packet instanceof StartupPacket.StartupMessage message) {
                String options = message.value("options");
                StartupOptions.parse(options == null ? "" : options);
            }
        } catch (ProtocolViolation violation) {
            assertThat(violation.sqlState()).hasSize(5);
        }
    }
}
