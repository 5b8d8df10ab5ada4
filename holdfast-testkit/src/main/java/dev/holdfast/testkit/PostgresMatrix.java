package dev.holdfast.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;

/// The versions of [EveryPostgres]; also to be used as the source of a parameterized test.
public final class PostgresMatrix implements ArgumentsProvider {
    /// The versions that Holdfast supports.
    private static final List<PostgresVersion> SUPPORTED =
            List.of(
                    PostgresVersion.POSTGRES_15,
                    PostgresVersion.POSTGRES_16,
                    PostgresVersion.POSTGRES_17,
                    PostgresVersion.POSTGRES_18);

    @Override
    public Stream<? extends Arguments> provideArguments(
            ParameterDeclarations parameters, ExtensionContext context) {
        return versions(System.getProperty("holdfast.postgres", "")).stream().map(Arguments::of);
    }

    /// The oldest and the newest where all are asked for.
    static final class Ends implements ArgumentsProvider {
        @Override
        public Stream<? extends Arguments> provideArguments(
                ParameterDeclarations parameters, ExtensionContext context) {
            String text = System.getProperty("holdfast.postgres", "");
            return versions(text.equals("all") ? "" : text).stream().map(Arguments::of);
        }
    }

    /// Reads the property's text: empty, `all`, or major versions with commas between them.
    ///
    /// @throws IllegalArgumentException for anything else
    static List<PostgresVersion> versions(String text) {
        if (text.isBlank()) {
            return List.of(SUPPORTED.getFirst(), SUPPORTED.getLast());
        }
        if (text.equals("all")) {
            return SUPPORTED;
        }
        List<PostgresVersion> versions = new ArrayList<>();
        for (String major : text.split(",", -1)) {
            versions.add(PostgresVersion.ofMajor(Integer.parseInt(major.strip())));
        }
        return versions;
    }
}
