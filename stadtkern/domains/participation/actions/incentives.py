"""Points: opted into, earned with bounds, redeemed, given back, forgotten. Nothing here knows how anybody voted."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.models import DESK_ROLES
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.events.models import Event
from stadtkern.lib import ids

from ..incentives import EARNING, rules
from ..models import Contribution, Link, Occasion, PointsAccount, PointsLine, Report, Voucher
from .guard import Refused, tidy

Source, State = PointsLine.Source, Voucher.State
IDLE, SETTLED = timedelta(days=2 * 365), timedelta(days=365)
BATCH = 200


@transaction.atomic
def opt_in(actor: Actor) -> PointsAccount:
    """From now on, not for what was. A second time changes nothing. Diary: `points.opened`."""
    if actor.account is None or actor.mandate or actor.company:
        raise Refused(_("Punkte sammelt jede Person nur für sich selbst. Bitte melden Sie sich dafür an."), sign_in=True)
    if not rules().on:
        raise Refused(_("In dieser Stadt gibt es zurzeit keine Punkte."))
    row, fresh = PointsAccount.objects.get_or_create(account=actor.account)
    if fresh:
        record("points.opened", subject=str(row), actor=actor.key)
    return row


@transaction.atomic
def opt_out(account_id: int, actor_key: str) -> bool:
    """Points, lines and vouchers are gone. Diary: `points.closed`. False where there was nothing."""
    row = PointsAccount.objects.select_for_update().filter(account=account_id).first()
    if row is None:
        return False
    row.closing = True
    row.save(update_fields=["closing"])
    record("points.closed", subject=str(row), actor=actor_key)
    row.delete()
    return True


@transaction.atomic
def earn(account_id: int | None, source: str, about: str, now: datetime | None = None) -> PointsLine | None:
    """Points for this, once, within the bounds; nothing for who did not ask for points. Diary: `points.earned`."""
    known = rules()
    if account_id is None or not known.on or source not in EARNING or source not in known.sources:
        return None
    ledger = PointsAccount.objects.select_for_update().filter(account=account_id, account__is_active=True).first()
    if ledger is None or PointsLine.objects.filter(ledger=ledger, source=source, about=about).exists():
        return None
    now = now or timezone.now()
    wanted, left = known.sources[source], _left(ledger, now)
    if (points := min(wanted, left)) <= 0:
        return None
    line = PointsLine.objects.create(ledger=ledger, source=source, about=about, points=points, cut=points < wanted, at=now)
    record("points.earned", subject=str(ledger), actor=SYSTEM, data={"line": line.pk, "points": points})
    return line


def _left(ledger: PointsAccount, now: datetime) -> int:
    """How many more this person can earn today and this month."""
    here = timezone.localtime(now)
    day = here.replace(hour=0, minute=0, second=0, microsecond=0)
    earned = PointsLine.objects.filter(ledger=ledger, source__in=EARNING)
    sums = [int(earned.filter(at__gte=start).aggregate(sum=Sum("points"))["sum"] or 0) for start in (day, day.replace(day=1))]
    return min(rules().per_day - sums[0], rules().per_month - sums[1])


@transaction.atomic
def redeem(actor: Actor, offer_key: str, shown: int) -> Voucher:
    """A voucher for points; `shown`: what it cost on the page. Diary: `points.redeemed`."""
    ledger = _own(actor)
    offer = rules().offers.get(offer_key)
    if offer is None or not rules().on:
        raise Refused(_("Dieses Angebot gibt es nicht mehr. Laden Sie die Seite neu."))
    if offer.points != shown:
        raise Refused(_("Der Preis hat sich geändert. Bitte lesen Sie ihn noch einmal."))
    if ledger.balance < offer.points:
        raise Refused(_("Dafür reichen Ihre Punkte noch nicht."))
    until = timezone.localdate() + timedelta(days=offer.days)
    made = Voucher.objects.create(
        ledger=ledger, offer=offer.key, title=offer.title, points=offer.points, code=ids.drawn(10), until_date=until
    )
    PointsLine.objects.create(ledger=ledger, source=Source.REDEEMED, about=str(made), points=-offer.points)
    record("points.redeemed", subject=str(made), actor=actor.key, data={"points": offer.points})
    return made


@transaction.atomic
def give_back(actor: Actor, pk: int) -> Voucher:
    """An unused voucher becomes points again. A second time changes nothing. Diary: `points.returned`."""
    ledger = _own(actor)
    row = Voucher.objects.select_for_update().get(pk=pk, ledger=ledger)
    if row.state == State.RETURNED:
        return row
    if row.state != State.OPEN:
        raise Refused(_("Dieser Gutschein ist schon benutzt oder abgelaufen."))
    _back(row, State.RETURNED, Source.RETURNED)
    record("points.returned", subject=str(row), actor=actor.key, data={"points": row.points})
    return row


def _back(row: Voucher, state: Voucher.State, source: PointsLine.Source) -> None:
    row.state, row.settled_at = state, timezone.now()
    row.save(update_fields=["state", "settled_at"])
    PointsLine.objects.create(ledger_id=row.ledger_id, source=source, about=str(row), points=row.points)


@transaction.atomic
def accept(actor: Actor, code: str) -> Voucher:
    """At the desk: this code has been given something for; never twice. Diary: `points.voucher_used`."""
    staff = actor.staff
    if staff is None or staff.role not in DESK_ROLES:
        raise Voucher.DoesNotExist
    row = Voucher.objects.select_for_update(of=("self",)).select_related("ledger").filter(code=ids.typed(code)).first()
    if row is None:
        raise Refused(_("Diesen Code gibt es nicht. Bitte lesen Sie ihn noch einmal vor."))
    if row.ledger.account_id == staff.account_id:
        raise Refused(_("Das ist Ihr eigener Gutschein. Bitte geben Sie ihn an eine Kollegin oder einen Kollegen."))
    if row.state == State.USED and row.settled_at:
        at = timezone.localtime(row.settled_at)
        raise Refused(_("Dieser Gutschein wurde schon eingelöst, am %s.") % f"{at:%d.%m.%Y, %H:%M}")
    if row.state != State.OPEN or row.until_date < timezone.localdate():
        raise Refused(_("Dieser Gutschein gilt nicht mehr. Die Punkte sind wieder auf dem Konto der Person."))
    row.state, row.settled_at, row.used_by = State.USED, timezone.now(), staff
    row.save(update_fields=["state", "settled_at", "used_by"])
    record("points.voucher_used", subject=str(row), actor=actor.key, data={"offer": row.offer})
    return row


@transaction.atomic
def open_occasion(actor: Actor, values: Mapping[str, Any]) -> Occasion:
    """A meeting with a code for who comes. Diary: `points.occasion_opened`."""
    staff = actor.staff
    if staff is None or staff.role not in DESK_ROLES:
        raise Occasion.DoesNotExist
    title = tidy(values.get("title"), 120)
    if len(title) < 5:
        raise Refused(_("Wie heißt die Veranstaltung? Zum Beispiel „Workshop Marktplatz“."), "title")
    try:
        day, most = date.fromisoformat(str(values.get("on_date") or "")), int(str(values.get("most") or "100"))
    except ValueError:
        raise Refused(_("Bitte einen Tag und eine Zahl von Menschen angeben."), "on_date") from None
    if day < timezone.localdate() or not 1 <= most <= 5000:
        raise Refused(_("Der Tag liegt in der Vergangenheit, oder es sind zu viele Menschen (höchstens 5.000)."), "on_date")
    made = Occasion.objects.create(office=staff.office, title=title, on_date=day, most=most, code=ids.drawn(8), made_by=staff)
    record("points.occasion_opened", subject=str(made), actor=actor.key)
    return made


@transaction.atomic
def attend(actor: Actor, code: str) -> PointsLine:
    """Somebody types the code that hung in the room."""
    ledger, today = _own(actor), timezone.localdate()
    row = Occasion.objects.select_for_update().filter(code=ids.typed(code)).first()
    if row is None:
        raise Refused(_("Diesen Code gibt es nicht. Er hat acht Zeichen und hing im Raum aus."), "code")
    if not row.on_date <= today <= row.on_date + timedelta(days=1):
        raise Refused(_("Dieser Code gilt nur am Tag der Veranstaltung und am Tag danach."), "code")
    if PointsLine.objects.filter(source=Source.ATTENDED, about=str(row)).count() >= row.most:
        raise Refused(_("Der Code wurde schon so oft benutzt, wie Menschen erwartet wurden."), "code")
    if PointsLine.objects.filter(ledger=ledger, source=Source.ATTENDED, about=str(row)).exists():
        raise Refused(_("Für diese Veranstaltung haben Sie schon Punkte."), "code")
    line = earn(ledger.account_id, Source.ATTENDED, str(row))
    if line is None:
        raise Refused(_("Heute oder in diesem Monat können Sie keine weiteren Punkte sammeln. Danke, dass Sie da waren."))
    return line


def _own(actor: Actor) -> PointsAccount:
    if actor.account is None or actor.mandate or actor.company:
        raise PointsAccount.DoesNotExist
    return PointsAccount.objects.select_for_update().get(account=actor.account)


def of_report(event: Event) -> None:
    """`report.state_changed`: repaired, so whoever reported it helped."""
    if event.data.get("state") != Report.State.DONE:
        return
    row = Contribution.objects.filter(pk=int(event.subject.removeprefix("contribution:"))).only("account_id").first()
    earn(row.account_id if row else None, Source.REPORT_DONE, event.subject)


def of_link(event: Event) -> None:
    """`contribution.linked`: an office has made something of an idea. What a vote decided earns nothing."""
    link = Link.objects.select_related("source").filter(pk=event.data.get("link")).first()
    if link is None or link.kind not in (Link.Kind.BECAME, Link.Kind.REALISED_AS) or event.actor == SYSTEM:
        return
    if link.source.kind in (Contribution.Kind.IDEA, Contribution.Kind.PROPOSAL):  # projects on a ballot win by votes
        earn(link.source.account_id, Source.IDEA_TAKEN_UP, str(link.source))


@transaction.atomic
def tidy_points(now: datetime) -> int:
    """Vouchers out of time become points again; settled ones go after a year; ledgers nobody uses for two years go."""
    due = Voucher.objects.select_for_update(skip_locked=True).filter(state=State.OPEN, until_date__lt=timezone.localdate(now))
    expired = list(due[:BATCH])
    for row in expired:
        _back(row, State.EXPIRED, Source.EXPIRED)
        record("points.voucher_expired", subject=str(row), actor=SYSTEM, data={"points": row.points})
    old = Voucher.objects.exclude(state=State.OPEN).filter(settled_at__lt=now - SETTLED).values_list("pk", flat=True)[:BATCH]
    gone = Voucher.objects.filter(pk__in=list(old)).delete()[0]
    last = PointsAccount.objects.filter(opened_at__lt=now - IDLE).annotate(last=Max("lines__at"))
    idle = [one.account_id for one in last.exclude(last__gte=now - IDLE)[:BATCH]]
    for account_id in idle:
        opt_out(account_id, SYSTEM)
    return len(expired) + gone + len(idle)
