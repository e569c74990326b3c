"""One day of one place as its clerks see it: a table per counter, in order, with the gaps between."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.privacy.actions import PUBLIC_TASK, note_accesses
from stadtkern.kernel.registers.blocks import hidden, mask

from .. import joining, plan
from ..models import CELLS, NONE, Appointment, Counter, Day, Matter, Place, Visit
from . import about

SHOWN = ("HELD", "BOOKED", "ARRIVED", "CALLED", "DONE", "MISSED")
STATES: dict[str, tuple[Any, str]] = {
    "HELD": (gettext_lazy("Wird gerade gebucht"), "info"),
    "BOOKED": (gettext_lazy("Erwartet"), "info"),
    "ARRIVED": (gettext_lazy("Ist da"), "warning"),
    "CALLED": (gettext_lazy("Am Schalter"), "success"),
    "DONE": (gettext_lazy("Fertig"), "success"),
    "MISSED": (gettext_lazy("Nicht erschienen"), "danger"),
}
CHANNELS = {"phone": gettext_lazy("Telefon"), "video": gettext_lazy("Video")}
# What may be clicked next: verb, words, main way on.
BUTTONS: dict[str, tuple[tuple[str, Any], ...]] = {
    "BOOKED": (("arrive", gettext_lazy("Ist da")),),
    "ARRIVED": (("call", gettext_lazy("Aufrufen")), ("back", gettext_lazy("Doch nicht da"))),
    "CALLED": (("done", gettext_lazy("Fertig")), ("missed", gettext_lazy("Nicht erschienen"))),
    "DONE": (("back", gettext_lazy("Zurück")),),
    "MISSED": (("back", gettext_lazy("Zurück")),),
}
MISSED_BUTTON = ("missed", gettext_lazy("Nicht erschienen"))
BEGIN_BUTTON = ("call", gettext_lazy("Beginnen"))


@dataclass(frozen=True)
class Line:
    """An appointment, or a gap (`pk` None)."""

    starts_at: datetime
    ends_at: datetime
    pk: int | None = None
    number: str = ""
    label: str = ""  # as the display calls it
    name: str = ""
    others: tuple[str, ...] = ()
    persons: int = 0
    matters: str = ""
    channel: str = ""
    room: str = ""  # where a video appointment is held
    phone: str = ""
    state: str = ""
    tone: str = "info"
    buttons: tuple[tuple[str, Any], ...] = ()
    case: tuple[str, str] | None = None

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at) / timedelta(minutes=1))


@dataclass(frozen=True)
class Column:
    """A counter with its day."""

    counter: Counter
    lines: list[Line]
    open: bool
    clerks: str = ""

    @property
    def booked(self) -> int:
        return sum(line.pk is not None for line in self.lines)


@dataclass(frozen=True)
class DayView:
    place: Place
    date: date
    columns: list[Column]
    rows: list[Appointment] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(column.booked for column in self.columns)


def read(place: Place, day: date, *, now: datetime | None = None, clerks: dict[int, str] | None = None) -> DayView:
    """Five queries however many appointments; whoever shows it notes it (`note`)."""
    now = now or timezone.now()
    rows = list(
        Appointment.objects.at_place_on(place, day)
        .filter(status__in=SHOWN, erased_at=None)
        .exclude(status="HELD", held_until__lte=now)
        .annotate(hidden=hidden())
    )
    titles = dict(Matter.objects.values_list("key", "title"))
    cases = about.named([row.about for row in rows])
    days = {one.counter_id: one for one in Day.objects.filter(place=place, date=day)}
    columns = []
    for counter in Counter.objects.filter(place=place).order_by("id"):
        own = [row for row in rows if row.counter_id == counter.pk]
        if not (counter.active or own):
            continue
        lines = [_line(row, titles, cases, now) for row in own]
        open_ = days[counter.pk].open if counter.pk in days else NONE
        gaps = _gaps(open_, own, day)
        merged = sorted([*lines, *gaps], key=lambda line: (line.starts_at, line.pk or 0))
        columns.append(Column(counter, merged, "1" in open_, (clerks or {}).get(counter.pk, "")))
    return DayView(place, day, columns, rows)


def note(actor: Actor, rows: Sequence[Appointment], *, channel: str = "page") -> None:
    """Everybody whose name is on the page, in one line of the access log."""
    note_accesses(
        actor=actor,
        accounts=[row.account_id for row in rows],
        cases=[about.case_of(row.about) for row in rows],
        purpose="appointments",
        legal_basis=PUBLIC_TASK,
        source="appointments",
        fields=("name", "appointment"),
        channel=channel,
    )


def state_of(status: str) -> tuple[str, str]:
    """Words and tone."""
    words, tone = STATES[status]
    return str(words), tone


def matters_text(matters: Iterable[Sequence[Any]], titles: dict[str, str]) -> str:
    """ "Personalausweis (2 Personen), Reisepass"."""
    told = []
    for key, persons in matters:
        title = titles.get(key, key)
        told.append(_("%(title)s (%(n)s Personen)") % {"title": title, "n": persons} if persons > 1 else title)
    return ", ".join(told)


def visits_of(rows: Iterable[Appointment]) -> dict[int, Visit]:
    """Appointment -> the visit that came of it."""
    found = Visit.objects.filter(appointment__in=[row.pk for row in rows])
    return {visit.appointment_id: visit for visit in found if visit.appointment_id}


def _line(row: Appointment, titles: dict[str, str], cases: dict[str, tuple[str, str]], now: datetime) -> Line:
    words, tone = state_of(row.status)
    secret = bool(row.hidden)  # type: ignore[attr-defined]
    held = row.status == "HELD"
    return Line(
        starts_at=timezone.localtime(row.starts_at), ends_at=timezone.localtime(row.ends_at), pk=row.pk, number=row.number,
        label=f"T {row.number[-4:]}", name="" if held else mask() if secret else row.name,
        others=() if held or secret else tuple(str(one) for one in row.names), persons=row.persons,
        matters=matters_text(row.matters, titles), channel=str(CHANNELS.get(row.channel, "")), room=joining.address_of(row),
        phone="" if held or secret or row.channel != "phone" else row.phone, state=words, tone=tone,
        buttons=_buttons(row, now), case=cases.get(row.about),
    )  # fmt: skip


def _buttons(row: Appointment, now: datetime) -> tuple[tuple[str, Any], ...]:
    if row.date != timezone.localdate(now):
        return ()
    buttons = BUTTONS.get(row.status, ())
    if row.status == "BOOKED":
        if row.channel != "desk":
            buttons = (BEGIN_BUTTON,)
        if row.starts_at < now:
            buttons = (*buttons, MISSED_BUTTON)
    return buttons


def _gaps(open_: str, rows: Sequence[Appointment], day: date) -> list[Line]:
    """Open time nobody has, in one piece each."""
    free = list(open_)
    for row in rows:
        if row.status != "MISSED":
            last = min(row.first_cell + row.cells, len(free))
            free[row.first_cell : last] = "0" * (last - row.first_cell)
    text, found, at = "".join(free), [], 0
    while (start := text.find("1", at)) >= 0:
        end = text.find("0", start)
        end = len(text) if end < 0 else end
        found.append(Line(plan.moment(day, start), _end(day, end)))
        at = end
    return found


def _end(day: date, cell: int) -> datetime:
    return plan.moment(day, cell) if cell < CELLS else plan.moment(day + timedelta(days=1), 0)
