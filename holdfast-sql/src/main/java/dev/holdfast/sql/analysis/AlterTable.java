package dev.holdfast.sql.analysis;

import dev.holdfast.sql.parser.Node;

/// The parts of ALTER TABLE that do more than define.
final class AlterTable {
    private AlterTable() {}

    static void inspect(Node command, StatementVisitor visitor) {
        String name = command.has("name") ? Names.quoted(command.text("name")) : "";
        switch (command.choice("subtype")) {
            case "AT_DropColumn" ->
                    visitor.add(
                            StatementKind.DESTROY,
                            "ALTER TABLE DROP COLUMN",
                            name,
                            "the column's values are lost");
            case "AT_AlterColumnType" ->
                    visitor.add(
                            StatementKind.DESTROY,
                            "ALTER TABLE ALTER COLUMN TYPE",
                            name,
                            "values that do not fit the new type are lost");
            case "AT_ChangeOwner" ->
                    visitor.add(
                            StatementKind.PRIVILEGE,
                            "ALTER TABLE OWNER",
                            "",
                            "the owner may do everything");
            case "AT_EnableRowSecurity",
                    "AT_DisableRowSecurity",
                    "AT_ForceRowSecurity",
                    "AT_NoForceRowSecurity" ->
                    visitor.add(
                            StatementKind.PRIVILEGE,
                            "ALTER TABLE ROW LEVEL SECURITY",
                            "",
                            "it decides whose rows can be seen");
            case "AT_DisableTrig",
                    "AT_DisableTrigAll",
                    "AT_DisableTrigUser",
                    "AT_DisableRule",
                    "AT_EnableTrig",
                    "AT_EnableAlwaysTrig",
                    "AT_EnableReplicaTrig",
                    "AT_EnableTrigAll",
                    "AT_EnableTrigUser",
                    "AT_EnableRule",
                    "AT_EnableAlwaysRule",
                    "AT_EnableReplicaRule" ->
                    visitor.add(
                            StatementKind.PRIVILEGE,
                            "ALTER TABLE TRIGGER",
                            name,
                            "triggers and rules enforce what the owner wants kept");
            default -> {}
        }
    }
}
