package dev.holdfast.pgwire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Makes messages of every kind, small ones mostly, with every oddity that their types allow.
final class RandomMessages {
    private static final String[] TEXTS = {
        "", "a", "SELECT 1", "žluťoučký", "\uFFFD", "𝕊", "'\"\\;--", "\u0001\u007f", " "
    };

    private final RandomGenerator random;

    RandomMessages(RandomGenerator random) {
        this.random = random;
    }

    /// A message that [FrontendMessage#decode] gives back equal; so no authentication reply but the
    /// opaque one.
    FrontendMessage frontend() {
        return switch (random.nextInt(14)) {
            case 0 -> bind();
            case 1 -> new FrontendMessage.Close(target(), text());
            case 2 -> new FrontendMessage.CopyData(bytes());
            case 3 -> new FrontendMessage.CopyDone();
            case 4 -> new FrontendMessage.CopyFail(text());
            case 5 -> new FrontendMessage.Describe(target(), text());
            case 6 -> new FrontendMessage.Execute(text(), random.nextInt());
            case 7 -> new FrontendMessage.Flush();
            case 8 -> {
                List<@Nullable ByteBuf> arguments = values();
                yield new FrontendMessage.FunctionCall(
                        random.nextInt(), formatsFor(arguments), arguments, format());
            }
            case 9 -> new FrontendMessage.Parse(text(), text(), list(random::nextInt));
            case 10 -> new FrontendMessage.OpaqueReply(bytes());
            case 11 -> new FrontendMessage.Query(text());
            case 12 -> new FrontendMessage.Sync();
            default -> new FrontendMessage.Terminate();
        };
    }

    private FrontendMessage bind() {
        List<@Nullable ByteBuf> parameters = values();
        return new FrontendMessage.Bind(
                text(), text(), formatsFor(parameters), parameters, list(this::format));
    }

    BackendMessage backend() {
        return switch (random.nextInt(24)) {
            case 0 -> new BackendMessage.BackendKeyData(random.nextInt(), secretKey());
            case 1 -> new BackendMessage.BindComplete();
            case 2 -> new BackendMessage.CloseComplete();
            case 3 -> new BackendMessage.CommandComplete(text());
            case 4 -> new BackendMessage.CopyBothResponse(format(), list(this::format));
            case 5 -> new BackendMessage.CopyData(bytes());
            case 6 -> new BackendMessage.CopyDone();
            case 7 -> new BackendMessage.CopyInResponse(format(), list(this::format));
            case 8 -> new BackendMessage.CopyOutResponse(format(), list(this::format));
            case 9 -> new BackendMessage.DataRow(values());
            case 10 -> new BackendMessage.EmptyQueryResponse();
            case 11 -> new BackendMessage.ErrorResponse(errorFields());
            case 12 -> new BackendMessage.FunctionCallResponse(value());
            case 13 -> new BackendMessage.NegotiateProtocolVersion(random.nextInt(), texts());
            case 14 -> new BackendMessage.NoData();
            case 15 -> new BackendMessage.NoticeResponse(errorFields());
            case 16 -> new BackendMessage.NotificationResponse(random.nextInt(), text(), text());
            case 17 -> new BackendMessage.ParameterDescription(list(random::nextInt));
            case 18 -> new BackendMessage.ParameterStatus(text(), text());
            case 19 -> new BackendMessage.ParseComplete();
            case 20 -> new BackendMessage.PortalSuspended();
            case 21 -> new BackendMessage.ReadyForQuery(pick(TransactionStatus.values()));
            case 22 -> new BackendMessage.RowDescription(list(this::column));
            default -> authenticationRequest();
        };
    }

    private AuthenticationRequest authenticationRequest() {
        return switch (random.nextInt(10)) {
            case 0 -> new AuthenticationRequest.Ok();
            case 1 -> new AuthenticationRequest.KerberosV5();
            case 2 -> new AuthenticationRequest.CleartextPassword();
            case 3 -> new AuthenticationRequest.Md5Password(random.nextInt());
            case 4 -> new AuthenticationRequest.Gss();
            case 5 -> new AuthenticationRequest.GssContinue(bytes());
            case 6 -> new AuthenticationRequest.Sspi();
            case 7 -> new AuthenticationRequest.Sasl(list(() -> "SCRAM-" + text()));
            case 8 -> new AuthenticationRequest.SaslContinue(bytes());
            default -> new AuthenticationRequest.SaslFinal(bytes());
        };
    }

    StartupPacket startup() {
        return switch (random.nextInt(4)) {
            case 0 -> new StartupPacket.SslRequest();
            case 1 -> new StartupPacket.GssEncRequest();
            case 2 -> new StartupPacket.CancelRequest(random.nextInt(), secretKey());
            default ->
                    StartupPacket.startup(
                            random.nextInt(0x10000),
                            list(() ->
                                    new StartupPacket.Parameter(
                                            pick("user", "x", "_pq_.y") + text(), text())));
        };
    }

    private BackendMessage.Column column() {
        return new BackendMessage.Column(
                text(),
                random.nextInt(),
                (short) random.nextInt(),
                random.nextInt(),
                (short) random.nextInt(),
                random.nextInt(),
                format());
    }

    private ErrorFields errorFields() {
        return new ErrorFields(
                list(() -> new ErrorFields.Field((char) random.nextInt(1, 256), text())));
    }

    private SecretKey secretKey() {
        byte[] key = new byte[pick(4, 32, 256, random.nextInt(4, 257))];
        random.nextBytes(key);
        return SecretKey.of(key);
    }

    private List<Format> formatsFor(List<@Nullable ByteBuf> values) {
        int count = pick(0, 1, values.size());
        List<Format> formats = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            formats.add(format());
        }
        return formats;
    }

    private List<@Nullable ByteBuf> values() {
        List<@Nullable ByteBuf> values = new ArrayList<>();
        int count = random.nextInt(6);
        for (int i = 0; i < count; i++) {
            values.add(value());
        }
        return values;
    }

    private @Nullable ByteBuf value() {
        return random.nextInt(4) == 0 ? null : bytes();
    }

    private ByteBuf bytes() {
        byte[] bytes = new byte[random.nextInt(20)];
        random.nextBytes(bytes);
        return Unpooled.wrappedBuffer(bytes);
    }

    private List<String> texts() {
        return list(this::text);
    }

    private String text() {
        return pick(TEXTS) + pick(TEXTS);
    }

    private Format format() {
        return pick(Format.values());
    }

    private DescribeTarget target() {
        return pick(DescribeTarget.values());
    }

    private <T> List<T> list(Supplier<T> element) {
        List<T> elements = new ArrayList<>();
        int count = random.nextInt(6);
        for (int i = 0; i < count; i++) {
            elements.add(element.get());
        }
        return elements;
    }

    @SafeVarargs
    private <T> T pick(T... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
