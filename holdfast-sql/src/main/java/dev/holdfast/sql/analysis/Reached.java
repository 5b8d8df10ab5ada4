package dev.holdfast.sql.analysis;

import java.util.List;

/// What a statement reaches beyond what it names.
///
/// @param effects what happens, or may happen, to relations; each says by which way
/// @param unforeseeable why more may happen than is said; one clause each
/// @param hazards what runs on the way and is more than reading and writing rows
record Reached(List<RelationEffect> effects, List<String> unforeseeable, List<Effect> hazards) {
    static final Reached NOTHING = new Reached(List.of(), List.of(), List.of());
}
