"""What stands in "Meine Nachweise und Tickets": proofs of this room, and whatever departments add (site/wiring.py).

A department adds cards with a file `cards.py` and a function `cards(actor) -> list[Card]`; the kernel need not know it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor

from .models import Credential

MOST = 50


@dataclass(frozen=True)
class Card:
    """One proof or ticket. Empty addresses are buttons that are not there."""

    title: str
    status: str  # in words
    level: str = "success"  # info, success, warning, danger
    valid_until: datetime | None = None
    to_the_minute: bool = False  # the hour of its end is said too: a ride, no certificate
    note: str = ""
    open_url: str = ""  # its own page
    show_url: str = ""  # big, to be scanned
    document_url: str = ""  # PDF
    wallet_url: str = ""  # into the wallet
    sort: datetime | None = None

    @property
    def over(self) -> bool:
        """No longer of use: shown below."""
        return self.level == "danger" or (self.valid_until is not None and self.valid_until < timezone.now())


SOURCES: list[Callable[[Actor], list[Card]]] = []


def cards_of(actor: Actor) -> list[Card]:
    """Everything this person has, what holds first, the newest first."""
    found = [card for source in (own_cards, *SOURCES) for card in source(actor)]
    found.sort(key=lambda card: card.sort or timezone.now(), reverse=True)
    return sorted(found, key=lambda card: card.over)


def own_cards(actor: Actor) -> list[Card]:
    """Proofs of this room; one query for them and their papers, one for the copies."""
    rows = Credential.objects.visible_to(actor).select_related("document").prefetch_related("copies").order_by("-id")[:MOST]
    return [card_of(row) for row in rows]


def card_of(row: Credential) -> Card:
    status, level = state_of(row)
    paper = row.document if row.document and not row.document.shredded_at and not row.document.revoked_at else None
    holds = level in ("success", "info")
    return Card(
        title=row.title,
        status=status,
        level=level,
        valid_until=row.valid_until,
        open_url=reverse("credentials:show", args=[row.pk]),
        show_url=reverse("credentials:scan", args=[row.pk]) if paper and holds else "",
        document_url=reverse("documents:download", args=[row.document.number]) if row.document and _there(row) else "",
        wallet_url=reverse("credentials:take", args=[row.pk]) if holds and can_fetch(row) else "",
        sort=row.offered_at,
    )


def _there(row: Credential) -> bool:
    return row.document is not None and row.document.shredded_at is None


def can_fetch(row: Credential) -> bool:
    """The claims lie here and the time is not over."""
    return bool(row.claims) and row.open_until > timezone.now()


def state_of(row: Credential) -> tuple[str, str]:
    """Status in words, and its colour."""
    if row.revoked_at:
        return _("Widerrufen"), "danger"
    if row.valid_until and row.valid_until < timezone.now():
        return _("Abgelaufen"), "warning"
    if any(copy.revoked_at is None for copy in row.copies.all()):
        return _("Gültig, in Ihrer Wallet"), "success"
    return (_("Gültig, noch nicht in einer Wallet"), "info") if can_fetch(row) else (_("Gültig"), "success")
