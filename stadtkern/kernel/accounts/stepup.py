"""Proofs in the middle of things: the way to a means and back to the same place, for signing in and for more trust."""

import secrets
import time
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from . import actions, arrival
from .access import actor_of, everyone, signed_in
from .adapters import (
    Cancelled,
    Departure,
    Means,
    PinBlocked,
    Refused,
    TimedOut,
    Unavailable,
    WrongLevel,
    connected,
    listed,
    load,
    offered,
)
from .models import Trust

QUESTIONS = 5  # how many tabs may be on their way to a means at once
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


def _wanted(request: HttpRequest, default: Trust = Trust.SUBSTANTIAL) -> Trust:
    word = (request.POST.get("trust") or request.GET.get("trust") or "").upper()
    return Trust[word] if word in Trust.__members__ else default


@signed_in
@never_cache
def step_up(request: HttpRequest) -> HttpResponse:
    """What proves who one is, and honestly what of it works here."""
    wanted, target = _wanted(request), safe_next(request)
    if actor_of(request).trust >= wanted:
        return HttpResponseRedirect(target)
    ways = [means for means in offered() if means.STEPS_UP and wanted <= means.TRUST]
    absent = not any(means.NAME == "bundid" for means in ways)
    context = {"wanted": wanted, "next": target, "ways": _choices(ways), "absent": absent, "words": word_of(wanted)}
    return render(request, "accounts/step_up.html", context)


def _choices(ways: list[Means]) -> list[dict[str, Any]]:
    return [{"means": means, "works": means.connected()} for means in ways]


def sign_in_choices() -> list[dict[str, Any]]:
    """For the sign-in page: every means that opens an account, connected or not."""
    return _choices([load(name) for name in listed() if load(name).SIGNS_IN])


def word_of(trust: Trust) -> str:
    """The level as the law names it."""
    words = {Trust.HIGH: _("hoch"), Trust.SUBSTANTIAL: _("substanziell")}
    return words.get(trust, _("niedrig"))


@signed_in
@require_POST
def identify(request: HttpRequest) -> HttpResponse:
    """Off to a means that proves who one is; where to return is kept here, not in the address."""
    means = connected(request.POST.get("means", "demo"))
    if means is None or not means.STEPS_UP:
        return redirect("accounts:step_up")
    return _leave(request, means, _wanted(request))


@everyone
@require_POST
def sign_in_with(request: HttpRequest) -> HttpResponse:
    """Off to a means that opens the account; for somebody signed in: to join it to this account."""
    means = connected(request.POST.get("means", ""))
    if means is None or not means.SIGNS_IN:
        messages.warning(request, _("Dieser Weg ist hier noch nicht angeschlossen. Wählen Sie einen anderen."))
        return redirect("account_login")
    return _leave(request, means, _wanted(request, Trust.BASIC))


def _leave(request: HttpRequest, means: Means, trust: Trust) -> HttpResponse:
    account, state, target = actor_of(request).account, secrets.token_urlsafe(16), safe_next(request)
    try:
        way = means.begin(request, state=state, trust=trust, return_url=reverse("accounts:identified"))
    except Unavailable:
        messages.warning(
            request, _("Dieser Dienst antwortet gerade nicht. Versuchen Sie es später, oder nehmen Sie einen anderen Weg.")
        )
        return _way_back({"account": account and account.pk, "trust": int(trust), "next": target})
    question = {
        "state": state, "means": means.NAME, "next": target, "trust": int(trust), "at": time.time(),
        "account": account.pk if account else None, "keep": way.keep,
    }  # fmt: skip
    if not way.own:
        question["form"] = {"url": way.url, "fields": way.fields, "origins": way.origins}
    asked: dict[str, Any] = request.session.get("identify", {})
    asked[state] = question
    request.session["identify"] = dict(list(asked.items())[-QUESTIONS:])
    return HttpResponseRedirect(way.url if way.own else reverse("accounts:depart", query={"state": state}))


@everyone
@never_cache
def depart(request: HttpRequest) -> HttpResponse:
    """A form that carries the question to another house; sent by itself where there is a script, and not again by "back"."""
    question = request.session.get("identify", {}).get(request.GET.get("state", ""))
    means = connected(question["means"]) if question else None
    if question is None or means is None or "form" not in question:
        messages.info(request, _("Dieser Vorgang ist abgeschlossen. Beginnen Sie bei Bedarf noch einmal."))
        return redirect("portal:my_city" if actor_of(request).account else "account_login")
    way = Departure(**question["form"])
    parts = urlsplit(way.url)  # a form by GET forgets the query of its address, so the query becomes its fields
    fields = way.fields or dict(parse_qsl(parts.query))
    address = way.url if way.fields else urlunsplit(parts._replace(query=""))
    context = {
        "means": means,
        "address": address,
        "fields": fields,
        "by_post": bool(way.fields),
        "back": _way_back(question).url,
    }
    response = render(request, "accounts/depart.html", context)
    response._csp_update = {"form-action": way.origins}  # type: ignore[attr-defined]
    return response


