package dev.holdfast.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ArgumentsSource;

/// As [EveryPostgres], for classes that take long and differ little between versions: also where all
/// versions are asked for, only the oldest and the newest; those that are named by number are run as
/// named.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@ParameterizedClass(name = "{0}")
@ArgumentsSource(PostgresMatrix.Ends.class)
public @interface OldestAndNewestPostgres {}
