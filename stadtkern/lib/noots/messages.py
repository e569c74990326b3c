"""The four questions and their answers, strictly read. What XNachweis calls them is not verified here (docs/registers.md)."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


class Trouble(Exception):
    """Something between the question and a usable answer."""


class Unavailable(Trouble):
    """The other side is away, or answers with an error of its own."""


class TooSlow(Unavailable):
    """No answer within our patience."""


class NobodyFound(Trouble):
    """No such person, or nothing about them."""


class SeveralFound(Trouble):
    """More than one person matches: no answer is the only safe one."""


class NotAllowed(Trouble):
    """The abstract permission check said no."""


class NoProvider(Trouble):
    """The navigation knows no register for this evidence and this place."""


class Unreadable(Trouble):
    """An answer that is not what the question asked for."""


class SomebodyElse(Trouble):
    """The answer is about another person."""


@dataclass(frozen=True)
class Subject:
    """What is known of the person: enough for the lookup of the identification number, which nobody here keeps."""

    family_name: str
    given_names: str
    birth_date: str  # ISO


@dataclass(frozen=True)
class Question:
    """What a consumer wants to know, what for, on which ground."""

    consumer: str  # number of the authority that asks
    evidence: str  # code of the type of evidence
    purpose: str
    legal_basis: str
    area: str  # AGS of the municipality: the navigation finds the register in charge
    subject: Subject
    fields: Sequence[str]
    consent: str = ""


@dataclass(frozen=True)
class Provider:
    """A register that answers, as the navigation names it."""

    key: str
    title: str
    maturity: str


@dataclass(frozen=True)
class Delivered:
    """An answer: structured (C, D), or a document for people (B)."""

    provider: Provider
    maturity: str
    records: Sequence[Mapping[str, Any]] = ()
    document: bytes = field(default=b"", repr=False)


def number_of(told: Mapping[str, Any]) -> str:
    """The identification number from the lookup."""
    matches = _list(told, "matches")
    if not matches:
        raise NobodyFound
    if len(matches) > 1:
        raise SeveralFound
    return _text(_mapping(matches[0]), "idnr")


def provider_of(told: Mapping[str, Any]) -> Provider:
    """The register in charge; the first where several are."""
    found = _list(told, "providers")
    if not found:
        raise NoProvider
    first = _mapping(found[0])
    return Provider(_text(first, "key"), _text(first, "title"), _maturity(first))


def permission_of(told: Mapping[str, Any]) -> str:
    """The token of the permission."""
    if told.get("allowed") is not True:
        raise NotAllowed
    return _text(told, "token")


def evidence_of(told: Mapping[str, Any], *, request: str, evidence: str, number: str, provider: Provider) -> Delivered:
    """The evidence, if it answers this very question about this very person."""
    if told.get("request") != request or told.get("evidence") != evidence:
        raise Unreadable("the answer belongs to another question")
    if told.get("idnr") != number:
        raise SomebodyElse
    maturity = _maturity(told)
    document = told.get("document", "")
    if not isinstance(document, str):
        raise Unreadable("document")
    try:
        paper = base64.b64decode(document, validate=True)
    except binascii.Error as broken:
        raise Unreadable("document") from broken
    if paper and not paper.startswith(b"%PDF-"):
        raise Unreadable("the document is no PDF")
    rows = [_mapping(row) for row in _list(told, "records")] if "records" in told else []
    return Delivered(provider, maturity, rows, paper)


def _list(told: Mapping[str, Any], key: str) -> list[Any]:
    value = told.get(key)
    if not isinstance(value, list) or len(value) > 100:
        raise Unreadable(key)
    return value


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable("an object was expected")
    return value


def _text(told: Mapping[str, Any], key: str) -> str:
    value = told.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= 200 or not value.isprintable():
        raise Unreadable(key)
    return value


def _maturity(told: Mapping[str, Any]) -> str:
    if (value := told.get("maturity")) not in ("A", "B", "C", "D"):
        raise Unreadable("maturity")
    return str(value)
