"""Attacks on tickets, the same ones for the same seed: none of them may be accepted. Shared with benchmarks/tickets.py."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec

from ..barcode import HASH, issue, public_bytes, show
from ..content import BERLIN, Content, wall
from ..inspecting import Keys, Known

ISSUER = "MUSTERSTADT"
NOW = datetime(2026, 11, 30, 11, 20, 7, tzinfo=UTC)
Key = ec.EllipticCurvePrivateKey


def key(number: int) -> Key:
    """A private key that is the same in every run."""
    return ec.derive_private_key(1_000_003 * number + 77, ec.SECP256R1())


CITY, PHONE, OTHER_PHONE, STRANGER = (key(number) for number in range(4))
KEYS: Keys = {(ISSUER, 1): CITY.public_key()}


def content(since: datetime = NOW - timedelta(minutes=10), minutes: int = 90, **more: object) -> Content:
    begin, end = wall(since, since + timedelta(minutes=minutes))
    told = Content("7QK2M9T4XB", ISSUER, "einzel", "Einzelfahrschein", (1, 2), since, begin, end, cents=320)
    return replace(told, issued=since.replace(second=0), **more)  # type: ignore[arg-type]


def on_phone(told: Content, phone: Key = PHONE, at: datetime = NOW, signer: Key = CITY, number: int = 1) -> bytes:
    """A ticket on a phone, as it is shown at a moment."""
    bound = issue(told, signer, key_id=number, moving_key=public_bytes(phone.public_key()), lives=30)
    return show(bound, lambda data: phone.sign(data, HASH), at)


@dataclass(frozen=True)
class Attack:
    """One try: what is shown, to whom, and why it must fail."""

    kind: str
    barcode: bytes
    known: Known
    zone: int | None = 1


def attacks(count: int, seed: int = 7) -> Iterator[Attack]:
    """So many tries, all kinds in turn."""
    dice = random.Random(seed)
    paper, phone = issue(content(), CITY, key_id=1), on_phone(content())
    makers = [_flipped, _cut, _grown, _expired, _early, _stale, _future, _replayed, _stranger, _unknown, _swapped, _bare]
    makers += [_revoked, _zone]
    for number in range(count):
        maker = makers[number % len(makers)]
        yield maker(dice, paper if number // len(makers) % 2 else phone)


def _flipped(dice: random.Random, barcode: bytes) -> Attack:
    """One to three bits changed, anywhere."""
    bits = int.from_bytes(barcode, "big")
    for place in dice.sample(range(len(barcode) * 8), dice.randint(1, 3)):
        bits ^= 1 << place
    return Attack("tampered", bits.to_bytes(len(barcode), "big"), Known())


def _cut(dice: random.Random, barcode: bytes) -> Attack:
    return Attack("truncated", barcode[: dice.randrange(len(barcode))], Known())


def _grown(dice: random.Random, barcode: bytes) -> Attack:
    place = dice.randrange(len(barcode) + 1)
    return Attack("grown", barcode[:place] + dice.randbytes(dice.randint(1, 40)) + barcode[place:], Known())


def _expired(dice: random.Random, barcode: bytes) -> Attack:
    told = content(NOW - timedelta(minutes=dice.randint(92, 500_000)))
    return Attack("expired", on_phone(told) if dice.random() < 0.5 else issue(told, CITY, key_id=1), Known())


def _early(dice: random.Random, barcode: bytes) -> Attack:
    told = replace(content(NOW + timedelta(minutes=dice.randint(1, 500_000))), issued=NOW.replace(second=0))
    return Attack("not yet", on_phone(told), Known())


def _stale(dice: random.Random, barcode: bytes) -> Attack:
    """A picture of the screen, shown later."""
    return Attack("screenshot", on_phone(content(), at=NOW - timedelta(seconds=dice.randint(51, 3000))), Known())


def _future(dice: random.Random, barcode: bytes) -> Attack:
    """A phone whose clock was turned forward to make pictures in advance."""
    return Attack("made in advance", on_phone(content(), at=NOW + timedelta(seconds=dice.randint(21, 3000))), Known())


def _replayed(dice: random.Random, barcode: bytes) -> Attack:
    """The very same proof a second time, within its seconds."""
    from ..inspecting import inspect

    known, shown = Known(), on_phone(content(), at=NOW - timedelta(seconds=dice.randint(0, 9)))
    assert inspect(shown, KEYS, known, NOW).state == "valid"
    return Attack("replayed", shown, known)


def _stranger(dice: random.Random, barcode: bytes) -> Attack:
    """Signed by somebody else under the city's name and number."""
    return Attack("foreign key", on_phone(content(), signer=key(dice.randint(10, 10_000))), Known())


def _unknown(dice: random.Random, barcode: bytes) -> Attack:
    return Attack("unknown key", on_phone(content(), signer=STRANGER, number=dice.randint(2, 99_999)), Known())


def _swapped(dice: random.Random, barcode: bytes) -> Attack:
    """Somebody else's phone proves the moment for a ticket that is bound to another."""
    bound = issue(content(), CITY, key_id=1, moving_key=public_bytes(PHONE.public_key()), lives=30)
    return Attack("other phone", show(bound, lambda data: OTHER_PHONE.sign(data, HASH), NOW), Known())


def _bare(dice: random.Random, barcode: bytes) -> Attack:
    """The issuer's part alone, as if it were paper."""
    bound = issue(content(), CITY, key_id=1, moving_key=public_bytes(PHONE.public_key()), lives=30)
    return Attack("without proof", bound, Known())


def _revoked(dice: random.Random, barcode: bytes) -> Attack:
    return Attack("revoked", on_phone(content()), Known(revoked={content().reference}))


def _zone(dice: random.Random, barcode: bytes) -> Attack:
    return Attack("wrong zone", on_phone(content()), Known(), zone=dice.randint(3, 900))


__all__ = ["BERLIN", "CITY", "ISSUER", "KEYS", "NOW", "PHONE", "Attack", "attacks", "content", "key", "on_phone"]
