"""How the API knows who calls: a key in the header for programs, the session (with CSRF) for our own pages."""

from django.conf import settings
from django.http import HttpRequest
from ninja.errors import AuthenticationError, HttpError
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from .access import Actor, actor_of
from .actions import actor_of_token


class TokenAuth(HttpBearer):
    """`Authorization: Bearer stk_…`; a wrong key is refused even when a session would do."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        actor = actor_of_token(token.strip())
        if actor is None:
            raise AuthenticationError
        request._actor = actor  # type: ignore[attr-defined]
        return actor


class SessionAuth(APIKeyCookie):
    """The signed-in browser; writing asks for the CSRF token (header X-CSRFToken)."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Actor | None:
        return self.authenticate(request, request.COOKIES.get(self.param_name))

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        actor = actor_of(request)
        if actor.account is None:
            return None
        if check_csrf(request):
            raise HttpError(403, "CSRF check failed")
        return actor


auth = [TokenAuth(), SessionAuth()]
