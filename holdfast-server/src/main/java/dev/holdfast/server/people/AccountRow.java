package dev.holdfast.server.people;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// A person as the store has them. Texts that are empty stand for "none".
record AccountRow(
        Person person,
        String handle,
        String passwordHash,
        String totpSecret,
        String issuer,
        String subject,
        boolean disabled,
        long createdEpochMillis) {
    private static final String COLUMNS =
            "SELECT name, roles, handle, password_hash, totp_secret, issuer, subject, disabled,"
                    + " created_epoch_millis FROM person";

    static @Nullable AccountRow find(Handle handle, String name) {
        return handle.createQuery(COLUMNS + " WHERE name = :name")
                .bind("name", name)
                .map((row, _) -> read(row))
                .findOne()
                .orElse(null);
    }

    static @Nullable AccountRow ofSubject(Handle handle, String issuer, String subject) {
        return handle.createQuery(COLUMNS + " WHERE issuer = :issuer AND subject = :subject")
                .bind("issuer", issuer)
                .bind("subject", subject)
                .map((row, _) -> read(row))
                .findOne()
                .orElse(null);
    }

    static List<AccountRow> all(Handle handle) {
        return handle.createQuery(COLUMNS + " ORDER BY name").map((row, _) -> read(row)).list();
    }

    private static AccountRow read(ResultSet row) throws SQLException {
        return new AccountRow(
                new Person(row.getString(1), roles(row.getString(2))),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getBoolean(8),
                row.getLong(9));
    }

    /// Puts the person there, or in the place of who was there by that name.
    void put(Handle handle) {
        handle.createUpdate(
                        "INSERT INTO person (name, roles, handle, password_hash, totp_secret,"
                                + " totp_latest_step, issuer, subject, disabled,"
                                + " created_epoch_millis) VALUES (:name, :roles, :handle, :password,"
                                + " :totp, 0, :issuer, :subject, :disabled, :created)"
                                + " ON CONFLICT (name) DO UPDATE SET roles = excluded.roles,"
                                + " handle = excluded.handle,"
                                + " password_hash = excluded.password_hash,"
                                + " totp_secret = excluded.totp_secret,"
                                + " totp_latest_step = excluded.totp_latest_step,"
                                + " issuer = excluded.issuer, subject = excluded.subject,"
                                + " provider_roles = '', provider_roles_epoch_millis = 0,"
                                + " disabled = excluded.disabled")
                .bind("name", person.name())
                .bind("roles", text(person.roles()))
                .bind("handle", this.handle)
                .bind("password", passwordHash)
                .bind("totp", totpSecret)
                .bind("issuer", issuer)
                .bind("subject", subject)
                .bind("disabled", disabled)
                .bind("created", createdEpochMillis)
                .execute();
    }

    /// Uses a time step's code up; false where it, or a later one, was used before.
    static boolean useStep(Handle handle, String name, long step) {
        return handle.createUpdate(
                                "UPDATE person SET totp_latest_step = :step"
                                        + " WHERE name = :name AND totp_latest_step < :step")
                        .bind("step", step)
                        .bind("name", name)
                        .execute()
                == 1;
    }

    static String text(Set<Role> roles) {
        return String.join(",", new TreeSet<>(roles.stream().map(Role::name).toList()));
    }

    static Set<Role> roles(String text) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (String each : text.split(",", -1)) {
            if (!each.isEmpty()) {
                roles.add(Role.valueOf(each));
            }
        }
        return roles;
    }

    @Override
    public String toString() {
        return "AccountRow[" + person.name() + "]";
    }
}
