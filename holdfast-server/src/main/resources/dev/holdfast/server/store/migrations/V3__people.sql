-- People, what they prove themselves with, and their sessions. Texts that are empty stand for "none".
CREATE TABLE person (
  name text NOT NULL PRIMARY KEY,
  -- names of roles, in order, with commas between
  roles text NOT NULL,
  -- what authenticators know them by: random, base64url
  handle text NOT NULL,
  -- Argon2id in the PHC form
  password_hash text NOT NULL,
  -- sealed with a key that is not in this store
  totp_secret text NOT NULL,
  -- the latest time step whose code was used: no code counts twice
  totp_latest_step bigint NOT NULL,
  -- who an identity provider says they are
  issuer text NOT NULL,
  subject text NOT NULL,
  disabled boolean NOT NULL,
  created_epoch_millis bigint NOT NULL
);
CREATE TABLE passkey (
  -- base64url, as authenticators give it
  credential text NOT NULL PRIMARY KEY,
  person text NOT NULL REFERENCES person (name),
  -- attested credential data with the public key, base64url
  attested text NOT NULL,
  sign_count bigint NOT NULL,
  -- whether the authenticator may copy it to other devices of its person
  backup_eligible boolean NOT NULL,
  -- one that was copied counts backwards; it is never accepted again
  copied boolean NOT NULL,
  created_epoch_millis bigint NOT NULL
);
CREATE INDEX passkey_person ON passkey (person);
CREATE TABLE invite (
  token_hash text NOT NULL PRIMARY KEY,
  person text NOT NULL,
  roles text NOT NULL,
  invited_by text NOT NULL,
  expires_epoch_millis bigint NOT NULL,
  -- what was offered when it was opened: what comes back must belong to it
  handle text NOT NULL,
  challenge text NOT NULL,
  totp_secret text NOT NULL
);
CREATE TABLE console_session (
  token_hash text NOT NULL PRIMARY KEY,
  person text NOT NULL REFERENCES person (name),
  latest_use_epoch_millis bigint NOT NULL,
  expires_epoch_millis bigint NOT NULL
);
CREATE INDEX console_session_person ON console_session (person);
-- Attempts that failed, or are being looked at, by account and by address.
CREATE TABLE person_attempt (
  subject text NOT NULL PRIMARY KEY,
  failures bigint NOT NULL,
  locked_until_epoch_millis bigint NOT NULL,
  forgotten_epoch_millis bigint NOT NULL
);
CREATE INDEX person_attempt_forgotten ON person_attempt (forgotten_epoch_millis);
-- Signatures of passkeys that were accepted, so that none is accepted twice.
CREATE TABLE used_assertion (
  assertion_hash text NOT NULL PRIMARY KEY,
  used_epoch_millis bigint NOT NULL
);
