package dev.holdfast.pgwire;

/// The numbers that tell authentication requests apart.
final class AuthenticationCode {
    static final int OK = 0;
    static final int KERBEROS_V5 = 2;
    static final int CLEARTEXT_PASSWORD = 3;
    static final int MD5_PASSWORD = 5;
    static final int GSS = 7;
    static final int GSS_CONTINUE = 8;
    static final int SSPI = 9;
    static final int SASL = 10;
    static final int SASL_CONTINUE = 11;
    static final int SASL_FINAL = 12;

    private AuthenticationCode() {}
}
