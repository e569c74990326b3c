"""The opinion map for people: one statement at a time, own statements, the own answers."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts import draft_cookie, throttle
from stadtkern.kernel.accounts.access import actor_of, everyone
from stadtkern.lib import ids

from .. import actions, opining
from ..actions.contributing import STATEMENT
from ..eligibility import current, in_words, may
from ..models import Contribution, Process
from ..templating import all_templates
from .common import counted, process_of

NEW_VOICES = 100  # without an account, from one network in an hour: a school class, not a machine
ANSWERS = 60  # of one browser or account in a minute
STATEMENTS = 10  # from one network in an hour, without an account
MOST_LATER = 60


def map_of(request: HttpRequest, key: str) -> Process:
    """A process that is an opinion map; 404 otherwise."""
    row = process_of(request, key)
    kind = all_templates().get(row.kind)
    if kind is None or not kind.is_map:
        raise Http404
    return row


@everyone
@never_cache
def answer(request: HttpRequest, key: str) -> HttpResponseBase:
    """One statement, three buttons; the same address again shows the next."""
    row = map_of(request, key)
    if request.method == "POST":
        return _take(request, row)
    actor = actor_of(request)
    phase = current(row.phases.all())
    verdict = may(actor, phase, "opine", process=row)
    voice = opining.voice_of(actor, row)
    answered = opining.answers_of(voice)
    shown = opining.statements(row)
    later = _numbers(request.GET.get("spaeter", ""))
    wanted = next(iter(_numbers(request.GET.get("aussage", ""))), None)
    asked = next((one for one in shown if one.pk == wanted), None)
    if asked is None and verdict:
        asked = opining.next_of(shown, answered, str(voice or request.META.get("HTTP_USER_AGENT", "")), later)
    last = next(iter(_numbers(request.GET.get("zuletzt", ""))), None)
    done = sum(1 for one in shown if one.pk in answered)
    context = {
        "process": row, "phase": phase, "verdict": verdict, "statement": asked, "done": done, "count": len(shown),
        "now": answered.get(asked.pk) if asked else None, "later": ",".join(map(str, later)),
        "later_too": ",".join(map(str, [*later, asked.pk][-MOST_LATER:])) if asked else "",
        "last": last if last in answered else None, "last_value": answered.get(last) if last else None,
        "who": in_words(phase.who, row) if phase else "", "may_state": may(actor, phase, "contribute", process=row),
        "left": len(shown) - done,
    }  # fmt: skip
    return render(request, "participation/opinion/answer.html", context)


def _take(request: HttpRequest, row: Process) -> HttpResponseBase:
    actor, secret = actor_of(request), None
    browser = opining.browser_of(actor, row)
    # A cookie is no proof: other pages give as many away as one asks for. What counts is that this voice is new.
    fresh = actor.account is None and opining.voice_of(actor, row) is None
    if fresh and counted(request, "opinion.voices", 3600) > NEW_VOICES:
        return _slower(
            request, row, _("Aus Ihrem Netz kamen gerade sehr viele Antworten. Melden Sie sich an, dann geht es weiter.")
        )
    if actor.account is None and not browser:
        secret = ids.secret()
        browser = opining.in_process(ids.digest(secret), row)
    if throttle.count(f"opinion.answers:{actor.account.pk if actor.account else browser}", 60) > ANSWERS:
        return _slower(
            request, row, _("Das ging sehr schnell. Lesen Sie die Aussagen in Ruhe, und machen Sie in einer Minute weiter.")
        )
    numbers, values = _numbers(request.POST.get("aussage", "")), {"1": 1, "0": 0, "-1": -1}
    statement = Contribution(pk=numbers[0]) if numbers else None
    if statement is None:
        raise Http404
    later = _numbers(request.POST.get("spaeter", ""))
    try:
        actions.opine(actor, statement, values.get(request.POST.get("antwort", ""), 9), browser)
    except Contribution.DoesNotExist as gone:
        raise Http404 from gone
    except actions.Refused as refused:
        if refused.sign_in and actor.account is None:
            return redirect_to_login(request.get_full_path())
        return _slower(request, row, str(refused))
    more = f"&spaeter={','.join(map(str, later))}" if later else ""
    response = redirect(f"{reverse('participation:opine', args=[row.key])}?zuletzt={statement.pk}{more}#aussage")
    if secret:
        draft_cookie.remember(response, secret)
    return response


def _slower(request: HttpRequest, row: Process, text: str) -> HttpResponse:
    messages.warning(request, text)
    return redirect("participation:opine", row.key)


def _numbers(text: str) -> list[int]:
    """Ids in an address: small, positive, few."""
    parts = text[:2000].split(",")[:MOST_LATER]
    return [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 19]


@everyone
@never_cache
def state(request: HttpRequest, key: str) -> HttpResponseBase:
    """Write an own statement; moderators read it first."""
    row, actor = map_of(request, key), actor_of(request)
    verdict = may(actor, current(row.phases.all()), "contribute", process=row)
    if not verdict and verdict.sign_in and actor.account is None:
        return redirect_to_login(request.get_full_path())
    context: dict[str, Any] = {"process": row, "verdict": verdict, "most": STATEMENT, "text": ""}
    if request.method != "POST":
        return render(request, "participation/opinion/state.html", context)
    context["text"] = request.POST.get("text", "")[:1000].replace("\x00", "")
    secret = draft_cookie.secret_of(request) or ids.secret()
    try:
        if actor.account is None and counted(request, "opinion.state", 3600) > STATEMENTS:
            raise actions.Refused(
                _("Aus Ihrem Netz kamen viele Aussagen. Melden Sie sich an, oder versuchen Sie es in einer Stunde.")
            )
        made = actions.state(actor, row, context["text"], ids.digest(secret.split(".")[0]))
    except actions.Refused as refused:
        context["wrong"] = str(refused)
        return render(request, "participation/opinion/state.html", context, status=422)
    if made.state == Contribution.State.PUBLISHED:
        messages.success(request, _("Ihre Aussage ist da. Andere können jetzt antworten."))
    else:
        messages.success(
            request, _("Danke. Wir lesen Ihre Aussage, dann können andere antworten. Ihre Nummer: %s") % made.reference
        )
    response = redirect("participation:opine", row.key)
    if actor.account is None:
        draft_cookie.remember(response, secret)
    return response


@everyone
@never_cache
def mine(request: HttpRequest, key: str) -> HttpResponse:
    """What I answered, to look at, to change and to take back."""
    row, actor = map_of(request, key), actor_of(request)
    if request.method == "POST":
        if request.POST.get("loeschen") == "ja" and actions.take_back(actor, row, opining.browser_of(actor, row)):
            messages.success(request, _("Ihre Antworten sind gelöscht."))
        return redirect("participation:opinion_mine", row.key)
    answered = opining.answers_of(opining.voice_of(actor, row))
    rows = [(one, answered[one.pk]) for one in opining.statements(row) if one.pk in answered]
    verdict = may(actor, current(row.phases.all()), "opine", process=row)
    return render(request, "participation/opinion/mine.html", {"process": row, "rows": rows, "verdict": verdict})
