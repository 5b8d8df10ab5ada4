"""psycopg 3: extended protocol, prepared statements, binary, pipeline, cursors, COPY, cancel."""
import threading
import uuid
import psycopg
from common import *


def connect(**more):
    return psycopg.connect(
        host=HOST, port=PORT, dbname=DATABASE, user=USER, password=PASSWORD,
        sslmode="verify-full", sslrootcert=AUTHORITY, **more)


with connect() as connection:
    for binary in (False, True):
        with connection.cursor(binary=binary) as cursor:
            row = cursor.execute("SELECT * FROM item WHERE id = %s AND uid = %s", (
                7, uuid.UUID("00000000-0000-4000-8000-000000000007"))).fetchone()
            equal(row[:4], (7, "item 7", 7, 70000000000))
            equal(str(row[4]), "7.25")
            equal(row[14], [7, None, -7])
            equal(row[15], {"i": 7, "text": "ж"})
            equal(row[17], bytes([0, 0, 0, 7]))
            equal((row[20].lower, row[20].upper), (7, 17))
    ok("reads every type, text and binary")
    for i in range(1, 12):
        equal(connection.execute("SELECT name FROM item WHERE id = %s", (i,), prepare=True).fetchone(),
              ("item %d" % i,))
    ok("a prepared statement")

if psycopg.Pipeline.is_supported():
    with connect() as connection:
        with connection.pipeline():
            cursors = [connection.execute("SELECT %s::int", (i,)) for i in range(50)]
            equal([c.fetchone()[0] for c in cursors], list(range(50)))
        ok("a pipeline")
        try:
            with connection.pipeline():
                connection.execute("SELECT 1")
                connection.execute("DELETE FROM item")
                connection.execute("SELECT 2")
            raise AssertionError("went through")
        except psycopg.Error as e:
            refused(e.sqlstate, e.diag.message_detail, e.diag.message_hint)
        connection.rollback()
        equal(connection.execute("SELECT 3").fetchone(), (3,))
        ok("a write in a pipeline is refused, the session goes on")

with connect() as connection:
    with connection.cursor("walk") as cursor:
        cursor.itersize = 300
        cursor.execute("SELECT id FROM item ORDER BY id")
        equal(sum(r[0] for r in cursor), 2001000)
    ok("a server-side cursor")
    with connection.cursor().copy("COPY item (id, name) TO STDOUT (FORMAT BINARY)") as copy:
        copy.set_types(["int4", "text"])
        equal(sum(1 for _ in copy.rows()), 2000)
    ok("COPY in binary")

with connect(autocommit=True) as connection:
    threading.Timer(0.5, connection.cancel).start()
    try:
        connection.execute(LONG)
        raise AssertionError("not cancelled")
    except psycopg.errors.QueryCanceled:
        ok("cancel")
    for write in WRITES:
        try:
            connection.execute(write)
            raise AssertionError("went through: " + write)
        except psycopg.Error as e:
            refused(e.sqlstate, e.diag.message_detail, e.diag.message_hint)
    try:
        with connection.cursor().copy("COPY remark (item_id, body) FROM STDIN") as copy:
            copy.write_row((1, "x"))
        raise AssertionError("went through")
    except psycopg.Error as e:
        refused(e.sqlstate, e.diag.message_detail, e.diag.message_hint)
    with connection.transaction(force_rollback=True):
        equal(connection.execute("SELECT count(*) FROM remark").fetchone(), (4000,))
    ok("writes are refused, the session goes on")
