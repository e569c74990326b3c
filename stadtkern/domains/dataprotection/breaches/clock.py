"""The 72 hours of Art. 33 Abs. 1 DSGVO: from becoming aware, through nights and weekends, in words."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stadtkern.lib.calendar import hours_after
from stadtkern.ui import words

from ..models import Breach

HOURS = 72


@dataclass(frozen=True)
class Clock:
    """How the clock stands; `tone` for its colour."""

    ends: datetime
    text: str
    tone: str
    late: bool
    running: bool


def ends(noticed_at: datetime) -> datetime:
    """The moment the 72 hours are over."""
    return hours_after(timezone.localtime(noticed_at), HOURS)


def of_breach(breach: Breach, now: datetime | None = None) -> Clock:
    """Running, met, missed, or not needed."""
    now, end = now or timezone.now(), ends(breach.noticed_at)
    if breach.notified_at:
        late = breach.notified_at > end
        text = _("gemeldet nach %s") if not late else _("zu spät gemeldet, nach %s")
        return Clock(
            end, text % span(breach.noticed_at, breach.notified_at, dative=True), "warning" if late else "success", late, False
        )
    if breach.authority == Breach.Step.NOT:
        return Clock(end, _("keine Meldung nötig, begründet"), "success", False, False)
    if now > end:
        return Clock(end, _("seit %s überfällig") % span(end, now, dative=True), "danger", True, True)
    left = (end - now).total_seconds() / 3600
    return Clock(end, _("noch %s") % span(now, end), "danger" if left <= 12 else "warning", False, True)


def span(start: datetime, end: datetime, *, dative: bool = False) -> str:
    """ "2 Tage 4 Stunden", "5 Stunden", "40 Minuten"; `dative` after "seit" and "nach"."""
    minutes = max(0, int((end - start).total_seconds() // 60))
    days, hours = divmod(minutes // 60, 24)
    parts = []
    if days:
        words_ = ngettext("%(n)s Tag", "%(n)s Tagen", days) if dative else ngettext("%(n)s Tag", "%(n)s Tage", days)
        parts.append(words_ % {"n": days})
    if hours:
        parts.append(ngettext("%(n)s Stunde", "%(n)s Stunden", hours) % {"n": hours})
    if not parts:
        parts.append(ngettext("%(n)s Minute", "%(n)s Minuten", minutes) % {"n": minutes})
    return " ".join(parts)


def moment(breach: Breach) -> str:
    """Until when, exactly."""
    return words.moment(ends(breach.noticed_at))
