"""Damaged and hostile barcodes, the same ones for the same seed: for the inspector here and the one in the browser."""

import random
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from ..barcode import ECDSA_SHA256, HASH, P256, RAIL, _frame, issue, public_bytes
from ..schema import compiled
from .forgeries import CITY, ISSUER, NOW, PHONE, STRANGER, Key, content, on_phone

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the curve P-256


def genuine(signer: Key = CITY, issuer: str = ISSUER, at: datetime = NOW, number: int = 1) -> list[bytes]:
    """A printed one, one as a phone shows it, one with everything a ticket may say."""
    told = content(at - timedelta(minutes=10), issuer=issuer)
    full = content(at - timedelta(minutes=9), issuer=issuer, name="Zoë Łucja Čelik-Große", tariff="Kind", check_age=True)
    return [
        issue(told, signer, key_id=number),
        on_phone(told, at=at, signer=signer, number=number),
        issue(full, signer, key_id=number, ends=at.astimezone(UTC) + timedelta(days=1)),
    ]


def signed_anyway(data: bytes, signer: Key = CITY, issuer: str = ISSUER, number: int = 1) -> bytes:
    """Any bytes as ticket data, truly signed: what a broken machine of the issuer might print."""
    base = {
        "issuer": issuer, "key": number, "parts": [{"format": RAIL, "data": data}],
        "baseKeyKind": P256, "baseAlgorithm": ECDSA_SHA256,
    }  # fmt: skip
    return _frame({"base": base, "signature": signer.sign(bytes(compiled().encode("Base", base)), HASH)})


def bent(barcode: bytes, dice: random.Random) -> bytes:
    """Bits flipped, bytes cut out, put in, doubled, exchanged or set to their extremes; never the same as before."""
    found = bytearray(barcode)
    while bytes(found) == barcode:
        for _ in range(dice.randint(1, 4)):
            at, many = dice.randrange(max(1, len(found))), dice.randint(1, 12)
            match dice.randrange(7):
                case 0:
                    for place in dice.sample(range(len(found) * 8), min(many, len(found) * 8)):
                        found[place // 8] ^= 1 << place % 8
                case 1:
                    del found[at : at + many]
                case 2:
                    found[at:at] = dice.randbytes(many)
                case 3:
                    found[at:at] = found[at : at + many * 4]
                case 4:
                    found = found[at:] + found[:at]
                case 5:
                    found[at : at + many] = bytes([dice.choice((0, 127, 128, 255))]) * many
                case _:
                    del found[at:]
    return bytes(found)


def alien(dice: random.Random) -> bytes:
    """Nothing of ours: other frames, compressed bombs, lengths that lie, sizes no code can have."""
    noise = dice.randbytes(dice.randint(0, 400))
    return dice.choice((
        b"", noise, b"U2" + noise, b"#UT01" + b"0080" + noise, b"#UT02" + zlib.compress(bytes(3_000_000)),
        zlib.compress(bytes(3_000_000), 9), b"%PDF-1.7\n" + noise, b"\xff" * dice.randint(1, 3000),
        bytes(dice.randint(1, 3000)),
        noise * 40, b"\x81\x2a\xc9" + b"\xff" * dice.randint(1, 600), b"https://stadt.example/ticket/7QK2M9T4X",
    ))  # fmt: skip


def unasked(signer: Key, issuer: str, number: int, dice: random.Random) -> bytes:
    """Truly signed, but no ticket: garbage, or a ticket's own data bent."""
    sound = compiled().decode("Frame", genuine(signer, issuer, number=number)[2])["signed"]["base"]["parts"][0]["data"]
    data = bent(sound, dice) if dice.random() < 0.7 else dice.randbytes(dice.randint(0, 300))
    return signed_anyway(data[:900], signer, issuer, number)


def barcodes(count: int, seed: int, sound: list[bytes]) -> Iterator[bytes]:
    """So many that nobody may accept: genuine ones bent, alien ones, and ones of strangers."""
    dice = random.Random(seed)
    strange = genuine(STRANGER, "NIEMAND", number=77)
    for number in range(count):
        yield alien(dice) if number % 4 == 0 else dice.choice(strange) if number % 9 == 0 else bent(dice.choice(sound), dice)


def other_spelling(signature: bytes) -> bytes:
    """The same ECDSA signature with n - s: as true as the first one."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, ORDER - s)


__all__ = ["PHONE", "alien", "barcodes", "bent", "genuine", "other_spelling", "public_bytes", "signed_anyway", "unasked"]
