package dev.holdfast.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.server.composition.HoldfastServer;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.ConfigurationFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class DemoIT {
    private final StringWriter out = new StringWriter();
    private final Demo demo = new Demo(DemoIT::serve, new PrintWriter(out));

    private static GatewayStarter.Gateway serve(Path configuration) throws IOException {
        try {
            return HoldfastServer.start(ConfigurationFile.read(configuration))::close;
        } catch (ConfigurationException e) {
            throw new IOException(e.problems().toString(), e);
        }
    }

    @Test
    void everyStepGoesAsItShouldAlthoughThePortIsTaken() throws IOException, SQLException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(demo.playScript(taken.getLocalPort())).as("%s", out).isTrue();
        }
        assertThat(out.toString()).endsWith("demo: 20 of 20 steps ok\n").doesNotContain("FAIL");
    }
}
