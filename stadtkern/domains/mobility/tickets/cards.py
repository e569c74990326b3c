"""Tickets among the cards of the account ("Meine Nachweise und Tickets")."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.credentials.cards import Card

from ..models import Ticket

MOST = 50


def cards(actor: Actor) -> list[Card]:
    """Tickets that hold or held; what was given back is no card."""
    now = timezone.now()
    rows = (
        Ticket.objects.visible_to(actor).exclude(status=Ticket.Status.REFUNDED).select_related("order").order_by("-pk")[:MOST]
    )
    return [_card(row, now) for row in rows]


def _card(row: Ticket, now: datetime) -> Card:
    word, level = state_of(row, now)
    shows = row.since is not None and not row.over(now)
    return Card(
        title=f"{row.said_title}, {_('Zone')} {', '.join(row.zones)}", status=word, level=level,
        valid_until=row.until or row.use_by, to_the_minute=row.until is not None,
        open_url=reverse("mobility:ticket", args=[row.pk]), show_url=reverse("mobility:ticket_show") if shows else "",
        sort=row.issued_at,
    )  # fmt: skip


def state_of(row: Ticket, now: datetime) -> tuple[str, str]:
    """In words, and its colour."""
    if row.status == Ticket.Status.REVOKED:
        return _("Gesperrt"), "danger"
    if row.status == Ticket.Status.REFUNDED:
        return _("Zurückgegeben"), "warning"
    if row.over(now):
        return _("Abgelaufen"), "warning"
    if row.since is None:
        return _("Noch nicht entwertet"), "info"
    return (_("Gültig"), "success") if row.since <= now else (_("Gilt noch nicht"), "info")
