-- Which gateways run: each counts on while it does. Who looks compares counts, never clocks.
CREATE TABLE gateway_beat (
  gateway text NOT NULL PRIMARY KEY,
  beats bigint NOT NULL
);
-- The transaction that uses an approval: 'none' until its gateway says that it is about to commit, then
-- PostgreSQL's id of it. Empty where an earlier version took it, which did not say.
ALTER TABLE approval ADD COLUMN commit_transaction text NOT NULL DEFAULT '';
ALTER TABLE approval ADD COLUMN commit_system text NOT NULL DEFAULT '';
ALTER TABLE approval ADD COLUMN commit_timeline text NOT NULL DEFAULT '';
-- 1 from the moment that somebody closes it: from then on its gateway may not commit any more.
ALTER TABLE approval ADD COLUMN barred bigint NOT NULL DEFAULT 0;
-- Who closed an approval that was in doubt, and on whose word.
CREATE TABLE approval_closing (
  approval text NOT NULL PRIMARY KEY REFERENCES approval (id),
  person text NOT NULL,
  said text NOT NULL,
  words text NOT NULL,
  proof_kind text NOT NULL,
  credential text NOT NULL,
  evidence text NOT NULL,
  said_at bigint NOT NULL
);
