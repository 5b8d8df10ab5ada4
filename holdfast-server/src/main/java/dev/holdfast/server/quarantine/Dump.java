package dev.holdfast.server.quarantine;

/// Rows that were copied out of the database.
///
/// @param file the file's name beside the entry
/// @param relation where the rows were: `schema.name`, quoted where SQL needs it
/// @param rows how many there are
/// @param bytes how long the file is
/// @param sha256 of the file, in hexadecimal digits
public record Dump(String file, String relation, long rows, long bytes, String sha256) {}
