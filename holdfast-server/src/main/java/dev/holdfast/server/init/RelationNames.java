package dev.holdfast.server.init;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the names of schemas and relations say about whether agents have any business there.
final class RelationNames {
    private static final Set<String> SCHEMAS =
            Set.of(
                    ("vault secret credential auth authn audit keystore security password token session"
                                    + " iam sso private")
                            .split(" "));

    /// A name with one of these is restricted unless its last word says that it is only about it.
    private static final List<List<String>> KEPT =
            List.of(
                    List.of("vault"),
                    List.of("secret"),
                    List.of("credential"),
                    List.of("password"),
                    List.of("token"),
                    List.of("audit"),
                    List.of("api", "key"),
                    List.of("private", "key"),
                    List.of("secret", "key"),
                    List.of("access", "key"),
                    List.of("encryption", "key"),
                    List.of("signing", "key"),
                    List.of("ssh", "key"),
                    List.of("master", "key"),
                    List.of("recovery", "code"),
                    List.of("backup", "code"),
                    List.of("oauth"),
                    List.of("totp"),
                    List.of("mfa"));

    /// What a table about the thing, and not of the things, ends in.
    private static final Set<String> ABOUT =
            Set.of(
                    ("type kind class category status template model price pricing usage statistic stat"
                                    + " metric summary daily monthly budget plan calendar schedule setting option"
                                    + " policy rule label checklist finding room topic country region rate")
                            .split(" "));

    /// Before `session`, words that make it the session of a login.
    private static final Set<String> LOGINS =
            Set.of(
                    ("user login web auth app admin active django php browser sso api http account"
                                    + " customer portal remember impersonation db server")
                            .split(" "));

    /// Columns that a login's session has, and a lesson has not.
    private static final Set<String> LOGIN_COLUMNS =
            Set.of("token ip cookie csrf payload jwt sid".split(" "));

    private static final List<List<String>> LOGIN_PHRASES =
            List.of(
                    List.of("session", "key"),
                    List.of("session", "data"),
                    List.of("user", "agent"));

    private RelationNames() {}

    /// Why a whole schema is closed; null where it is not.
    static @Nullable String closedSchema(String schema) {
        for (String word : Words.of(schema)) {
            if (SCHEMAS.contains(word)) {
                return "the schema's name says \"" + word + "\"";
            }
        }
        return null;
    }

    /// Why a relation is closed; null where it is not.
    ///
    /// @param columns the names of its columns
    static @Nullable String closed(String relation, List<String> columns) {
        List<String> words = Words.of(relation);
        if (words.isEmpty() || (words.size() > 1 && ABOUT.contains(words.getLast()))) {
            return null;
        }
        for (List<String> kept : KEPT) {
            if (contains(words, kept)) {
                return "its name says \"" + String.join(" ", kept) + "\"";
            }
        }
        int session = words.indexOf("session");
        if (session >= 0
                && (words.size() == 1
                        || (session > 0 && LOGINS.contains(words.get(session - 1)))
                        || columns.stream().anyMatch(RelationNames::ofALogin))) {
            return "its name says \"session\"";
        }
        return null;
    }

    private static boolean ofALogin(String column) {
        List<String> words = Words.of(column);
        return words.stream().anyMatch(LOGIN_COLUMNS::contains)
                || LOGIN_PHRASES.stream().anyMatch(phrase -> contains(words, phrase));
    }

    private static boolean contains(List<String> words, List<String> phrase) {
        for (int from = 0; from + phrase.size() <= words.size(); from++) {
            if (words.subList(from, from + phrase.size()).equals(phrase)) {
                return true;
            }
        }
        return false;
    }
}
