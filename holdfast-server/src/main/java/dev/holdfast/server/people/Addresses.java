package dev.holdfast.server.people;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// Which addresses are as good as one.
final class Addresses {
    private static final Pattern LITERAL = Pattern.compile("[0-9a-fA-F:.]{2,45}");
    private static final int IPV6_NETWORK_BYTES = 8;

    private Addresses() {}

    /// Of IPv6 the network of 64 bits, all of which one machine has.
    static String group(String address) {
        if (!LITERAL.matcher(address).matches()) {
            return "?";
        }
        try {
            InetAddress parsed = InetAddress.ofLiteral(address);
            return parsed instanceof Inet6Address
                    ? HexFormat.of()
                            .formatHex(Arrays.copyOf(parsed.getAddress(), IPV6_NETWORK_BYTES))
                    : parsed.getHostAddress();
        } catch (IllegalArgumentException _) {
            return "?";
        }
    }

    /// Whether two may be one machine's; all that are a machine's own are.
    static boolean near(String one, String other) {
        String group = group(one);
        return !group.equals("?") && (group.equals(group(other)) || (own(one) && own(other)));
    }

    private static boolean own(String address) {
        return LITERAL.matcher(address).matches()
                && InetAddress.ofLiteral(address).isLoopbackAddress();
    }
}
