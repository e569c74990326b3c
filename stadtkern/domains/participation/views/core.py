"""All processes; one process with its phases, what one may do now, and its contributions; who decided what about texts."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.db.models import Count, Prefetch
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from stadtkern.kernel.accounts.access import Actor, actor_of, everyone
from stadtkern.ui import words

from .. import actions, eligibility, parts
from ..consultations import rules
from ..models import Contribution, Follow, Phase, Process
from ..models.contribution import ELSEWHERE, SHOWN
from ..queries import SORTS, STATUSES, Found, Wanted, districts_of, first_pictures, listed, moderation_figures
from ..reasons import REASONS
from ..templating import ALLOWS, Template, all_templates, template
from .common import number, pressed, process_of, word

MOST_PROCESSES, MOST_POINTS = 300, 5000


@everyone
def home(request: HttpRequest) -> HttpResponse:
    """Running, coming and ended processes; the empty page says what will stand here."""
    rows = Process.objects.visible_to(actor_of(request)).exclude(state=Process.State.DRAFT).select_related("office")
    found = list(
        rows.prefetch_related(Prefetch("phases", Phase.objects.order_by("starts_at"))).order_by("-pk")[:MOST_PROCESSES]
    )
    counted = Contribution.objects.filter(process__in=found, state__in=SHOWN).exclude(kind__in=ELSEWHERE).order_by()
    many = dict(counted.values_list("process").annotate(Count("pk")))
    groups: dict[str, list[dict[str, Any]]] = {"running": [], "coming": [], "ended": []}
    for row in found:
        card = _card(row, many.get(row.pk, 0))
        groups[card["group"]].append(card)
    groups["coming"].sort(key=lambda card: card["starts"])
    return render(request, "participation/core/home.html", {"groups": groups, "nothing": not found})


def _card(row: Process, many: int) -> dict[str, Any]:
    now, phases = timezone.now(), list(row.phases.all())
    running = eligibility.current(phases, now)
    coming = [phase for phase in phases if phase.starts_at > now]
    ended = row.state == Process.State.CLOSED or not (running or coming)
    group = "ended" if ended else "running" if running or len(coming) < len(phases) else "coming"
    kind = all_templates().get(row.kind)
    counted = f"{many} {kind.one if many == 1 else kind.many}" if kind and many else ""
    return {
        "process": row, "group": group, "phase": running, "next": coming[0] if coming else None,
        "starts": coming[0].starts_at if coming else now, "counted": counted, "kind": kind,
    }  # fmt: skip


@everyone
def process(request: HttpRequest, key: str) -> HttpResponse:
    """One process: where it stands, what this reader may do now, what was contributed."""
    row, actor = process_of(request, key), actor_of(request)
    kind, phases = template(row.kind), list(row.phases.all())
    running = eligibility.current(phases)
    wanted = _wanted(request)
    found = listed(row, wanted)
    context = {
        "process": row,
        "kind": kind,
        "running": running,
        "stages": [_stage(row, phase) for phase in phases],
        "can": _can(actor, row, kind, running),
        "list": found,
        "pictures": first_pictures(found.rows),
        "wanted": wanted,
        "categories": list(row.categories.all()),
        "districts": districts_of(row),
        "results": row.contributions.filter(kind="RESULT", state__in=SHOWN).exists(),
        "follows": bool(actor.account) and Follow.objects.filter(account=actor.account, process=row).exists(),
        "runs_it": actor.staff is not None and actor.staff.office_id == row.office_id,
        "points_url": reverse("participation:points", args=[row.key]) + _query(wanted, page=1),
        "unlisted": (rules.is_consultation(row) and rules.kept_back(row)) or _only_asks(phases),
        "map": request.GET.get("ansicht") == "karte",
        "panels": [(name, made) for name, make in parts.PROCESS_PANELS if (made := make(request, row, running)) is not None],
        **_around(wanted, found),
    }
    return render(request, "participation/core/process.html", context)


def _wanted(request: HttpRequest) -> Wanted:
    sort = word(request, "sort")
    return Wanted(
        words=word(request, "q", 200), category=word(request, "kategorie", 60), district=word(request, "stadtteil", 60),
        kind="RESULT" if word(request, "art") == "RESULT" else "", sort=sort if sort in SORTS else "neu",
        status=word(request, "stand") if word(request, "stand") in STATUSES else "", page=number(request.GET.get("seite")),
    )  # fmt: skip


def _query(wanted: Wanted, page: int) -> str:
    pairs = {"q": wanted.words, "kategorie": wanted.category, "stadtteil": wanted.district, "art": wanted.kind}
    pairs["stand"] = wanted.status
    pairs |= {"sort": wanted.sort if wanted.sort != "neu" else "", "seite": str(page) if page > 1 else ""}
    return "?" + urlencode({key: value for key, value in pairs.items() if value})


def _around(wanted: Wanted, found: Found) -> dict[str, str]:
    shown = _("Seite %(page)s von %(pages)s") % {"page": found.page, "pages": found.pages} if found.pages > 1 else ""
    return {
        "newer": _query(wanted, found.page - 1) + "#liste" if found.page > 1 else "",
        "older": _query(wanted, found.page + 1) + "#liste" if found.page < found.pages else "",
        "shown": shown,
    }


def _stage(row: Process, phase: Phase) -> dict[str, Any]:
    """A phase as the track shows it: when, what one may do, who."""
    allows = ", ".join(str(ALLOWS[one]) for one in phase.allows if one in ALLOWS)
    until = _("bis %s") % words.day(timezone.localdate(phase.ends_at - timedelta(seconds=1)))
    who = eligibility.in_words(phase.who, row) if set(phase.allows) - {"judge"} else ""
    note = " · ".join(part for part in (until, allows, who) if part)
    state = phase.state_at(timezone.now())
    return {
        "title": phase.title,
        "state": "done" if row.state == Process.State.CLOSED else state,
        "at": phase.starts_at,
        "note": note,
    }


def _can(actor: Actor, row: Process, kind: Template, running: Phase | None) -> list[dict[str, Any]]:
    """What one may do now: a button, or why not."""
    if running is None:
        return []
    doors = []
    for action in running.allows:
        if url := parts.door(action, row):
            verdict = eligibility.may(actor, running, action, process=row)
            label = kind.button if action == "contribute" else str(parts.DOORS[action][1])
            doors.append({"action": action, "url": url, "label": label, "verdict": verdict})
    return doors


def _only_asks(phases: list[Phase]) -> bool:
    """A survey without anything to contribute has no list."""
    words = {word for phase in phases for word in phase.allows}
    return "answer" in words and "contribute" not in words


@require_GET
@everyone
def points(request: HttpRequest, key: str) -> HttpResponse:
    """Contributions with a place, as GeoJSON for the map: the newest 5,000."""
    row, wanted = process_of(request, key), _wanted(request)
    rows = Contribution.objects.filter(process=row, state__in=SHOWN, lat__isnull=False)
    rows = rows.filter(category__key=wanted.category) if wanted.category else rows
    rows = rows.filter(district=wanted.district) if wanted.district else rows
    listed = rows.order_by("-published_at", "-pk").values_list("title", "reference", "lat", "long")[:MOST_POINTS]
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [long, lat]},
            "properties": {"title": title, "url": reverse("participation:contribution", args=[row.key, reference])},
        }
        for title, reference, lat, long in listed
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json")


@require_POST
@everyone
def follow(request: HttpRequest, key: str) -> HttpResponse:
    """Follow, or follow no more."""
    row, actor = process_of(request, key), actor_of(request)
    back = redirect("participation:process", row.key)
    if actor.account is None:
        return redirect_to_login(back["Location"])
    if request.POST.get("nicht"):
        return pressed(request, lambda: actions.unfollow(actor, row), _("Sie bekommen dazu keine Post mehr."), back)
    said = _("Wir schreiben Ihnen, wenn eine neue Phase beginnt und wenn das Ergebnis feststeht.")
    return pressed(request, lambda: actions.follow(actor, row), said, back)


@everyone
def statistics(request: HttpRequest) -> HttpResponse:
    """What moderators did in the last twelve months, in numbers."""
    figures = moderation_figures(timezone.now() - timedelta(days=365))
    figures["reasons"] = [(REASONS.get(key, REASONS["other"]), count) for key, count in figures["reasons"]]
    return render(request, "participation/core/statistics.html", {"figures": figures})
