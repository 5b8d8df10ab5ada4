"""Relays connections to a PostgreSQL server and keeps what each side sent.

usage: relay.py LISTEN_PORT SERVER_PORT DIRECTORY NAME

The n-th connection is written to DIRECTORY/NAME-n.client.bin and DIRECTORY/NAME-n.server.bin: the bytes
as they were sent, nothing added. Connections from which nothing came are not kept.
"""

import asyncio
import pathlib
import sys


async def pump(reader, writer, keep):
    try:
        while data := await reader.read(65536):
            keep.extend(data)
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def main(listen_port, server_port, directory, name):
    count = 0

    async def connected(client_reader, client_writer):
        nonlocal count
        count += 1
        base = pathlib.Path(directory) / f"{name}-{count}"
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", server_port)
        client, server = bytearray(), bytearray()
        await asyncio.gather(
            pump(client_reader, server_writer, client), pump(server_reader, client_writer, server)
        )
        if client:
            base.with_suffix(".client.bin").write_bytes(client)
            base.with_suffix(".server.bin").write_bytes(server)

    listener = await asyncio.start_server(connected, "127.0.0.1", listen_port)
    async with listener:
        await listener.serve_forever()


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]))
