-- What people are still to be told.
CREATE TABLE notification (
  id text NOT NULL PRIMARY KEY,
  channel text NOT NULL,
  message text NOT NULL,
  attempts bigint NOT NULL,
  due_epoch_millis bigint NOT NULL,
  since_epoch_millis bigint NOT NULL
);
CREATE INDEX notification_due ON notification (channel, due_epoch_millis);
