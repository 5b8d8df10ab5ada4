// node-postgres: simple and extended queries, named statements, binary, cursors, a pool.
import assert from 'node:assert/strict';
import pg from 'pg';
import Cursor from 'pg-cursor';
import { where, WRITES, ok, refused } from './common.mjs';

const client = new pg.Client(where);
await client.connect();
const { rows: [row] } = await client.query('SELECT * FROM item WHERE id = $1', [7]);
assert.equal(row.name, 'item 7');
assert.equal(row.big, '70000000000');
assert.equal(row.price, '7.25');
assert.deepEqual(row.tags, ['a7', 'ü,"{}\\']);
assert.deepEqual(row.extra, { i: 7, text: 'ж' });
assert.deepEqual([...row.raw], [0, 0, 0, 7]);
assert.equal(row.missing, null);
ok('reads every type');
const binary = await client.query({ text: 'SELECT id, small FROM item WHERE id = $1', values: [8], binary: true });
assert.deepEqual(binary.rows[0], { id: 8, small: 8 });
ok('binary results');
for (let i = 1; i < 20; i++) {
  const { rows } = await client.query({ name: 'by-id', text: 'SELECT name FROM item WHERE id = $1', values: [i] });
  assert.equal(rows[0].name, `item ${i}`);
}
ok('a named statement');
const several = await client.query('SELECT 1 AS a; SELECT 2 AS a');
assert.deepEqual(several.map((r) => r.rows[0].a), [1, 2]);
ok('two statements in one query');
const cursor = client.query(new Cursor('SELECT id FROM item ORDER BY id'));
let seen = 0;
for (let batch = await cursor.read(300); batch.length > 0; batch = await cursor.read(300)) seen += batch.length;
assert.equal(seen, 2000);
await cursor.close();
ok('a cursor');
await client.query('BEGIN');
await client.query('SELECT 1');
await refused(client.query('DELETE FROM item WHERE id = $1', [7]));
await assert.rejects(client.query('SELECT 1'), { code: '25P02' });
await client.query('ROLLBACK');
ok('a refusal aborts the transaction as an error of PostgreSQL does');
for (const write of WRITES) {
  await refused(client.query(write));
  await refused(client.query({ text: write + ' -- extended', values: [], queryMode: 'extended' }));
}
await refused(client.query('SELECT 1; DELETE FROM item'));
await refused(client.query({ name: 'gone', text: 'DELETE FROM item WHERE id > $1', values: [0] }));
await client.end();
ok('writes are refused');

const pool = new pg.Pool({ ...where, max: 3 });
const sums = await Promise.all(Array.from({ length: 12 }, (_, i) => pool.query('SELECT $1::int + 1 AS next', [i])));
assert.deepEqual(sums.map((r) => r.rows[0].next), Array.from({ length: 12 }, (_, i) => i + 1));
const { rows: [remarks] } = await pool.query('SELECT count(*)::int AS n FROM remark');
assert.equal(remarks.n, 4000);
await pool.end();
ok('a pool');
