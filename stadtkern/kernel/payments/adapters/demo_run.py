"""Serve the demo provider's house: threads, one address of this machine only."""

from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from .demo_server import House


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
