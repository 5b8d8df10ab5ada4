"""psycopg2: libpq, simple protocol, server-side cursors, COPY, cancel."""
import io
import threading
import time
import psycopg2
import psycopg2.extensions
import psycopg2.extras
from common import *


def connect():
    return psycopg2.connect(
        host=HOST, port=PORT, dbname=DATABASE, user=USER, password=PASSWORD,
        sslmode="verify-full", sslrootcert=AUTHORITY)


with connect() as connection, connection.cursor() as cursor:
    equal(connection.info.ssl_in_use, True)
    cursor.execute("SELECT * FROM item WHERE id = %s", (7,))
    row = cursor.fetchone()
    equal(row[:4], (7, "item 7", 7, 70000000000))
    equal(str(row[4]), "7.25")
    equal(row[13], ["a7", 'ü,"{}\\'])
    equal(row[15], {"i": 7, "text": "ж"})
    equal(bytes(row[17]), bytes([0, 0, 0, 7]))
    equal(row[21], None)
    ok("reads every type")
    cursor.execute("SELECT count(*) FROM item WHERE name = ANY(%s)", (["item 1", "item 2", "it's"],))
    equal(cursor.fetchone()[0], 2)
    ok("parameters")

with connect() as connection, connection.cursor("scroll_me", scrollable=True) as cursor:
    cursor.itersize = 100
    cursor.execute("SELECT id FROM item ORDER BY id")
    equal([r[0] for r in cursor], list(range(1, 2001)))
    cursor.scroll(0, mode="absolute")
    ok("a named cursor")

with connect() as connection, connection.cursor() as cursor:
    out = io.StringIO()
    cursor.copy_expert("COPY (SELECT id, name FROM item ORDER BY id) TO STDOUT WITH CSV", out)
    equal(out.getvalue().count("\n"), 2000)
    ok("COPY to the client")

connection = connect()
connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
with connection, connection.cursor() as cursor:
    cursor.execute("SELECT 1")
    cursor.execute("SAVEPOINT here")
    try:
        cursor.execute("SELECT 1/0")
        raise AssertionError("no error")
    except psycopg2.errors.DivisionByZero:
        cursor.execute("ROLLBACK TO SAVEPOINT here")
    cursor.execute("SELECT 2")
    equal(cursor.fetchone(), (2,))
ok("a transaction with a savepoint")

timer = threading.Timer(0.5, connection.cancel)
timer.start()
began = time.monotonic()
try:
    connection.cursor().execute(LONG)
    raise AssertionError("not cancelled")
except psycopg2.extensions.QueryCanceledError:
    pass
if time.monotonic() - began > 10:
    raise AssertionError("cancelled late")
connection.rollback()
ok("cancel")
connection.close()

connection = connect()
connection.autocommit = True
for write in WRITES:
    try:
        connection.cursor().execute(write)
        raise AssertionError("went through: " + write)
    except psycopg2.Error as e:
        refused(e.pgcode, e.diag.message_detail, e.diag.message_hint)
connection.cursor().execute("SELECT 1")
connection.autocommit = False
cursor = connection.cursor()
cursor.execute("SELECT 1")
try:
    cursor.execute("UPDATE item SET name = 'x'")
    raise AssertionError("went through")
except psycopg2.Error as e:
    refused(e.pgcode, e.diag.message_detail, e.diag.message_hint)
equal(connection.info.transaction_status, psycopg2.extensions.TRANSACTION_STATUS_INERROR)
connection.rollback()
cursor.execute("SELECT count(*) FROM remark")
equal(cursor.fetchone(), (4000,))
ok("writes are refused, the session goes on")
