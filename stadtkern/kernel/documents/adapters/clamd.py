"""ClamAV's daemon over its socket: STADTKERN_CLAMD is "/run/clamav/clamd.ctl" or "host:3310" (man clamd, INSTREAM)."""

import os
import socket
import struct

from . import ScannerUnavailable

PATIENCE = 10.0  # seconds
CHUNK = 65_536


def scan(data: bytes) -> str | None:
    try:
        with _connect() as connection:
            connection.sendall(b"zINSTREAM\0")
            for start in range(0, len(data), CHUNK):
                piece = data[start : start + CHUNK]
                connection.sendall(struct.pack("!L", len(piece)) + piece)
            connection.sendall(struct.pack("!L", 0))
            answer = _read(connection)
    except (OSError, ValueError) as problem:
        raise ScannerUnavailable(str(problem)) from problem
    if answer == "stream: OK":
        return None
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    raise ScannerUnavailable(f"clamd says: {answer[:200]}")  # size limit exceeded, database broken …


def _connect() -> socket.socket:
    where = os.environ.get("STADTKERN_CLAMD", "/run/clamav/clamd.ctl")
    if "/" in where:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(PATIENCE)
        try:
            connection.connect(where)
        except OSError:
            connection.close()
            raise
        return connection
    host, _, port = where.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE)


def _read(connection: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < 4096:
        piece = connection.recv(4096)
        if not piece:
            break
        answer += piece
    return answer.rstrip(b"\0").decode("utf-8", "replace").strip()
