"""The catalogue as the start page shows it: by situation, by audience, a selection; nothing here that has no service."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language, gettext_lazy

from stadtkern.kernel.city.profile import city
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.catalogue import Service
from stadtkern.kernel.services.service import LIFE_EVENTS

# How the start page asks "for whom?"; the keys are those of service.toml, the words of the address line German.
AUDIENCES = {
    "menschen": ("citizens", gettext_lazy("Für Menschen in der Stadt")),
    "unternehmen": ("companies", gettext_lazy("Für Unternehmen")),
    "gaeste": ("tourists", gettext_lazy("Für Gäste")),
    "beschaeftigte": ("staff", gettext_lazy("Für Beschäftigte der Stadt")),
}


@dataclass(frozen=True)
class Place:
    """A door on the start page and the services behind it."""

    key: str
    title: Any  # lazy text
    services: tuple[Service, ...]

    @property
    def preview(self) -> Sequence[Service]:
        return self.services[:3]

    @property
    def more(self) -> int:
        return max(0, len(self.services) - 3)


def situations() -> tuple[Place, ...]:
    """Life situations for which this city has services."""
    return _places(catalogue.version(), get_language() or "de")[0]


def audiences() -> tuple[Place, ...]:
    """Target groups for which this city has services."""
    return _places(catalogue.version(), get_language() or "de")[1]


def selection() -> tuple[Service, ...]:
    """What the city itself put on its start page: `[portal] selection = [keys]`; unknown keys are left out."""
    return _places(catalogue.version(), get_language() or "de")[2]


@lru_cache(maxsize=8)
def _places(version: int, language: str) -> tuple[tuple[Place, ...], tuple[Place, ...], tuple[Service, ...]]:
    services = {key: service.in_language(language) for key, service in catalogue.all_services().items()}
    ordered = sorted(services.values(), key=lambda service: service.title.casefold())
    events = [Place(key, title, _of_event(ordered, key)) for key, title in LIFE_EVENTS.items()]
    groups = [Place(key, title, tuple(s for s in ordered if name in s.audiences)) for key, (name, title) in AUDIENCES.items()]
    chosen = [services[key] for key in city().raw.get("portal", {}).get("selection", ()) if key in services]
    return tuple(p for p in events if p.services), tuple(p for p in groups if p.services), tuple(chosen)


def _of_event(services: list[Service], key: str) -> tuple[Service, ...]:
    """Services that name this situation first come first."""
    return tuple(sorted((s for s in services if key in s.life_events), key=lambda s: s.life_events.index(key)))
