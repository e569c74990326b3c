"""Report something, without a name and without network; the public list; the page of one report."""

import uuid
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from stadtkern.kernel.accounts import draft_cookie, throttle
from stadtkern.kernel.accounts.access import Actor, actor_of, everyone
from stadtkern.kernel.geo import queries as geo
from stadtkern.lib import ids
from stadtkern.lib.georeport.shapes import Attribute
from stadtkern.ui import installed

from ..actions import Refused
from ..actions import reports as actions
from ..actions.guard import tidy
from ..models import AreaWatch, Attachment, Link, Report, ReportFollow
from ..models.contribution import SHOWN
from ..open311.sending import answered
from ..reports import near
from ..reports.categories import Kind, plan
from ..reports.states import WORDS
from ..reports.tokens import token_of
from .common import browser_key, number
from .reports_map import DAYS, chosen, may_see, mine, neighbours, of_office

PAGE = 20
HOUR, LOOKED_AT, MOST = 3600, 12, 600  # of one account or network in an hour: more are looked at first, very many wait
QUICK = 4  # seconds in which no human fills in the form
MOST_BYTES = 15_000_000
BEGAN = "participation.report.began"


@everyone
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """All reports: map and list side by side, with filters."""
    rows = chosen(request)
    page = number(request.GET.get("seite"))
    order = rows.order_by("-reported_at", "-pk").select_related("contribution").defer("contribution__search")
    found = list(order[(page - 1) * PAGE : page * PAGE + 1])
    query = request.GET.copy()
    query.pop("seite", None)
    known = plan()
    context = {
        "rows": [_row(one) for one in found[:PAGE]],
        "plan": known, "groups": known.grouped(), "districts": geo.districts(), "chosen": request.GET, "times": list(DAYS),
        "data": f"{reverse('participation:report_points')}?{query.urlencode()}",
        "heat": f"{reverse('participation:report_heat')}?{query.urlencode()}" if request.GET.get("karte") == "dichte" else "",
        "query": query.urlencode(), "newer": _page(query, page - 1) if page > 1 else "",
        "older": _page(query, page + 1) if len(found) > PAGE else "",
    }  # fmt: skip
    return render(request, "participation/reports/overview.html", context)


def _page(query: Any, page: int) -> str:
    return f"?{query.urlencode()}&seite={page}" if query else f"?seite={page}"


def _row(one: Report) -> dict[str, Any]:
    return {"report": one, "contribution": one.contribution, "title": plan().label(one.category), "state": WORDS[one.state]}


@everyone
@ensure_csrf_cookie
@csp_update({"worker-src": [SELF], "img-src": [SELF, "data:", "blob:"]})
def new(request: HttpRequest) -> HttpResponseBase:
    """Three steps on one page: photo, place, what it is."""
    if request.method == "POST":
        return send(request)
    return _form(request, {})


def _form(request: HttpRequest, values: dict[str, Any], refused: Refused | None = None) -> HttpResponse:
    known = plan()
    context = {
        "groups": known.grouped(), "values": values or {"category": request.GET.get("art", ""), "address": ""},
        "refused": refused, "key": uuid.uuid4(), "began": signing.dumps(timezone.now().timestamp(), salt=BEGAN),
        "hints": {kind.key: kind.hint for kind in known.offered if kind.hint}, "words": _words(),
        "elsewhere": known.elsewhere,
        "asked": [(kind, _questions(request, kind)) for kind in known.offered if kind.attributes],
    }  # fmt: skip
    return render(request, "participation/reports/new.html", context, status=400 if refused else 200)


def _questions(request: HttpRequest, kind: Kind) -> list[tuple[Attribute, str, list[str]]]:
    """What is asked besides, the name of each field, and what was answered before."""
    asked = [(one, f"frage.{kind.key}.{one.code}") for one in kind.attributes if one.variable]
    return [(one, name, request.POST.getlist(name)) for one, name in asked]


