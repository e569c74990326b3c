"""Why a submission is sent back: the problems of FIT-Connect's `reject-submission` event (after RFC 7807)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

BASE = "https://schema.fitko.de/fit-connect/events/problems/"
# Kinds of the standard, in words for people who know FIT-Connect; `instance` says where: metadata, data, attachment:<id>.
TITLES = {
    "encryption-issue": "Entschlüsselungs-Fehler",
    "syntax-violation": "Syntax-Fehler",
    "missing-schema": "Schema-Referenz fehlt",
    "unsupported-schema": "Schema nicht unterstützt",
    "schema-violation": "Schema-Fehler",
    "hash-mismatch": "Prüfsumme stimmt nicht",
    "incorrect-authentication-tag": "Authentication-Tag ungültig",
    "missing-authentication-tags": "Authentication-Tags fehlen",
    "missing-data": "Fachdaten fehlen",
    "missing-attachment": "Anlage fehlt",
    "attachments-mismatch": "Anlagen stimmen nicht überein",
    "unsupported-service": "Leistung nicht unterstützt",
    "service-mismatch": "Leistung stimmt nicht überein",
    "technical-error": "Technischer Fehler",
}


@dataclass(frozen=True)
class Problem:
    """One reason."""

    kind: str
    instance: str
    detail: str

    @property
    def title(self) -> str:
        return TITLES.get(self.kind, self.kind)

    def as_json(self) -> dict[str, str]:
        """As it stands in the event."""
        return {"type": BASE + self.kind, "title": self.title, "detail": self.detail, "instance": self.instance}


def read(listed: Any) -> list[Problem]:
    """The problems of somebody's event, cut to what fits a page; anything odd is skipped."""
    found = []
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, Mapping):
            kind = _text(one.get("type")).removeprefix(BASE) or "technical-error"
            found.append(Problem(kind, _text(one.get("instance")), _text(one.get("detail")) or _text(one.get("title"))))
    return found[:50]


def _text(value: Any) -> str:
    return value.replace("\0", "").encode("utf-8", "ignore").decode()[:500] if isinstance(value, str) else ""
