"""`python -m stadtkern.lib.fitconnect.fake FILE [PORT]`: the pretended delivery service over HTTP, for two cities at once."""

import sys
from collections.abc import Mapping
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import httpx

from . import App, Service


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    try:
        httpx.post(url, content=body, headers=dict(headers), timeout=3)
    except httpx.HTTPError:
        return  # whoever missed it asks by itself


def main(arguments: list[str]) -> None:
    """Serve until stopped."""
    port = int(arguments[1]) if len(arguments) > 1 else 8077
    service = Service(Path(arguments[0]), f"http://127.0.0.1:{port}", _post)
    with make_server("127.0.0.1", port, App(service), _Server, _Quiet) as server:
        server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
