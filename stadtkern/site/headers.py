"""Headers Django has no setting for."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy

# Nothing on our pages listens, watches or sells; the position is asked on maps, the camera for files by the system itself.
PERMISSIONS = (
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(self), gyroscope=(), magnetometer=(), "
    "microphone=(), midi=(), payment=(), publickey-credentials-create=(self), publickey-credentials-get=(self), usb=()"
)


LOGOUT = reverse_lazy("account_logout")


class Headers:
    """Middleware: the browser may do for us only what we need; what belongs to somebody is not kept in shared caches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS)
        actor = getattr(request, "_actor", None)
        if request.method == "POST" and request.path == str(LOGOUT):
            response.setdefault("Clear-Site-Data", '"storage"')  # the wardens' list, wherever they sign out
        if actor is not None and (actor.account or actor.draft_keys):
            response.setdefault("Cache-Control", "private, no-store")
        return response
