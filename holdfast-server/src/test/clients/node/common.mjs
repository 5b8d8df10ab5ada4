// What the JavaScript programs share: where to connect, and what a refusal must look like.
import { readFileSync } from 'node:fs';
import assert from 'node:assert/strict';

export const where = {
  host: process.env.PGHOST,
  port: Number(process.env.PGPORT),
  database: process.env.PGDATABASE,
  user: process.env.PGUSER,
  password: process.env.PGPASSWORD,
  ssl: { ca: readFileSync(process.env.PGSSLROOTCERT, 'utf8') },
};

export const LONG = 'SELECT count(*) FROM generate_series(1, 2000000000)';
export const WRITES = [
  'DELETE FROM remark',
  "INSERT INTO remark (item_id, body) VALUES (1, 'x')",
  'WITH gone AS (DELETE FROM item RETURNING 1) SELECT count(*) FROM gone',
  'DROP TABLE remark',
];

export const ok = (step) => console.log('ok   ' + step);

export async function refused(attempt) {
  await assert.rejects(attempt, (error) => {
    assert.ok(['42501', '25006'].includes(error.code), `${error.code}: ${error.message}`);
    if (process.env.HOLDFAST === '1') {
      assert.ok(error.detail, 'no DETAIL');
      assert.ok(error.hint, 'no HINT');
    }
    return true;
  });
}
