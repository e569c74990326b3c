"""What the city offers for an entry: its online service, the general application, or the way to who is responsible."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from django.urls import reverse
from django.utils.translation import get_language, gettext

from .. import catalogue
from ..modules import store
from ..service import Service
from . import books, general
from .entry import Entry, Situation
from .responsibility import Responsibility, responsible
from .search import Found

Kind = Literal["online", "general", "elsewhere"]
Services = Mapping[str, tuple[Service, ...]]
NAMES = 5  # everyday names below a title


@dataclass(frozen=True)
class Offer:
    """`services`: those of this entry or, for an OZG-Leistung, of the entries below it."""

    entry: Entry
    services: tuple[Service, ...]
    responsibility: Responsibility

    @property
    def kind(self) -> Kind:
        """The best way this city has for it."""
        return "online" if self.services else "general" if self.responsibility.ours else "elsewhere"

    @property
    def label(self) -> str:
        """The way in a few words."""
        if self.services and self.entry.kind == "ozg":
            return gettext("Online-Antrag vorhanden")
        if self.services:
            full = all(one.online == "full" for one in self.services)
            return gettext("Vollständig online") if full else gettext("Teilweise online")
        if self.responsibility.ours:
            return gettext("Allgemeiner Antrag online")
        return gettext("Zuständig: %(who)s") % {"who": self.responsibility.body.title}


@dataclass(frozen=True)
class Line:
    """One line of a list: a service or an entry; `note` stands beside it."""

    title: str
    text: str
    url: str
    label: str
    note: str
    kind: Kind
    german: bool = False  # the names of the directory exist in German only


def services_now() -> Services:
    """LeiKa key or OZG id -> the services for it; asked once for a whole list."""
    return _services(catalogue.version(), get_language() or "de")


def offer(entry: Entry, services: Services | None = None) -> Offer:
    """What this city offers for the entry; no query. `services` as in `services_now`, for lists."""
    known = services_now() if services is None else services
    found = known.get(entry.leika, ()) if entry.kind == "leika" else known.get(entry.ozg, ())
    return Offer(entry, found, responsible(entry))


@lru_cache(maxsize=8)
def _services(version: int, language: str) -> Services:
    found: dict[str, list[Service]] = {}
    for service in catalogue.all_services().values():
        if service.leika:
            said = service.in_language(language)
            found.setdefault(service.leika, []).append(said)
            if entry := books.nearest(service.leika):
                found.setdefault(entry.ozg, []).append(said)
    return {key: tuple(sorted(services, key=lambda one: one.title)) for key, services in found.items()}


def title_of(entry: Entry) -> str:
    """What it is called here: in the city's own words, else as in the federal list."""
    return store.modules(entry.key).get("title", (get_language() or "de").split("-")[0]) or entry.name


def teaser_of(entry: Entry) -> str:
    """The city's own sentence about it, "" where there is none."""
    return store.modules(entry.key).get("teaser", (get_language() or "de").split("-")[0])


def text_of(entry: Entry) -> str:
    """One line below the title: the city's teaser, what people call it, or where it belongs."""
    if teaser := teaser_of(entry):
        return teaser
    if entry.words:
        return everyday(entry)
    bundle = books.entries().get(entry.ozg)
    return bundle.name if bundle and bundle is not entry and bundle.name != entry.name else entry.situation.title


def everyday(entry: Entry, first: str = "") -> str:
    """A few everyday names, those that are not the title itself."""
    known = entry.name.casefold()
    words = dict.fromkeys([first, *entry.words])
    return ", ".join([word for word in words if word and word.casefold() not in known][:NAMES])


def line(entry: Entry, services: Services | None = None) -> Line:
    """The entry as a line of a list."""
    found = offer(entry, services)
    url = reverse("services:entry", args=[entry.key])
    return Line(title_of(entry), text_of(entry), url, found.label, "", found.kind, german=True)


def line_of_service(service: Service) -> Line:
    """A service as a line of a list, in the language it is in."""
    label = gettext("Vollständig online") if service.online == "full" else gettext("Teilweise online")
    url = reverse("services:page", args=[service.key])
    return Line(service.title, service.teaser, url, label, service.cost_text, "online")


def line_of(found: Found) -> Line:
    """A hit as a line of a list."""
    if entry := found.entry:
        shown = line(entry)
        if found.said not in entry.words or teaser_of(entry):
            return shown
        return replace(shown, text=everyday(entry, found.said))  # with the words people asked for in front
    assert found.service is not None
    return line_of_service(found.service.in_language(get_language() or "de"))


def lines_in(situation: Situation) -> dict[Kind, list[Line]]:
    """Everything in a Lage: online services first, then what the general application does, then what others do."""
    found: dict[Kind, list[Line]] = {"online": [], "general": [], "elsewhere": []}
    seen: set[str] = set()
    services = services_now()
    for entry in bundles_in(situation):
        way = offer(entry, services)
        for service in way.services:
            if service.key not in seen:
                seen.add(service.key)
                found["online"].append(line_of_service(service))
        kind: Kind = "general" if way.responsibility.ours else "elsewhere"
        if not way.services:
            found[kind].append(line(entry, services))
    for lines in found.values():
        lines.sort(key=lambda one: one.title.casefold())
    return found


def bundles_in(situation: Situation) -> list[Entry]:
    """The OZG-Leistungen of a Lage."""
    return [entry for entry in _bundles() if entry.situation.key == situation.key]


@lru_cache(maxsize=1)
def _bundles() -> tuple[Entry, ...]:
    return tuple(entry for entry in books.entries().values() if entry.kind == "ozg")


def begin_url(entry: Entry, office: str) -> str:
    """Where the general application for this entry begins."""
    several = len(responsible(entry).offices) > 1
    return reverse("cases:start", args=[general.key_of(entry, office if several else "")])
