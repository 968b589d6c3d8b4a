"""What is said between a warm parent and those who ask it for kernels."""

from __future__ import annotations

import array
import json
import os
import socket
import struct
from collections.abc import Sequence
from typing import Any

_LENGTH = struct.Struct("!I")
_LONGEST = 16 * 1024 * 1024


def send(connection: socket.socket, message: Any, files: Sequence[int] = ()) -> None:
    """Send a message (plain values), with open files beside it."""
    text = json.dumps(message).encode()
    head = _LENGTH.pack(len(text))
    if files:
        rights = array.array("i", files)
        connection.sendmsg([head], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
    else:
        connection.sendall(head)
    connection.sendall(text)


def receive(connection: socket.socket, n_files: int = 0) -> tuple[Any, list[int]]:
    """Return the next message and the files beside it; EOFError where the other has gone."""
    room = socket.CMSG_SPACE(n_files * array.array("i").itemsize) if n_files else 0
    head, beside, _, _ = connection.recvmsg(_LENGTH.size, room)
    files = array.array("i")
    for level, kind, data in beside:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            files.frombytes(data[: len(data) - len(data) % files.itemsize])
    try:
        head += _exactly(connection, _LENGTH.size - len(head)) if head else b""
        if not head:
            raise EOFError
        (length,) = _LENGTH.unpack(head)
        if length > _LONGEST:
            raise ValueError("this is no message")
        return json.loads(_exactly(connection, length)), list(files)
    except BaseException:
        for file in files:  # half a message: nobody will close what came with it
            os.close(file)
        raise


def _exactly(connection: socket.socket, length: int) -> bytes:
    parts = b""
    while len(parts) < length:
        part = connection.recv(length - len(parts))
        if not part:
            raise EOFError
        parts += part
    return parts
