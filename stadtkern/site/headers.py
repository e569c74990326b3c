"""Headers Django has no setting for."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy

from stadtkern.ui.permissions import policy

PERMISSIONS = policy()  # pages that use camera or microphone set their own
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
