"""At night: who paid more than the best price, because purchases crossed, gets the difference as credit, once."""

from collections import defaultdict
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import override

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.events.actions import record
from stadtkern.ui import words

from ..models import FareCredit, Order
from ..tickets.products import tariff
from ..tickets.quoting import most
from ..tickets.together import of_one_person

Group = tuple[int, str]  # account, reduction
LATE = 7  # days


def even_out(today: date) -> int:
    """The days of the last week, and in the second week of a month the one before; returns how many credits were given.

    Money may come a day after the ride, and a night may be missed: what is new of a day is added to what was given.
    """
    done = 0
    for back in range(LATE, 0, -1):
        day = today - timedelta(days=back)
        done += _even(day, day, tariff().best_day, f"day:{day}")
    last = today.replace(day=1) - timedelta(days=1)
    if LATE < today.day <= 2 * LATE:  # its days are settled
        done += _even(last.replace(day=1), last, tariff().best_month, f"month:{last:%Y-%m}")
    return done


def _even(first: date, last: date, product: str, name: str) -> int:
    rules, done = tariff(), 0
    rows = Order.objects.filter(status=Order.Status.PAID, count=1, day__gte=first, day__lte=last, account__isnull=False)
    groups: dict[Group, list[Order]] = defaultdict(list)
    rows = rows.filter(tickets__account=F("account"))  # what was given away is somebody else's ride
    for row in rows.order_by("pk").prefetch_related("tickets").iterator(500):
        groups[(row.account_id or 0, row.reduction)].append(row)
    for (account, reduction), orders in groups.items():
        bought = [(one.due_cents, list(one.zones)) for one in of_one_person(rules, orders)]
        limit = most(rules, product, bought, rules.reductions.get(reduction))
        paid = sum(cents for cents, _zones in bought) - _given(account, reduction, first, last, name)
        if limit is not None and paid > limit:
            done += _give(account, f"{name}:{account}:{reduction}", paid - limit, limit, last)
    return done


def _given(account: int, reduction: str, first: date, last: date, name: str) -> int:
    """What was given back already for days of this month."""
    if name.startswith("day:"):
        return 0
    names = [f"day:{first + timedelta(days=number)}:{account}:{reduction}" for number in range((last - first).days + 1)]
    return sum(FareCredit.objects.filter(once__in=names).values_list("cents", flat=True))


@transaction.atomic
def _give(account_id: int, once: str, cents: int, limit: int, day: date) -> int:
    """Diary: `ticket.credited`."""
    account = Account.objects.select_for_update(no_key=True).filter(pk=account_id).first()
    before = FareCredit.objects.filter(once=once).first()
    if account is None or (before is not None and before.cents >= cents):
        return 0
    with override(account.language):
        text = _("Bestpreis bis %(day)s: Mehr als %(most)s kostet das nicht, %(back)s sind Guthaben.")
        because = text % {"day": words.day(day), "most": words.euro(limit), "back": words.euro(cents)}
    told = {"account": account, "cents": cents, "because": because}
    row, _new = FareCredit.objects.update_or_create(once=once, defaults=told)
    record("ticket.credited", subject=str(row), actor=SYSTEM, data={"cents": cents - (before.cents if before else 0)})
    return 1
