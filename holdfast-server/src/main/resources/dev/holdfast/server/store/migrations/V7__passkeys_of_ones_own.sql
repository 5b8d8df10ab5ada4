-- Passkeys have names, and it is known when each was last used (0: not since this was written down).
ALTER TABLE passkey ADD COLUMN name text NOT NULL DEFAULT '';
ALTER TABLE passkey ADD COLUMN latest_use_epoch_millis bigint NOT NULL DEFAULT 0;
-- Who has proven who they are may enrol one more passkey, of this challenge and for a short time.
CREATE TABLE passkey_offer (
  person text NOT NULL PRIMARY KEY REFERENCES person (name),
  challenge text NOT NULL,
  expires_epoch_millis bigint NOT NULL
);
