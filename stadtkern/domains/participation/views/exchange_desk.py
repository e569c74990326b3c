"""The clerk's side of exchange: whom we trust, what came with its differences, what we give, read before it goes out."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.lib import parcel

from ..actions import Refused, adopting, exchanging, fetching
from ..exchange import comparing, keys
from ..exchange.content import DATASETS, KINDS, LICENCES, checked
from ..exchange.feeds import FeedAway, sources
from ..models import Incoming, Process, TrustedCity
from ..models.process import MOST_ID
from .common import pressed
from .exchange import offered
from .partners import ours

MOST = 100
State = Incoming.State


@ours
@never_cache
def desk(request: HttpRequest) -> HttpResponse:
    """Everything at a glance."""
    rows = Incoming.objects.select_related("city").defer("sealed", "package")
    context = {
        "new": [(one, KINDS[one.kind]) for one in rows.filter(state=State.NEW)[:MOST]],
        "settled": [(one, KINDS[one.kind]) for one in rows.exclude(state=State.NEW)[:20]],
        "cities": TrustedCity.objects.all()[:MOST], "sources": sources(),
        "offered": [(one, KINDS[one.kind]) for one in offered()],
        "processes": Process.objects.run_by(actor_of(request)).order_by("-pk")[:MOST],
        "datasets": [(key, title) for key, (title, _rows, _columns) in DATASETS.items()],
        "fingerprint": parcel.fingerprint(parcel.public_text(keys.signing())),
    }  # fmt: skip
    return render(request, "participation/exchange/desk.html", context)


@ours
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """A package as a file."""
    back = redirect("participation:exchange_desk")
    file = request.FILES.get("paket")
    if file is None:
        messages.warning(request, _("Wählen Sie zuerst die Datei der anderen Stadt."))
        return back
    try:
        row = adopting.receive(actor_of(request).key, file.read(parcel.MOST_BYTES + 1))
    except Refused as refused:
        messages.warning(request, str(refused))
        return back
    return redirect("participation:exchange_preview", row.pk)


@ours
@require_POST
def fetch(request: HttpRequest, key: str) -> HttpResponse:
    """Now."""
    found = next((one for one in sources() if one.key == key), None)
    if found is None:
        raise Http404
    try:
        done = fetching.fetch_all(found, actor_of(request).key)
    except (FeedAway, Refused) as away:
        messages.warning(request, str(away))
        return redirect("participation:exchange_desk")
    if done.unknown:
        messages.warning(request, _("Bestätigen Sie zuerst den Schlüssel von %s. Er steht unter „Städte“.") % found.title)
    else:
        messages.success(request, _("Abgeholt: %s neu.") % done.fresh)
    for text in done.problems[:5]:
        messages.warning(request, text)
    return redirect("participation:exchange_desk")


@ours
@require_POST
def city(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm a key, or lock it."""
    actor, pk = actor_of(request), pk if pk <= MOST_ID else 0
    acts: dict[str, tuple[Any, str]] = {
        "bestaetigen": (lambda: exchanging.confirm_city(actor, pk, request.POST.get("zeichen", "")), _("Bestätigt.")),
        "sperren": (lambda: exchanging.revoke_city(actor, pk), _("Gesperrt. Von dort wird nichts mehr angenommen.")),
    }
    wanted = request.POST.get("was", "")
    if wanted not in acts:
        raise Http404
    return pressed(request, *acts[wanted], redirect("participation:exchange_desk"))


@ours
@never_cache
def publish(request: HttpRequest) -> HttpResponse:
    """Read exactly what goes out, then say yes."""
    actor, given = actor_of(request), request.POST if request.method == "POST" else request.GET
    kind, key = given.get("kind", "")[:10], given.get("key", "").replace("\0", "").strip()[:60]
    key, licence = key.upper() if kind == "idea" else key, given.get("licence", "")[:30]
    try:
        if request.method == "POST":
            exchanging.publish_package(actor, kind, key, licence, request.POST.get("shown", ""))
            messages.success(request, _("Veröffentlicht. Andere Städte können es jetzt abholen."))
            return redirect("participation:exchange_desk")
        package = exchanging.prepared(actor, kind, key, licence)
        known = checked(kind, package["content"])
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("participation:exchange_desk")
    except ValueError as unfit:
        messages.warning(request, str(unfit))
        return redirect("participation:exchange_desk")
    except ObjectDoesNotExist:
        raise Http404 from None
    context = {
        "package": package, "kind": kind, "key": key, "word": KINDS[kind], "licences": LICENCES.items(),
        "lines": comparing.lines(kind, known, {}) if kind != "template" else comparing.lines(kind, known, known),
        "shown": parcel.digest(package), "fixed": bool(package["chain"]),
    }  # fmt: skip
    return render(request, "participation/exchange/publish.html", context)


@ours
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """No longer offered."""
    act = lambda: exchanging.withdraw_package(actor_of(request), pk if pk <= MOST_ID else 0)  # noqa: E731
    return pressed(
        request, act, _("Nicht mehr angeboten. Wer es schon hat, behält es."), redirect("participation:exchange_desk")
    )


@ours
@never_cache
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What came, beside what we have; adopted or declined."""
    actor = actor_of(request)
    row = get_object_or_404(
        Incoming.objects.select_related("city", "process", "contribution__process"), pk=pk if pk <= MOST_ID else 0
    )
    here = redirect("participation:exchange_preview", row.pk)
    if request.method == "POST":
        chosen = Process.objects.run_by(actor).filter(key=request.POST.get("process", "").replace("\0", "")[:60]).first()
        acts: dict[str, tuple[Any, str]] = {
            "uebernehmen": (lambda: adopting.adopt(actor, row.pk, chosen), _("Übernommen.")),
            "ablehnen": (lambda: adopting.decline(actor, row.pk), _("Abgelehnt.")),
        }
        if request.POST.get("was") not in acts:
            raise Http404
        return pressed(request, *acts[request.POST["was"]], here)
    before = (
        Incoming.objects.filter(city=row.city, number=row.number, state=State.ADOPTED, version__lt=row.version)
        .order_by("-version")
        .first()
    )
    running = Process.objects.run_by(actor).filter(state=Process.State.PUBLISHED).order_by("-pk")[:MOST]
    context = {
        "row": row, "word": KINDS[row.kind], "licence": LICENCES.get(row.package["licence"], ""), "before": before,
        "lines": comparing.lines(row.kind, row.package["content"], before.package["content"] if before else None),
        "way": [one["city"]["name"] for one in row.package["chain"]], "processes": running,
    }  # fmt: skip
    return render(request, "participation/exchange/preview.html", context)