def _words() -> dict[str, str]:
    return {
        "saved": _("Gespeichert. Wird gesendet, sobald Sie wieder Netz haben. Sie können diese Seite schließen."),
        "saved_open": _("Gespeichert. Wird gesendet, sobald Sie wieder Netz haben und diese Seite offen ist."),
        "waiting": _("{n} Meldung wartet auf diesem Gerät auf Netz."),
        "waiting_many": _("{n} Meldungen warten auf diesem Gerät auf Netz."),
        "sent": _("Gesendet. Nummer {reference}."),
        "look": _("Meldung ansehen"),
        "offline": _(
            "Kein Netz. Sie können trotzdem melden: Wir speichern die Meldung auf diesem Gerät und senden sie später."
        ),
        "sending": _("Wird gesendet …"),
        "same": _("Ist es vielleicht schon gemeldet?"),
        "same_text": _("In der Nähe ist das schon offen. Ist es dasselbe, wählen Sie „Ich auch“: Das zählt mit."),
        "too": _("Ich auch"),
        "away": _("{n} m entfernt, {when}"),
        "place": _("Ort aus dem Foto übernommen. Stimmt er? Sie können ihn auf der Karte verschieben."),
        "bad_photo": _("Dieses Bild kann Ihr Browser nicht zeigen. Wir versuchen es beim Senden trotzdem."),
        "missing": _("Wählen Sie noch aus, was kaputt oder falsch ist."),
        "no_place": _("Sagen Sie noch, wo es ist: auf der Karte oder mit der Adresse."),
        "not_sent": _("Nicht gesendet: {why}"),
        "again": _("Verwerfen"),
        "covered": _("Verdeckte Stellen: {n}"),
    }


@everyone
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Take it in; the same for the page, the queue of a phone, and a browser without scripts."""
    actor, post = actor_of(request), request.POST
    as_json = request.headers.get("Accept", "").startswith("application/json")
    if post.get("anonymous") == "1":  # written signed out, perhaps days ago: nobody signs it afterwards
        actor = Actor()
    sent = _sent(request, actor)
    secret = draft_cookie.secret_of(request) or ids.secret()
    values = {
        "category": post.get("category", ""), "lat": post.get("lat"), "long": post.get("long"),
        "address": post.get("address", ""),
        "text": post.get("text", ""), "source": "offline" if post.get("offline") == "1" else "web",
        "contact": {name: post.get(name, "") for name in ("name", "email", "phone")},
        "draft_key": browser_key(request, actor) or ids.digest(secret.split(".")[0]),
        "suspect": sent > LOOKED_AT or bool(post.get("website")) or _too_quick(post.get("began", "")),
    }  # fmt: skip
    try:
        if sent > MOST:
            raise Refused(
                _("Von hier kamen in der letzten Stunde viele Meldungen. Bitte warten Sie eine Stunde, oder rufen Sie an.")
            )
        values |= _told(request, post.get("category", ""))
        made = actions.report(actor, values, photo=_photo(request), key=(key := _key(post.get("key", ""))))
        if key and actions.is_other(made, values):
            raise Other(_("Diese Seite hat schon eine andere Meldung gesendet. Senden Sie noch einmal, dann ist es eine neue."))
    except Refused as refused:
        if as_json:
            status = 429 if sent > MOST else 409 if isinstance(refused, Other) else 400
            return JsonResponse({"error": str(refused), "field": refused.field}, status=status)
        return _form(request, values, refused)
    path = f"{reverse('participation:report_page', args=[made.contribution.reference])}?schluessel={token_of(made.pk)}"
    answer: HttpResponse = (
        JsonResponse({"reference": made.contribution.reference, "url": path}) if as_json else redirect(f"{path}&neu=1")
    )
    if actor.owner is None:
        draft_cookie.remember(answer, secret)
    return answer


def _told(request: HttpRequest, category: str) -> dict[str, Any]:
    """What somebody answered to the questions of the chosen category; those of the others are not looked at."""
    kind = plan().kinds.get(category)
    if kind is None or not kind.attributes:
        return {}
    asked = _questions(request, kind)
    given = {one.code: [tidy(text, 1000) for text in said[:50] if text.strip()] for one, _name, said in asked}
    wrong = list[str]()
    answers, lines = answered(kind, given, wrong, ours=True)
    if wrong:
        raise Refused(_("Eine Angabe zu „%s“ passt nicht. Lassen Sie sie leer, oder schreiben Sie sie anders.") % kind.label)
    return {"told": answers, "lines_told": lines}


class Other(Refused):
    """The key belongs to another report."""


def _sent(request: HttpRequest, actor: Actor) -> int:
    """How many reports this account, else this network, has sent lately; 0 where neither is known."""
    who = f"account:{actor.owner.pk}" if actor.owner else throttle.network_of(request)
    return throttle.count(f"participation.report:{who}", HOUR) if who else 0


def _key(told: str) -> str:
    """The key of a form, in a name space of its own; "" for anything that is none."""
    try:
        return f"web:{uuid.UUID(told[:40])}"
    except ValueError:
        return ""


def _photo(request: HttpRequest) -> bytes | None:
    file = request.FILES.get("photo")
    if file is None or not file.size:
        return None
    if file.size > MOST_BYTES:
        raise Refused(_("Das Foto ist zu groß. Nehmen Sie ein kleineres, höchstens 15 MB."), "photo")
    return bytes(file.read(MOST_BYTES + 1))


def _too_quick(began: str) -> bool:
    """Nobody fills in the form in so few seconds; a missing or old stamp says nothing (a phone may have kept the page)."""
    try:
        return timezone.now().timestamp() - float(signing.loads(began, salt=BEGAN)) < QUICK
    except (signing.BadSignature, ValueError, TypeError):
        return False


@everyone
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker; its address decides that it governs the form and nothing else."""
    return installed.worker(request, "participation/reports/sw.js")


