"""Pages for the operator, who sees no content of any case; and two addresses for the machine that watches."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from stadtkern.kernel.accounts.access import View, actor_of, everyone, staff
from stadtkern.kernel.accounts.models import Role
from stadtkern.kernel.events import queries
from stadtkern.kernel.events.actions import rescue, webhooks
from stadtkern.kernel.events.models import Webhook
from stadtkern.kernel.services import catalogue

from . import state

operators = staff(Role.OPERATOR)


@everyone
@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers; asks nothing else, so that a slow database does not get it killed."""
    return JsonResponse({"alive": True})


@everyone
@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Everything is there for real traffic: 200, or 503 with what is missing."""
    found = state.ready()
    return JsonResponse(found, status=200 if all(found.values()) else 503)


@operators
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """What waits and why, who works, what is away."""
    return render(request, "operate/home.html", overview())


def overview() -> dict[str, Any]:
    """The figures of the page; also of the API."""
    return {
        "queue": queries.summary(),
        "cap": queries.CAP,
        "failing": queries.failing(),
        "heartbeat": queries.last_heartbeat(),
        "working": queries.worker_alive(),
        "plugs": state.plugs(),
        "receivers": queries.receivers(),
        "broken": catalogue.broken(),
    }


def button(act: Callable[..., str]) -> View:
    """A POST of the operator; says what it did and returns."""

    @operators
    @require_POST
    @wraps(act)
    def view(request: HttpRequest, **place: Any) -> HttpResponse:
        if said := act(request, actor_of(request).key, **place):
            messages.info(request, said)
        return redirect("operate:webhooks" if "webhook" in place else "operate:home")

    return view


@button
def again(request: HttpRequest, actor_key: str, job: int) -> str:
    if rescue.try_again(job, actor_key=actor_key):
        return _("Die Aufgabe wird jetzt noch einmal versucht.")
    return _("Diese Aufgabe wartet nicht mehr.")


@button
def drop(request: HttpRequest, actor_key: str, job: int) -> str:
    if rescue.drop(job, actor_key=actor_key):
        return _("Die Aufgabe ist verworfen. Das steht im Tagebuch.")
    return _("Diese Aufgabe wartet nicht mehr.")


@button
def switch(request: HttpRequest, actor_key: str, name: str) -> str:
    try:
        state.switch(name, "away" in request.POST)
    except KeyError:
        raise Http404 from None
    return _("Umgeschaltet.")


@operators
@never_cache
def listed(request: HttpRequest) -> HttpResponse:
    """Webhooks, and the form for a new one; its secret is shown here once and nowhere else."""
    typed = {"title": "", "url": "", "names": "case.*"}
    if request.method == "POST":
        typed = {name: request.POST.get(name, "")[:2000] for name in typed}
        try:
            webhook = webhooks.register(
                actor_key=actor_of(request).key, title=typed["title"], url=typed["url"], names=typed["names"].split()
            )
        except webhooks.WebhookRefused as refused:
            return _webhooks(request, typed, str(refused), status=422)
        return render(request, "operate/secret.html", {"webhook": webhook})
    return _webhooks(request, typed)


def _webhooks(request: HttpRequest, typed: dict[str, str], wrong: str = "", status: int = 200) -> HttpResponse:
    context = {"receivers": queries.receivers(), "cap": queries.CAP, "typed": typed, "wrong": wrong}
    return render(request, "operate/webhooks.html", context, status=status)


@button
def stop(request: HttpRequest, actor_key: str, webhook: int) -> str:
    webhooks.stop(get_object_or_404(Webhook, pk=webhook), actor_key=actor_key)
    return _("Angehalten. Was wartet, geht hinaus, sobald Sie ihn fortsetzen.")


@button
def resume(request: HttpRequest, actor_key: str, webhook: int) -> str:
    webhooks.resume(get_object_or_404(Webhook, pk=webhook), actor_key=actor_key)
    return _("Fortgesetzt.")


@button
def remove(request: HttpRequest, actor_key: str, webhook: int) -> str:
    webhooks.remove(get_object_or_404(Webhook, pk=webhook), actor_key=actor_key)
    return _("Entfernt, mit allem, was noch wartete.")


@button
def send_now(request: HttpRequest, actor_key: str, webhook: int) -> str:
    webhooks.try_now(get_object_or_404(Webhook, pk=webhook))
    return _("Wird jetzt versucht.")
