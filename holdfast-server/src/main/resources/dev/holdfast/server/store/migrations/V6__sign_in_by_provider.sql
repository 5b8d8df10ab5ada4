-- One identity of a provider is one person.
CREATE UNIQUE INDEX person_subject ON person (issuer, subject) WHERE subject <> '';
-- Sign-ins by a provider that came back, so that none comes back twice.
CREATE TABLE used_sign_in (
  state_hash text NOT NULL PRIMARY KEY,
  forgotten_epoch_millis bigint NOT NULL
);
CREATE INDEX used_sign_in_forgotten ON used_sign_in (forgotten_epoch_millis);
