"""A second, shorter way through the middleware for the pages of a queue: thousands a second ask for them.

What protects stays: hosts and TLS, Content-Security-Policy and the other headers, CSRF, frames, the declared access. What
these pages do not use is left out: languages, messages, htmx, the list of sessions, static files. The same addresses work
through the long way, too (tests and the development server use it).
"""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from csp.utils import build_policy
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse

from stadtkern.kernel.appointments.admission.slip import PATH

NEEDED = (
    "django.middleware.security.SecurityMiddleware",
    "stadtkern.site.headers.Headers",
    "django.middleware.common.CommonMiddleware",  # the names this server answers to; the length
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "stadtkern.kernel.accounts.access.DenyByDefault",
)
Start = Callable[..., Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]


class Lean(WSGIHandler):
    """Django with the needed part of the middleware, in the order of the settings."""

    def load_middleware(self, is_async: bool = False) -> None:
        whole = settings.MIDDLEWARE
        settings.MIDDLEWARE = [name for name in whole if name in NEEDED]
        try:
            super().load_middleware(is_async)
        finally:
            settings.MIDDLEWARE = whole

    def get_response(self, request: HttpRequest) -> HttpResponse:
        """With the policy, put together once.

        Error pages show a frame; it is that of a visitor.
        """
        request.user = AnonymousUser()
        response = super().get_response(request)
        response.headers["Content-Security-Policy"] = policy()
        assert isinstance(response, HttpResponse)  # none of these pages streams
        return response


@cache
def policy() -> str:
    """The Content-Security-Policy of the settings; none of these pages asks for another."""
    return str(build_policy())


def doors(everything: Application) -> Application:
    """The pages of one queue (its path and a number) go the short way, everything else the long one."""
    lean = Lean()

    def application(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(PATH) and path[len(PATH) : len(PATH) + 1].isdigit():
            return lean(environ, start_response)
        return everything(environ, start_response)

    return application
