"""A question to the planner as it stands in the address: read with patience, never with an error page."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadtkern.kernel.city.profile import city
from stadtkern.lib.journeys import Mode

from .places import Found, clean, find

# What may be ticked: key in the address -> modes of the planner, words
MODES = {
    "bahn": (frozenset({Mode.TRANSIT}), gettext_lazy("Bus und Bahn")),
    "leihrad": (frozenset({Mode.SHARED_BIKE}), gettext_lazy("Leihrad")),
    "roller": (frozenset({Mode.SHARED_SCOOTER, Mode.SHARED_MOPED}), gettext_lazy("E-Roller")),
    "teilauto": (frozenset({Mode.SHARED_CAR}), gettext_lazy("Carsharing")),
    "rad": (frozenset({Mode.BIKE}), gettext_lazy("Eigenes Rad")),
    "auto": (frozenset({Mode.CAR}), gettext_lazy("Eigenes Auto")),
    "pr": (frozenset({Mode.PARK_RIDE}), gettext_lazy("Parken und Mitfahren")),
}
PREFER = {
    "zeit": ("time", gettext_lazy("schnell")),
    "umstiege": ("changes", gettext_lazy("wenig Umstiege")),
    "fuss": ("walking", gettext_lazy("wenig zu Fuß")),
    "co2": ("co2", gettext_lazy("wenig CO₂")),
}
MOST_DAYS = 366


@dataclass(frozen=True)
class Asked:
    """What was typed, what it was understood as, and what is wrong with it (field -> sentence)."""

    start_text: str = ""
    goal_text: str = ""
    at: datetime = field(default_factory=timezone.now)
    now: bool = True
    arrive: bool = False
    modes: tuple[str, ...] = ("bahn",)
    wheelchair: bool = False
    prefer: str = "zeit"
    start: Found | None = None
    goal: Found | None = None
    others: Mapping[str, list[Found]] = field(default_factory=dict)  # what else was possibly meant
    wrong: Mapping[str, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        return self.start is not None and self.goal is not None and not self.wrong

    @property
    def day(self) -> date:
        return timezone.localtime(self.at).date()

    @property
    def clock(self) -> str:
        return f"{timezone.localtime(self.at):%H:%M}"

    @property
    def choices(self) -> list[str]:
        """What differs from an ordinary question, in words: what one rides, what one prefers."""
        ridden = [str(MODES[key][1]) for key in self.modes] if self.modes != ("bahn",) else []
        preferred = [str(PREFER[self.prefer][1])] if self.prefer != "zeit" else []
        return ridden + preferred + ([_("stufenfrei")] if self.wheelchair else [])

    def kinds(self) -> frozenset[Mode]:
        found = frozenset({Mode.WALK})
        for key in self.modes:
            found |= MODES[key][0]
        return found

    def query(self, **other: str) -> str:
        """The same question as an address that can be shared: with day and time, without "now"."""
        told = {"von": self.start_text, "nach": self.goal_text, "tag": self.day.isoformat(), "zeit": self.clock}
        told |= {"ankunft": "1"} if self.arrive else {}
        told |= {"rollstuhl": "1"} if self.wheelchair else {}
        told |= {"vorzug": self.prefer} if self.prefer != "zeit" else {}
        told |= other
        pairs = [(name, value) for name, value in told.items() if value]
        return urlencode(pairs + [("mit", key) for key in self.modes if self.modes != ("bahn",)])


def asked(query: QueryDict, now: datetime | None = None) -> Asked:
    """From the address; `start` and `goal` only where something was typed."""
    now = now or timezone.now()
    at, is_now, wrong = _when(query, now)
    modes = tuple(key for key in MODES if key in query.getlist("mit")) or ("bahn",)
    prefer = query.get("vorzug", "")
    found = Asked(
        clean(query.get("von", "")),
        clean(query.get("nach", "")),
        at,
        is_now,
        query.get("ankunft", "") == "1",
        modes,
        query.get("rollstuhl", "") == "1",
        prefer if prefer in PREFER else "zeit",
        wrong=wrong,
    )
    return _placed(found) if found.start_text or found.goal_text else found


def _placed(one: Asked) -> Asked:
    wrong, others, ends = dict(one.wrong), {}, {}
    for name, text in (("von", one.start_text), ("nach", one.goal_text)):
        if not text:
            wrong[name] = _("Geben Sie eine Haltestelle oder Adresse ein, zum Beispiel Rathausplatz oder Lindenstraße 12.")
            continue
        listed = find(text)
        if not listed:
            wrong[name] = _(
                "„%(text)s“ finden wir nicht. Prüfen Sie die Schreibweise. Außerhalb von %(town)s kennen wir nur Haltestellen"
                " im Fahrplan: Nehmen Sie die, an der Sie umsteigen, zum Beispiel den Hauptbahnhof."
            ) % {"text": text, "town": city().name}
            continue
        ends[name], others[name] = listed[0], listed[1:5]
    start, goal = ends.get("von"), ends.get("nach")
    if start and goal and start.point == goal.point:
        wrong["nach"] = _("Start und Ziel sind derselbe Ort.")
    return replace(one, start=start, goal=goal, others=others, wrong=wrong)


def _when(query: QueryDict, now: datetime) -> tuple[datetime, bool, dict[str, str]]:
    """The moment; what cannot be read is said, and now is taken."""
    day_text, clock_text = query.get("tag", "").strip()[:20], query.get("zeit", "").strip()[:10]
    local = timezone.localtime(now)
    if not day_text and not clock_text:
        return now, True, {}
    wrong: dict[str, str] = {}
    day, clock = local.date(), local.time().replace(second=0, microsecond=0)
    if day_text and (read := _day(day_text)) is not None:
        day = read
    elif day_text:
        wrong["tag"] = _("Diesen Tag können wir nicht lesen. Beispiel: 24.12.2026")
    if clock_text and (told := _clock(clock_text)) is not None:
        clock = told
    elif clock_text:
        wrong["zeit"] = _("Diese Uhrzeit können wir nicht lesen. Beispiel: 8:30")
    if abs((day - local.date()).days) > MOST_DAYS:
        wrong["tag"] = _("So weit reicht kein Fahrplan. Wählen Sie einen Tag in der nächsten Zeit.")
        day = local.date()
    return datetime.combine(day, clock, timezone.get_current_timezone()), False, wrong


def _day(text: str) -> date | None:
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def _clock(text: str) -> time | None:
    for form in ("%H:%M", "%H.%M", "%H:%M:%S", "%H%M"):
        try:
            return datetime.strptime(text, form).time()
        except ValueError:
            continue
    return None


def later(one: Asked, minutes: int) -> str:
    """The question again, moved in time."""
    return replace(one, at=one.at + timedelta(minutes=minutes), now=False).query()
