"""Which types of evidence there are: `evidence.toml`, read once, with the words for people in their language."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.functional import lazystr
from django.utils.translation import get_language

from stadtkern.kernel.accounts.models import Trust

TYPES = {"text": str, "date": str, "number": int, "yes_no": bool}  # dates are ISO text
MATURITIES = "ABCD"


@dataclass(frozen=True)
class Words:
    """German and English; a text in the reader's language."""

    german: str
    english: str

    def __str__(self) -> str:
        return self.english if (get_language() or "de").startswith("en") else self.german


@dataclass(frozen=True)
class RegisterField:
    """One answerable field; `type` is the type of the JSON value, None always possible where the register knows nothing."""

    key: str
    label: Any  # text in the reader's language, made when shown
    type: type = str
    kind: str = "text"


@dataclass(frozen=True)
class EvidenceType:
    """One line of the catalogue."""

    key: str
    title: Words
    register: Words  # with article: "Das Fahrzeugregister"
    code: str
    maturity: str
    many: bool
    preview: bool
    legal_basis: str
    trust: Trust
    keep: timedelta
    fields: Mapping[str, RegisterField]

    @property
    def short(self) -> Words:
        """The register without its article."""
        return Words(self.register.german.removeprefix("Das "), self.register.english.removeprefix("The "))

    @property
    def origin(self) -> Words:
        """ "aus dem Fahrzeugregister"."""
        return Words(f"aus dem {self.short.german}", f"from the {self.short.english}")


class UnknownEvidence(ValueError):
    """No such type in the catalogue."""


@cache
def types() -> Mapping[str, EvidenceType]:
    """All types of evidence by key, in the order of the file."""
    raw = tomllib.loads(Path(__file__).with_name("evidence.toml").read_text(encoding="utf-8"))
    return {key: _read(key, table) for key, table in raw.items()}


def find(key: str) -> EvidenceType:
    try:
        return types()[key]
    except KeyError as unknown:
        raise UnknownEvidence(f"There is no evidence {key!r}") from unknown


def _read(key: str, raw: dict[str, Any]) -> EvidenceType:
    if raw["maturity"] not in MATURITIES:
        raise ValueError(f"evidence.toml [{key}]: maturity is one of A, B, C, D")
    fields = {
        name: RegisterField(name, lazystr(Words(german, english)), TYPES[kind], kind)
        for name, (german, english, kind) in raw["fields"].items()
    }
    return EvidenceType(
        key,
        Words(raw["title"], raw["title_en"]),
        Words(raw["register"], raw["register_en"]),
        raw["code"],
        raw["maturity"],
        raw.get("many", False),
        raw.get("preview", False),
        raw["legal_basis"],
        Trust.of(raw["trust"]),
        timedelta(hours=raw.get("keep_hours", 0)),
        fields,
    )


def source_words() -> dict[str, Any]:
    """Register -> its name, for the data cockpit."""
    return {key: lazystr(one.short) for key, one in types().items()}


def field_words() -> dict[str, Any]:
    """Field -> its name, for the data cockpit; the same word means the same in every register."""
    return {name: field.label for one in types().values() for name, field in one.fields.items()}
