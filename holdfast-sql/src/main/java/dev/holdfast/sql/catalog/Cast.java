package dev.holdfast.sql.catalog;

/// A conversion from one type to another.
///
/// @param function what converts; 0 where the value stays as it is or goes by way of text
/// @param implicit whether it happens where nobody wrote it
public record Cast(long oid, long source, long target, long function, boolean implicit) {}
