"""Collection: the letter with the code, what the locker says, and back to the counter when its time is over."""

from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases.text import service_title
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.inbox import actions as inbox
from stadtkern.ui import words

from ..adapters import NotConnected, Refused, Unavailable, locker
from ..models import Order

Status = Order.Status


def end(order: Order, actor_key: str) -> Order:
    """Collected, within the caller's transaction: the case is told, and closes with its letter."""
    order.status, order.collected_at, order.collect_until, order.next_check_at = Status.COLLECTED, timezone.now(), None, None
    order.save()
    record("paper.collected", subject=str(order.case), actor=actor_key, data={"order": order.pk, "where": order.pick_up})
    cases.note_handed_out(order.case_id, actor_key)
    return order


def tell_ready(order: Order, code: str, actor_key: str) -> None:
    """The letter that it is there; it alone carries the code."""
    if code:
        body = _(
            "Ihr Dokument liegt im Ausgabeterminal: %(where)s.\n\nIhr Code: %(code)s\n\n"
            "Holen Sie es bis zum %(day)s ab. Danach liegt es am Schalter. Geben Sie den Code nicht weiter, und halten Sie "
            "Ihren alten Ausweis bereit."
        )
    else:
        body = _(
            "Ihr Dokument liegt am Schalter bereit. Sie brauchen keinen Termin. Bringen Sie Ihren alten Ausweis mit.\n\n"
            "Für ein Kind unter 16 Jahren holen die Eltern es ab."
        )
    _tell(order, _("Sie können Ihr Dokument abholen"), body, code, f"paper.ready:{order.number}:{order.pick_up}", actor_key)


def _tell(order: Order, title: str, body: str, code: str, once: str, actor_key: str) -> None:
    case = order.case
    if case.account is None:
        return
    with override(case.account.language):
        where = str(city().raw.get("locker", {}).get("where", "")) or city().contact.get("street", "")
        told = {"code": code, "where": where, "day": words.day(order.collect_until) if order.collect_until else ""}
        inbox.deliver(
            account=case.account, company=case.company, mandate=case.mandate, about=str(case), office=case.office,
            title=f"{title}: {service_title(case.service)}", body=body % told, actor_key=actor_key, once=once,
            link=reverse("cases:track", args=[case.reference]),
        )  # fmt: skip


def look_into_locker(today: date) -> int:
    """What was taken out is handed over; what was not until its day goes back to the counter. Returns how many moved."""
    moved = 0
    for order in Order.objects.filter(status=Status.READY, pick_up=Order.PickUp.LOCKER).order_by("pk"):
        try:
            if locker().collected(order.number):
                moved += _collected(order.pk)
            elif order.collect_until and order.collect_until < today:
                locker().take_out(order.number)
                moved += _back(order.pk)
        except (NotConnected, Unavailable):
            break  # the machine will answer again; nothing is assumed
        except Refused:
            continue
    return moved


@transaction.atomic
def _collected(order_id: int) -> int:
    row = Order.objects.select_for_update(of=("self",)).select_related("case").get(pk=order_id)
    if row.status != Status.READY:
        return 0
    end(row, SYSTEM)
    return 1


@transaction.atomic
def _back(order_id: int) -> int:
    row = Order.objects.select_for_update(of=("self",)).select_related("case__account", "case__office").get(pk=order_id)
    if row.status != Status.READY or row.pick_up != Order.PickUp.LOCKER:
        return 0
    row.pick_up, row.collect_until = Order.PickUp.COUNTER, None
    row.save()
    tell_ready(row, "", SYSTEM)
    record("paper.returned", subject=str(row.case), actor=SYSTEM, data={"order": row.pk})
    return 1
