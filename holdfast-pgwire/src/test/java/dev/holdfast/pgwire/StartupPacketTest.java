package dev.holdfast.pgwire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.pgwire.StartupPacket.CancelRequest;
import dev.holdfast.pgwire.StartupPacket.GssEncRequest;
import dev.holdfast.pgwire.StartupPacket.Parameter;
import dev.holdfast.pgwire.StartupPacket.SslRequest;
import dev.holdfast.pgwire.StartupPacket.StartupMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class StartupPacketTest {
    private static final int VERSION_3_0 = 3 << 16;
    private static final int VERSION_3_2 = 3 << 16 | 2;

    static List<StartupPacket> packets() {
        return List.of(
                new SslRequest(),
                new GssEncRequest(),
                new CancelRequest(-7, SecretKey.of(new byte[4])),
                new CancelRequest(Integer.MAX_VALUE, SecretKey.of(new byte[256])),
                StartupPacket.startup(0, List.of()),
                StartupPacket.startup(
                        2,
                        List.of(
                                new Parameter("user", "agënt"),
                                new Parameter("user", "second"),
                                new Parameter("options", "-c a=b"),
                                new Parameter("empty", ""),
                                new Parameter("_pq_.command_tag", "1"))));
    }

    @ParameterizedTest
    @MethodSource("packets")
    void readsBackWhatItWrote(StartupPacket packet) {
        ByteBuf in = Unpooled.buffer();
        packet.encode(in);
        in.writeByte('Q');

        assertThat(StartupPacket.read(in)).isEqualTo(packet);
        assertThat(in.readableBytes()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("packets")
    void consumesNothingUntilThePacketIsComplete(StartupPacket packet) {
        ByteBuf whole = Unpooled.buffer();
        packet.encode(whole);
        for (int present = 0; present < whole.readableBytes(); present++) {
            ByteBuf in = whole.slice(0, present);
            assertThat(StartupPacket.read(in)).isNull();
            assertThat(in.readableBytes()).isEqualTo(present);
        }
    }

    @Test
    void hasTheBytesOfTheManual() {
        ByteBuf out = Unpooled.buffer();
        new SslRequest().encode(out);
        new GssEncRequest().encode(out);
        new CancelRequest(1, SecretKey.of(new byte[] {9, 8, 7, 6})).encode(out);

        assertThat(ByteBufUtil.hexDump(out))
                .isEqualTo(
                        "0000000804d2162f"
                                + "0000000804d21630"
                                + "0000001004d2162e0000000109080706");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 7, -1, Integer.MIN_VALUE, 10_005, Integer.MAX_VALUE})
    void refusesALengthOutOfBoundsBeforeTheRestArrives(int length) {
        assertThatThrownBy(() -> StartupPacket.read(Unpooled.buffer().writeInt(length)))
                .isInstanceOfSatisfying(
                        ProtocolViolation.class,
                        violation -> assertThat(violation.sqlState()).isEqualTo("08P01"))
                .hasMessage("start-up packet length: " + length + " (expected: 8..10004)");
    }

    @Test
    void acceptsThePacketOfTheLargestLength() {
        String name = "a".repeat(10_004 - 8 - 3);
        ByteBuf in = startup(VERSION_3_0, name, "", "");

        assertThat(in.readableBytes()).isEqualTo(10_004);
        assertThat(StartupPacket.read(in))
                .isEqualTo(StartupPacket.startup(0, List.of(new Parameter(name, ""))));
    }

    @Test
    void boundsTheNumberOfParameters() {
        List<Parameter> parameters = new ArrayList<>();
        for (int i = 0; i < StartupPacket.PARAMETERS_MAX; i++) {
            parameters.add(new Parameter("p" + i, ""));
        }
        ByteBuf atLimit = Unpooled.buffer();
        StartupPacket.startup(0, parameters).encode(atLimit);
        parameters.add(new Parameter("_pq_.more", ""));
        ByteBuf aboveLimit = Unpooled.buffer();
        StartupPacket.startup(0, parameters).encode(aboveLimit);

        assertThat(StartupPacket.read(atLimit)).isInstanceOf(StartupMessage.class);
        assertThatThrownBy(() -> StartupPacket.read(aboveLimit))
                .hasMessage("StartupMessage parameters: more than 256 (expected: <= 256)");
    }

    @Test
    void takesTheLastOfSeveralValuesAsPostgresqlDoes() {
        StartupMessage message =
                message("user", "first", "USER", "other", "user", "second", "database", "");

        assertThat(message.user()).isEqualTo("second");
        assertThat(message.database()).isEqualTo("second");
        assertThat(message.value("options")).isNull();
        assertThat(message.parameters()).hasSize(4);
    }

    @Test
    void knowsNoUserWhereNoneOrAnEmptyOneIsNamed() {
        assertThat(message("database", "d").user()).isNull();
        assertThat(message("user", "").user()).isNull();
        assertThat(message("user", "").database()).isNull();
        assertThat(message("database", "d").database()).isEqualTo("d");
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "1", "on", "database", "TRUE", "", "nonsense"})
    void takesEveryReplicationParameterButAPlainNoForAWishToReplicate(String value) {
        assertThat(message("replication", value, "replication", "false").asksForReplication())
                .isTrue();
        assertThat(message("replication", "off").asksForReplication()).isFalse();
        assertThat(message("user", "a").asksForReplication()).isFalse();
    }

    @Test
    void separatesProtocolOptions() {
        StartupMessage message = message("_pq_.b", "1", "user", "u", "_pq_.a", "2");

        assertThat(message.parameters()).containsExactly(new Parameter("user", "u"));
        assertThat(message.protocolOptions())
                .containsExactly(new Parameter("_pq_.b", "1"), new Parameter("_pq_.a", "2"));
        assertThatThrownBy(() ->
                        new StartupMessage(0, List.of(new Parameter("_pq_.a", "")), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new StartupMessage(0, List.of(), List.of(new Parameter("a", ""))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void negotiatesDownToTheNewestVersionOfThisSide() {
        StartupMessage newer = StartupPacket.startup(9999, List.of());
        StartupMessage older = StartupPacket.startup(0, List.of());
        StartupMessage withOption = StartupPacket.startup(0, List.of(new Parameter("_pq_.x", "1")));

        assertThat(newer.negotiation(2))
                .isEqualTo(new BackendMessage.NegotiateProtocolVersion(VERSION_3_2, List.of()));
        assertThat(newer.minorVersionSpoken(2)).isEqualTo(2);
        assertThat(older.negotiation(2)).isNull();
        assertThat(older.minorVersionSpoken(2)).isZero();
        assertThat(withOption.negotiation(2))
                .isEqualTo(
                        new BackendMessage.NegotiateProtocolVersion(
                                VERSION_3_0, List.of("_pq_.x")));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 4, 1234})
    void refusesAnotherMajorVersion(int major) {
        assertThatThrownBy(() -> StartupPacket.read(startup(major << 16 | 1, "")))
                .isInstanceOfSatisfying(
                        ProtocolViolation.class,
                        violation -> assertThat(violation.sqlState()).isEqualTo("0A000"))
                .hasMessage("protocol version: " + major + ".1 (expected: 3.0..3.2)");
    }

    @Test
    void insistsOnTheTerminatorAsTheLastByte() {
        assertThatThrownBy(() -> StartupPacket.read(startup(VERSION_3_0)))
                .hasMessageContaining("StartupMessage parameter name: no zero byte");
        assertThatThrownBy(() -> StartupPacket.read(startup(VERSION_3_0, "user", "a")))
                .hasMessageContaining("StartupMessage parameter name: no zero byte");
        assertThatThrownBy(() -> StartupPacket.read(startup(VERSION_3_0, "user")))
                .hasMessageContaining("StartupMessage parameter value: no zero byte");
        assertThatThrownBy(() -> StartupPacket.read(startup(VERSION_3_0, "user", "a", "", "x")))
                .hasMessage("StartupMessage trailing bytes: 2 (expected: 0)");
    }

    @Test
    void refusesTextThatIsNotUtf8() {
        ByteBuf in = Unpooled.buffer().writeInt(8 + 4 + 1).writeInt(VERSION_3_0);
        in.writeBytes(new byte[] {'u', 0, (byte) 0xc3, 0, 0});

        assertThatThrownBy(() -> StartupPacket.read(in))
                .isInstanceOfSatisfying(
                        ProtocolViolation.class,
                        violation -> assertThat(violation.sqlState()).isEqualTo("22021"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 257})
    void refusesACancelKeyOutOfBounds(int keyBytes) {
        ByteBuf in = Unpooled.buffer().writeInt(12 + keyBytes).writeInt(1234 << 16 | 5678);
        in.writeInt(1).writeZero(keyBytes);

        assertThatThrownBy(() -> StartupPacket.read(in))
                .hasMessage("CancelRequest secret key bytes: " + keyBytes + " (expected: 4..256)");
        assertThatThrownBy(() -> SecretKey.of(new byte[keyBytes]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {5679, 5680})
    void refusesARequestThatIsLongerThanItself(int code) {
        ByteBuf in = Unpooled.buffer().writeInt(9).writeInt(1234 << 16 | code).writeByte(0);

        assertThatThrownBy(() -> StartupPacket.read(in))
                .hasMessageEndingWith(" trailing bytes: 1 (expected: 0)");
    }

    @Test
    void recognisesADirectTlsHandshake() {
        ByteBuf clientHello = Unpooled.wrappedBuffer(new byte[] {0x16, 3, 1, 2, 0, 1});
        ByteBuf sslRequest = Unpooled.buffer();
        new SslRequest().encode(sslRequest);

        assertThat(StartupPacket.beginsTls(clientHello)).isTrue();
        assertThat(StartupPacket.beginsTls(sslRequest)).isFalse();
        assertThat(StartupPacket.beginsTls(Unpooled.EMPTY_BUFFER)).isFalse();
        assertThatThrownBy(() -> StartupPacket.read(clientHello))
                .isInstanceOf(ProtocolViolation.class);
    }

    @Test
    void keepsASecretKeySecretAndUnchangeable() {
        byte[] bytes = {1, 2, 3, 4};
        SecretKey key = SecretKey.of(bytes);
        bytes[0] = 9;
        key.toByteArray()[1] = 9;

        assertThat(key).isEqualTo(SecretKey.of(new byte[] {1, 2, 3, 4}));
        assertThat(key).hasSameHashCodeAs(SecretKey.of(new byte[] {1, 2, 3, 4}));
        assertThat(key).isNotEqualTo(SecretKey.of(bytes));
        assertThat(new CancelRequest(5, key))
                .hasToString("CancelRequest[processId=5, secretKey=SecretKey[4 bytes]]");
    }

    private static StartupMessage message(String... namesAndValues) {
        List<Parameter> parameters = new ArrayList<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            parameters.add(new Parameter(namesAndValues[i], namesAndValues[i + 1]));
        }
        return StartupPacket.startup(0, parameters);
    }

    private static ByteBuf startup(int version, String... strings) {
        ByteBuf out = Unpooled.buffer().writeInt(0).writeInt(version);
        for (String string : strings) {
            out.writeBytes(string.getBytes(StandardCharsets.UTF_8)).writeByte(0);
        }
        return out.setInt(0, out.readableBytes());
    }
}
