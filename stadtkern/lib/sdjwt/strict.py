"""Reading what strangers send: base64url and JSON without the liberties the usual readers take."""

import base64
import binascii
import json
import re
from typing import Any

from .refused import Reason, Refused

MOST_BYTES = 100_000  # of a whole token; ours have two thousand
MOST_DEPTH = 16
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
_LARGEST = 2**53  # JSON numbers beyond are not the same everywhere


def encoded(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decoded(text: str) -> bytes:
    """The only bytes this text can stand for: no padding, no line breaks, no left-over bits."""
    if not _BASE64URL.fullmatch(text) or len(text) % 4 == 1:
        raise Refused(Reason.MALFORMED, "not base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise Refused(Reason.MALFORMED, "not base64url") from None
    if encoded(data) != text:
        raise Refused(Reason.MALFORMED, "not base64url")
    return data


def read_json(data: bytes, most: int = MOST_BYTES) -> Any:
    """One JSON value. A name twice, NaN, half a character, NUL, or too deep a nesting is refused."""
    if len(data) > most:
        raise Refused(Reason.TOO_LARGE)
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except Refused:
        raise
    except (ValueError, RecursionError):  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise Refused(Reason.MALFORMED, "not JSON") from None
    _sound(value, MOST_DEPTH)
    return value


def read_object(data: bytes, most: int = MOST_BYTES) -> dict[str, Any]:
    """One JSON object."""
    value = read_json(data, most)
    if not isinstance(value, dict):
        raise Refused(Reason.MALFORMED, "not an object")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refused(Reason.MALFORMED, "a name stands twice")
    return found


def _no_constant(word: str) -> Any:
    raise Refused(Reason.MALFORMED, word)


def _sound(value: Any, depth: int) -> None:
    """Text that can be written down again, numbers that can be counted with."""
    if depth == 0:
        raise Refused(Reason.MALFORMED, "nested too deeply")
    if isinstance(value, str):
        _text(value)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        if not abs(value) <= _LARGEST:  # also infinity
            raise Refused(Reason.MALFORMED, "number out of range")
    elif isinstance(value, dict):
        for name, below in value.items():
            _text(name)
            _sound(below, depth - 1)
    elif isinstance(value, list):
        for below in value:
            _sound(below, depth - 1)


def _text(value: str) -> None:
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Refused(Reason.MALFORMED, "NUL or half a character")
