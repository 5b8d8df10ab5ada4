package dev.holdfast.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ArgumentsSource;

/// Runs a whole test class once for each PostgreSQL version of the matrix. The class takes the
/// [PostgresVersion] as a constructor parameter; `@BeforeParameterizedClassInvocation` is the place
/// to start the server.
///
/// Which versions: the oldest and the newest that are supported, or those named by
/// `-Dholdfast.postgres=15,16` or `-Dholdfast.postgres=all`.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@ParameterizedClass(name = "{0}")
@ArgumentsSource(PostgresMatrix.class)
public @interface EveryPostgres {}
