package dev.holdfast.guard.approval;

import dev.holdfast.guard.change.Approval;
import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.change.TableEffect;
import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A statement that a policy holds: exactly what a person's word is asked for.
///
/// @param principal who asked
/// @param kind how it runs once it is approved
/// @param text the statement as it was sent; holds literal values
/// @param redacted the statement without its literals
/// @param parameters what was bound: text as it is, binary as `\x` and hexadecimal digits; null for NULL
/// @param binding how the parameters were bound, so that the same text of a value is the same value: their
///     declared types and formats; empty where none were
/// @param rule the rule that holds it
/// @param reason why, in words; without literals
/// @param basis what the decision rests on, as [Basis] makes it: where that is another, the word is void
public record HeldStatement(
        Principal principal,
        Decision.Hold.Kind kind,
        String text,
        String redacted,
        List<@Nullable String> parameters,
        String binding,
        String rule,
        String reason,
        String basis) {

    // Written out because javac leaves the @Nullable of a type argument out of a compact one.
    public HeldStatement(
            Principal principal,
            Decision.Hold.Kind kind,
            String text,
            String redacted,
            List<@Nullable String> parameters,
            String binding,
            String rule,
            String reason,
            String basis) {
        this.principal = principal;
        this.kind = kind;
        this.text = text;
        this.redacted = redacted;
        this.parameters = Collections.unmodifiableList(new ArrayList<>(parameters));
        this.binding = binding;
        this.rule = rule;
        this.reason = reason;
        this.basis = basis;
    }

    /// The same for the identical statement only: SHA-256 over agent, grant, database, text and parameters, in
    /// hexadecimal digits.
    public String key() {
        return asked().hex();
    }

    /// What a person signs: SHA-256 over the approval's id, everything that makes the statement, what the
    /// decision rests on, the figures that were measured, and on which copy if they were on one.
    public String digest(String id, MeasuredEffect effect) {
        Digest digest = asked().text(id).text(kind.name()).text(rule).text(basis);
        digest.number(effect.tables().size());
        for (TableEffect table : effect.tables()) {
            digest.text(table.relation())
                    .number(table.inserted())
                    .number(table.updated())
                    .number(table.deleted());
        }
        digest.number(effect.things().size());
        effect.things().forEach(digest::text);
        if (!effect.copy().isEmpty()) {
            digest.text("on copy").text(effect.copy());
        }
        return digest.hex();
    }

    private Digest asked() {
        Digest digest =
                new Digest()
                        .text("holdfast approval 1")
                        .text(principal.agent())
                        .text(principal.database())
                        .text(principal.policy())
                        .text(principal.grant())
                        .text(text)
                        .text(binding)
                        .number(parameters.size());
        for (String parameter : parameters) {
            digest.number(parameter == null ? 0 : 1).text(parameter == null ? "" : parameter);
        }
        return digest;
    }

    /// A person's word for it.
    public Approval approvedBy(String id, String approvers, MeasuredEffect effect) {
        return new Approval(id, approvers, Approval.digest(principal.database(), text), effect);
    }
}
