package dev.holdfast.server.catalog;

import dev.holdfast.sql.catalog.Grant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Reads the text of an `aclitem[]`: `{owner=arwdDxt/owner,=r/owner,"\"Odd role\"=r/owner"}`.
final class AclText {
    private final String text;
    private final Set<String> columns;
    private int at;

    private AclText(String text, Set<String> columns) {
        this.text = text;
        this.columns = columns;
    }

    /// The grants in it.
    ///
    /// @param columns to which columns they are restricted; empty for the whole object
    static List<Grant> read(String text, Set<String> columns) {
        return new AclText(text, columns).grants();
    }

    private List<Grant> grants() {
        List<Grant> grants = new ArrayList<>();
        at = 1;
        while (at < text.length() - 1) {
            String item = element();
            int end = endOfRole(item);
            int slash = item.indexOf('/', end);
            String privileges =
                    item.substring(end + 1, slash < 0 ? item.length() : slash).replace("*", "");
            grants.add(new Grant(unquoted(item.substring(0, end)), privileges, columns));
            at++;
        }
        return grants;
    }

    /// One element of the array, its array quoting taken off; [#at] stands behind it then.
    private String element() {
        StringBuilder element = new StringBuilder();
        boolean quoted = text.charAt(at) == '"';
        if (!quoted) {
            int end = at;
            while (text.charAt(end) != ',' && text.charAt(end) != '}') {
                end++;
            }
            String plain = text.substring(at, end);
            at = end;
            return plain;
        }
        at++;
        while (text.charAt(at) != '"') {
            if (text.charAt(at) == '\\') {
                at++;
            }
            element.append(text.charAt(at));
            at++;
        }
        at++;
        return element.toString();
    }

    /// Where the `=` behind the role stands; one inside a quoted name is part of the name.
    private static int endOfRole(String item) {
        boolean quoted = false;
        for (int i = 0; i < item.length(); i++) {
            if (item.charAt(i) == '"') {
                quoted = !quoted;
            } else if (item.charAt(i) == '=' && !quoted) {
                return i;
            }
        }
        throw new IllegalArgumentException("aclitem: no = (expected: role=privileges/grantor)");
    }

    private static String unquoted(String role) {
        return role.length() > 1 && role.startsWith("\"")
                ? role.substring(1, role.length() - 1).replace("\"\"", "\"")
                : role;
    }
}
