"""Buttons of the public: me too, an area, the link in a mail, "it is not repaired"."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts import throttle
from stadtkern.kernel.accounts.access import actor_of, everyone
from stadtkern.kernel.geo import queries as geo

from ..actions import Refused
from ..actions import reports_follow as actions
from ..models import AreaWatch, ReportFollow
from ..reports.categories import plan
from ..reports.tokens import read
from .common import pressed
from .reports import report_of, watches_of
from .reports_map import mine

MAILS = 10  # mails one network can cause in an hour


def _mails_left(request: HttpRequest) -> None:
    """Nobody uses our mails to pester others."""
    network = throttle.network_of(request)
    if actor_of(request).owner is None and network and throttle.count(f"participation.mail:{network}", 3600) > MAILS:
        raise Refused(_("Von hier kamen gerade sehr viele Anfragen. Bitte versuchen Sie es in einer Stunde noch einmal."))


@everyone
@require_POST
def follow(request: HttpRequest, reference: str) -> HttpResponse:
    """Me too, or no longer."""
    row, actor = report_of(request, reference), actor_of(request)
    back = redirect("participation:report_page", row.contribution.reference)

    def act() -> None:
        if request.POST.get("nicht"):
            actions.unfollow(actor, row)
            return
        _mails_left(request)
        actions.follow(actor, row, request.POST.get("email", ""))

    said = _("Wir schreiben Ihnen, wenn sich etwas tut.")
    if request.POST.get("nicht"):
        said = _("Sie bekommen dazu keine Nachricht mehr.")
    elif actor.owner is None:
        said = _("Wir haben Ihnen eine Mail geschickt. Bitte bestätigen Sie darin Ihre Adresse; dann zählen Sie mit.")
    return pressed(request, act, said, back)


@everyone
@require_POST
def reopen(request: HttpRequest, reference: str) -> HttpResponse:
    """Who reported it says that it is not repaired."""
    row, actor, token = report_of(request, reference), actor_of(request), request.POST.get("schluessel", "")
    if not mine(actor, row, token):
        raise Http404
    back = redirect(
        reverse("participation:report_page", args=[row.contribution.reference]) + (f"?schluessel={token}" if token else "")
    )
    said = _("Ihre Meldung ist wieder offen.")
    return pressed(request, lambda: actions.reopen(actor, row, request.POST.get("text", "")), said, back)


@everyone
def watch(request: HttpRequest) -> HttpResponse:
    """Hear of reports in a district or around an address."""
    actor, refused = actor_of(request), None
    if request.method == "POST":
        post = request.POST
        values = {name: post.get(name, "") for name in ("district", "lat", "long", "address", "radius", "email")}
        try:
            _mails_left(request)
            actions.watch(actor, {**values, "categories": post.getlist("categories")})
        except Refused as problem:
            refused = problem
        else:
            said = _("Wir schreiben Ihnen, wenn dort etwas gemeldet wird.")
            if actor.owner is None:
                said = _("Wir haben Ihnen eine Mail geschickt. Bitte bestätigen Sie darin Ihre Adresse.")
            messages.success(request, said)
            return redirect("participation:report_watch")
    watches = [(one, geo.district(one.district), [plan().label(key) for key in one.categories]) for one in watches_of(actor)]
    context = {
        "refused": refused, "values": request.POST, "districts": geo.districts(), "groups": plan().grouped(),
        "radii": actions.RADII,
        "watches": watches, "actor": actor,
    }  # fmt: skip
    return render(request, "participation/reports/watch.html", context, status=400 if refused else 200)


@everyone
@require_POST
def unwatch(request: HttpRequest, pk: int) -> HttpResponse:
    """One of the own areas."""
    said, back = _("Sie bekommen dazu keine Nachricht mehr."), redirect("participation:report_watch")
    return pressed(request, lambda: actions.unwatch(pk if pk < 2**63 else 0, actor_of(request)), said, back)


@everyone
def subscription(request: HttpRequest, token: str) -> HttpResponse:
    """The link in a mail: confirm, or end. Opening it does nothing, so that no mail scanner confirms for somebody."""
    told = read(token[:200])
    if told is None or told[0] not in ("f", "w"):
        raise Http404
    kind, pk = told
    rows = ReportFollow.objects.select_related("report__contribution") if kind == "f" else AreaWatch.objects.all()
    row = rows.filter(pk=pk).first()
    done = ""
    if request.method == "POST" and row is not None:
        if request.POST.get("ende"):
            (actions.end_follow if kind == "f" else actions.unwatch)(pk)
            row, done = None, "ended"
        else:
            row, done = (actions.confirm_follow if kind == "f" else actions.confirm_watch)(pk), "confirmed"
    context = {"kind": kind, "row": row, "done": done}
    response = render(request, "participation/reports/subscription.html", context)
    response["Referrer-Policy"] = "no-referrer"
    return response
