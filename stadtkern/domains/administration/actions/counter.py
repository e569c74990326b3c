"""What clerks do: accept the application at the counter, count in, lay out, hand over."""

from collections.abc import Collection
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Staff
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases.actions import Refused
from stadtkern.kernel.cases.models import Case, Decision
from stadtkern.kernel.cases.models import Status as CaseStatus
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.events.actions import record

from ..adapters import NotConnected, Said, Unavailable, Word, has_locker, locker
from ..adapters import Refused as LockerRefused
from ..models import Order
from .making import advance, start
from .pick_up import end, tell_ready

Status = Order.Status
TICKS = {
    "identity": gettext_lazy("Identität festgestellt"),
    "data": gettext_lazy("Angaben gemeinsam geprüft, Alter und Gebühr stimmen"),
    "photo": gettext_lazy("Digitales Lichtbild liegt vor (Code abgerufen oder hier aufgenommen)"),
    "signature": gettext_lazy("Unterschrift und Fingerabdrücke aufgenommen, soweit nach Alter nötig"),
    "consent": gettext_lazy("Alle Sorgeberechtigten haben zugestimmt"),
}
LOCKER_DAYS = 14  # assumed; `[locker] days` of city.toml


def needed_ticks(case: Case) -> list[str]:
    """What must be there before it is ordered: for a child also the consent of the parents."""
    child = case.answers.get("for_whom") == "child"
    return [key for key in TICKS if key != "consent" or child]


@transaction.atomic
def accept(actor: Actor, case: Case, ticks: Collection[str]) -> Order:
    """Everything is there: the application is granted and the document ordered. A second click changes nothing."""
    if missing := [str(TICKS[key]) for key in needed_ticks(case) if key not in ticks]:
        raise Refused(_("Ohne diese Punkte wird nicht bestellt: %(points)s.") % {"points": "; ".join(missing)})
    if existing := Order.objects.filter(case=case).first():
        return existing
    kind = case.begun_on.decision.handover
    if not kind:
        raise Refused(_("Zu dieser Leistung gehört kein Ausweis."))
    if case.status != CaseStatus.DECIDED:
        cases.decide(actor, case, Decision.Outcome.GRANTED)
    elif cases.awaits_handover(case.pk) is False:
        raise Refused(_("Der Antrag ist abgelehnt. Es gibt nichts zu bestellen."))
    wish = case.answers.get("pick_up")
    order, fresh = Order.objects.get_or_create(
        case=case,
        defaults={
            "kind": kind,
            "express": case.answers.get("express") is True,
            "pick_up": Order.PickUp.LOCKER if wish == "locker" and case.account_id and has_locker() else Order.PickUp.COUNTER,
            "number": f"{case.reference}-1",
        },
    )
    if fresh:
        record("paper.accepted", subject=str(case), actor=actor.key, data={"order": order.pk})
        start(order)
    return order


@transaction.atomic
def order_again(actor: Actor, order: Order) -> Order:
    """What the maker rejected has been put right: the same order under a new number."""
    row = _locked(actor, order)
    if row.status != Status.REJECTED:
        raise Refused(_("Diese Bestellung ist nicht zurückgewiesen."))
    row.attempt += 1
    row.number = f"{row.case.reference}-{row.attempt}"
    row.status, row.reason, row.ordered_at, row.made_at, row.sent_at = Status.WANTED, "", None, None, None
    row.save()
    record("paper.ordered_again", subject=str(row.case), actor=actor.key, data={"order": row.pk, "attempt": row.attempt})
    start(row)
    return row


@transaction.atomic
def enter_by_hand(actor: Actor, order: Order, word: str) -> Order:
    """The clerk tells what the maker would: ordered, or delivered. Also where the maker has not said it yet."""
    row = _locked(actor, order)
    if word not in (Word.ORDERED, Word.DELIVERED) or row.status not in (
        Status.WANTED, Status.ORDERED, Status.IN_PRODUCTION, Status.SENT,
    ):  # fmt: skip
        raise Refused(_("Das passt nicht zum Stand dieser Bestellung. Laden Sie die Seite neu."))
    return advance(row.pk, Said(Word(word)), actor.key)


def lay_out(actor: Actor, order: Order, where: str) -> Order:
    """Ready for collection, at the counter or in the locker; the person is told, with the code of the compartment."""
    row = Order.objects.of_office(_staff(actor)).select_related("case__account").get(pk=order.pk)
    if row.status != Status.ARRIVED:
        raise Refused(_("Das Dokument ist noch nicht als angekommen eingetragen."))
    if where not in Order.PickUp.values:
        raise Refused(_("Wählen Sie Schalter oder Terminal."))
    until = timezone.localdate() + timedelta(days=int(city().raw.get("locker", {}).get("days", LOCKER_DAYS)))
    code = ""
    if where == Order.PickUp.LOCKER:
        if row.case.account is None:
            raise Refused(_("Ohne Konto können wir keinen Code schicken. Legen Sie es am Schalter bereit."))
        if row.case.answers.get("for_whom") == "child":
            raise Refused(_("Dokumente von Kindern gibt es nur am Schalter."))
        code = _compartment(row, until)
    with transaction.atomic():
        row = _locked(actor, order)
        if row.status != Status.ARRIVED:
            return row  # a colleague was faster; the compartment is the same
        row.status, row.ready_at, row.pick_up = Status.READY, timezone.now(), where
        row.collect_until = until if code else None
        row.save()
        tell_ready(row, code, actor.key)
        record("paper.ready", subject=str(row.case), actor=actor.key, data={"order": row.pk, "where": where})
    return row


def _compartment(order: Order, until: date) -> str:
    """No transaction is open while the machine works; the same number gets the same code again."""
    try:
        return locker().put_in(order.number, until)
    except NotConnected as error:
        raise Refused(_("Ein Ausgabeterminal ist nicht verbunden. Legen Sie es am Schalter bereit.")) from error
    except Unavailable as error:
        raise Refused(
            _("Das Ausgabeterminal antwortet nicht. Versuchen Sie es später, oder nehmen Sie den Schalter.")
        ) from error
    except LockerRefused as error:
        raise Refused(_("Im Ausgabeterminal ist kein Fach frei. Legen Sie es am Schalter bereit.")) from error


@transaction.atomic
def hand_over(actor: Actor, order: Order) -> Order:
    """Handed over at the counter: the case can be closed. A second click changes nothing."""
    row = _locked(actor, order)
    if row.status == Status.COLLECTED:
        return row
    if row.status not in (Status.ARRIVED, Status.READY) or (row.pick_up == Order.PickUp.LOCKER and row.status == Status.READY):
        raise Refused(_("Ausgeben können Sie nur, was am Schalter bereitliegt."))
    return end(row, actor.key)


def _locked(actor: Actor, order: Order) -> Order:
    rows = Order.objects.of_office(_staff(actor)).select_for_update(of=("self",))
    return rows.select_related("case__account", "case__company", "case__mandate", "case__office").get(pk=order.pk)


def _staff(actor: Actor) -> Staff:
    if actor.staff is None:
        raise Order.DoesNotExist
    return actor.staff
