"""Where editors begin: all services, and one with everything that can be done to it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.lib.forms.model import Kind, fields
from stadtkern.lib.forms.rules.model import State

from ... import catalogue
from ...folders import find_folders
from ...models import Change, Draft
from ...search import plain as folded
from .common import Desk, context, desk_of, editor


@editor
def home(request: HttpRequest) -> HttpResponse:
    """Every service of the city, also those that are broken; own drafts first."""
    problems: dict[str, list[str]] = {}
    services, broken = catalogue.all_services(), catalogue.broken()
    drafts = set(Draft.objects.filter(staff=actor_of(request).staff).values_list("service", flat=True))
    latest: dict[str, Change] = {}
    for change in Change.objects.order_by("service", "-pk").distinct("service").select_related("staff__account")[:2_000]:
        latest[change.service] = change
    asked = request.GET.get("wort", "").replace("\0", "")[:100]
    rows = []
    for folder in find_folders(problems):
        service = services.get(folder.key)
        title = service.title if service else folder.key
        if folded(asked) not in folded(f"{title} {folder.key}"):
            continue
        rows.append(
            {
                "key": folder.key,
                "title": title,
                "federal": bool(service and service.origin),
                "broken": folder.key in broken,
                "draft": folder.key in drafts,
                "change": latest.get(folder.key),
            }
        )
    rows.sort(key=lambda row: (not row["draft"], not row["broken"], folded(str(row["title"]))))
    return render(request, "services/edit/home.html", {"rows": rows, "asked": asked, "count": len(rows)})


@editor
def service(request: HttpRequest, key: str) -> HttpResponse:
    """One service: what it is now, what can be edited, what needs a look."""
    desk = desk_of(request, key)
    more = {
        "problems": desk.seen.problems,
        "hints": desk.seen.hints,
        "numbers": _numbers(desk),
        "open_rules": _open(desk),
        "latest": Change.objects.filter(service=key).select_related("staff__account").order_by("-pk").first(),
    }
    return render(request, "services/edit/service.html", context(desk, "services:edit") | more)


def _numbers(desk: Desk) -> list[tuple[str, object, str]]:
    if desk.service is None or desk.form is None:
        return []
    questions = sum(1 for _, field in fields(desk.form) if field.kind is not Kind.LABEL)
    filled = len(desk.service.prefill)
    return [
        ("Seiten", len(desk.form.steps), ""),
        ("Fragen", questions, f"{filled} davon füllt die Stadt aus, wenn man zustimmt" if filled else ""),
        ("Regeln", len(desk.form.rules), f"{_open(desk)} davon warten auf Sie" if _open(desk) else ""),
    ]


def _open(desk: Desk) -> int:
    return sum(rule.state is State.OPEN for rule in desk.form.rules) if desk.form else 0
