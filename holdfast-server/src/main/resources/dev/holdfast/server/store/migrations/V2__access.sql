-- Who may do what, for how long. One dialect for SQLite and PostgreSQL; times are milliseconds since 1970.
CREATE TABLE agent (
  name text NOT NULL PRIMARY KEY,
  verifier text NOT NULL,
  policy text NOT NULL,
  sessions_max bigint NOT NULL,
  created_at bigint NOT NULL,
  created_by text NOT NULL
);
-- Agents of the configuration file too: an order to disable holds until it is taken back.
CREATE TABLE agent_disabled (
  name text NOT NULL PRIMARY KEY,
  at bigint NOT NULL,
  by_person text NOT NULL,
  reason text NOT NULL
);
CREATE TABLE access_grant (
  id text NOT NULL PRIMARY KEY,
  agent text NOT NULL,
  database_name text NOT NULL,
  task text NOT NULL,
  justification text NOT NULL,
  terms text NOT NULL,
  verifier text NOT NULL,
  role text NOT NULL,
  role_password text NOT NULL,
  state text NOT NULL,
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  expires_at bigint NOT NULL,
  renewable_until bigint NOT NULL,
  ended_at bigint NOT NULL,
  ended_by text NOT NULL,
  end_reason text NOT NULL
);
CREATE INDEX access_grant_by_state ON access_grant (state);
CREATE TABLE access_request (
  id text NOT NULL PRIMARY KEY,
  agent text NOT NULL,
  database_name text NOT NULL,
  task text NOT NULL,
  justification text NOT NULL,
  terms text NOT NULL,
  state text NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  decided_at bigint NOT NULL,
  decided_by text NOT NULL,
  words text NOT NULL,
  grant_id text NOT NULL
);
CREATE INDEX access_request_by_state ON access_request (state);
-- The scope is '*' for everything, or a database's name.
CREATE TABLE stop (
  scope text NOT NULL PRIMARY KEY,
  at bigint NOT NULL,
  by_person text NOT NULL,
  reason text NOT NULL
);
-- What was ordered, in its order: each gateway follows what it has not yet followed.
CREATE TABLE access_change (
  sequence bigint NOT NULL PRIMARY KEY,
  at bigint NOT NULL,
  subject text NOT NULL
);
-- Rows are counted for one task each.
CREATE TABLE row_ledger_grant (
  grant_id text NOT NULL PRIMARY KEY,
  row_count bigint NOT NULL
);
