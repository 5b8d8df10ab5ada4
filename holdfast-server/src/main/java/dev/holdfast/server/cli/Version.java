package dev.holdfast.server.cli;

import picocli.CommandLine.IVersionProvider;

/// What `holdfast version` says.
final class Version implements IVersionProvider {
    static String number() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "unreleased" : version;
    }

    @Override
    public String[] getVersion() {
        return new String[] {"holdfast " + number(), "java " + Runtime.version()};
    }
}
