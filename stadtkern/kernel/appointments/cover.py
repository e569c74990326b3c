"""Who is at which counter, and what follows for its hours and matters."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from stadtkern.kernel.accounts.models import Staff

from .models import Absence, Counter, Place, Roster, Shift, Skill

Span = tuple[time, time]


@dataclass(frozen=True)
class Duty:
    """One clerk at one counter for a while."""

    staff: int
    starts: time
    ends: time
    skills: frozenset[int]  # empty: whatever the counter does


def duties(counters: Collection[int], days: Collection[date]) -> dict[tuple[int, date], list[Duty]]:
    """Everybody on duty and not absent, by counter and day: three queries."""
    shifts = list(Shift.objects.filter(counter__in=counters, date__in=days).order_by("starts"))
    people = {one.staff_id for one in shifts}
    away = list(Absence.objects.filter(staff__in=people, first__lte=max(days), last__gte=min(days))) if shifts else []
    skills: dict[int, set[int]] = {}
    for staff, matter in Skill.objects.filter(staff__in=people).values_list("staff", "matter"):
        skills.setdefault(staff, set()).add(matter)
    found: dict[tuple[int, date], list[Duty]] = {}
    for one in shifts:
        if any(gone.staff_id == one.staff_id and gone.first <= one.date <= gone.last for gone in away):
            continue
        duty = Duty(one.staff_id, one.starts, one.ends, frozenset(skills.get(one.staff_id, ())))
        found.setdefault((one.counter_id, one.date), []).append(duty)
    return found


def within(spans: Collection[Span], on_duty: Collection[Duty]) -> list[Span]:
    """The opening hours as far as somebody is there; overlapping duties are joined."""
    cut = sorted(
        (max(opens, duty.starts), min(closes, duty.ends))
        for opens, closes in spans
        for duty in on_duty
        if max(opens, duty.starts) < min(closes, duty.ends)
    )
    joined: list[Span] = []
    for start, end in cut:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def served(matters: Collection[int], on_duty: Collection[Duty]) -> list[int]:
    """What the counter serves on that day: its matters, as far as everybody who is there that day knows them.

    A search does not know at which hour who sits there; so a matter counts only if every clerk of the day can serve it.
    """
    left = set(matters)
    for duty in on_duty:
        if duty.skills:
            left &= duty.skills
    return sorted(left)


class Crew:
    """The roster of one place over some days, read once: what is left of opening hours and matters."""

    def __init__(self, place: Place, first: date, last: date) -> None:
        roster = Roster.objects.filter(place=place, since__lte=last).first()
        self.since = roster.since if roster else None
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        counters = list(Counter.objects.filter(place=place).values_list("pk", flat=True)) if roster else []
        self.duties = duties(counters, days) if counters and days else {}

    def on(self, counter: int, day: date, spans: list[Span], matters: list[int]) -> tuple[list[Span], list[int]]:
        """Unchanged where no roster is in force."""
        if self.since is None or day < self.since:
            return spans, matters
        there = self.duties.get((counter, day), [])
        return within(spans, there), served(matters, there)


def names(place: Place, day: date) -> dict[int, str]:
    """Counter -> who sits there, for the heading of the day."""
    shifts = Shift.objects.filter(counter__place=place, date=day).select_related("staff__account").order_by("starts")
    away = set(Absence.objects.filter(first__lte=day, last__gte=day).values_list("staff", flat=True))
    found: dict[int, list[str]] = {}
    for one in shifts:
        if one.staff_id not in away:
            told = f"{one.staff.account.name} {one.starts:%H:%M}–{one.ends:%H:%M}"
            found.setdefault(one.counter_id, []).append(told)
    return {counter: ", ".join(told) for counter, told in found.items()}


def counter_of(staff: Staff, place: Place, now: datetime) -> Counter | None:
    """Where the roster puts this clerk at this moment."""
    local = timezone.localtime(now)
    at, here = local.time(), Shift.objects.filter(staff=staff, counter__place=place, counter__active=True)
    shift = here.filter(date=local.date(), starts__lte=at, ends__gt=at).select_related("counter").first()
    return shift.counter if shift else None