@everyone
@never_cache
def identified(request: HttpRequest) -> HttpResponse:
    """Back from a means: every way it can end has its own words, and the question is used up."""
    asked = request.session.get("identify", {})
    question = asked.pop(request.GET.get("state", ""), None)
    means = connected(question["means"]) if question else None
    if question is None or means is None:
        return _nobody_asked(request)
    request.session["identify"] = asked
    outcome = _believe(request, means, question)
    if isinstance(outcome, HttpResponse):
        return outcome
    messages.warning(request, outcome)
    return _way_back(question)


def _nobody_asked(request: HttpRequest) -> HttpResponse:
    if actor_of(request).account is None:
        text = _("Ihre Sitzung ist inzwischen zu Ende, oder diese Rückmeldung wurde schon benutzt. Melden Sie sich noch einmal "
                 "an. Was Sie ausgefüllt haben, ist gespeichert.")  # fmt: skip
        messages.warning(request, text)
        return redirect("account_login")
    messages.warning(request, _("Diese Rückmeldung wurde schon benutzt. Beginnen Sie bei Bedarf noch einmal."))
    return redirect("accounts:step_up")


def _way_back(question: dict[str, Any]) -> HttpResponseRedirect:
    """To the page where the person chose; nothing is lost, and the target stays the same."""
    if question["account"] is None:
        return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': question['next']})}")
    query = urlencode({"trust": Trust(question["trust"]).name.lower(), "next": question["next"]})
    return HttpResponseRedirect(f"{reverse('accounts:step_up')}?{query}")


def _believe(request: HttpRequest, means: Means, question: dict[str, Any]) -> HttpResponse | str:
    """Go on with the means' answer, or say what went wrong and what to do."""
    try:
        if question["at"] < time.time() - SECONDS:
            raise TimedOut
        identity = means.finish(question=question, query=request.GET.dict())
        return arrival.arrive(request, means, identity, question)
    except WrongLevel as weak:
        return too_weak(weak.got, Trust(question["trust"]))
    except tuple(ENDS) as ended:
        return str(next(text for kind, text in ENDS.items() if isinstance(ended, kind))())


def too_weak(got: Trust, asked: Trust) -> str:
    """Asked for 4, got 1: what was missing, and with what it works."""
    with_what = {
        Trust.HIGH: _("Nehmen Sie dort den Online-Ausweis."),
        Trust.SUBSTANTIAL: _("Nehmen Sie dort das ELSTER-Zertifikat oder den Online-Ausweis."),
    }.get(asked, "")
    text = _("Ihre Anmeldung hat das Vertrauensniveau „%(got)s“, nötig ist „%(asked)s“. %(how)s Ihre Angaben sind noch da.")
    return text % {"got": word_of(got), "asked": word_of(asked), "how": with_what}


# In the order of asking; functions, because the language is known only in the request.
ENDS: dict[type[Exception], Any] = {
    Cancelled: lambda: _("Sie haben abgebrochen. Ihre Angaben sind noch da. Sie können es jederzeit noch einmal versuchen."),
    PinBlocked: lambda: _(
        "Die PIN war dreimal falsch. Die Karte ist gesperrt, bis Sie die PUK eingeben. Ihre Angaben sind noch da."
    ),
    TimedOut: lambda: _("Das hat zu lange gedauert. Ihre Angaben sind noch da. Versuchen Sie es noch einmal."),
    Unavailable: lambda: _(
        "Dieser Dienst antwortet gerade nicht. Ihre Angaben sind noch da. Versuchen Sie es später noch einmal."
    ),
    Refused: lambda: _("Die Antwort des Ausweisdienstes war nicht gültig. Versuchen Sie es noch einmal."),
    arrival.AnotherAccount: lambda: _(
        "In diesem Browser ist inzwischen jemand anderes angemeldet, oder Ihre Sitzung ist zu Ende. "
        "Melden Sie sich neu an, und beginnen Sie noch einmal."
    ),
    actions.IdentityTaken: lambda: _(
        "Dieser Ausweis passt nicht zu diesem Konto. Melden Sie sich mit Ihrem eigenen Konto an, "
        "oder rufen Sie uns an, wenn das ein Irrtum ist."
    ),
    actions.NotAppointed: lambda: _(
        "Ihre Anmeldung ist gültig, aber unter diesem Namen gibt es hier keinen Arbeitsplatz. Wenden Sie sich an Ihre IT."
    ),
}
