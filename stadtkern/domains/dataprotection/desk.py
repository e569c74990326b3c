"""What needs the data protection officer now: clocks first."""

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases.desk.listing import due_of
from stadtkern.kernel.cases.models import QUEUE, Case
from stadtkern.kernel.cases.text import service_title
from stadtkern.kernel.privacy.models import Emergency, Restriction, Verification
from stadtkern.kernel.registers.blocks import hidden, mask

from .breaches import clock
from .figures import REPORTS, RIGHTS
from .models import Breach, Correction
from .record import entries

MOST = 50
COLUMNS = ("id", "account", "reference", "service", "status", "due_date", "asked_at", "closed_at", "applicant")


@dataclass(frozen=True)
class Task:
    """One thing to do: what, how urgent, where."""

    title: str
    note: str
    due: str
    tone: str
    url: str


def breach_tasks() -> list[Task]:
    """Open entries of the register."""
    found = []
    for breach in Breach.objects.filter(closed_at=None).order_by("noticed_at")[:MOST]:
        state = clock.of_breach(breach)
        note = breach.number if state.running else f"{breach.number} · {_('noch nicht abgeschlossen')}"
        found.append(Task(breach.title, note, state.text, state.tone, reverse("dataprotection:breach", args=[breach.pk])))
    return found


def request_tasks(actor: Actor) -> list[Task]:
    """Open requests and reports by their day; whose they are is noted as read."""
    rows = Case.objects.filter(service__in=[*RIGHTS, *REPORTS], status__in=QUEUE).order_by("due_date", "pk")
    found = []
    shown = list(rows.values(*COLUMNS, hidden=hidden())[:MOST])
    cases.look_at_list(actor, shown)
    for row in shown:
        due = due_of(row["status"], row["due_date"], row["asked_at"], row["closed_at"], rests=row["service"] not in RIGHTS)
        applicant = mask() if row["hidden"] else row["applicant"]
        note = " · ".join(part for part in (row["reference"], applicant) if part)
        url = reverse("cases:desk_case", args=[row["reference"]])
        found.append(Task(service_title(row["service"]), note, due.text, due.tone, url))
    return found


def gaps() -> list[Task]:
    """What the record of processing lacks."""
    return [
        Task(entry.title, gap, "", "warning", f"{reverse('dataprotection:record')}#{entry.kind}-{entry.key}")
        for entry in entries()
        for gap in entry.gaps
    ][:MOST]


def waiting_corrections() -> list[Correction]:
    """Offices that have not answered yet."""
    return list(Correction.objects.filter(done_at=None).select_related("office").order_by("due_date")[:MOST])


def resting() -> list[Restriction]:
    return list(Restriction.objects.filter(lifted_at=None).select_related("account").order_by("since")[:MOST])


def occasions() -> list[dict[str, Any]]:
    """What the log found and nobody has entered yet: a look that was not justified, a log that was changed."""
    found = []
    for row in Emergency.objects.filter(justified=False).order_by("-pk")[:MOST]:
        found.append({"kind": "notfall", "number": row.pk, "source": f"break_glass:{row.pk}", "at": row.reviewed_at})
    last = Verification.objects.order_by("-pk").first()
    if last and last.findings:
        found.append({"kind": "protokoll", "number": last.pk, "source": f"log:{last.pk}", "at": last.at})
    known = set(Breach.objects.filter(source__in=[one["source"] for one in found]).values_list("source", flat=True))
    return [one for one in found if one["source"] not in known]


def reviews() -> list[dict[str, Any]]:
    """The pages of the access log, where this installation has them."""
    places = [
        (_("Notfallzugriffe prüfen"), "oversight:emergencies"),
        (_("Auffällige Zugriffe"), "oversight:statistics"),
        (_("Ist das Protokoll unverändert?"), "oversight:log"),
    ]
    found = []
    for title, view in places:
        try:
            found.append({"title": title, "url": reverse(view)})
        except NoReverseMatch:
            continue
    return found
