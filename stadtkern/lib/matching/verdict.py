"""The verdict on one transfer: booked by itself only where nothing speaks for another claim; otherwise proposals for a clerk.

Automatic are, and nothing else:
* one reference that stands alone, is written without error and open, if the amount is exactly what is open or the payer bears a
  name of the debtor; where only one of both holds, no other claim of the payer may have exactly this amount;
* several such references whose open amounts are together exactly what came;
* one misspelled reference (up to two slips), if amount and name fit and no other claim within three slips could be meant.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace

from rapidfuzz import process
from rapidfuzz.distance import OSA
from stdnum.iso7064 import mod_97_10

from .names import likeness
from .references import Sighting, chunks, sightings

SLIPS = 2
MOST_PROPOSALS = 5


@dataclass(frozen=True)
class Candidate:
    """A claim somebody may have paid."""

    key: Hashable
    digits: str  # of its reference
    open_cents: int
    names: tuple[str, ...] = ()
    live: bool = True  # False: paid, cancelled, written off


@dataclass(frozen=True)
class Transfer:
    """Money that came."""

    cents: int
    text: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """A claim, how likely it is meant (0 to 100), and why: words that the page puts into sentences."""

    candidate: Candidate
    score: int
    cents: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """`booked`: what may be booked without asking (none: a clerk decides among `proposals`)."""

    booked: tuple[Proposal, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    why_not: str = ""  # "none", "closed", "amount", "rival", "several", "misspelled"


class Index:
    """All claims that may be meant; build it once per import."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self.all = {one.digits: one for one in candidates}
        self.live = {digits: one for digits, one in self.all.items() if one.live and one.open_cents > 0}
        self.lengths = frozenset(len(digits) for digits in self.all)
        self._numbers = list(self.all)
        self._by_cents: dict[int, list[Candidate]] = {}
        for one in self.live.values():
            self._by_cents.setdefault(one.open_cents, []).append(one)

    def near(self, digits: str, slips: int) -> list[tuple[Candidate, int]]:
        """Claims whose number differs by at most so many wrong, missing, additional or swapped digits."""
        found = process.extract(digits, self._numbers, scorer=OSA.distance, score_cutoff=slips, limit=None)
        return [(self.all[number], int(distance)) for number, distance, _ in found]

    def paid(self, one: Candidate, cents: int) -> None:
        """Money was booked to a claim: for the next transfer less of it is open."""
        left = max(0, self.all[one.digits].open_cents - cents)
        now = replace(one, open_cents=left, live=left > 0)
        before = self.all[one.digits]
        self.all[one.digits] = now
        self._by_cents[before.open_cents] = [other for other in self.of_amount(before.open_cents) if other.digits != one.digits]
        if now.live:
            self.live[one.digits] = now
            self._by_cents.setdefault(left, []).append(now)
        else:
            self.live.pop(one.digits, None)

    def of_amount(self, cents: int) -> list[Candidate]:
        """Open claims of exactly this amount."""
        return self._by_cents.get(cents, [])


def judge(transfer: Transfer, index: Index) -> Verdict:
    """What this transfer pays, or what a clerk should look at."""
    seen = sightings(transfer.text, index.lengths)
    alone = _distinct(index.all[one.digits] for one in seen if one.alone and one.digits in index.all)
    live = [one for one in alone if one.live and one.open_cents > 0]
    if live:
        return _exact(transfer, index, live, dead=len(alone) > len(live))
    found = _slipped(transfer, index, seen)
    closed = [_weigh(transfer, one, 0) for one in alone]
    if closed or not found:
        return Verdict((), _best([*closed, *found, *_by_name(transfer, index)]), "closed" if closed else "none")
    return _misspelled(transfer, index, found)


def _exact(transfer: Transfer, index: Index, live: list[Candidate], dead: bool) -> Verdict:
    if len(live) > 1:
        parts = tuple(_weigh(transfer, one, 0, part=True) for one in live)
        if sum(one.open_cents for one in live) == transfer.cents and not dead:
            return Verdict(booked=parts)
        return Verdict((), _best(parts), "several")
    one = _weigh(transfer, live[0], 0)
    named = bool(likeness(transfer.names, live[0].names))
    fits = transfer.cents == live[0].open_cents
    if not (fits or named) or (dead and not (fits and named)):
        return Verdict((), _best([one]), "amount")
    if not (fits and named) and (rivals := _rivals(transfer, index, live[0])):
        return Verdict((), _best([one, *rivals]), "rival")
    return Verdict(booked=(one,))


