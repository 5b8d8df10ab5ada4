"""A session by hand with what libpq before 18 cannot send: a minor version that no server speaks, protocol
options that no server knows, and a CancelRequest with the key that this protocol version gives."""

import socket
import struct
import sys
import time


def message(kind, body=b""):
    return kind + struct.pack("!i", len(body) + 4) + body


def read_until_ready(connection):
    """Reads messages up to ReadyForQuery; gives the body of BackendKeyData if there was one."""
    stream = connection.makefile("rb")
    key = None
    while True:
        kind = stream.read(1)
        (length,) = struct.unpack("!i", stream.read(4))
        body = stream.read(length - 4)
        if kind == b"K":
            key = body
        if kind == b"Z":
            return key


address = ("127.0.0.1", int(sys.argv[1]))
parameters = b"user\0trusted\0database\0postgres\0_pq_.first\0fqn\0_pq_.second\0\0\0"
body = struct.pack("!HH", 3, 9999) + parameters
with socket.create_connection(address) as connection:
    connection.sendall(struct.pack("!i", len(body) + 4) + body)
    key = read_until_ready(connection)
    connection.sendall(message(b"Q", b"SELECT pg_sleep(30)\0"))
    time.sleep(0.5)
    with socket.create_connection(address) as cancel:
        cancel.sendall(struct.pack("!ii", len(key) + 8, 1234 << 16 | 5678) + key)
        cancel.recv(1)
    read_until_ready(connection)
    connection.sendall(message(b"X"))
