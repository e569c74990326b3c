"""What a process of this kind may show, until when statements come, and what is fixed once the plan lies open."""

from datetime import date, timedelta

from django.utils import timezone

from ..models import Phase, Process
from ..templating import all_templates

SERVICE = "stellungnahme_abgeben"
LONGEST = 20_000  # letters of a statement


def is_consultation(process: Process | None) -> bool:
    """Whether statements are sent here and weighed."""
    kind = all_templates().get(process.kind) if process is not None else None
    return kind is not None and kind.service == SERVICE


def kept_back(process: Process, *, confidential: bool = False) -> bool:
    """Whether a statement stays with the office: confidential ones always, the others where the process says so."""
    return confidential or process.settings.get("show", "public") == "office"


def display(process: Process) -> list[Phase]:
    """The phases in which statements are taken."""
    return [phase for phase in process.phases.all() if "contribute" in phase.allows]


def last_day(process: Process) -> date | None:
    """The last day for statements."""
    ends = [phase.ends_at for phase in display(process)]
    return timezone.localdate(max(ends) - timedelta(seconds=1)) if ends else None


def lies_open(process: Process) -> bool:
    """Since the display has begun its papers stay as they are: others would read another plan."""
    now = timezone.now()
    return process.state != Process.State.DRAFT and any(phase.starts_at <= now for phase in display(process))
