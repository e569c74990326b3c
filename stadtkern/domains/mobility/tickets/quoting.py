"""What a purchase would cost this person now: price, best price, credit, and what is not possible, in words."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.credentials.models import Credential

from ..models import FareCredit, FareRight, Order
from . import fares
from .pricing import Price, Spent, best, plain
from .products import Product, Reduction, Tariff
from .together import covered, trip, trip_of

AHEAD = timedelta(days=60)  # so early a ticket can be bought
LATE = timedelta(minutes=10)  # somebody fills in the form
NEAR = timedelta(days=1)  # tickets of days before and after may reach into a day
Status = Order.Status


class Refused(Exception):
    """Not possible; the message says what to do instead."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants to buy; `starts` None: when it is used first."""

    product: Product
    zones: tuple[str, ...]
    reduction: Reduction | None
    starts: datetime | None


@dataclass(frozen=True)
class Quote:
    """What it costs and why; `company`: somebody has a ticket for this time, so this one is for somebody else."""

    wish: Wish
    price: Price
    credit: int
    day: date | None
    company: bool = False

    @property
    def payable(self) -> int:
        return self.price.due - self.credit


def quote(tariff: Tariff, account: Account, wish: Wish, now: datetime) -> Quote:
    """Raises Refused."""
    check(account, wish, now)
    product, count = wish.product, len(wish.zones)
    full = plain(tariff, product, count, wish.reduction, fares.cents_of(product, count))
    capped = product.count == 1 and product.kind in ("ride", "day") and wish.starts is not None
    day = (
        tariff.service_day(max(wish.starts, now) if product.kind == "ride" else wish.starts) if capped and wish.starts else None
    )
    company = day is not None and is_company(tariff, account, wish, day)
    day = None if company else day
    price = best_price(tariff, account, wish, full, day) if day else Price(full, full)
    return Quote(wish, price, min(balance(account), price.due), day, company)


def check(account: Account, wish: Wish, now: datetime) -> None:
    """What can be wrong with a wish."""
    if not wish.zones:
        raise Refused(_("Wählen Sie mindestens eine Zone."))
    if wish.starts is None and wish.product.kind != "ride":
        raise Refused(_("Wählen Sie den ersten Tag."))
    back = LATE if wish.product.kind == "ride" else timedelta(days=1)  # a ride of yesterday would have yesterday's best price
    if wish.starts and not now - back <= wish.starts <= now + AHEAD:
        raise Refused(_("Wählen Sie einen Beginn von heute an, höchstens 60 Tage im Voraus."))
    if wish.reduction and wish.reduction.check == "right" and not has_right(account, wish.reduction, wish.starts or now):
        raise Refused(_("Dieser ermäßigte Preis ist für Sie noch nicht freigegeben."))


def best_price(tariff: Tariff, account: Account, wish: Wish, full: int, day: date) -> Price:
    """Never more than the day's and the month's price for all zones that were used."""
    key = wish.reduction.key if wish.reduction else ""
    rows = counted(account, key).filter(day__year=day.year, day__month=day.month)
    today = [(row.due_cents, row.zones) for row in rows if row.day == day]
    month = [(row.due_cents, row.zones) for row in rows]
    spent = Spent(sum(cents for cents, _zones in today), sum(cents for cents, _zones in month))
    most_day = most(tariff, tariff.best_day, [*today, (0, list(wish.zones))], wish.reduction)
    most_month = most(tariff, tariff.best_month, [*month, (0, list(wish.zones))], wish.reduction)
    return best(full, spent, most_day, most_month)


def counted(account: Account | None, reduction: str) -> QuerySet[Order]:
    """Purchases that count towards the best price: paid, and their ticket not given to somebody else."""
    rows = Order.objects.filter(account=account, reduction=reduction, count=1, day__isnull=False, status=Status.PAID)
    return rows.filter(tickets__account=account)


def is_company(tariff: Tariff, account: Account, wish: Wish, day: date) -> bool:
    """Whether they have a ticket for this time and these zones; an open purchase counts where it has a best price already."""
    if wish.starts is None:
        return False
    key = wish.reduction.key if wish.reduction else ""
    rows = Order.objects.filter(account=account, reduction=key, count=1, day__range=(day - NEAR, day + NEAR))
    rows = rows.filter(Q(status=Status.PAID) | Q(status=Status.OPEN, due_cents__lt=F("full_cents"))).prefetch_related("tickets")
    others = [found for row in rows if (found := trip_of(tariff, row)) is not None]
    return covered(trip(tariff, wish.product.kind, wish.product.minutes, wish.starts, wish.zones), others)


def most(tariff: Tariff, key: str, bought: list[tuple[int, list[str]]], reduction: Reduction | None) -> int | None:
    """The price of the day's or month's ticket for every zone somebody has been in; None without such a product."""
    product = tariff.products.get(key)
    zones = {zone for _cents, zones in bought for zone in zones}
    return plain(tariff, product, len(zones), reduction, fares.cents_of(product, len(zones))) if product and zones else None


def balance(account: Account) -> int:
    """What of the credit is left; open purchases hold theirs."""
    given = FareCredit.objects.filter(account=account).aggregate(sum=Sum("cents"))["sum"] or 0
    used = Order.objects.filter(account=account).exclude(status=Status.ENDED).aggregate(sum=Sum("credit_cents"))["sum"] or 0
    return max(0, given - used)


def has_right(account: Account, reduction: Reduction, at: datetime) -> bool:
    """Granted by the office, or proven by something in the wallet."""
    day = timezone.localdate(at)
    rows = FareRight.objects.filter(account=account, reduction=reduction.key, status=FareRight.Status.GRANTED)
    return rows.filter(Q(until=None) | Q(until__gte=day)).exists() or proof(account, reduction, at) is not None


def proof(account: Account, reduction: Reduction, at: datetime) -> Credential | None:
    """A proof of the city that gives this right and holds then."""
    rows = Credential.objects.filter(account=account, kind__in=reduction.proofs, revoked_at=None)
    return rows.filter(Q(valid_until=None) | Q(valid_until__gte=at)).order_by("-pk").first()
