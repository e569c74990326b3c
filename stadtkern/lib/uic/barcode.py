"""The frame around a ticket: who vouches for it (level 1), and the phone's proof of this moment (level 2)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from .bits import Bits
from .content import Content, Unknown, pack, unpack
from .schema import compiled

LONGEST = 1500  # bytes; Aztec holds 1914
P256, ECDSA_SHA256 = "1.2.840.10045.3.1.7", "1.2.840.10045.4.3.2"
P256_OID, ECDSA_OID = bytes.fromhex("2a8648ce3d030107"), bytes.fromhex("2a8648ce3d040302")  # the same, packed
HASH = ec.ECDSA(hashes.SHA256())
FORMAT, RAIL, MOVING = "U2", "FCB3", "FDC1"
Private = ec.EllipticCurvePrivateKey
Public = ec.EllipticCurvePublicKey
BROKEN = (ValueError, OverflowError)  # bits that end too early, letters that are none, a year without its day


class Unreadable(ValueError):
    """No frame, or of a kind we do not know."""


@dataclass(frozen=True)
class Frame:
    """What was read, judged by nobody yet."""

    issuer: str
    key: int
    content: Content | None  # None: a kind of ticket we do not judge
    base: bytes  # what the issuer signed
    base_signature: bytes
    signed: bytes  # what the phone signed
    moving_key: bytes  # empty: paper
    signature: bytes
    shown: datetime | None  # when the phone signed, UTC
    lives: int  # seconds such a proof holds
    ends: datetime | None  # of the barcode, UTC


def issue(
    content: Content, key: Private, *, key_id: int, moving_key: bytes = b"", lives: int = 0, ends: datetime | None = None
) -> bytes:
    """A barcode signed by the issuer; with the public key of a phone it is worth nothing without that phone's own proof."""
    base: dict[str, Any] = {
        "issuer": content.issuer, "key": key_id, "parts": [{"format": RAIL, "data": pack(content)}],
        "baseKeyKind": P256, "baseAlgorithm": ECDSA_SHA256,
    }  # fmt: skip
    if moving_key:
        base |= {"movingKeyKind": P256, "movingAlgorithm": ECDSA_SHA256, "movingKey": moving_key, "lives": lives}
    if ends is not None:
        last = ends.astimezone(UTC)
        base |= {"endYear": last.year, "endDay": last.timetuple().tm_yday, "endMinute": last.hour * 60 + last.minute}
    return _frame({"base": base, "signature": key.sign(bytes(compiled().encode("Base", base)), HASH)})


def show(barcode: bytes, sign: Callable[[bytes], bytes], at: datetime, app: str = "") -> bytes:
    """The same with a proof of this moment, as the phone does it in the browser."""
    signed = compiled().decode("Frame", barcode)["signed"]
    moment = at.astimezone(UTC)
    told: dict[str, Any] = {"at": {"day": moment.timetuple().tm_yday, "second": _second(moment)}}
    if app:
        told["app"] = app
    signed["moving"] = {"format": MOVING, "data": bytes(compiled().encode("Moment", told))}
    return _frame(signed, sign(bytes(compiled().encode("Signed", signed))))


def open_frame(barcode: bytes, now: datetime) -> Frame:
    """Take it apart; `now` tells the year of the phone's moment. Unreadable for anything else than our format.

    Read bit by bit instead of by the decoder: what is verified is cut out of the barcode itself, never packed again.
    """
    if not 0 < len(barcode) <= LONGEST:
        raise Unreadable
    try:
        return _open(Bits(barcode), now)
    except BROKEN as problem:
        raise Unreadable from problem


def _open(bits: Bits, now: datetime) -> Frame:
    proven = bits.take(1)
    if bits.letters() != FORMAT:
        raise Unreadable
    start = bits.at
    has_signature, moves = bits.take(1), bits.take(1)
    base_start = bits.at
    base = _base(bits)
    base_end = bits.at
    base_signature = bits.octets() if has_signature else b""
    shown = _shown(bits, now) if moves else None
    end = bits.at
    signature = bits.octets() if proven else b""
    bits.finish()
    return Frame(
        issuer=base.issuer, key=base.key, content=_content(base.data), base=bits.cut(base_start, base_end),
        base_signature=base_signature, signed=bits.cut(start, end), moving_key=base.moving_key, signature=signature,
        shown=shown, lives=base.lives, ends=base.ends,
    )  # fmt: skip


def _content(data: bytes) -> Content | None:
    try:
        return unpack(data)
    except Unknown:
        return None


@dataclass(frozen=True)
class _Base:
    issuer: str
    key: int
    data: bytes
    moving_key: bytes
    lives: int
    ends: datetime | None


def _base(bits: Bits) -> _Base:
    there = iter(f"{bits.take(12):012b}")

    def is_there() -> bool:
        return next(there) == "1"

    number = str(bits.number(1, 32000)) if is_there() else ""
    issuer = bits.letters() if is_there() else number
    key = bits.number(0, 99999) if is_there() else -1
    if bits.length() != 1 or bits.letters() != RAIL:
        raise Unreadable
    data = bits.octets()
    kinds = [bits.octets() if is_there() else wanted for wanted in (P256_OID, P256_OID, ECDSA_OID, ECDSA_OID)]
    if kinds != [P256_OID, P256_OID, ECDSA_OID, ECDSA_OID]:
        raise Unreadable
    moving_key = bits.octets() if is_there() else b""
    year = bits.number(2016, 2269) if is_there() else None
    day = bits.number(1, 366) if is_there() else 1
    minute = bits.number(0, 1439) if is_there() else 0
    ends = datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=day - 1, minutes=minute) if year else None
    return _Base(issuer, key, data, moving_key, bits.number(1, 3600) if is_there() else 0, ends)


def holds(key: Public, signature: bytes, data: bytes) -> bool:
    """Whether this key signed these bytes."""
    try:
        key.verify(signature, data, HASH)
    except (InvalidSignature, ValueError):
        return False
    return True


def public_bytes(key: Public) -> bytes:
    """A public key as it stands in the barcode: the point, uncompressed (X9.62)."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def public_key(data: bytes) -> Public | None:
    """A point, or a key in its usual DER wrapping; None for anything else."""
    try:
        if data[:1] == b"\x30":
            found = load_der_public_key(data)
            return found if isinstance(found, Public) and found.curve.name == "secp256r1" else None
        return Public.from_encoded_point(ec.SECP256R1(), data)
    except (ValueError, TypeError):
        return None


def _frame(signed: dict[str, Any], signature: bytes = b"") -> bytes:
    told: dict[str, Any] = {"format": FORMAT, "signed": signed}
    if signature:
        told["signature"] = signature
    return bytes(compiled().encode("Frame", told))


def _shown(bits: Bits, now: datetime) -> datetime:
    """The phone's moment without its year: the one nearest to now."""
    if bits.letters() != MOVING:
        raise Unreadable
    told = Bits(bits.octets())
    extended, app, at, more = told.take(1), told.take(1), told.take(1), told.take(3)
    if extended or more or not at:
        raise Unreadable
    if app:
        told.letters()
    day, second = told.number(1, 366), told.number(0, 86399)
    told.finish()
    found = [
        datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=day - 1, seconds=second) for year in range(now.year - 1, now.year + 2)
    ]
    return min(found, key=lambda one: abs(one - now))


def _second(moment: datetime) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second
