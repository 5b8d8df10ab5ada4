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
  role_salt text NOT NULL,
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
  time_millis bigint NOT NULL,
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
-- Counts what was ordered, so that each gateway sees whether it has followed. One row.
CREATE TABLE access_version (
  id bigint NOT NULL PRIMARY KEY,
  version bigint NOT NULL
);
INSERT INTO access_version (id, version) VALUES (1, 1);
-- Whose roles are swept: a server may serve several stores. One row.
CREATE TABLE store_identity (
  id bigint NOT NULL PRIMARY KEY,
  identity text NOT NULL
);
-- Rows are counted for one task each.
CREATE TABLE row_ledger_grant (
  grant_id text NOT NULL PRIMARY KEY,
  row_count bigint NOT NULL
);
