"""Serve the house of a demo provider (of payments, of shared vehicles): threads, one address of this machine only."""

from collections.abc import Iterable
from socketserver import ThreadingMixIn
from typing import Any, Protocol
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIEnvironment


class House(Protocol):
    """A WSGI application that wants to know under which address it is reached."""

    address: str

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]: ...


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """No line per request."""

    def get_stderr(self) -> Any:
        """Lost answers are meant; their tracebacks would only frighten."""
        import io

        return io.StringIO()


def serve(house: House, port: int) -> WSGIServer:
    """A server that listens already (port 0: any free one); the caller runs `serve_forever`."""
    server: WSGIServer = make_server("127.0.0.1", port, house, server_class=_Server, handler_class=_Quiet)
    house.address = f"http://127.0.0.1:{server.server_port}"
    return server
