package dev.holdfast.server.capture;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.WritingSession;
import dev.holdfast.server.catalog.ResultTexts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGStatement;
import org.postgresql.copy.CopyOut;

/// A session over pgjdbc: for transactions that Holdfast itself runs, and for reading what others change.
/// The connection remains the caller's. After an exception its state is open: it is to be rolled back, or
/// closed.
public final class JdbcWritingSession implements WritingSession {
    /// What pgjdbc takes otherwise than PostgreSQL; within quotes it is left alone. E'…' and dollar quotes
    /// are not known here.
    private static final Pattern TOKEN = Pattern.compile("'[^']*'|\"[^\"]*\"|\\$(\\d+)|\\?");

    private final Connection connection;
    private final boolean prepares;

    /// @param connection of pgjdbc
    public JdbcWritingSession(Connection connection) {
        this(connection, false);
    }

    /// @param prepares whether the server prepares statements that are used again. Only for connections
    ///     with `binaryTransfer=false`: pgjdbc would else ask for their values in binary, and write the
    ///     text itself
    JdbcWritingSession(Connection connection, boolean prepares) {
        this.connection = connection;
        this.prepares = prepares;
    }

    @Override
    public List<List<@Nullable String>> query(String sql, List<@Nullable String> parameters)
            throws ChangeRefusedException {
        try {
            return ask(sql, parameters);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    @Override
    public void copyOut(String query, RowSink sink) throws ChangeRefusedException {
        try {
            CopyOut copy =
                    connection
                            .unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyOut("COPY (" + query + ") TO STDOUT");
            boolean complete = false;
            try {
                byte[] message = copy.readFromCopy();
                while (message != null) {
                    // One message is one row, with its line end.
                    sink.row(Arrays.copyOf(message, message.length - 1));
                    message = copy.readFromCopy();
                }
                complete = true;
            } finally {
                if (!complete && copy.isActive()) {
                    copy.cancelCopy();
                }
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private List<List<@Nullable String>> ask(String sql, List<@Nullable String> parameters)
            throws SQLException {
        List<Integer> order = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(translated(sql, order))) {
            if (!prepares) {
                statement.unwrap(PGStatement.class).setPrepareThreshold(0);
            }
            for (int place = 0; place < order.size(); place++) {
                // OTHER leaves the type to PostgreSQL.
                statement.setObject(place + 1, parameters.get(order.get(place) - 1), Types.OTHER);
            }
            if (!statement.execute()) {
                return List.of();
            }
            try (ResultSet result = statement.getResultSet()) {
                return ResultTexts.of(result);
            }
        }
    }

    /// `$2` becomes a question mark, a question mark two.
    static String translated(String sql, List<Integer> order) {
        Matcher token = TOKEN.matcher(sql);
        StringBuilder translated = new StringBuilder();
        while (token.find()) {
            String text = token.group();
            if (token.group(1) != null) {
                order.add(Integer.parseInt(token.group(1)));
                text = "?";
            } else if (text.equals("?")) {
                text = "??";
            }
            token.appendReplacement(translated, Matcher.quoteReplacement(text));
        }
        return token.appendTail(translated).toString();
    }

    private static ChangeRefusedException failed(SQLException e) {
        return new ChangeRefusedException(CaptureRefusals.sessionFailed(e.getSQLState()), e);
    }
}
