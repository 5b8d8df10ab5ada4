package dev.holdfast.server.cli;

import dev.holdfast.server.api.ApiParts;
import dev.holdfast.server.composition.ConsoleParts;
import dev.holdfast.server.composition.HoldfastServer;
import dev.holdfast.server.console.Pages;
import dev.holdfast.server.demo.GatewayStarter;
import dev.holdfast.server.people.People;
import dev.holdfast.server.people.PeopleException;
import dev.holdfast.server.people.Role;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Objects;

/// What the console of this program serves.
final class Served {
    static final ConsoleParts PARTS = new ApiParts(Pages::of, Pages.ERROR);

    private Served() {}

    /// A gateway with its console, for the demo.
    record DemoGateway(HoldfastServer server) implements GatewayStarter.Gateway {
        @Override
        public String console() {
            return Objects.requireNonNullElse(server.consoleUrl(), "");
        }

        @Override
        public String invite(String person) throws IOException {
            People people = server.people();
            if (people == null) {
                return "";
            }
            try {
                return people.invite("demo", person, EnumSet.allOf(Role.class)).url();
            } catch (PeopleException e) {
                throw new IOException("nobody can be invited: " + e.getMessage(), e);
            }
        }

        @Override
        public void close() {
            server.close();
        }
    }
}