@everyone
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to put the form on its home screen."""
    return installed.manifest(
        _("Mangel melden"), _("Mängelmelder"), reverse("participation:report"), "participation/reports.svg"
    )


def report_of(request: HttpRequest, reference: str) -> Report:
    """A public report, or the own one by account, browser or secret link; 404 otherwise."""
    rows = Report.objects.select_related("contribution", "office", "contractor").defer("contribution__search")
    row = get_object_or_404(rows, contribution__reference=reference.upper())
    actor, token = actor_of(request), request.GET.get("schluessel", "") or request.POST.get("schluessel", "")
    if row.contribution.state not in SHOWN and not mine(actor, row, token) and not of_office(actor, row):
        raise Http404
    return row


@everyone
@require_safe
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """What everybody reads about one report; more for who reported it."""
    row, actor, token = report_of(request, reference), actor_of(request), request.GET.get("schluessel", "")
    own, readable = mine(actor, row, token), may_see(actor, row, token)
    contribution, kind = row.contribution, plan().kinds.get(row.category)
    photos = [
        one for one in Attachment.objects.filter(contribution=row.pk).defer("data", "small") if may_see(actor, row, token, one)
    ]
    same = []
    if own and row.is_open and contribution.lat is not None and contribution.long is not None:
        found = near.same(row.category, (contribution.lat, contribution.long))
        same = neighbours([pair for pair in found if pair[0].pk != row.pk][:3])
    if request.GET.get("neu"):
        messages.success(request, _("Danke. Ihre Meldung ist angekommen."))
    into = Link.objects.filter(source=contribution, kind=Link.Kind.MERGED_INTO).select_related("target").first()
    context = {
        "report": row, "contribution": contribution, "title": kind.label if kind else row.category, "state": WORDS[row.state],
        "own": own, "readable": readable, "photos": photos, "token": token if own else "", "same": same,
        "steps": [(one, WORDS.get(one.state)) for one in row.steps.filter(public=True).order_by("pk")],
        "team": plan().teams.get(row.team, ""), "into": into.target if into else None,
        "follows": bool(actor.owner) and ReportFollow.objects.filter(report=row, account=actor.owner).exists(),
        "desk": of_office(actor, row), 
        "secret_link": request.build_absolute_uri(f"?schluessel={token_of(row.pk)}") if own else "",
        "may_reopen": own and contribution.state in SHOWN and bool(row.closed_at) and row.state != Report.State.DUPLICATE,
        "actor": actor,
    }  # fmt: skip
    response = render(request, "participation/reports/page.html", context)
    response["Referrer-Policy"] = "no-referrer" if token else "same-origin"
    return response


def watches_of(actor: Any) -> Any:
    """Areas this person watches."""
    return AreaWatch.objects.filter(account=actor.owner).order_by("pk") if actor.owner else AreaWatch.objects.none()
