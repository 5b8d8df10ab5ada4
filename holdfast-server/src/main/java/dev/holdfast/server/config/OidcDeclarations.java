package dev.holdfast.server.config;

import dev.holdfast.server.config.HoldfastConfiguration.Oidc;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/// The settings of an OpenID Connect provider, declared as in [Declarations].
final class OidcDeclarations {
    private static final int SCOPES_MAX = 20;
    private static final int GROUPS_MAX = 200;
    private static final TextShape SCOPE =
            new TextShape(
                    Pattern.compile("[!#-\\[\\]-~]{1,100}"),
                    "a scope: 1 to 100 printable characters without spaces");

    private OidcDeclarations() {}

    static final Field<String> NAME =
            Field.of(
                    "name",
                    new TextShape(Pattern.compile("[^\\p{Cntrl}]{1,60}"), "1 to 60 characters"),
                    "your organisation",
                    "What the console calls the provider: \"Sign in with …\".");
    static final Field<String> ISSUER =
            Field.required(
                    "issuer",
                    new TextShape(
                            Pattern.compile("https?://[!-~]{1,300}"),
                            "https:// (or http:// and a loopback address), a host and perhaps a path"),
                    "The provider, exactly as it names itself, with or without a slash at the end. It"
                            + " describes itself at `/.well-known/openid-configuration` below.");
    static final Field<String> CLIENT_ID =
            Field.required(
                    "client-id",
                    new TextShape(
                            Pattern.compile("[ -~]{1,300}"), "1 to 300 printable ASCII characters"),
                    "What the provider knows this Holdfast as.");
    static final Field<Secret> CLIENT_SECRET =
            Field.required(
                    "client-secret",
                    new SecretShape(),
                    "What Holdfast proves that with, by reference.");
    static final Field<List<String>> SCOPES =
            Field.of(
                    "scopes",
                    new ListShape<>(SCOPE, 1, SCOPES_MAX),
                    List.of("openid", "email"),
                    "What the provider is asked for; `openid` must be among it.");
    static final Field<Oidc.Claim> CLAIM =
            Field.of(
                    "claim",
                    ChoiceShape.of(Oidc.Claim.class),
                    Oidc.Claim.EMAIL,
                    "Which claim must be the name that a person was invited under. `email`: the address,"
                            + " only where `email_verified` is true. `preferred-username`: what the"
                            + " provider calls them (needs the scope `profile`). `sub`: what it knows"
                            + " them by. Whoever enrolled is known by issuer and subject besides.");
    static final Field<String> GROUP =
            Field.required(
                    "group",
                    new TextShape(Pattern.compile("[^\\p{Cntrl}]{1,200}"), "1 to 200 characters"),
                    "A value of the claim, to the letter: other case is another group.");
    static final Field<Oidc.Role> ROLE =
            Field.required(
                    "role",
                    ChoiceShape.of(Oidc.Role.class),
                    "What it lets its people do, if their invite gave them that role too.");
    static final ObjectShape<Oidc.Group> GROUP_ROLE =
            new ObjectShape<>(
                    "A role that a group lets people have",
                    v -> new Oidc.Group(v.of(GROUP), v.of(ROLE)),
                    List.of(GROUP, ROLE));
    static final Field<String> GROUPS_CLAIM =
            Field.of(
                    "claim",
                    new TextShape(
                            Pattern.compile("[!#-\\[\\]-~]{1,200}"),
                            "1 to 200 printable characters without spaces"),
                    "groups",
                    "In which claim of the ID token, or else of the user info, the groups are: a list of"
                            + " texts. Anything else, and a claim that is missing, lets nobody in.");
    static final Field<Duration> VALID_FOR =
            Field.of(
                    "valid-for",
                    QuantityShape.duration(Duration.ofMinutes(5), Duration.ofHours(24)),
                    Duration.ofHours(8),
                    "How long the provider's word about groups counts. Then every session of that person has"
                            + " ended, and they sign in by the provider anew; a passkey alone does not do.");
    static final Field<List<Oidc.Group>> GROUP_ROLES =
            Field.required(
                    "roles",
                    new ListShape<>(GROUP_ROLE, 1, GROUPS_MAX),
                    "Which group lets people have which role; a group may be there several times.");
    static final ObjectShape<Oidc.Groups> GROUPS =
            new ObjectShape<>(
                    "Roles by the provider's groups",
                    v -> new Oidc.Groups(v.of(GROUPS_CLAIM), v.of(VALID_FOR), v.of(GROUP_ROLES)),
                    List.of(GROUPS_CLAIM, VALID_FOR, GROUP_ROLES));
    static final Field<Oidc.Groups> GROUPS_FIELD =
            Field.optional(
                    "groups",
                    GROUPS,
                    "Roles by the provider's groups: whoever enrolled by the provider has those roles of their"
                            + " invite only that a group of theirs has too, as of their last sign-in by it.");
    static final ObjectShape<Oidc> OIDC =
            new ObjectShape<>(
                    "An OpenID Connect provider",
                    v ->
                            new Oidc(
                                    v.of(NAME),
                                    v.of(ISSUER),
                                    v.of(CLIENT_ID),
                                    v.of(CLIENT_SECRET),
                                    v.of(SCOPES),
                                    v.of(CLAIM),
                                    v.orNull(GROUPS_FIELD)),
                    List.of(NAME, ISSUER, CLIENT_ID, CLIENT_SECRET, SCOPES, CLAIM, GROUPS_FIELD));
    static final Field<Oidc> OIDC_FIELD =
            Field.optional(
                    "oidc",
                    OIDC,
                    "Who says who people are, in the place of a password, to those who were invited and"
                            + " enrol so. A code goes with it as with a password.");
}
