"""How far a case is: the pages of its form, and the stages of its track."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.city.profile import city
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.services.catalogue import Service
from stadtkern.lib.forms.model import Answers, Form, Group, Step
from stadtkern.lib.forms.rules.evaluate import Effects
from stadtkern.lib.forms.walk import Walk

from . import visits
from .models import Case, Decision, Status
from .text import Words, outcome_of


@dataclass(frozen=True)
class Page:
    """One page of the form in the stepper; `state` is done, current or open."""

    title: str
    state: str
    url: str


@dataclass(frozen=True)
class Stage:
    """One stage of the track; `at` is the day it was reached or is expected."""

    title: str
    state: str
    at: date | datetime | None = None
    note: str = ""


def shown_steps(form: Form, answers: Answers, effects: Effects | None = None) -> list[Step]:
    """The pages that ask something, given the answers so far; never none. `effects` of these answers, where known."""
    if form.rules:
        walk = Walk(form, answers, effects)
        return [step for step in form.steps if walk.on(step).asks()] or list(form.steps[:1])
    return [step for step in form.steps if _asks(step, answers)] or list(form.steps[:1])


def _asks(step: Step, answers: Answers) -> bool:
    if any(not child.when and child.minimum and not getattr(child, "hidden", False) for child in step.children):
        return True  # nearly always; the walk below looks at every answer
    return any(not getattr(visit.element, "hidden", False) for visit in Walk(step, answers).visits()) or _may_grow(step)


def _may_grow(step: Step) -> bool:
    """An optional list or group without an entry yet is a question, too."""
    return any(not child.when and isinstance(child, Group) for child in step.children)


def open_step(form: Form, answers: Answers, done: Sequence[str], shown: Sequence[Step] | None = None) -> Step | None:
    """The first page that is not complete; None when all are."""
    return next((step for step in shown or shown_steps(form, answers) if step.key not in done), None)


def pages(case: Case, service: Service, current: str, shown: Sequence[Step] | None = None) -> list[Page]:
    """For the stepper: completed pages and the first open one can be visited, nothing is skipped."""
    found: list[Page] = []
    reachable = True
    for step in shown or shown_steps(service.form, case.answers):
        done = step.key in case.steps_done
        state = "current" if step.key == current else "done" if done else "open"
        url = reverse("cases:step", args=[case.reference, step.key]) if case.pk and reachable else ""
        found.append(Page(step.title, state, url))
        reachable = reachable and done
    if visits.matter_of(service, case.answers) is not None:
        url = reverse("cases:visit", args=[case.reference]) if case.pk and reachable else ""
        chosen = current != VISIT and bool(url) and visits.of(case) is not None
        found.append(Page(_("Termin"), "current" if current == VISIT else "done" if chosen else "open", url))
    review = reverse("cases:review", args=[case.reference]) if case.pk and reachable else ""
    return [*found, Page(_("Prüfen und senden"), "current" if current == REVIEW else "open", review)]


# Filled once at start by site/wiring.py: the way of what is made elsewhere and handed over, as the department tells it.
HANDOVER: list[Callable[[Case], tuple[list[Stage], Words] | None]] = []


def handover_of(case: Case) -> tuple[list[Stage], Words] | None:
    """Stages and words for what is handed over after the decision; None where nothing is (no more than the page asks)."""
    if case.status != Status.DECIDED and not case.decided_at:
        return None
    if not case.begun_on.decision.handover:
        return None
    return next((found for ask in HANDOVER if (found := ask(case))), None)


REVIEW, VISIT = "#review", "#visit"  # not the keys of any step
HANDED_OVER = ["exchange.submitted", "exchange.accepted", "exchange.rejected", "exchange.failed"]
_WATCHED = ["case.paid", "case.citizen_asked", "case.citizen_answered", "case.submitted", *HANDED_OVER]


def track(case: Case, decision: Decision | None) -> list[Stage]:
    """Received, paid, in check, waiting for you, decided: with dates from the diary (one query)."""
    lines = Event.objects.filter(subject=str(case), name__in=_WATCHED).order_by("pk").values_list("name", "at")
    happened: dict[str, datetime] = dict(lines)
    stages = [Stage(_("Eingegangen"), "done", case.submitted_at)]
    if case.fee_cents:
        stages.append(_paid(case, happened))
    if case.status == Status.WITHDRAWN:
        return [*stages, Stage(_("Zurückgenommen"), "current", case.closed_at)]
    if decision is None and (sent := case.begun_on.send.to):
        return [*stages, *_elsewhere(case, happened, destination_title(sent))]
    visit = _visit(case)
    stages += [visit] if visit else []
    stages.append(_checking(case, happened, waits=visit is not None and visit.state == "current"))
    if case.status == Status.AWAITING_CITIZEN:
        stages.append(
            Stage(
                _("Wartet auf Ihre Antwort"),
                "current",
                case.asked_at,
                "" if case.begun_on.decision.clock else _("So lange steht die Frist still."),
            )
        )
    elif "case.citizen_answered" in happened:
        stages.append(Stage(_("Rückfrage beantwortet"), "done", happened["case.citizen_answered"]))
    return [*stages, *_end(case, decision)]


def destination_title(to: str) -> str:
    """What the city calls the authority behind `[send] to`."""
    table = city().raw.get("exchange", {}).get("destinations", {}).get(to, {})
    return str(table.get("title") or _("die zuständige Behörde"))


def handed_over_words(case: Case) -> Words:
    """The sentence over the track of a case that another authority decides."""
    who = {"who": destination_title(case.begun_on.send.to)}
    lines = Event.objects.filter(subject=str(case), name__in=HANDED_OVER).order_by("-pk")
    last = lines.values_list("name", flat=True).first()
    if last == "exchange.accepted":
        text = _("%(who)s hat den Eingang bestätigt, entscheidet über Ihren Antrag und meldet sich bei Ihnen.")
        return Words(_("Dort angekommen"), text % who, "success")
    if last == "exchange.rejected":
        text = _("%(who)s hat Ihren Antrag noch nicht angenommen. Wir kümmern uns darum und schreiben Ihnen.")
        return Words(_("Dort nicht angenommen"), text % who, "warning")
    if last == "exchange.submitted":
        text = _("Wir haben Ihren Antrag weitergegeben an: %(who)s. Die Bestätigung steht noch aus. Sie müssen nichts tun.")
        return Words(_("Übergeben"), text % who, "info")
    text = _("Ihr Antrag ist auf dem Weg zu: %(who)s. Das geht von allein. Sie müssen nichts tun.")
    return Words(_("Unterwegs"), text % who, "info")


def _elsewhere(case: Case, happened: dict[str, datetime], title: str) -> list[Stage]:
    """Another authority decides: handed over, confirmed there or sent back."""
    last = max((name for name in HANDED_OVER if name in happened), key=lambda name: happened[name], default="")
    if not last or last == "exchange.failed":
        waiting = case.status == Status.AWAITING_PAYMENT
        note = _("beginnt nach der Zahlung") if waiting else _("Das geht von allein. Sie müssen nichts tun.")
        return [Stage(_("Übergabe an: %s") % title, "open" if waiting else "current", note=note)]
    done = Stage(_("Übergeben an: %s") % title, "done", happened.get("exchange.submitted"))
    if last == "exchange.rejected":
        return [
            done,
            Stage(_("Dort nicht angenommen"), "current", happened[last], _("Wir kümmern uns darum und schreiben Ihnen.")),
        ]
    decision = Stage(_("Entscheidung"), "open", note=_("trifft die zuständige Behörde"))
    if last == "exchange.submitted":
        return [done, Stage(_("Bestätigung des Eingangs"), "current"), decision]
    return [done, Stage(_("Eingang bestätigt"), "done", happened[last]), decision]


def _paid(case: Case, happened: dict[str, datetime]) -> Stage:
    if case.status == Status.AWAITING_PAYMENT:
        return Stage(_("Gebühr bezahlen"), "current")
    if "case.paid" in happened:
        return Stage(_("Bezahlt"), "done", happened["case.paid"])
    return Stage(_("Gebühr nicht bezahlt"), "open")


def visit_words(case: Case) -> Words | None:
    """The sentence over the track while the visit is still to come; None where there is none to wait for."""
    stage = _visit(case) if case.status == Status.IN_REVIEW else None
    if stage is None or stage.state != "current":
        return None
    row = visits.of(case)
    if row is not None and row.status == "MISSED":
        return Words(_("Termin verpasst"), _("Wählen Sie einen neuen Termin. Erst dann geht es weiter."), "warning")
    if stage.at is None:
        return Words(_("Termin fehlt"), _("Wählen Sie einen Termin. Erst dann geht es weiter."), "warning")
    if isinstance(stage.at, datetime) and stage.at < timezone.now():
        return None
    return Words(_("Termin vereinbart"), _("Kommen Sie zu Ihrem Termin. Dort prüfen wir Ihre Angaben gemeinsam."), "info")


def _visit(case: Case) -> Stage | None:
    """The appointment in person, where the service needs one; nothing more to choose once it is decided."""
    if case.begun_on.appointment is None:
        return None
    row = visits.of(case)
    if row is not None and row.booked_at is not None:
        title = _("Termin verpasst") if row.status == "MISSED" else _("Termin")
        return Stage(title, "done" if case.decided_at or row.status == "DONE" else "current", row.starts_at)
    if case.decided_at or visits.matter_of(case.begun_on, case.answers) is None:
        return None
    return Stage(_("Termin wählen"), "current")


def _checking(case: Case, happened: dict[str, datetime], *, waits: bool = False) -> Stage:
    if case.status == Status.AWAITING_PAYMENT:
        return Stage(_("Prüfung"), "open", note=_("beginnt nach der Zahlung"))
    if waits and case.status == Status.IN_REVIEW:
        return Stage(_("Prüfung"), "open", note=_("beim Termin"))
    since = happened.get("case.paid") or case.submitted_at
    state = {Status.IN_REVIEW: "current", Status.SUBMITTED: "current"}.get(Status(case.status), "done")
    return Stage(_("Geprüft") if case.decided_at else _("In Prüfung"), state, since)


def _end(case: Case, decision: Decision | None) -> list[Stage]:
    if decision is None or decision.made_at is None or case.decided_at is None:
        note = _("voraussichtlich") if case.due_date and case.status == Status.IN_REVIEW else ""
        return [Stage(_("Entscheidung"), "open", case.due_date if note else None, note)]
    if handed := handover_of(case):
        return handed[0]
    decided = Stage(_("Entschieden"), "done", case.decided_at, outcome_of(decision))
    if not case.begun_on.decision.letter:
        return [decided]
    if case.status == Status.CLOSED:
        return [decided, Stage(_("Schreiben liegt bereit"), "done", case.closed_at)]
    return [decided, Stage(_("Schreiben wird erstellt"), "current")]
