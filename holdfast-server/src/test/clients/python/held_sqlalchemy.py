"""SQLAlchemy's ORM over its pool: a held statement waits and runs, or fails and is tried again."""
import os
import sys

import sqlalchemy as sa
from sqlalchemy.orm import Session, registry

engine = sa.create_engine(
    sa.engine.URL.create(
        "postgresql+psycopg2", "agent", os.environ["PGPASSWORD"], "127.0.0.1",
        int(os.environ["PGPORT"]), "shop"),
    pool_size=2,
    pool_pre_ping=True,
)
customers = sa.Table("customers", sa.MetaData(schema="shop"), sa.Column("id", sa.Integer, primary_key=True),
                     sa.Column("name", sa.Text))
statement = sa.delete(customers).where(customers.c.id == customers.c.id)


def delete():
    with Session(engine) as session:
        deleted = session.execute(statement).rowcount
        session.commit()
        return deleted


# Nobody decides: the agent is told what to do, and its pool goes on.
try:
    delete()
    sys.exit("it ran though nobody approved it")
except sa.exc.DBAPIError as refused:
    assert refused.orig.pgcode == "42501", refused
    assert "apr_" in refused.orig.diag.message_hint, refused
with Session(engine) as session:
    assert session.execute(sa.text("SELECT count(*) FROM shop.customers")).scalar() == 20
print("waiting", flush=True)

# Approved meanwhile: the same through the ORM runs.
sys.stdin.readline()
print("deleted", delete(), flush=True)

# Held again, and approved while it waits.
sys.stdin.readline()
print("deleted", delete(), flush=True)
