"""Where an identity card or passport is, for the person who waits for it: stages of the case's track."""

from datetime import datetime

from django.utils.translation import gettext as _

from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.cases.models import Status as CaseStatus
from stadtkern.kernel.cases.progress import Stage
from stadtkern.kernel.cases.text import Words
from stadtkern.ui import words

from ..models import Order

Status = Order.Status
ORDER = [Status.WANTED, Status.ORDERED, Status.IN_PRODUCTION, Status.SENT, Status.ARRIVED, Status.READY, Status.COLLECTED]


def way_of(case: Case) -> tuple[list[Stage], Words] | None:
    """Stages from the order to the pocket, and the sentence over them; None where nothing is handed over."""
    order = Order.objects.filter(case=case).first()
    if order is not None:
        return stages_of(order), words_of(order)
    if case.status != CaseStatus.DECIDED or not cases.awaits_handover(case.pk):
        return None
    word = Words(_("Bewilligt"), _("Ihr Antrag ist bewilligt. Das Amt bestellt jetzt Ihr Dokument."), "info")
    return [Stage(_("Bewilligt"), "done", case.decided_at), Stage(_("Bestellung"), "current")], word


def stages_of(order: Order) -> list[Stage]:
    """Done, current and open ones; what is open has no date, because nobody has promised one."""
    accepted = Stage(_("Am Schalter angenommen"), "done", order.accepted_at)
    if order.status == Status.REJECTED:
        return [accepted, Stage(_("Vom Hersteller zurückgewiesen"), "current", note=_("Wir melden uns bei Ihnen."))]
    if order.by_hand:
        steps: list[tuple[str, str, datetime | None]] = [
            (Status.ORDERED, _("Bestellt"), order.ordered_at),
            (Status.ARRIVED, _("Im Bürgeramt angekommen"), order.arrived_at),
        ]
    else:
        steps = [
            (Status.ORDERED, _("Bei der Bundesdruckerei bestellt"), order.ordered_at),
            (Status.IN_PRODUCTION, _("Wird hergestellt"), order.made_at),
            (Status.SENT, _("Auf dem Weg ins Bürgeramt"), order.sent_at),
            (Status.ARRIVED, _("Im Bürgeramt angekommen"), order.arrived_at),
        ]
    steps += [
        (Status.READY, _("Liegt zur Abholung bereit"), order.ready_at),
        (Status.COLLECTED, _("Abgeholt"), order.collected_at),
    ]
    reached = ORDER.index(Status(order.status))
    found, current = [accepted], False
    for status, title, at in steps:
        place = ORDER.index(Status(status))
        here = place >= reached and not current and order.status != Status.COLLECTED
        state = "current" if here else "done" if place <= reached else "open"
        current = current or here
        found.append(Stage(title, state, at, _note(order, status) if here else ""))
    return found


def _note(order: Order, status: str) -> str:
    if status == Status.ORDERED and order.status == Status.WANTED:
        return _("Die Bestellung ist unterwegs.") if not order.by_hand else _("Das Amt bestellt und trägt den Stand hier ein.")
    if status == Status.READY and order.status == Status.READY:
        return _where(order)
    return ""


def _where(order: Order) -> str:
    if order.pick_up == Order.PickUp.LOCKER and order.collect_until:
        day = words.day(order.collect_until)
        return _("Im Ausgabeterminal bis zum %(day)s. Den Code haben wir Ihnen ins Postfach gelegt.") % {"day": day}
    return _("Am Schalter, ohne Termin.")


def words_of(order: Order) -> Words:
    """The state in one word and one sentence."""
    table = {
        Status.READY: (_("Abholbereit"), _("Sie können Ihr Dokument abholen.") + " " + _where(order), "success"),
        Status.COLLECTED: (_("Abgeholt"), _("Sie haben Ihr Dokument bekommen."), "success"),
        Status.REJECTED: (
            _("Angehalten"),
            _("Der Hersteller kann das Dokument so nicht herstellen. Wir klären das und melden uns bei Ihnen."),
            "warning",
        ),
        Status.ARRIVED: (
            _("Angekommen"),
            _("Ihr Dokument ist im Bürgeramt. Wir schreiben Ihnen, sobald Sie es abholen können."),
            "info",
        ),
        Status.SENT: (_("Unterwegs"), _("Ihr Dokument ist auf dem Weg ins Bürgeramt."), "info"),
        Status.IN_PRODUCTION: (_("Wird hergestellt"), _("Ihr Dokument wird gerade hergestellt."), "info"),
    }
    usual = (_("Bestellt"), _("Ihr Antrag ist angenommen, Ihr Dokument wird bestellt."), "info")
    if order.by_hand and order.status in (Status.WANTED, Status.ORDERED):
        text = _("Ihr Antrag ist angenommen. Den Stand der Herstellung trägt das Amt von Hand ein.")
        usual = (_("Bestellt") if order.status == Status.ORDERED else _("Angenommen"), text, "info")
    return Words(*table.get(Status(order.status), usual))
