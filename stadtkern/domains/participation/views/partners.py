"""The clerk's side of Open311: keys of other systems; neighbouring cities, what came from them and what went to them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from stadtkern.kernel.accounts.access import actor_of, staff
from stadtkern.kernel.accounts.models import DESK_ROLES

from ..actions import Refused, handing, origins, partners
from ..adapters import adapter
from ..models import Handover, Pulling, Report, SenderKey
from ..models.process import MOST_ID
from ..open311.configuration import chosen
from .common import clerk, pressed

MOST = 100
ours = staff(*DESK_ROLES, office="beteiligung")
State = Handover.State
WORDS = {
    State.WAITING: (gettext_lazy("Wartet auf das Senden"), "info"), State.SENDING: (gettext_lazy("Wird gesendet"), "info"),
    State.SENT: (gettext_lazy("Angekommen"), "success"), State.UNSURE: (gettext_lazy("Unklar, ob angekommen"), "warning"),
    State.REFUSED: (gettext_lazy("Nicht angenommen"), "danger"), State.FAILED: (gettext_lazy("Nicht zugestellt"), "danger"),
    State.CLOSED: (gettext_lazy("Dort erledigt"), "success"),
}  # fmt: skip


@ours
@never_cache
def keys(request: HttpRequest) -> HttpResponse:
    """All keys; making one shows its secret once, on the page that answers."""
    shown: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        try:
            made, secret = partners.make_key(actor_of(request), request.POST)
            shown = {"secret": secret, "made": made}
        except Refused as refused:
            shown, status = {"refused": str(refused), "values": request.POST}, 422
    mine = SenderKey.objects.filter(office=_office(request)).order_by("revoked_at", "-created_at")[:MOST]
    return render(request, "participation/open311/keys.html", {"keys": mine, **shown}, status=status)


def _office(request: HttpRequest) -> int:
    member = actor_of(request).staff
    return member.office_id if member else 0


@ours
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """From now on it opens nothing."""
    act = lambda: partners.revoke_key(actor_of(request), pk if pk <= MOST_ID else 0)  # noqa: E731
    return pressed(
        request, act, _("Gesperrt. Mit diesem Schlüssel kommt nichts mehr an."), redirect("participation:open311_keys")
    )


@clerk
@require_safe
@never_cache
def neighbours(request: HttpRequest) -> HttpResponse:
    """Every neighbour with its state; what the own office has handed over, the troubled ones first."""
    pulled = {row.neighbour: row for row in Pulling.objects.all()}
    cities = [(one, adapter(one).state(one), pulled.get(one.key)) for one in chosen().neighbours]
    rows = Handover.objects.filter(contribution__report__office=_office(request)).select_related("contribution")
    troubled = rows.filter(state__in=[State.UNSURE, State.REFUSED, State.FAILED]).defer("contribution__search").order_by("-at")
    others = rows.exclude(state__in=[State.UNSURE, State.REFUSED, State.FAILED]).defer("contribution__search").order_by("-at")
    titles = {one.key: one.title for one in chosen().neighbours}
    listed = [
        (row, titles.get(row.neighbour, row.neighbour), *WORDS[State(row.state)]) for row in (*troubled[:MOST], *others[:MOST])
    ]
    context = {"cities": cities, "handovers": listed, "number": request.GET.get("nummer", "")[:20]}
    return render(request, "participation/open311/neighbours.html", context)


@ours
@require_POST
def pull(request: HttpRequest, key: str) -> HttpResponse:
    """Now, not in half an hour."""
    found = chosen().neighbour(key)
    if found is None:
        raise Http404
    row = origins.pull(found)
    if row.error:
        messages.warning(request, row.error)
    else:
        told = {"fresh": row.fresh, "changed": row.changed}
        messages.success(request, _("Abgeholt: %(fresh)s neu, %(changed)s geändert.") % told)
    return redirect("participation:neighbours")


@clerk
@require_POST
def hand_over(request: HttpRequest) -> HttpResponse:
    """A report of the own office goes to a neighbour."""
    number = request.POST.get("number", "").replace("\x00", "").encode("utf-8", "ignore").decode().strip().upper()[:20]
    found = chosen().neighbour(request.POST.get("neighbour", ""))
    row = Report.objects.of_office(actor_of(request)).filter(contribution__reference=number).first()

    def act() -> None:
        if row is None:
            raise Refused(_("Eine Meldung mit dieser Nummer liegt nicht bei Ihrem Amt. Die Nummer steht auf ihrer Seite."))
        if found is None:
            raise Refused(_("Wählen Sie eine Nachbarstadt."))
        handing.hand_over(actor_of(request), row, found)

    said = _("Weitergegeben. Die Meldung wird in den nächsten Minuten gesendet.")
    return pressed(request, act, said, redirect("participation:neighbours"))


@clerk
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Send it again."""
    try:
        act = lambda: handing.try_again(actor_of(request), pk if pk <= MOST_ID else 0)  # noqa: E731
        return pressed(request, act, _("Wird noch einmal gesendet."), redirect("participation:neighbours"))
    except ObjectDoesNotExist:
        raise Http404 from None
