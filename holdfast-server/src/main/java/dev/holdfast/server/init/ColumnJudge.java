package dev.holdfast.server.init;

import java.time.LocalDate;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Decides whether a column is one that agents should not see.
final class ColumnJudge {
    /// What has a form that its values would show.
    private static final Set<Category> FORMED =
            EnumSet.of(
                    Category.EMAIL,
                    Category.PHONE,
                    Category.PAYMENT_CARD,
                    Category.BANK_ACCOUNT,
                    Category.IP_ADDRESS);

    private final LocalDate today;

    ColumnJudge(LocalDate today) {
        this.today = today;
    }

    /// Why not; null where nothing speaks against it.
    ///
    /// @param relation the name of the relation that has the column
    /// @param values sampled ones, without NULL; empty where there is no sample
    @Nullable Finding finding(
            String relation, String column, ColumnType type, List<String> values) {
        Finding shown = ColumnContents.finding(type, column, values, today);
        if (shown != null) {
            return shown;
        }
        if (type == ColumnType.ADDRESS_IN_NETWORK) {
            return Finding.byType(Category.IP_ADDRESS);
        }
        if (type == ColumnType.POINT) {
            return Finding.byType(Category.POSITION);
        }
        Category named = ColumnNames.category(relation, column, type);
        // `phone` with nothing but the values mobile and landline is a kind of phone.
        return named == null || (FORMED.contains(named) && ColumnContents.enumeration(values))
                ? null
                : Finding.byName(named);
    }
}
