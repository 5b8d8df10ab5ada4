-- What agents changed, for the limits over time. One dialect for SQLite and PostgreSQL.
CREATE TABLE row_ledger_second (
  agent text NOT NULL,
  database_name text NOT NULL,
  epoch_second bigint NOT NULL,
  row_count bigint NOT NULL,
  PRIMARY KEY (agent, database_name, epoch_second)
);
CREATE TABLE row_ledger_task (
  agent text NOT NULL,
  database_name text NOT NULL,
  row_count bigint NOT NULL,
  latest_epoch_second bigint NOT NULL,
  PRIMARY KEY (agent, database_name)
);
