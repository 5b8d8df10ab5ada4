"""What the Python drivers send: psycopg 3 with a pipeline, asyncpg with binary values."""

import asyncio
import sys

import asyncpg
import psycopg

port = int(sys.argv[1])

with psycopg.connect(
    f"host=127.0.0.1 port={port} user=agent password=secret dbname=postgres "
    "options='-c work_mem=1MB --statement-timeout=10s' gssencmode=disable sslmode=disable"
) as connection:
    connection.execute("SELECT %s::int + 1, %s::text", (41, None)).fetchall()
    connection.execute("SELECT %b::int8", (2**40,)).fetchall()
    for i in range(7):
        connection.execute("SELECT %s::int", (i,), prepare=True).fetchall()
    with connection.pipeline():
        first = connection.execute("SELECT 1")
        failing = connection.execute("SELECT 1/%s::int", (0,))
        skipped = connection.execute("SELECT 2")
        try:
            skipped.fetchall()
        except psycopg.Error:
            pass
    connection.rollback()
    with connection.cursor(name="named") as cursor:
        cursor.execute("SELECT generate_series(1, 50)")
        cursor.fetchmany(10)
    with connection.cursor().copy("COPY (SELECT generate_series(1, 30)) TO STDOUT") as copy:
        for row in copy.rows():
            pass


async def with_asyncpg():
    connection = await asyncpg.connect(
        host="127.0.0.1", port=port, user="agent", password="secret", database="postgres"
    )
    await connection.fetch("SELECT $1::int[], $2::timestamptz, $3::bytea", [1, 2], None, b"\0\1")
    statement = await connection.prepare("SELECT generate_series(1, $1::int)")
    await statement.fetch(25)
    async with connection.transaction():
        async for record in connection.cursor("SELECT generate_series(1, 30)", prefetch=7):
            pass
    try:
        await connection.execute("SELECT * FROM nowhere")
    except asyncpg.PostgresError:
        pass
    await connection.execute("SELECT 1; SELECT 2")
    await connection.close()


asyncio.run(with_asyncpg())
