package dev.holdfast.testkit;

/// The major versions of PostgreSQL that Holdfast is tested against, oldest first.
public enum PostgresVersion {
    POSTGRES_14(14),
    POSTGRES_15(15),
    POSTGRES_16(16),
    POSTGRES_17(17),
    POSTGRES_18(18);

    private final int major;

    PostgresVersion(int major) {
        this.major = major;
    }

    /// The version whose binaries are on the class path of whoever depends on this module.
    public static PostgresVersion newest() {
        return POSTGRES_18;
    }

    /// The version with this number.
    ///
    /// @throws IllegalArgumentException for a version that is not tested
    public static PostgresVersion ofMajor(int major) {
        for (PostgresVersion version : values()) {
            if (version.major == major) {
                return version;
            }
        }
        throw new IllegalArgumentException("PostgreSQL " + major + " (expected: 14 to 18)");
    }

    public int major() {
        return major;
    }

    @Override
    public String toString() {
        return "PostgreSQL " + major;
    }
}
