"""Three free times that fit a wish, those somebody would rather have first; where none fit, the nearest, and that is said."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice

from django.utils.translation import gettext as _

from stadtkern.kernel.appointments import search
from stadtkern.kernel.appointments.wish import Free, Wish
from stadtkern.lib.when import Clock, Window

SHOWN = 3
HORIZON = 90  # days looked at where no end was said
MOST = 600  # free times looked at of each alternative
REACH = 120  # minutes before and after a time of day that is taken: looked at first
APART = timedelta(minutes=60)


def suggest(wish: Wish, window: Window, skip: int, now: datetime) -> tuple[list[Free], str]:
    """At most three, and what must be said about them. Raises Refused where the wish cannot be had at all."""
    fitting = _fitting(wish, window, now)
    if fitting:
        shown = sorted(_spread(fitting, skip), key=lambda free: _order(window, free))
        more = _("Mehr ist in dieser Zeit nicht frei.")
        return (shown, "") if shown else (sorted(_spread(fitting, 0), key=lambda free: _order(window, free)), more)
    return _nearest(wish, window, skip, now)


def _fitting(wish: Wish, window: Window, now: datetime) -> list[Free]:
    """What is free in any of the alternatives, in order; what is liked best is looked for by itself where there is too much."""
    liked = window.rather.alternatives if window.rather else ()
    found: set[Free] = set()
    for one in window.alternatives:
        days = _days(one, now)
        some = _free(wish, days, one.clock, now)
        found.update(some)
        both = [(best, clock) for best in liked if (clock := one.clock.overlap(best.clock))] if len(some) == MOST else ()
        for best, clock in both:
            found.update(_free(wish, [day for day in days if best.allows(day)], clock, now))
    return sorted(found, key=lambda free: (*_order(window, free), free.place.title))


def _free(wish: Wish, days: Sequence[date], clock: Clock, now: datetime) -> list[Free]:
    """On these days at these hours, the first so many."""
    if not days:
        return []
    return search.free(
        wish, days[0], days[-1], after=clock.after, before=clock.before, at=clock.at, only=days, limit=MOST, now=now
    )


def _days(window: Window, now: datetime) -> list[date]:
    """The days that may do, from today on, as far ahead as is looked."""
    first = max(window.first, now.date())
    last = min(window.last(HORIZON), first + timedelta(days=search.MOST_DAYS - 1))
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return list(islice((day for day in days if window.allows(day)), HORIZON))


def _nearest(wish: Wish, window: Window, skip: int, now: datetime) -> tuple[list[Free], str]:
    days = _days(window, now)
    moments = [one.clock.at for one in window.alternatives if one.clock.at]
    around = _around(wish, days, moments, now)
    if around:
        return sorted(around[skip : skip + SHOWN], key=lambda free: free.starts_at), _(
            "Genau um diese Uhrzeit ist nichts frei. Am nächsten daran liegen:"
        )
    if found := _free(wish, days, Clock(), now):
        return _spread(found, skip), _("Zu dieser Uhrzeit ist nichts frei. An diesen Tagen gibt es noch:")
    first = max(window.first, now.date())
    later = search.free(
        wish, first, first + timedelta(days=HORIZON), after=window.clock.after, before=window.clock.before, limit=MOST, now=now
    )
    later = later or search.free(wish, now.date(), now.date() + timedelta(days=HORIZON), limit=MOST, now=now)
    return _spread(later, skip), _("In dieser Zeit ist nichts frei. Die nächsten freien Zeiten sind:") if later else ""


def _around(wish: Wish, days: Sequence[date], moments: Sequence[time], now: datetime) -> list[Free]:
    """Nearest to one of the times of day first; what is far from all of them only where nothing else is free."""
    wanted = [moment.hour * 60 + moment.minute for moment in moments]
    close = {free for one in wanted for free in _free(wish, days, Clock(_clock(one - REACH), _clock(one + REACH)), now)}
    found = close or set(_free(wish, days, Clock(), now) if wanted else ())
    return sorted(found, key=lambda free: (min(abs(_minutes(free) - one) for one in wanted), free.starts_at, free.place.title))


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


def _clock(minutes: int) -> time | None:
    """So many minutes after midnight; None outside of the day: no bound there."""
    return time(*divmod(minutes, 60)) if 0 < minutes < 24 * 60 else None


def _minutes(free: Free) -> int:
    return free.starts_at.hour * 60 + free.starts_at.minute
