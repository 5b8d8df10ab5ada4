package dev.holdfast.gateway.guarded;

import dev.holdfast.guard.change.PlanText;
import dev.holdfast.pgwire.DescribeTarget;
import dev.holdfast.pgwire.Format;
import dev.holdfast.pgwire.FrontendMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One statement that is held, as the messages that rehearse it: under the gateway's own names, each group
/// up to its Execute and without a Sync.
public final class HeldMessages {
    private final String sql;
    private final List<Integer> types;
    private final byte @Nullable [] bind;
    private final boolean prepared;

    /// @param sql the statement as it was sent
    /// @param types the types that were declared for its parameters, separated by commas; empty where none
    ///     were
    /// @param bind the client's Bind, the whole message; null for a query string
    public HeldMessages(String sql, String types, byte @Nullable [] bind) {
        this(sql, parsed(types), bind == null ? null : bind.clone(), bind != null);
    }

    private HeldMessages(
            String sql, List<Integer> types, byte @Nullable [] bind, boolean prepared) {
        this.sql = sql;
        this.types = types;
        this.bind = bind;
        this.prepared = prepared;
    }

    private static List<Integer> parsed(String types) {
        return types.isEmpty()
                ? List.of()
                : Stream.of(types.split(",", -1)).map(Integer::parseUnsignedInt).toList();
    }

    /// The OIDs of the types that were declared; 0 for an open one.
    public List<Integer> types() {
        return types;
    }

    /// The same for a session on another database, where nothing has been prepared.
    ///
    /// @param there the OIDs there of the types that a user of the database made
    HeldMessages elsewhere(Map<Integer, Integer> there) {
        return new HeldMessages(
                sql,
                types.stream().map(type -> there.getOrDefault(type, type)).toList(),
                bind,
                false);
    }

    /// Runs it.
    void run(ByteBuf out) {
        FrontendMessage.Bind bound = bound();
        if (bound == null || !prepared) {
            anew(sql, 0, out);
            return;
        }
        new FrontendMessage.Close(DescribeTarget.PORTAL, Question.NAME).encode(out);
        new FrontendMessage.Bind(
                        Question.NAME,
                        bound.statement(),
                        bound.parameterFormats(),
                        bound.parameters(),
                        bound.resultFormats())
                .encode(out);
        new FrontendMessage.Execute(Question.NAME, 0).encode(out);
    }

    /// Asks for its plan with the same values. Whatever was prepared is parsed anew: EXPLAIN EXECUTE takes
    /// no values but those that are written into its text.
    void explain(ByteBuf out) {
        anew(PlanText.question(sql), PlanText.LINES_MAX, out);
        closeOwn(out);
    }

    private void anew(String text, int rowsMax, ByteBuf out) {
        FrontendMessage.Bind bound = bound();
        List<Format> formats = bound == null ? List.of() : bound.parameterFormats();
        List<@Nullable ByteBuf> values = new ArrayList<>();
        if (bound != null) {
            values.addAll(bound.parameters());
        }
        closeOwn(out);
        new FrontendMessage.Parse(Question.NAME, text, types).encode(out);
        new FrontendMessage.Bind(Question.NAME, Question.NAME, formats, values, List.of())
                .encode(out);
        new FrontendMessage.Execute(Question.NAME, rowsMax).encode(out);
    }

    private FrontendMessage.@Nullable Bind bound() {
        return bind == null
                ? null
                : (FrontendMessage.Bind) FrontendMessage.decode(Unpooled.wrappedBuffer(bind));
    }

    private static void closeOwn(ByteBuf out) {
        new FrontendMessage.Close(DescribeTarget.PORTAL, Question.NAME).encode(out);
        new FrontendMessage.Close(DescribeTarget.STATEMENT, Question.NAME).encode(out);
    }
}
