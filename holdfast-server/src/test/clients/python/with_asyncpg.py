"""asyncpg: binary protocol, introspection of types, cursors, a pool with its reset, cancel."""
import asyncio
import ssl
import asyncpg
from common import *


async def main():
    context = ssl.create_default_context(cafile=AUTHORITY)
    where = dict(host=HOST, port=PORT, database=DATABASE, user=USER, password=PASSWORD, ssl=context)
    connection = await asyncpg.connect(**where)
    row = await connection.fetchrow("SELECT * FROM item WHERE id = $1", 7)
    equal((row["id"], row["name"], row["big"]), (7, "item 7", 70000000000))
    equal(str(row["price"]), "7.25")
    equal(row["numbers"], [7, None, -7])
    equal(row["raw"], bytes([0, 0, 0, 7]))
    equal(row["period"].upper, 17)
    equal(row["missing"], None)
    ok("reads every type")
    record = await connection.fetchval("SELECT i FROM item i WHERE id = 3")
    equal(record["name"], "item 3")
    ok("introspects a composite type")
    statement = await connection.prepare("SELECT name FROM item WHERE id = $1")
    for i in range(1, 20):
        equal(await statement.fetchval(i), "item %d" % i)
    ok("a prepared statement")
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        total = 0
        async for r in connection.cursor("SELECT id FROM item", prefetch=64):
            total += r["id"]
        equal(total, 2001000)
    ok("a cursor in a transaction")
    try:
        await asyncio.wait_for(connection.fetch(LONG), timeout=0.5)
        raise AssertionError("not cancelled")
    except asyncio.TimeoutError:
        equal(await connection.fetchval("SELECT 5"), 5)
    ok("cancel by timeout")
    for write in WRITES:
        try:
            await connection.execute(write)
            raise AssertionError("went through: " + write)
        except asyncpg.PostgresError as e:
            refused(e.sqlstate, e.detail, e.hint)
        try:
            await connection.fetch(write + " -- extended")
            raise AssertionError("went through: " + write)
        except asyncpg.PostgresError as e:
            refused(e.sqlstate, e.detail, e.hint)
    await connection.close()
    ok("writes are refused, simple and extended")

    pool = await asyncpg.create_pool(min_size=1, max_size=3, **where)

    async def use(i):
        async with pool.acquire() as c:
            await c.execute("SET application_name = 'pool'")
            equal(await c.fetchval("SELECT $1::int", i), i)

    for _ in range(4):
        await asyncio.gather(*(use(i) for i in range(6)))
    async with pool.acquire() as c:
        equal(await c.fetchval("SELECT count(*) FROM remark"), 4000)
    await pool.close()
    ok("a pool whose connections are reset")


asyncio.run(main())
