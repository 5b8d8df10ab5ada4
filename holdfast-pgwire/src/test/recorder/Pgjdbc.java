import java.io.StringReader;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.postgresql.PGConnection;

/// What pgjdbc sends: extended queries in text and binary, batches, cursors, COPY, function calls,
/// cancellation. Usage: java -cp postgresql.jar Pgjdbc.java PORT
class Pgjdbc {
    public static void main(String[] arguments) throws Exception {
        String url = "jdbc:postgresql://127.0.0.1:" + arguments[0] + "/postgres";
        try (Connection connection = connect(url, "agent", new Properties())) {
            queries(connection);
            cursor(connection);
            batch(connection);
            copy(connection);
            largeObject(connection);
            cancel(connection);
        }
        Properties simple = new Properties();
        simple.setProperty("preferQueryMode", "simple");
        try (Connection connection = connect(url, "agent", simple);
                PreparedStatement select = connection.prepareStatement("SELECT ?::int, ?")) {
            select.setInt(1, 1);
            select.setString(2, "it's");
            drain(select.executeQuery());
        }
        connect(url, "with_md5", new Properties()).close();
        connect(url, "with_password", new Properties()).close();
        try {
            connect(url, "nobody", new Properties()).close();
        } catch (SQLException expected) {
            System.out.println(expected.getMessage());
        }
    }

    private static Connection connect(String url, String user, Properties properties)
            throws SQLException {
        properties.setProperty("user", user);
        properties.setProperty("password", "secret");
        return DriverManager.getConnection(url, properties);
    }

    private static void queries(Connection connection) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT ?::int8, ?::text, ?::timestamptz, ?::float8")) {
            // From the fifth execution on the statement is named and the values are binary.
            for (int i = 0; i < 8; i++) {
                select.setLong(1, i);
                select.setString(2, i % 2 == 0 ? null : "text " + i);
                select.setTimestamp(3, new java.sql.Timestamp(i * 1000L));
                select.setDouble(4, i / 3.0);
                drain(select.executeQuery());
            }
            select.getMetaData();
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT 1; SELECT 2");
            statement.execute("");
            statement.execute("SELECT * FROM nowhere");
        } catch (SQLException expected) {
            System.out.println(expected.getMessage());
        }
        connection.getMetaData().getTables(null, "pg_catalog", "pg_cl%", null).close();
    }

    private static void cursor(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement select =
                connection.prepareStatement("SELECT generate_series(1, 35)")) {
            select.setFetchSize(10);
            drain(select.executeQuery());
        }
        connection.commit();
        connection.setAutoCommit(true);
    }

    private static void batch(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TEMP TABLE score (id int PRIMARY KEY, name text)");
        }
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO score VALUES (?, ?)")) {
            for (int i = 0; i < 10; i++) {
                insert.setInt(1, i % 9);
                insert.setString(2, "name " + i);
                insert.addBatch();
            }
            insert.executeBatch();
        } catch (SQLException expected) {
            System.out.println(expected.getMessage());
        }
    }

    private static void copy(Connection connection) throws Exception {
        var copies = connection.unwrap(PGConnection.class).getCopyAPI();
        copies.copyIn("COPY score FROM STDIN", new StringReader("100\ta\n101\tb\n"));
        copies.copyOut("COPY score TO STDOUT", new StringWriter());
        var canceled = copies.copyIn("COPY score FROM STDIN");
        canceled.writeToCopy(new byte[] {'1'}, 0, 1);
        canceled.cancelCopy();
    }

    private static void largeObject(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        var objects = connection.unwrap(PGConnection.class).getLargeObjectAPI();
        long oid = objects.createLO();
        try (var object = objects.open(oid)) {
            object.write(new byte[] {1, 2, 3});
            object.seek(0);
            object.read(10);
        }
        connection.rollback();
        connection.setAutoCommit(true);
    }

    private static void cancel(Connection connection) throws Exception {
        try (Statement statement = connection.createStatement()) {
            Thread canceller =
                    new Thread(
                            () -> {
                                try {
                                    Thread.sleep(500);
                                    statement.cancel();
                                } catch (InterruptedException | SQLException e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            canceller.start();
            statement.execute("SELECT pg_sleep(30)");
        } catch (SQLException expected) {
            System.out.println(expected.getMessage());
        }
    }

    private static void drain(ResultSet rows) throws SQLException {
        while (rows.next()) {
            rows.getObject(1);
        }
        rows.close();
    }
}
