"""The kinds of proof this city issues: declared by services ([credential] in service.toml), handed in by site/wiring.py."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext_lazy

# Names of claims that come from standards (OpenID Connect, the EU's PID) in everyday words.
WORDS = {
    "given_name": gettext_lazy("Vornamen"),
    "family_name": gettext_lazy("Familienname"),
    "birth_family_name": gettext_lazy("Geburtsname"),
    "birthdate": gettext_lazy("Geburtsdatum"),
    "place_of_birth": gettext_lazy("Geburtsort"),
    "nationality": gettext_lazy("Staatsangehörigkeit"),
    "address": gettext_lazy("Anschrift"),
    "street_address": gettext_lazy("Straße"),
    "house_number": gettext_lazy("Hausnummer"),
    "postal_code": gettext_lazy("Postleitzahl"),
    "locality": gettext_lazy("Ort"),
    "moved_in_date": gettext_lazy("Eingezogen am"),
    "license_plate": gettext_lazy("Kennzeichen"),
    "zone": gettext_lazy("Bewohnerparkzone"),
    "number": gettext_lazy("Nummer"),
}


@dataclass(frozen=True)
class Kind:
    """One kind of proof: its title by language and the names of its claims ("address.locality")."""

    key: str
    titles: Mapping[str, str]  # {"de": …, "en": …}
    claims: tuple[str, ...]
    labels: Mapping[str, str]  # name of the claim -> German label of the form

    @property
    def title(self) -> str:
        return self.titles.get((get_language() or "de").split("-")[0]) or self.titles["de"]


SOURCES: list[Callable[[], Mapping[str, Kind]]] = []


def kinds() -> dict[str, Kind]:
    """By key."""
    return {key: kind for source in SOURCES for key, kind in source().items()}


def label(name: str, kind: Kind | None = None) -> str:
    """`"address.locality"` as "Ort"; names nobody knows are made readable."""
    last = name.rsplit(".", 1)[-1]
    if last in WORDS:
        return str(WORDS[last])
    if kind and name in kind.labels:
        return kind.labels[name]
    words = last.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """`{"address.locality": "X"}` as `{"address": {"locality": "X"}}`."""
    found: dict[str, Any] = {}
    for name, value in flat.items():
        *above, last = name.split(".")
        place = found
        for part in above:
            place = place.setdefault(part, {})
        place[last] = value
    return found
