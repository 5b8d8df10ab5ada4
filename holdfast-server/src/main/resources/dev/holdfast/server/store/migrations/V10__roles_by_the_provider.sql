-- What a provider's groups let a person do, as it said it last; looked at only where that is configured.
ALTER TABLE person ADD COLUMN provider_roles text NOT NULL DEFAULT '';
ALTER TABLE person ADD COLUMN provider_roles_epoch_millis bigint NOT NULL DEFAULT 0;
