"""Where a ticket is shown: on one phone, by our server, on paper. Each copy has a number that can be revoked alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record
from stadtkern.lib.uic import Content, issue, show
from stadtkern.lib.uic.barcode import HASH, public_bytes, public_key
from stadtkern.lib.uic.content import wall

from ..models import Ticket, TicketCopy
from ..tickets import keys
from ..tickets.products import Tariff, tariff
from ..tickets.quoting import Refused

LIVES = 30  # seconds a phone's proof of this moment holds
SERVER_LIVES = 60  # of a page without JavaScript, which is drawn anew every 30 seconds
MOST_MOVES = 6  # phones of one ticket
Kind = TicketCopy.Kind


class LostPhone(Refused):
    """This phone was reported lost."""


@dataclass(frozen=True)
class Shown:
    """A ticket for one phone: what the issuer signed; the phone adds its proof."""

    ticket: Ticket
    barcode: bytes
    ends: datetime


@transaction.atomic
def put_on_phone(actor: Actor, point: bytes) -> tuple[list[Shown], list[Ticket]]:
    """(tickets that this phone may show now, those that lie on another phone). Diary: `ticket.put_on_phone` for new ones.

    A phone that was reported lost gets nothing, also while somebody is still signed in on it: it must sign in anew, which
    makes it forget its key (LostPhone).
    """
    if len(point) != 65 or public_key(point) is None:
        raise Refused(_("Dieses Gerät kann keinen Schlüssel anlegen. Zeigen Sie den Fahrschein ohne die App."))
    if TicketCopy.objects.filter(ticket__account=actor.account, lost=True, public_key=point).exists():
        raise LostPhone(_("Dieses Handy haben Sie gesperrt. Ist es wieder da, melden Sie sich auf ihm ab und neu an."))
    here, elsewhere = [], []
    for row in usable(actor):
        copy = _live(row, Kind.PHONE)
        if copy is not None and bytes(copy.public_key) != point:
            elsewhere.append(row)
            continue
        if copy is None:
            copy = _add(row, Kind.PHONE, point)
            record("ticket.put_on_phone", subject=str(row), actor=actor.key, data={"copy": copy.pk})
        rules = tariff()
        ends = min(row.until or timezone.now(), timezone.now() + timedelta(hours=rules.phone_hours))
        here.append(Shown(row, barcode_of(rules, copy, point, LIVES, ends), ends))
    return here, elsewhere


@transaction.atomic
def by_server(actor: Actor, ticket: Ticket) -> bytes:
    """The barcode of this moment, for a page without JavaScript; our server holds its key. Diary: first time only."""
    row = next((one for one in usable(actor) if one.pk == ticket.pk), None)
    if row is None:
        raise Refused(_("Dieser Fahrschein lässt sich gerade nicht zeigen."))
    copy = _live(row, Kind.SERVER)
    if copy is None:
        copy = _add(row, Kind.SERVER, b"")
        record("ticket.shown_by_server", subject=str(row), actor=actor.key, data={"copy": copy.pk})
    own, now = keys.signing().of_copy(copy.reference), datetime.now(UTC)
    ends = now + timedelta(minutes=10)
    bound = barcode_of(tariff(), copy, public_bytes(own.public_key()), SERVER_LIVES, ends)
    return show(bound, lambda data: own.sign(data, HASH), now)


@transaction.atomic
def on_paper(actor: Actor, ticket: Ticket) -> bytes:
    """The barcode to be printed: with the holder's name, because paper can be copied. Diary: `ticket.printed`."""
    row = next((one for one in usable(actor) if one.pk == ticket.pk), None)
    if row is None or not name_of(row):
        raise Refused(_("Zum Drucken brauchen wir Ihren Namen im Konto: Papier gilt nur mit Ausweis."))
    copy = _live(row, Kind.PAPER)
    if copy is None:
        copy = _add(row, Kind.PAPER, b"")
        record("ticket.printed", subject=str(row), actor=actor.key, data={"copy": copy.pk})
    return barcode_of(tariff(), copy, b"", 0, None)


