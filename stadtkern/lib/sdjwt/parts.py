"""The pieces of an SD-JWT: the issuer's token, the disclosures, and perhaps the holder's signature."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .refused import Reason, Refused
from .strict import MOST_BYTES, decoded, encoded, read_json

HASHES = {"sha-256": hashlib.sha256, "sha-384": hashlib.sha384, "sha-512": hashlib.sha512}
MOST_DISCLOSURES = 300


def hashed(text: str, algorithm: str = "sha-256") -> str:
    """base64url of the hash of the characters, as RFC 9901 wants it."""
    return encoded(HASHES[algorithm](text.encode("ascii")).digest())


@dataclass(frozen=True)
class Disclosure:
    """One hidden claim laid open: [salt, name, value], or [salt, value] for an element of a list."""

    text: str

    @cached_property
    def content(self) -> list[Any]:
        found = read_json(decoded(self.text))
        if not isinstance(found, list) or len(found) not in (2, 3) or not isinstance(found[0], str):
            raise Refused(Reason.DISCLOSURE, "not [salt, name, value]")
        if len(found) == 3 and not isinstance(found[1], str):
            raise Refused(Reason.DISCLOSURE, "the name is no text")
        return found

    @property
    def name(self) -> str | None:
        """None: an element of a list."""
        name: str | None = self.content[1] if len(self.content) == 3 else None
        return name

    @property
    def value(self) -> Any:
        return self.content[-1]


@dataclass(frozen=True)
class Parts:
    """`binding` is the holder's KB-JWT, "" without one."""

    token: str
    disclosures: tuple[Disclosure, ...]
    binding: str

    @property
    def bound(self) -> str:
        """What the holder signs the hash of: everything before the KB-JWT."""
        return "~".join([self.token, *(one.text for one in self.disclosures), ""])


def split(text: str) -> Parts:
    """Cut an SD-JWT or SD-JWT+KB into its pieces; says nothing about whether they are true."""
    if len(text) > MOST_BYTES:
        raise Refused(Reason.TOO_LARGE)
    if not text.isascii() or "~" not in text:
        raise Refused(Reason.MALFORMED, "no SD-JWT")
    token, *middle, binding = text.split("~")
    if len(middle) > MOST_DISCLOSURES:
        raise Refused(Reason.TOO_LARGE, "too many disclosures")
    if token.count(".") != 2 or any(not one for one in middle) or (binding and binding.count(".") != 2):
        raise Refused(Reason.MALFORMED, "no SD-JWT")
    return Parts(token, tuple(Disclosure(one) for one in middle), binding)
