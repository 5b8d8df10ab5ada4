package dev.holdfast.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/// An integration test that may run while another one does, in a JVM of its own: it judges nothing by how
/// long it took. The build runs two of these at a time, and all others alone.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Tag(SideBySide.TAG)
public @interface SideBySide {
    /// As the build's configuration names them.
    String TAG = "side-by-side";
}
