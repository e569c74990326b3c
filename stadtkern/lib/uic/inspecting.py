"""May this person ride here and now: one verdict from a barcode, the keys, what is revoked and the clock. Needs no network."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .barcode import Frame, Public, Unreadable, holds, open_frame, public_key
from .content import BERLIN, Content

SLACK = timedelta(seconds=20)  # clocks of phones differ
AGAIN = timedelta(hours=4)  # a ticket that was inspected is remembered so long
Keys = Mapping[tuple[str, int], Public]  # (issuer, number) -> key


@dataclass
class Known:
    """What the inspector's device knows besides the keys."""

    revoked: Collection[str] = frozenset()  # numbers of tickets, and of single copies of them: "7QK2M9T4X", "7QK2M9T4X-1"
    seen: dict[str, datetime] = field(default_factory=dict)  # number of a ticket -> when it was valid last
    # Proofs of a moment, each accepted once: by what was signed, for the same signature can be spelled in two ways.
    proofs: dict[bytes, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """`state` is one of: valid · again · expired · early · zone · forged · unknown_key · revoked · replay · renew · specimen ·
    format. Only "valid" is to be accepted; "again" is genuine and was inspected before."""

    state: str
    content: Content | None = None
    before: datetime | None = None  # when it was inspected last


def inspect(barcode: bytes, keys: Keys, known: Known, now: datetime, zone: int | None = None) -> Verdict:
    """The first thing that is wrong, the gravest first; what is accepted is remembered in `known`."""
    try:
        frame = open_frame(barcode, now)
    except Unreadable:
        return Verdict("format")
    content = frame.content
    state = _signed(frame, keys) or _proven(frame, known, now)
    if state or content is None:
        return Verdict(state or "format", content)
    if state := _holds(frame, content, known, now, zone):
        return Verdict(state, content)
    number = content.reference.partition("-")[0]
    before = known.seen.get(number)
    known.seen[number] = now
    if frame.signature:
        known.proofs[frame.signed] = now
    _forget(known, now)
    again = before is not None and now - before < AGAIN
    return Verdict("again" if again else "valid", content, before if again else None)


def _signed(frame: Frame, keys: Keys) -> str:
    key = keys.get((frame.issuer, frame.key))
    if key is None:
        return "unknown_key"
    if (frame.content and frame.issuer != frame.content.issuer) or not holds(key, frame.base_signature, frame.base):
        return "forged"
    return ""


def _proven(frame: Frame, known: Known, now: datetime) -> str:
    """Bound to a phone: its proof must be its own, young, and not shown to us before. Paper has none and needs none."""
    if not frame.moving_key:
        return "forged" if frame.shown or frame.signature else ""
    if frame.shown is None or not frame.signature or not frame.lives:
        return "replay"
    key = public_key(frame.moving_key)
    if key is None or not holds(key, frame.signature, frame.signed):
        return "forged"
    old = now - frame.shown > timedelta(seconds=frame.lives) + SLACK
    return "replay" if old or frame.shown - now > SLACK or frame.signed in known.proofs else ""


def _holds(frame: Frame, content: Content, known: Known, now: datetime, zone: int | None) -> str:
    clock = now.astimezone(BERLIN).replace(tzinfo=None)
    if content.specimen:
        return "specimen"
    if content.reference in known.revoked or content.reference.partition("-")[0] in known.revoked:
        return "revoked"
    if clock < content.since:
        return "early"
    if clock > content.until:
        return "expired"
    if frame.ends is not None and now > frame.ends:
        return "renew"
    return "zone" if zone is not None and zone not in content.zones else ""


def _forget(known: Known, now: datetime) -> None:
    """Neither list grows through a long shift."""
    if len(known.seen) + len(known.proofs) > 4000:
        known.seen = {name: at for name, at in known.seen.items() if now - at <= AGAIN}
        known.proofs = {proof: at for proof, at in known.proofs.items() if now - at <= AGAIN}
