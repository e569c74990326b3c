"""What maps and forms ask for: points, cells, pictures, the same thing nearby, likely categories."""

import uuid
from datetime import timedelta

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from stadtkern.kernel.accounts import throttle
from stadtkern.kernel.accounts.access import Actor, actor_of, everyone
from stadtkern.kernel.accounts.models import DESK_ROLES
from stadtkern.lib.earth import readable
from stadtkern.ui import words

from ..models import Attachment, Contribution, Report, ReportQuerySet
from ..models.contribution import SHOWN
from ..reports import cells, near
from ..reports.categories import not_ours, plan
from ..reports.states import WORDS
from ..reports.suggest import suggest
from ..reports.tokens import opens

SINGLE = 300  # points on a map; more become heaps
DAYS = {"30": 30, "365": 365, "alle": 0}
ASKED = 240  # suggestions of one network in a minute


def chosen(request: HttpRequest) -> ReportQuerySet:
    """The public list as the filters of the page say; words nobody offers change nothing."""
    rows = Report.objects.listed()
    get = request.GET.get
    if (category := get("art")) in plan().kinds:
        rows = rows.filter(category=category)
    if (district := get("stadtteil", "")) and len(district) <= 60 and "\0" not in district:
        rows = rows.filter(district=district)
    if get("stand") == "offen":
        rows = rows.open()
    elif get("stand") == "erledigt":
        rows = rows.filter(closed_at__isnull=False)
    if days := DAYS.get(get("zeit", ""), 0):
        rows = rows.filter(reported_at__gte=timezone.now() - timedelta(days=days))
    return rows


def box_of(request: HttpRequest) -> tuple[float, float, float, float] | None:
    """`bbox=south,west,north,east`; None for anything else."""
    parts = request.GET.get("bbox", "")[:100].split(",")
    if len(parts) != 4:
        return None
    low, high = readable(parts[0], parts[1]), readable(parts[2], parts[3])
    return (*low, *high) if low and high and low <= high else None


@everyone
@require_safe
def points(request: HttpRequest) -> HttpResponse:
    """Reports in view as GeoJSON: each of them, or heaps where there are many; two queries however many there are."""
    rows, box = chosen(request), box_of(request)
    seen = rows.within(*box) if box else rows.filter(contribution__lat__isnull=False)
    fields = ("contribution__reference", "contribution__lat", "contribution__long", "category", "state")
    single = list(seen.order_by().values_list(*fields)[: SINGLE + 1])
    if len(single) > SINGLE:
        zoom = request.GET.get("zoom", "")
        return _geojson(cells.heaps(rows, int(zoom) if zoom in {str(z) for z in range(1, 20)} else 13, box))
    known = plan()
    return _geojson(
        cells.collection(
            cells.dot(
                lat,
                long,
                {
                    "title": f"{known.label(category)} · {WORDS[state].short}",
                    "level": WORDS[state].level,
                    "url": reverse("participation:report_page", args=[reference]),
                    "count": 1,
                },
            )
            for reference, lat, long, category, state in single
        )
    )


@everyone
@require_safe
def heat(request: HttpRequest) -> HttpResponse:
    """Where much is reported: cells of 170 metres with at least five reports."""
    return _geojson(cells.heat(chosen(request)))


def _geojson(told: dict[str, object]) -> HttpResponse:
    response = JsonResponse(told, content_type="application/geo+json")
    response["Cache-Control"] = "public, max-age=60"
    return response


@everyone
@require_safe
def same(request: HttpRequest) -> HttpResponse:
    """Open reports of this category nearby: perhaps it is reported already."""
    point = readable(request.GET.get("lat"), request.GET.get("long"))
    category = request.GET.get("art", "")
    found = near.same(category, point) if point and category in plan().kinds else []
    return JsonResponse({"reports": neighbours(found)})


def neighbours(found: list[tuple[Report, float]]) -> list[dict[str, object]]:
    """Reports in a list, with their pictures where somebody has looked at them; one query for all pictures."""
    looked = [one.pk for one, _distance in found if one.shown]
    photos = Attachment.objects.filter(contribution__in=looked, role="before").order_by("-pk")
    keys = dict(photos.values_list("contribution", "key")) if looked else {}
    return [_told(one, distance, keys.get(one.pk)) for one, distance in found]


def _told(one: Report, distance: float, photo: uuid.UUID | None) -> dict[str, object]:
    return {
        "reference": one.contribution.reference,
        "title": plan().label(one.category),
        "address": one.contribution.address,
        "metres": round(distance),
        "when": words.relative_day(timezone.localdate(one.reported_at)),
        "state": str(WORDS[one.state].short),
        "url": reverse("participation:report_page", args=[one.contribution.reference]),
        "picture": reverse("participation:report_picture_small", args=[photo, "klein"]) if photo else "",
        "text": one.contribution.text[:160] if one.shown else "",
    }


@everyone
@require_safe
def suggestion(request: HttpRequest) -> HttpResponse:
    """Three likely categories for what somebody writes, and who helps where it is not a matter of the city."""
    text, network = request.GET.get("text", "")[:500], throttle.network_of(request)
    if network and throttle.count(f"participation.suggest:{network}", 60) > ASKED:
        return JsonResponse({"categories": [], "elsewhere": None})
    known, other = plan(), not_ours(text)
    return JsonResponse(
        {
            "categories": [{"key": key, "title": known.label(key)} for key in suggest(text)],
            "elsewhere": {"title": other.title, "text": other.text} if other else None,
        }
    )


@everyone
@require_safe
def picture(request: HttpRequest, key: uuid.UUID, size: str = "") -> HttpResponse:
    """A picture of a report: public once somebody has looked; before that for the office and who reported it."""
    rows = Attachment.objects.filter(contribution__kind=Contribution.Kind.REPORT).select_related("contribution__report")
    row = get_object_or_404(rows.defer("data" if size else "small", "contribution__search"), key=key)
    report = row.contribution.report
    if not may_see(actor_of(request), report, request.GET.get("schluessel", ""), row):
        raise Http404
    response = HttpResponse(bytes(row.small if size else row.data), content_type=row.media_type)
    response["Cache-Control"] = "private, max-age=600"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def may_see(actor: Actor, report: Report, token: str, row: Attachment | None = None) -> bool:
    """Text and pictures of this report."""
    after = row is not None and row.role == "after"
    if row is not None and (row.role == "inside" or (after and report.state == Report.State.CHECKING)):
        return of_office(actor, report)  # a contractor's picture: looked at first, and never public when it was not accepted
    if report.contribution.state in SHOWN and (after or report.shown):
        return True
    return mine(actor, report, token) or of_office(actor, report)


def mine(actor: Actor, report: Report, token: str) -> bool:
    """Whether this reader reported it: by account, by browser, by the secret link."""
    if token and opens(report.pk, token):
        return True
    return Contribution.objects.of_author(actor).filter(Q(pk=report.pk)).exists()


def of_office(actor: Actor, report: Report) -> bool:
    """Whether it lies on the desk of this reader's office."""
    staff = actor.staff
    return staff is not None and staff.role in DESK_ROLES and staff.office_id == report.office_id
