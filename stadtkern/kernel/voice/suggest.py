"""Three free times that fit a wish, those somebody would rather have first; where none fit, the nearest, and that is said."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from stadtkern.kernel.appointments import search
from stadtkern.kernel.appointments.wish import Free, Wish
from stadtkern.lib.when import Window

SHOWN = 3
HORIZON = 90  # days looked at where no end was said
MOST = 600  # free times looked at
APART = timedelta(minutes=60)


def suggest(wish: Wish, window: Window, skip: int, now: datetime) -> tuple[list[Free], str]:
    """At most three, and what must be said about them. Raises Refused where the wish cannot be had at all."""
    first, last = max(window.first, now.date()), min(window.last(HORIZON), window.first + timedelta(days=HORIZON))
    last = max(first, last)
    fitting = _fitting(wish, window, first, last, now)
    if fitting:
        shown = sorted(_spread(fitting, skip), key=lambda free: _order(window, free))
        more = _("Mehr ist in dieser Zeit nicht frei.")
        return (shown, "") if shown else (sorted(_spread(fitting, 0), key=lambda free: _order(window, free)), more)
    return _nearest(wish, window, first, last, skip, now)


def _fitting(wish: Wish, window: Window, first: date, last: date, now: datetime) -> list[Free]:
    """What is free in any of the alternatives, in order."""
    found: dict[tuple[int, datetime], Free] = {}
    for one in window.alternatives:
        after, before = one.clock.at or one.clock.after, None if one.clock.at else one.clock.before
        start, end = max(first, one.first), min(last, one.last(HORIZON))
        for free in search.free(wish, start, end, after=after, before=before, limit=MOST, now=now) if start <= end else ():
            if one.allows(_day(free)) and (not one.clock.at or _time(free) == one.clock.at):
                found.setdefault((free.place.pk, free.starts_at), free)
    return sorted(found.values(), key=lambda free: _order(window, free))


def _nearest(wish: Wish, window: Window, first: date, last: date, skip: int, now: datetime) -> tuple[list[Free], str]:
    days = [free for free in search.free(wish, first, last, limit=MOST, now=now) if window.allows(_day(free))]
    moments = [one.clock.at for one in window.alternatives if one.clock.at]
    if days and moments:
        wanted = [moment.hour * 60 + moment.minute for moment in moments]
        days.sort(key=lambda free: (min(abs(_minutes(free) - one) for one in wanted), free.starts_at))
        return sorted(days[skip : skip + SHOWN], key=lambda free: free.starts_at), _(
            "Genau um diese Uhrzeit ist nichts frei. Am nächsten daran liegen:"
        )
    if days:
        return _spread(days, skip), _("Zu dieser Uhrzeit ist nichts frei. An diesen Tagen gibt es noch:")
    later = search.free(
        wish, first, first + timedelta(days=HORIZON), after=window.clock.after, before=window.clock.before, limit=MOST, now=now
    )
    later = later or search.free(wish, now.date(), now.date() + timedelta(days=HORIZON), limit=MOST, now=now)
    return _spread(later, skip), _("In dieser Zeit ist nichts frei. Die nächsten freien Zeiten sind:") if later else ""


def _spread(found: Sequence[Free], skip: int) -> list[Free]:
    """In order, leaving out what lies within an hour of one chosen before: the second and third shall be real alternatives."""
    chosen: list[Free] = []
    for free in found:
        if all(abs(free.starts_at - one.starts_at) >= APART for one in chosen):
            chosen.append(free)
        if len(chosen) >= skip + SHOWN:
            break
    if len(chosen) < skip + SHOWN:  # few are left: then also those near to each other
        chosen += [free for free in found if free not in chosen][: skip + SHOWN - len(chosen)]
    return sorted(chosen[skip : skip + SHOWN], key=lambda free: free.starts_at)


def _order(window: Window, free: Free) -> tuple[int, datetime]:
    """What somebody would rather have first, then by time."""
    return window.rank(_day(free), _time(free)), free.starts_at


def _day(free: Free) -> date:
    return free.starts_at.date()


def _time(free: Free) -> time:
    return free.starts_at.time().replace(tzinfo=None)


def _minutes(free: Free) -> int:
    return free.starts_at.hour * 60 + free.starts_at.minute
