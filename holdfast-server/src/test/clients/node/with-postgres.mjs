// postgres.js: pipelined extended queries, automatic statements, cursors, transactions, cancel.
import assert from 'node:assert/strict';
import postgres from 'postgres';
import { where, LONG, WRITES, ok, refused } from './common.mjs';

const sql = postgres({ ...where, username: where.user, max: 2, onnotice: () => {} });
const [row] = await sql`SELECT * FROM item WHERE id = ${7} AND name = ${'item 7'}`;
assert.equal(row.big, '70000000000');
assert.deepEqual(row.tags, ['a7', 'ü,"{}\\']);
assert.deepEqual(row.extra, { i: 7, text: 'ж' });
assert.deepEqual([...row.raw], [0, 0, 0, 7]);
ok('reads every type');
const many = await Promise.all(Array.from({ length: 60 }, (_, i) => sql`SELECT ${i}::int AS i`));
assert.deepEqual(many.map((r) => r[0].i), Array.from({ length: 60 }, (_, i) => i));
ok('pipelined queries keep their order');
const inList = await sql`SELECT count(*)::int AS n FROM item WHERE id IN ${sql([1, 2, 3])}`;
assert.equal(inList[0].n, 3);
let seen = 0;
await sql`SELECT id FROM item`.cursor(250, (rows) => { seen += rows.length; });
assert.equal(seen, 2000);
ok('a cursor');
const total = await sql.begin('read only', async (tx) => {
  await tx.savepoint((inner) => assert.rejects(inner`SELECT 1/0`, { code: '22012' })).catch(() => {});
  return (await tx`SELECT count(*)::int AS n FROM item`)[0].n;
});
assert.equal(total, 2000);
ok('a transaction');
const long = sql.unsafe(LONG);
const cancelled = assert.rejects(long, { code: '57014' });
setTimeout(() => long.cancel(), 500);
await cancelled;
ok('cancel');
for (const write of WRITES) {
  await refused(sql.unsafe(write));
  await refused(sql.unsafe(write, [], { prepare: true }));
}
await refused(sql.begin(async (tx) => { await tx`SELECT 1`; await tx`UPDATE item SET name = 'x'`; }));
const [remarks] = await sql`SELECT count(*)::int AS n FROM remark`;
assert.equal(remarks.n, 4000);
await sql.end();
ok('writes are refused');
