"""Arithmetic of the queue: whose turn it is from when, how long to wait, when to look again. Plain computation."""

from bisect import bisect_left
from dataclasses import dataclass, field
from math import floor

PAGES_PER_SECOND = 600.0  # light pages we are willing to serve beside the bookings, on two cores
SHORTEST, LONGEST = 8.0, 30.0  # seconds between two looks of the same person
SHOW_FORM = 20.0  # seconds before one's turn the button is shown


@dataclass(frozen=True)
class Snapshot:
    """A wave as it was a moment ago; times in seconds since 1970."""

    wave: int
    opens_at: float
    queue_from: float
    read_at: float
    waiting: int = 0  # people in the queue
    drawn: int = 0
    drawn_at: float = 0.0  # 0: not yet
    calls_at: float = 0.0
    rate: float = 600.0
    called: int = 0
    turns: tuple[tuple[int, float], ...] = ()
    slots: int = 0
    free: int = 0
    paused: bool = False
    closed: bool = False  # its day is over; what is left may be booked by everybody
    gone: bool = False
    gone_at: float = 0.0
    turn_seconds: float = 600.0
    lots: tuple[int, ...] | list[int] = field(default=(), repr=False)  # of those who were drawn, in order


def place_of(wave: Snapshot, lot: int, place: int) -> int:
    """The place: given when joining late, or the rank of the lot among all who waited; 0 before the drawing or if unknown."""
    if place:
        return place
    rank = bisect_left(wave.lots, lot)
    return rank + 1 if rank < len(wave.lots) and wave.lots[rank] == lot else 0


def turn_of(wave: Snapshot, place: int) -> tuple[float, float] | None:
    """When this place may book, from and until; None as long as it has not been called."""
    if not 0 < place <= wave.called:
        return None
    for number, (upto, at) in enumerate(wave.turns):
        if place <= upto:
            each = (at - wave.calls_at) / max(upto, 1)  # as the rate was at the drawing
            begins = wave.calls_at + floor((place - 1) * each + 1e-6) if number == 0 else at
            return begins, begins + wave.turn_seconds
    return None


def spread(people: int) -> float:
    """Over how many seconds the looks after the drawing are spread, so that nobody's page takes long."""
    return min(60.0, max(1.0, people / PAGES_PER_SECOND))


def look_again(wave: Snapshot, place: int, now: float, dice: float) -> float:
    """Seconds until this page loads again by itself; `dice` from 0 to 1 keeps people from coming all at once."""
    if now < wave.queue_from:
        return min(60.0, wave.queue_from - now + 5 * dice)
    if not wave.drawn_at:
        left = wave.opens_at - now
        if left > 90:
            return 30 + 30 * dice
        return max(1.0, left + 0.5 + spread(wave.waiting) * dice)
    pause = min(LONGEST, max(SHORTEST, wave.waiting / PAGES_PER_SECOND))
    if turn := turn_of(wave, place):
        return max(1.0, min(pause, turn[0] - SHOW_FORM / 2 - now))
    all_called = wave.turns[0][1] if wave.turns else wave.drawn_at
    if now < all_called:  # before those who are called had their seconds, nothing changes for anybody else
        return all_called - now + 1.5 + pause * dice
    return pause * (0.9 + 0.2 * dice)


def ahead(wave: Snapshot, place: int) -> int:
    """How many stand before this place and have not been called."""
    return max(0, place - wave.called - 1)
