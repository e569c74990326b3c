"""What goes and stays of tickets when a person goes."""

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.privacy.erasure import Kept, Preview

from ..actions.ticket_forgetting import forget_of
from ..models import FareCredit, FareRight, Order, Subscription, Ticket


def preview(account_id: int, register_key: UUID | None) -> Preview:
    """In words, before it happens."""
    goes = []
    live = Ticket.objects.filter(account=account_id, status=Ticket.Status.VALID).exclude(until__lt=timezone.now())
    if live.exists():
        goes.append(_("Ihre Fahrscheine: Auch die noch gültigen gelten dann nicht mehr"))
    elif Order.objects.filter(account=account_id).exists():
        goes.append(_("Was Sie an Fahrscheinen gekauft haben"))
    if Subscription.objects.filter(account=account_id, last_month=None).exists():
        goes.append(_("Ihr Abo: Es endet mit diesem Monat"))
    if FareCredit.objects.filter(account=account_id).exists():
        goes.append(_("Ihr Guthaben für Fahrscheine: Brauchen Sie es vorher auf"))
    if FareRight.objects.filter(account=account_id).exists():
        goes.append(_("Ihre freigegebenen Ermäßigungen"))
    return Preview(goes, [])


def erase(account_id: int, register_key: UUID | None) -> list[Kept]:
    """What was paid stays with the payments, without the payer; a ticket without a person is only a number."""
    forget_of(account_id)
    return []
