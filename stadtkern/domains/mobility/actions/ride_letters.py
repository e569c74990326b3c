"""Letters about rides: only where nobody was looking, for what the clock found."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.inbox import actions as inbox
from stadtkern.ui.words import euro

from ..models import Ride

State = Ride.State


def tell_over(row: Ride) -> None:
    """A reservation that is over without the person having ended it."""
    if row.account is None or row.state not in (State.CANCELLED, State.EXPIRED, State.REFUSED):
        return
    with override(row.account.language):
        body = _("%(title)s: Die Reservierung ist zu Ende. Sie kostet nichts.") % {"title": row.title}
        _deliver(row, _("Ihre Reservierung ist zu Ende"), body, f"ride.over:{row.pk}")


def tell_billed(row: Ride) -> None:
    """The ride is over, and what it cost."""
    if row.account is None:
        return
    with override(row.account.language):
        said = {"title": row.title, "price": euro(row.cents or 0)}
        body = _("%(title)s: Die Fahrt ist zu Ende. Sie kostet %(price)s.") % said
        if row.by_provider:
            body += " " + _("Der Anbieter hat sie beendet.")
        _deliver(row, _("Ihre Fahrt ist abgerechnet"), body, f"ride.billed:{row.pk}")


def _deliver(row: Ride, title: str, body: str, once: str) -> None:
    if row.account:
        link = reverse("mobility:ride", args=[row.pk])
        inbox.deliver(
            account=row.account, about=str(row), office=None, title=title, body=body, actor_key=SYSTEM, once=once, link=link
        )
