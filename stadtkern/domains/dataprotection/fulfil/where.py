"""Where a value is used (Art. 16): walks everything the rooms hold about the person and names the places, for the officer."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.privacy.report import compose

MOST = 100


@dataclass(frozen=True)
class Place:
    """One place; the office is asked to correct it there."""

    room: str
    path: str
    reference: str
    office: str  # key, where an office holds it


def places(account: Account, value: str, but: str = "") -> list[Place]:
    """Every text that holds the value, except in the request `but` itself; letters of the city are part of it."""
    wanted = " ".join(value.casefold().split())
    if not wanted:
        return []
    report = compose(Actor(account))
    offices = dict(Case.objects.filter(account=account).values_list("reference", "office__key"))
    found = []
    for room, part in report.items():
        if room in ("city", "made_at", "privacy"):
            continue
        for path, text, reference in _texts(part, "", ""):
            if _holds(text, wanted) and (reference != but or not but):
                found.append(Place(room, path, reference, offices.get(reference) or ""))
            if len(found) >= MOST:
                return found
    return found


def _holds(text: str, wanted: str) -> bool:
    plain = " ".join(text.casefold().split())
    return plain == wanted or (len(wanted) >= 4 and wanted in plain)


def _texts(part: Any, path: str, reference: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(part, dict):
        if "service" in part:  # a case; a question of a form may be called "reference" as well
            reference = str(part.get("reference") or reference)
        for key, value in part.items():
            yield from _texts(value, f"{path}/{key}" if path else str(key), reference)
    elif isinstance(part, list):
        for value in part:
            yield from _texts(value, path, reference)
    elif isinstance(part, (str, int)) and not isinstance(part, bool):
        yield path, str(part), reference
