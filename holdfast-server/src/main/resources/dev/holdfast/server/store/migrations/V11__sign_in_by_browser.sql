-- What each person said last to a command line that asked for a session, and the code for it, until it is used.
CREATE TABLE browser_sign_in (
  person text NOT NULL PRIMARY KEY REFERENCES person (name),
  -- when that had been asked: what was asked before is not decided any more, so nothing is decided twice
  asked_epoch_millis bigint NOT NULL,
  -- SHA-256 of the code; empty where the person refused, and once it was sent
  code_hash text NOT NULL,
  -- SHA-256 of what only that command line knows, base64url
  challenge text NOT NULL,
  expires_epoch_millis bigint NOT NULL
);
