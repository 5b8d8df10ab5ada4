"""SQLAlchemy: what it asks on connecting, reflection of the whole schema, the ORM's reads."""
import sqlalchemy as sa
from sqlalchemy.orm import Session, registry
from common import *

engine = sa.create_engine(
    sa.engine.URL.create("postgresql+psycopg2", USER, PASSWORD, HOST, PORT, DATABASE),
    connect_args={"sslmode": "verify-full", "sslrootcert": AUTHORITY},
    pool_pre_ping=True,
)
metadata = sa.MetaData()
metadata.reflect(engine, views=True)
equal(sorted(metadata.tables), ["item", "priced", "remark"])
remark = metadata.tables["remark"]
equal([c.name for c in remark.columns], ["id", "item_id", "body"])
equal(list(remark.foreign_keys)[0].column, metadata.tables["item"].columns["id"])
equal([i.name for i in remark.indexes], ["remark_item"])
inspector = sa.inspect(engine)
equal(inspector.get_table_comment("item"), {"text": "what is sold"})
equal(len(inspector.get_check_constraints("remark")), 1)
equal(inspector.get_view_names(), ["priced"])
ok("reflection")

with engine.connect() as connection:
    item = metadata.tables["item"]
    query = sa.select(item.c.name, sa.func.count()).join(remark).where(
        item.c.id.in_([1, 2, 3])).group_by(item.c.name).order_by(item.c.name)
    equal(connection.execute(query).all(), [("item 1", 2), ("item 2", 2), ("item 3", 2)])
    stream = connection.execution_options(stream_results=True).execute(sa.select(item.c.id))
    equal(sum(1 for _ in stream), 2000)
ok("a join and a streamed result")


class Item:
    pass


registry().map_imperatively(Item, metadata.tables["item"])
with Session(engine) as session:
    found = session.get(Item, 7)
    equal(found.name, "item 7")
    found.name = "changed"
    try:
        session.commit()
        raise AssertionError("went through")
    except sa.exc.DBAPIError as e:
        refused(e.orig.pgcode, e.orig.diag.message_detail, e.orig.diag.message_hint)
        session.rollback()
    equal(session.get(Item, 7).name, "item 7")
ok("a changed object is not flushed")

try:
    metadata.drop_all(engine)
    raise AssertionError("went through")
except sa.exc.DBAPIError as e:
    refused(e.orig.pgcode, e.orig.diag.message_detail, e.orig.diag.message_hint)
ok("drop_all is refused")
