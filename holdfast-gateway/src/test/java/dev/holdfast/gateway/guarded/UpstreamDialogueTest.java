package dev.holdfast.gateway.guarded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.pgwire.BackendMessage;
import dev.holdfast.pgwire.BackendMessageType;
import dev.holdfast.pgwire.ErrorFields;
import dev.holdfast.pgwire.FrameLimits;
import dev.holdfast.pgwire.MessageFramer;
import dev.holdfast.pgwire.TransactionStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What PostgreSQL's messages mean to whoever waits for an answer.
class UpstreamDialogueTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final UpstreamDialogue dialogue =
            new UpstreamDialogue(channel, new MessageFramer(FrameLimits.backend()), (_, _) -> {});

    private void arrives(BackendMessage... messages) {
        ByteBuf bytes = Unpooled.buffer();
        for (BackendMessage message : messages) {
            message.encode(bytes);
        }
        dialogue.arrived(bytes);
    }

    private static BackendMessage error(String severity, String sqlState) {
        return new BackendMessage.ErrorResponse(
                ErrorFields.builder(severity, sqlState, "no").build());
    }

    private static BackendMessage ready(TransactionStatus status) {
        return new BackendMessage.ReadyForQuery(status);
    }

    @Test
    void anErrorIsAnAnswer() throws ChangeRefusedException {
        arrives(error("ERROR", "40001"));
        ByteBuf answer = dialogue.next();
        assertThat(answer.getByte(answer.readerIndex()))
                .isEqualTo(BackendMessageType.ERROR_RESPONSE);
        answer.release();
        assertThat(dialogue.isLost()).isFalse();
    }

    /// A COMMIT before it may have been obeyed: its outcome has to be asked for.
    @Test
    void aFatalErrorIsNoAnswerButALostConnection() {
        for (String severity : List.of("FATAL", "PANIC")) {
            UpstreamDialogue fresh =
                    new UpstreamDialogue(
                            channel, new MessageFramer(FrameLimits.backend()), (_, _) -> {});
            ByteBuf bytes = Unpooled.buffer();
            error(severity, "57P01").encode(bytes);
            fresh.arrived(bytes);
            assertThatThrownBy(fresh::next)
                    .isInstanceOf(ChangeRefusedException.class)
                    .hasMessageContaining("upstream.lost");
            assertThat(fresh.isLost()).isTrue();
        }
    }

    @Test
    void aMessageMayComeInPieces() throws ChangeRefusedException {
        ByteBuf whole = Unpooled.buffer();
        ready(TransactionStatus.IN_TRANSACTION).encode(whole);
        while (whole.isReadable()) {
            dialogue.arrived(whole.readBytes(1));
        }
        whole.release();
        assertThat(dialogue.ready()).isEqualTo(TransactionStatus.IN_TRANSACTION);
        assertThat(dialogue.hasUnread()).isFalse();
    }

    @Test
    void aStatusThatWasNotExpectedEndsEverything() {
        arrives(ready(TransactionStatus.IDLE));
        assertThatThrownBy(() -> dialogue.ready(TransactionStatus.IN_TRANSACTION))
                .hasMessageContaining("guarded.out-of-step");
    }

    @Test
    void aQuestionThatFailsIsToldApartFromOneBefore() {
        arrives(
                new BackendMessage.CommandComplete("SET CONSTRAINTS"),
                error("ERROR", "23503"),
                ready(TransactionStatus.FAILED));
        assertThatThrownBy(() -> dialogue.answers(2))
                .hasMessageContaining("guarded.not-measurable")
                .cause()
                .isInstanceOfSatisfying(
                        PostgresErrorException.class,
                        failed -> {
                            assertThat(failed.question()).isEqualTo(1);
                            assertThat(failed.sqlState()).isEqualTo("23503");
                        });
    }

    @Test
    void whoeverWaitsIsToldThatTheConnectionIsGone() throws InterruptedException {
        Thread waiting =
                Thread.ofVirtual().start(() -> assertThatThrownBy(dialogue::next).isNotNull());
        dialogue.lost();
        waiting.join();
        assertThat(dialogue.isLost()).isTrue();
    }
}