@transaction.atomic
def lost_phone(actor: Actor) -> int:
    """Nothing on the old phone (or paper) holds any more; the next phone takes over. Diary: `ticket.phone_lost`."""
    rows = [row for row in usable(actor) if row.copies.filter(ended_at=None).exists()]
    if any(row.copies.count() >= MOST_MOVES for row in rows):
        raise Refused(_("Das ist zu oft geschehen. Wenden Sie sich bitte an das Amt, dann richten wir es gemeinsam."))
    ended = TicketCopy.objects.filter(ticket__in=rows, ended_at=None).update(ended_at=timezone.now(), lost=True)
    if ended and actor.account:
        record("ticket.phone_lost", subject=str(actor.key), actor=actor.key, data={"tickets": [row.pk for row in rows]})
    return ended


def usable(actor: Actor) -> list[Ticket]:
    """Tickets of this person that have begun or will, locked."""
    rows = Ticket.objects.visible_to(actor).filter(status=Ticket.Status.VALID, since__isnull=False, until__gt=timezone.now())
    return list(rows.select_for_update(of=("self",)).select_related("order", "account__person").order_by("since", "pk")[:100])


def barcode_of(rules: Tariff, copy: TicketCopy, point: bytes, lives: int, ends: datetime | None) -> bytes:
    """Signed by the issuer; with the point of a phone it needs that phone's proof."""
    row, key = copy.ticket, keys.signing()
    return issue(
        content_of(rules, row, copy.reference), key.private, key_id=key.number, moving_key=point, lives=lives, ends=ends
    )


def content_of(rules: Tariff, row: Ticket, reference: str) -> Content:
    """What the barcode says: nothing about a person, unless the ticket is only theirs."""
    if row.since is None or row.until is None:
        raise Refused(_("Dieser Fahrschein hat noch nicht begonnen."))
    since, until = wall(row.since, row.until)
    reduction = rules.reductions.get(row.reduction)
    return Content(
        reference=reference, issuer=rules.issuer, product=row.order.product, title=row.title, zones=rules.numbers(row.zones),
        issued=row.issued_at.replace(second=0, microsecond=0), since=since, until=until,
        kind=reduction.kind if reduction else "adult", tariff=reduction.title if reduction else "",
        name=name_of(row) if row.personal or reference_is_paper(row, reference) else "",
        check_age=bool(reduction and reduction.check == "age"), check_right=bool(reduction and reduction.check == "right"),
    )  # fmt: skip


def reference_is_paper(row: Ticket, reference: str) -> bool:
    """Paper can be copied: it names who it is for."""
    serial = reference.rpartition("-")[2]
    return row.copies.filter(serial=serial, kind=Kind.PAPER).exists()


def name_of(row: Ticket) -> str:
    """The holder's name, where the account has one."""
    if row.account is None:
        return ""
    person = getattr(row.account, "person", None)
    known = f"{person.given_names} {person.family_name}".strip() if person else ""
    return (known or row.account.name)[:80]


def _live(row: Ticket, kind: str) -> TicketCopy | None:
    return TicketCopy.objects.filter(ticket=row, kind=kind, ended_at=None).select_related("ticket").first()


def _add(row: Ticket, kind: str, point: bytes) -> TicketCopy:
    last = TicketCopy.objects.filter(ticket=row).aggregate(last=Max("serial"))["last"] or 0
    if row.shown_at is None:
        row.shown_at = timezone.now()
        row.save(update_fields=["shown_at"])
    return TicketCopy.objects.create(ticket=row, serial=last + 1, kind=kind, public_key=point)


def serials(rows: Sequence[Ticket]) -> dict[int, list[TicketCopy]]:
    """Copies of tickets, for their pages."""
    found: dict[int, list[TicketCopy]] = {}
    for copy in TicketCopy.objects.filter(ticket__in=rows).order_by("serial"):
        found.setdefault(copy.ticket_id, []).append(copy)
    return found
