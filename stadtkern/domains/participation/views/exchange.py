"""What came from other cities and what we give, for everybody: a list, a feed for other cities' computers, files."""

import csv
import io
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from stadtkern.kernel.accounts.access import actor_of, everyone
from stadtkern.kernel.city.profile import city
from stadtkern.lib import parcel

from ..exchange import keys
from ..exchange.content import KINDS, LICENCES
from ..models import Contribution, Incoming, Outgoing, Process
from ..models.process import MOST_ID

MOST = 200
RISKY = ("=", "+", "-", "@", "\t", "\r")  # a table program would take such a cell for a formula


def offered() -> list[Outgoing]:
    """The newest version of each package of ours that is not withdrawn."""
    newest = Outgoing.objects.order_by("number", "-version").distinct("number")
    rows = Outgoing.objects.filter(pk__in=newest.values("pk"), withdrawn_at=None).order_by("-published_at")
    return list(rows.defer("sealed")[:MOST])


@everyone
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """From other cities; for other cities."""
    actor = actor_of(request)
    newest = (
        Incoming.objects.filter(state=Incoming.State.ADOPTED)
        .order_by("city_id", "number", "-version")
        .distinct("city_id", "number")
    )
    rows = Incoming.objects.filter(pk__in=newest.values("pk")).select_related("contribution__process", "process", "city")
    ideas = set(Contribution.objects.visible_to(actor).filter(pk__in=rows.values("contribution")).values_list("pk", flat=True))
    known = set(Process.objects.visible_to(actor).filter(pk__in=rows.values("process")).values_list("pk", flat=True))
    taken = []
    for row in rows.defer("sealed", "contribution__search").order_by("-settled_at")[:MOST]:
        if (row.kind == "idea" and row.contribution_id not in ideas) or (
            row.kind == "template" and row.process_id not in known
        ):
            continue  # a draft, or taken away: nobody outside of the office knows of it
        licence, way = LICENCES.get(row.package["licence"], ""), [one["city"]["name"] for one in row.package["chain"]]
        taken.append({"row": row, "kind": KINDS[row.kind], "origin": row.origin, "licence": licence, "way": way})
    context = {
        "taken": taken, "offered": [(one, KINDS[one.kind], LICENCES.get(one.licence, "")) for one in offered()],
        "fingerprint": parcel.fingerprint(parcel.public_text(keys.signing())),
    }  # fmt: skip
    return render(request, "participation/exchange/list.html", context)


@everyone
@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The list for other cities' computers; what is true of it stands in the signed files."""
    here = city()
    told: dict[str, Any] = {
        "format": "stadtkern-feed/1", "city": {"id": here.ags, "name": here.name}, "key": parcel.public_text(keys.signing()),
        "packages": [
            {
                "number": one.number, "version": one.version, "kind": one.kind, "title": one.title, "licence": one.licence,
                "digest": one.digest, "url": reverse("participation:exchange_package", args=[one.pk]),
            }
            for one in offered()
        ],
    }  # fmt: skip
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False})


@everyone
@require_safe
def package(request: HttpRequest, pk: int) -> HttpResponse:
    """A package, byte for byte as it was signed."""
    row = get_object_or_404(Outgoing, pk=pk if pk <= MOST_ID else 0, withdrawn_at=None)
    answer = HttpResponse(bytes(row.sealed), content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{row.number.replace("/", "-")}-{row.version}.json"'
    return answer


@everyone
@require_safe
def data(request: HttpRequest, pk: int) -> HttpResponse:
    """An adopted dataset as CSV."""
    rows = Incoming.objects.filter(kind="dataset", state=Incoming.State.ADOPTED)
    row = get_object_or_404(rows.defer("sealed"), pk=pk if pk <= MOST_ID else 0)
    content = row.package.get("content")
    if not content:
        raise Http404
    written = io.StringIO()
    table = csv.writer(written, delimiter=";")
    table.writerow([_harmless(cell) for cell in content["columns"]])
    table.writerows([_harmless(cell) for cell in line] for line in content["rows"])
    answer = HttpResponse("\ufeff" + written.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="daten-{row.pk}.csv"'
    return answer


def _harmless(cell: str | int) -> str | int:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(RISKY) else cell
