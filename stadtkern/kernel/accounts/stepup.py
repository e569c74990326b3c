"""More trust, asked only where it is needed: the way to the proof of identity and back to the same place."""

import secrets
import time
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from . import actions
from .access import actor_of, signed_in
from .adapters import Cancelled, PinBlocked, Refused, TimedOut, provider
from .models import Trust

QUESTIONS = 5  # how many tabs may be on their way to the provider at once
SECONDS = 900


def require(request: HttpRequest, trust: Trust) -> HttpResponse | None:
    """None when the session is trusted enough; otherwise a redirect to sign in or to prove who one is, then back here.

    The way back is a GET of the same address, so a view that received a form saves it before it asks.
    """
    actor = actor_of(request)
    if actor.trust >= trust:
        return None
    here = request.get_full_path()
    if actor.account is None:
        return redirect_to_login(here)
    return HttpResponseRedirect(f"{reverse('accounts:step_up')}?{urlencode({'trust': trust.name.lower(), 'next': here})}")


def safe_next(request: HttpRequest, default: str | None = None) -> str:
    """The address to go on to, only if it is one of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return reverse("portal:my_city") if default is None else default


def _wanted(request: HttpRequest) -> Trust:
    word = (request.POST.get("trust") or request.GET.get("trust") or "").upper()
    return Trust[word] if word in Trust.__members__ else Trust.SUBSTANTIAL


@signed_in
@never_cache
def step_up(request: HttpRequest) -> HttpResponse:
    """What proves who one is, and honestly what of it works here."""
    wanted, target = _wanted(request), safe_next(request)
    if actor_of(request).trust >= wanted:
        return HttpResponseRedirect(target)
    context = {"wanted": wanted, "next": target, "provider": provider(), "words": _word(wanted)}
    return render(request, "accounts/step_up.html", context)


def _word(trust: Trust) -> str:
    return _("hoch") if trust == Trust.HIGH else _("substanziell")


@signed_in
@require_POST
def identify(request: HttpRequest) -> HttpResponse:
    """Off to the identity provider; where to return is kept here, not in the address."""
    connected = provider()
    if connected is None:
        return redirect("accounts:step_up")
    state = secrets.token_urlsafe(16)
    asked: dict[str, Any] = request.session.get("identify", {})
    asked[state] = {"next": safe_next(request), "trust": int(_wanted(request)), "at": time.time()}
    request.session["identify"] = dict(list(asked.items())[-QUESTIONS:])
    return HttpResponseRedirect(connected.begin(request, state=state, return_url=reverse("accounts:identified")))


@signed_in
@never_cache
def identified(request: HttpRequest) -> HttpResponse:
    """Back from the identity provider: every way it can end has its own words, and the question is used up."""
    connected, state = provider(), request.GET.get("state", "")
    asked = request.session.get("identify", {})
    question = asked.pop(state, None)
    if connected is None or question is None:
        messages.warning(request, _("Diese Rückmeldung wurde schon benutzt. Beginnen Sie bei Bedarf noch einmal."))
        return redirect("accounts:step_up")
    request.session["identify"] = asked
    problem = _apply(request, connected, state, question)
    if problem is None:
        return HttpResponseRedirect(question["next"])
    messages.warning(request, problem)
    query = urlencode({"trust": Trust(question["trust"]).name.lower(), "next": question["next"]})
    return HttpResponseRedirect(f"{reverse('accounts:step_up')}?{query}")


def _apply(request: HttpRequest, connected: Any, state: str, question: dict[str, Any]) -> str | None:
    """Believe the provider's answer, or say what went wrong and what to do."""
    account = actor_of(request).account
    assert account is not None
    try:
        if question["at"] < time.time() - SECONDS:
            raise TimedOut
        identity = connected.finish(state=state, query=request.GET.dict())
        actions.link_resident(account, identity.register_key, connected.NAME, identity.trust, identity.facts)
        actions.raise_trust(request, identity.trust)
    except Cancelled:
        return _("Sie haben abgebrochen. Ihre Angaben sind noch da. Sie können es jederzeit noch einmal versuchen.")
    except PinBlocked:
        return _("Die PIN war dreimal falsch. Die Karte ist gesperrt, bis Sie die PUK eingeben. Ihre Angaben sind noch da.")
    except TimedOut:
        return _("Das hat zu lange gedauert. Ihre Angaben sind noch da. Versuchen Sie es noch einmal.")
    except Refused:
        return _("Die Antwort des Ausweisdienstes war nicht gültig. Versuchen Sie es noch einmal.")
    except actions.IdentityTaken:
        return _(
            "Dieser Ausweis passt nicht zu diesem Konto. Melden Sie sich mit Ihrem eigenen Konto an, "
            "oder rufen Sie uns an, wenn das ein Irrtum ist."
        )
    return None