def _rivals(transfer: Transfer, index: Index, chosen: Candidate) -> list[Proposal]:
    """The payer's claims of exactly this amount: two slips may hit a stranger's reference, or a wrong bill was copied."""
    near = {one.digits: distance for one, distance in index.near(chosen.digits, SLIPS + 1)}
    return [
        _weigh(transfer, other, near.get(other.digits))
        for other in index.of_amount(transfer.cents)
        if other is not chosen and likeness(transfer.names, other.names)
    ]


def _slipped(transfer: Transfer, index: Index, seen: Iterable[Sighting]) -> list[Proposal]:
    """Claims that a misspelled number, or one inside a longer number, may mean; each with its smallest distance."""
    best: dict[str, tuple[Candidate, int]] = {}
    for sighting in seen:
        if not sighting.alone and sighting.digits in index.live:
            best[sighting.digits] = (index.live[sighting.digits], 1)
    for chunk in chunks(transfer.text, index.lengths, SLIPS):
        for one, distance in index.near(chunk, SLIPS):
            known = best.get(one.digits)
            if known is None or distance < known[1]:
                best[one.digits] = (one, distance)
    return [_weigh(transfer, one, max(distance, 1)) for one, distance in best.values()]


def _misspelled(transfer: Transfer, index: Index, found: list[Proposal]) -> Verdict:
    ranked = _best(found)
    first = ranked[0]
    fits = "amount" in first.reasons and "name" in first.reasons
    known = any(mod_97_10.is_valid(chunk) for chunk in chunks(transfer.text, index.lengths, 0) if chunk.isdigit())
    if fits and not known and not _doubts(transfer, index, first):
        return Verdict(booked=(first,))
    return Verdict((), ranked, "misspelled")


def _doubts(transfer: Transfer, index: Index, first: Proposal) -> bool:
    """Whether any other claim, open or not, could be meant as well."""
    for chunk in chunks(transfer.text, index.lengths, SLIPS + 1):
        near = index.near(chunk, SLIPS + 1)
        own = next((distance for one, distance in near if one is first.candidate), SLIPS)
        for other, distance in near:
            if other is first.candidate:
                continue
            amount, name = other.open_cents == transfer.cents, likeness(transfer.names, other.names) or 0
            if (amount and (name or distance <= own)) or (name == 2 and not other.live):
                return True
    return False


def _by_name(transfer: Transfer, index: Index) -> list[Proposal]:
    """Without any usable number: the payer's claims of exactly this amount, to be proposed only."""
    return [
        _weigh(transfer, one, None)
        for one in index.of_amount(transfer.cents)[:2000]
        if likeness(transfer.names, one.names) == 2
    ][:MOST_PROPOSALS]


def _weigh(transfer: Transfer, one: Candidate, slips: int | None, part: bool = False) -> Proposal:
    score = {0: 70, 1: 50, 2: 35, 3: 20}.get(slips, 0) if slips is not None else 15
    reasons = ["no_reference" if slips is None else ("exact", "one_slip", "two_slips", "three_slips")[slips]]
    cents = one.open_cents if part else transfer.cents
    if not one.live or one.open_cents <= 0:
        reasons.append("closed")
        score -= 40
    elif part or transfer.cents == one.open_cents:
        reasons.append("amount")
        score += 20
    else:
        reasons.append("less" if transfer.cents < one.open_cents else "more")
    named = likeness(transfer.names, one.names)
    reasons.append({None: "no_name", 0: "other_name", 1: "half_name", 2: "name"}[named])
    score += {None: 0, 0: -10, 1: 5, 2: 10}[named]
    return Proposal(one, max(1, min(score, 100)), cents, tuple(reasons))


def _best(found: Iterable[Proposal]) -> tuple[Proposal, ...]:
    seen: dict[Hashable, Proposal] = {}
    for one in sorted(found, key=lambda one: -one.score):
        seen.setdefault(one.candidate.key, one)
    return tuple(seen.values())[:MOST_PROPOSALS]


def _distinct(found: Iterable[Candidate]) -> list[Candidate]:
    return list({one.digits: one for one in found}.values())
