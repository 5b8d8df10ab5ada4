-- What waited for a person, what was decided, and by whom. One dialect for SQLite and PostgreSQL.
CREATE TABLE approval (
  id text NOT NULL PRIMARY KEY,
  statement_key text NOT NULL,
  agent text NOT NULL,
  grant_id text NOT NULL,
  database_name text NOT NULL,
  policy text NOT NULL,
  task text NOT NULL,
  justification text NOT NULL,
  kind text NOT NULL,
  statement_text text NOT NULL,
  redacted text NOT NULL,
  parameters text NOT NULL,
  binding text NOT NULL,
  rule text NOT NULL,
  reason text NOT NULL,
  basis text NOT NULL,
  effect text NOT NULL,
  digest text NOT NULL,
  people_needed bigint NOT NULL,
  state text NOT NULL,
  asked_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  transaction_id text NOT NULL,
  note text NOT NULL
);
CREATE INDEX approval_statement ON approval (statement_key, asked_at);
CREATE INDEX approval_asked ON approval (asked_at);
CREATE INDEX approval_waiting ON approval (state, agent);
CREATE TABLE approval_word (
  approval text NOT NULL REFERENCES approval (id),
  person text NOT NULL,
  said text NOT NULL,
  words text NOT NULL,
  proof_kind text NOT NULL,
  credential text NOT NULL,
  evidence text NOT NULL,
  said_at bigint NOT NULL,
  PRIMARY KEY (approval, person)
);
