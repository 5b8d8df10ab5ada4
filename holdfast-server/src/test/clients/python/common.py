"""What the Python programs share: where to connect, and what a refusal must look like."""
import os

HOST = os.environ["PGHOST"]
PORT = int(os.environ["PGPORT"])
DATABASE = os.environ["PGDATABASE"]
USER = os.environ["PGUSER"]
PASSWORD = os.environ["PGPASSWORD"]
AUTHORITY = os.environ["PGSSLROOTCERT"]
LONG = "SELECT count(*) FROM generate_series(1, 2000000000)"
WRITES = [
    "DELETE FROM remark",
    "INSERT INTO remark (item_id, body) VALUES (1, 'x')",
    "WITH gone AS (DELETE FROM item RETURNING 1) SELECT count(*) FROM gone",
    "DROP TABLE remark",
]


def ok(step):
    print("ok   " + step, flush=True)


def equal(actual, expected):
    if actual != expected:
        raise AssertionError("expected %r, got %r" % (expected, actual))


def refused(state, detail, hint):
    """42501 from the gateway or the privileges, 25006 from the read-only session."""
    if state not in ("42501", "25006"):
        raise AssertionError("not refused as it should be: %r" % state)
    if os.environ.get("HOLDFAST") == "1" and not (detail and hint):
        raise AssertionError("no DETAIL or no HINT: %r, %r" % (detail, hint))
