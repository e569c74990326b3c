"""The list on the desk: one filter, one service, some words; read by keyset along an index, never counted to the end."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import CharField, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.models import Staff
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.registers.blocks import hidden, mask
from stadtkern.kernel.services import catalogue
from stadtkern.lib import ids
from stadtkern.ui import words

from ..models import FINISHED, QUEUE, Case, CaseQuerySet, Decision, Status
from ..text import Words, service_title, words_of

PAGE = 50
MOST_FOUND = 200  # a search shows no more; who finds more narrows it down
SHORTEST = 3  # characters of a search; fewer match half the town
COUNTED = 100  # the number beside a filter stops here: "99+"

# Filter -> its name on the chip. The first is shown when nothing is chosen.
FILTERS = {
    "offen": gettext_lazy("Zu bearbeiten"),
    "meine": gettext_lazy("Meine"),
    "frei": gettext_lazy("Nicht vergeben"),
    "freigabe": gettext_lazy("Zweites Augenpaar"),
    "ueberfaellig": gettext_lazy("Überfällig"),
    "wartet": gettext_lazy("Wartet auf Antwort"),
    "zahlung": gettext_lazy("Gebühr offen"),
    "erledigt": gettext_lazy("Erledigt"),
}
_ANY = "MS-0000-0000"  # stands for any reference in an address
_COUNTED = ("meine", "frei", "freigabe", "ueberfaellig")
COLUMNS = (
    "id", "account", "reference", "service", "status", "applicant", "due_date", "submitted_at", "asked_at", "closed_at",
    "fee_cents", "clerk", "clerk__account__name", "decision__id", "decision__made_at", "decision__proposed_by",
)  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """What the address asks for; everything unreadable in it is as if it were not there."""

    name: str = "offen"
    service: str = ""
    words: str = ""
    after: tuple[date | None, int] | None = None

    @classmethod
    def read(cls, query: Any) -> "Wish":
        name, service = query.get("ansicht", ""), query.get("leistung", "").replace("\x00", "")[:100]
        after = _cursor(query.get("nach", ""))
        return cls(name if name in FILTERS else "offen", service, query.get("q", "").replace("\x00", "").strip()[:200], after)

    def query(self, **changes: str) -> str:
        """The same wish as the query of an address: `wish.query(ansicht="meine")`; always on the first page."""
        parts = {"ansicht": self.name if self.name != "offen" else "", "leistung": self.service, "q": self.words, **changes}
        return urlencode({key: value for key, value in parts.items() if value})


@dataclass(frozen=True)
class Due:
    """How urgent, in words and as a colour (success, info, warning, danger)."""

    text: str
    tone: str
    on: date | None


@dataclass(frozen=True)
class Line:
    """One case in the list."""

    reference: str
    url: str
    title: str
    applicant: str
    words: Words
    clerk: str
    mine: bool
    due: Due


@dataclass(frozen=True)
class Listing:
    """A page of the list; `older` is the address of the next page or empty."""

    wish: Wish
    lines: list[Line]
    rows: list[dict[str, Any]]  # what they were made of
    older: str
    cut: bool = False  # there are more hits than a search shows

    @property
    def purpose(self) -> str:
        """What the access log says it was for."""
        return "search" if self.wish.words else "desk"


def read(staff: Staff, wish: Wish) -> Listing:
    """One page for the desk."""
    found, cursor = rows(staff, wish, limit=MOST_FOUND + 1 if wish.words else PAGE)
    older = f"{reverse('cases:desk')}?{wish.query(nach=cursor)}" if cursor else ""
    cut = bool(wish.words) and len(found) > MOST_FOUND
    reader = _Reader(staff, wish)
    return Listing(wish, [reader.line(row) for row in found[:MOST_FOUND]], found[:MOST_FOUND], older, cut)


def rows(
    staff: Staff, wish: Wish, *, limit: int, columns: tuple[str, ...] = COLUMNS
) -> tuple[list[dict[str, Any]], str | None]:
    """Values of one page and the cursor of the next; a search has one page. One query for a view, three for a search."""
    if wish.words:
        return _found(staff, wish, columns)[:limit], None
    found = _queue(staff, wish, limit + 1, columns)
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    due_date = "" if wish.name == "erledigt" else last["due_date"] or ""
    return found[:limit], f"{due_date}_{last['id']}"


def among(staff: Staff, name: str) -> CaseQuerySet:
    """The cases behind a chip; each follows an index of its own (see the plans in tests/test_desk_plans.py)."""
    if name == "meine":
        return Case.objects.filter(clerk=staff.pk, office=staff.office_id, status__in=QUEUE)
    wanted: dict[str, dict[str, Any]] = {
        "offen": {"status": Status.IN_REVIEW},
        "frei": {"status": Status.IN_REVIEW, "clerk": None},
        "freigabe": {"status": Status.IN_REVIEW, "pk__in": Decision.objects.filter(made_at=None).values("case")},
        "ueberfaellig": {"status": Status.IN_REVIEW, "due_date__lt": timezone.localdate()},
        "wartet": {"status": Status.AWAITING_CITIZEN},
        "zahlung": {"status": Status.AWAITING_PAYMENT},
        "erledigt": {"status__in": [Status.DECIDED, *FINISHED]},
    }
    return Case.objects.filter(office=staff.office_id, **wanted[name])


def _queue(staff: Staff, wish: Wish, limit: int, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    rows = among(staff, wish.name)
    if wish.service:
        rows = rows.filter(service=wish.service)
    if wish.name == "erledigt":
        rows = rows.page_after(wish.after[1] if wish.after else None)
    else:
        rows = rows.urgent_after(*(wish.after or (None, None)))
    return list(rows.values(*columns, **_extra(columns))[:limit])


def _extra(columns: tuple[str, ...]) -> dict[str, Any]:
    """Whether the applicant is hidden, for lists that would show the name."""
    return {"hidden": hidden()} if "applicant" in columns else {}


def _found(staff: Staff, wish: Wish, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    """By reference or name, in all states but drafts; newest first. A whole reference is looked up directly."""
    office = Case.objects.of_office(staff)  # a hidden person is not found by name, not even that there is one
    prefix = str(city().raw.get("reference_prefix", "MS"))
    if reference := ids.read_reference(wish.words, prefix):
        found = list(Case.objects.listed_for(staff).filter(reference=reference).values(*columns, **_extra(columns)))
        if found:
            return found
    if len(wish.words) < SHORTEST:
        return []
    # Take some hits first, then sort them: a short word may match a tenth of all cases. Those still open come first.
    hits = office.found_by(wish.words)
    if wish.service:
        hits = hits.filter(service=wish.service)
    keys = list(hits.filter(status__in=QUEUE).values_list("pk", flat=True)[: MOST_FOUND + 1])
    if len(keys) <= MOST_FOUND:
        keys += hits.exclude(status__in=QUEUE).values_list("pk", flat=True)[: MOST_FOUND + 1 - len(keys)]
    return list(Case.objects.filter(pk__in=keys).order_by("-pk").values(*columns, **_extra(columns)))


def counts(staff: Staff) -> dict[str, str]:
    """Numbers for the chips that ask for work, in one query that stops at 100 each."""
    parts = [
        among(staff, name).annotate(chip=Value(name, output_field=CharField())).values_list("chip")[:COUNTED]
        for name in _COUNTED
    ]
    found = [row[0] for row in parts[0].union(*parts[1:], all=True)]
    return {name: "99+" if (n := found.count(name)) >= COUNTED else str(n) if n else "" for name in _COUNTED}


def services_of(staff: Staff, *, others: bool = False) -> list[tuple[str, str]]:
    """(key, title) of what this office is competent for (or what `others` are), by title; no query."""
    key, language = staff.office.key, get_language() or "de"
    found = [s for s in catalogue.all_services().values() if (s.office != key) == others]
    return sorted(((s.key, s.in_language(language).title) for s in found), key=lambda pair: pair[1].casefold())


class _Reader:
    """Rows to lines: what many rows share is put into words once."""

    def __init__(self, staff: Staff, wish: Wish) -> None:
        self.staff = staff
        self.query = f"?{query}" if (query := wish.query()) else ""
        self.address = reverse("cases:desk_case", args=[_ANY])
        self.titles: dict[str, str] = {}
        self.words: dict[tuple[str, bool], Words] = {}
        self.dues: dict[tuple[Any, ...], Due] = {}

    def line(self, row: dict[str, Any]) -> Line:
        service, status, reference = row["service"], row["status"], row["reference"]
        proposed = row["decision__id"] is not None and row["decision__made_at"] is None
        when = (status, row["due_date"], row["asked_at"], row["closed_at"], has_clock(service))
        if service not in self.titles:
            self.titles[service] = service_title(service)
        if (status, proposed) not in self.words:
            self.words[status, proposed] = for_desk(status, proposed=proposed)
        if when not in self.dues:
            self.dues[when] = due_of(*when[:4], rests=not when[4])
        return Line(
            reference=reference,
            url=self.address.replace(_ANY, reference) + self.query,
            title=self.titles[service],
            applicant=mask() if row["hidden"] else row["applicant"],
            words=self.words[status, proposed],
            clerk=row["clerk__account__name"] or "",
            mine=row["clerk"] == self.staff.pk,
            due=self.dues[when],
        )


def for_desk(status: str, *, proposed: bool = False) -> Words:
    """The state as colleagues call it."""
    own = {
        Status.AWAITING_CITIZEN: Words(_("Wartet auf Antwort"), "", "info"),
        Status.AWAITING_PAYMENT: Words(_("Gebühr offen"), "", "info"),
        Status.IN_REVIEW: Words(_("Freigabe nötig"), "", "warning") if proposed else Words(_("In Prüfung"), "", "info"),
        Status.WITHDRAWN: Words(_("Zurückgenommen"), "", "info"),
    }
    common = words_of(status)
    return own.get(Status(status)) or Words(str(common.word), str(common.sentence), common.tone)


def due_of(status: str, due_date: date | None, asked_at: Any, closed_at: Any, *, rests: bool = True) -> Due:
    """ "2 Tage überfällig", "heute fällig", "in 3 Tagen"; while others must act the clock rests, unless a law sets it."""
    if status in FINISHED or status == Status.DECIDED:
        return Due(words.relative_day(closed_at) if closed_at else "–", "success", None)
    if status == Status.AWAITING_CITIZEN and rests:
        return Due(
            _("Frist ruht, gefragt %s") % words.relative_day(asked_at) if asked_at else _("Frist ruht"), "info", due_date
        )
    if status == Status.AWAITING_PAYMENT or due_date is None:
        return Due(_("nach der Zahlung"), "info", due_date)
    days = (due_date - timezone.localdate()).days
    if days < 0:
        return Due(ngettext("%d Tag überfällig", "%d Tage überfällig", -days) % -days, "danger", due_date)
    if days == 0:
        return Due(_("heute fällig"), "warning", due_date)
    return Due(words.relative_day(due_date), "warning" if days <= 2 else "success", due_date)


def has_clock(key: str) -> bool:
    """Whether a law sets the period of this service (no query)."""
    try:
        return bool(catalogue.even_retired(key).decision.clock)
    except catalogue.UnknownService:
        return False


def _cursor(text: str) -> tuple[date | None, int] | None:
    day, _underscore, key = text.partition("_")
    if not (key.isascii() and key.isdigit() and len(key) <= 18):
        return None
    try:
        return (date.fromisoformat(day) if day else None), int(key)
    except ValueError:
        return None
