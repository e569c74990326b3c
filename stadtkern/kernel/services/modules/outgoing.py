"""What the city gives away in XZuFi: its services with online service and responsibility, its entries, its offices."""

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from stadtkern.kernel.city.models import Office
from stadtkern.kernel.city.profile import City, city
from stadtkern.lib.xzufi.codec import Code, Identifier, XzufiError
from stadtkern.lib.xzufi.message import Nachrichtenkopf, Operation, Schreibe, read, write
from stadtkern.lib.xzufi.model import Leistung, Versionsinformation
from stadtkern.lib.xzufi.places import Spezialisierung

from .. import catalogue
from ..directory import general
from ..service import Service
from . import mapping, objects, store

PRODUCT = (("produktbezeichnung", "Stadtkern"), ("produkthersteller", "Stadtkern"))
OFFICES = "stellen"  # the file that holds all of them


@dataclass(frozen=True)
class Packet:
    """One file of a delivery: its name without ending, and what stands in it."""

    name: str
    operations: tuple[Operation, ...]


def packets(*, portal: bool = False) -> Iterator[Packet]:
    """Everything the city gives away, one packet per service or entry and one for all offices.

    `portal`: as the federal portal collects it, every editorial office its own. A service of another office goes out only with
    what we say differently, as Spezialisierung.
    """
    profile = city()
    covered = set()
    for key in sorted(_given_away()):
        try:
            service = catalogue.find(key)
        except catalogue.UnknownService:
            continue
        covered.add(service.leika)
        yield Packet(f"leistung-{key}", tuple(of_service(service, profile, portal=portal)))
    for texts in store.everything():
        operations = () if texts.key in covered else _entry(texts, profile, portal=portal)
        if operations:
            yield Packet(f"leistung-{texts.key}", operations)
    yield _offices(profile)


def _given_away() -> dict[str, Service]:
    """The services of the catalogue; the general application is a way to begin entries, no service by itself."""
    return {key: service for key, service in catalogue.all_services().items() if key != general.BASE}


def _offices(profile: City) -> Packet:
    rows = Office.objects.select_related("parent").order_by("key")[:1000]
    return Packet(OFFICES, tuple(Schreibe(objects.of_office(office, profile)) for office in rows))


def _entry(texts: store.Modules, profile: City, *, portal: bool) -> tuple[Operation, ...]:
    original = imported(texts.key)
    said = _own(of_entry(texts, profile), original, profile) if portal else of_entry(texts, profile)
    return (Schreibe(said),) if said else ()


def _own(leistung: Leistung, original: Leistung | None, profile: City) -> Leistung | Spezialisierung | None:
    """The service itself where it is ours, else what we say differently about it."""
    if original is None or original.id is None or original.id.agency == objects.agency(profile):
        return leistung
    identifier = Identifier(f"sp-{original.id.agency}-{original.id.value}", objects.agency(profile))
    return mapping.regional(leistung, original, identifier, objects.area(profile))


def find(name: str, *, portal: bool = False) -> Packet | None:
    """One packet by its name; only that one is built."""
    profile = city()
    if name == OFFICES:
        return _offices(profile)
    key = name.removeprefix("leistung-")
    if key == name:
        return None
    if key in _given_away():
        try:
            return Packet(name, tuple(of_service(catalogue.find(key), profile, portal=portal)))
        except catalogue.UnknownService:
            return None
    texts = store.modules(key)
    covered = any(service.leika == key for service in catalogue.all_services().values())
    operations = _entry(texts, profile, portal=portal) if texts and not covered else ()
    return Packet(name, operations) if operations else None


def names() -> list[str]:
    """The names of all packets for the portal. Whatever is not in this list the portal takes as deleted."""
    services = _given_away()
    covered = {service.leika for service in services.values()}
    entries = [texts.key for texts in store.everything() if texts.key not in covered and _speaks(texts.key, texts.changed)]
    return [*(f"leistung-{key}" for key in sorted(services)), *(f"leistung-{key}" for key in entries), OFFICES]


@lru_cache(maxsize=20_000)
def _speaks(key: str, changed: float) -> bool:
    """Whether we have something of our own to say about this entry; `changed` makes it be asked again."""
    texts = store.modules(key)
    if texts.source.get("digest") == store.digest(texts.texts) and texts.source.get("agency") != objects.agency(city()):
        return False  # as it came from another office
    return bool(_entry(texts, city(), portal=True))


def of_entry(texts: store.Modules, profile: City) -> Leistung:
    """An entry of the directory with its modules, over what an import brought."""
    original = imported(texts.key)
    if original is None:
        leika = texts.key if len(texts.key) == 14 else ""
        original = mapping.new(Identifier(texts.key, objects.agency(profile)), leika, objects.moment(texts.changed))
        original = replace(original, gueltigkeit_gebiet_id=(objects.area(profile),))
    tidy = {code: {name: store.tidy(name, text) for name, text in table.items()} for code, table in texts.texts.items()}
    return mapping.with_texts(original, tidy)


def imported(key: str) -> Leistung | None:
    """The object an import brought for this entry, as it came."""
    file = store.original_of(key)
    if not store.KEY.fullmatch(key) or not file.is_file():
        return None
    try:
        first = next(iter(read(file)), None)
    except XzufiError:  # touched by hand: the texts go out without what no field shows
        return None
    return first.objekt if isinstance(first, Schreibe) and isinstance(first.objekt, Leistung) else None


def of_service(service: Service, profile: City, *, portal: bool = False) -> Iterator[Operation]:
    """A service folder as leistung (or spezialisierung, see `packets`), onlinedienst and the two responsibilities."""
    texts = store.modules(service.leika)
    own = Identifier(service.key, objects.agency(profile))
    original = imported(service.leika) if service.leika else None
    leistung = original or mapping.new(own, service.leika, objects.moment(_changed(service, texts)))
    words: dict[str, dict[str, str]] = {}
    for language in dict.fromkeys(("de", *service.texts, *texts.texts)):
        table = {**texts.texts.get(language, {}), **_of_folder(service, language)}
        words[language] = {name: store.tidy(name, text) for name, text in table.items()}
    leistung = mapping.with_texts(leistung, words)
    leistung = replace(
        leistung,
        vertrauensniveau=leistung.vertrauensniveau
        or Code(objects.TRUST[service.trust], "", "urn:xoev-de:fim:codeliste:vertrauensniveau"),
        leistungsadressat=leistung.leistungsadressat or objects.addressees(service),
        gueltigkeit_gebiet_id=leistung.gueltigkeit_gebiet_id or (objects.area(profile),),
        modul_bearbeitungsdauer=objects.duration(leistung, service),
    )
    said = _own(leistung, original, profile) if portal else leistung
    if said:
        yield Schreibe(said)
    yield Schreibe(objects.online(service, leistung, profile))
    where = leistung.id or own
    for bearer in (service.office, f"od-{service.key}"):
        yield Schreibe(objects.responsibility(Identifier(bearer, objects.agency(profile)), where, profile))


def _of_folder(service: Service, language: str) -> dict[str, str]:
    """What service.toml says, as modules; only what is really said in this language."""
    own = language == "de"
    words = service.texts.get(language)
    if not own and words is None:
        return {}
    said = service.in_language(language)
    given = words.synonyms if words else service.synonyms
    table = {
        "title": said.title if own or (words and words.title) else "",
        "name": said.title if own or (words and words.title) else "",
        "teaser": said.teaser if own or (words and words.teaser) else "",
        "full": said.description if own or (words and words.description) else "",
        "documents": mapping.listed(said.documents_needed) if own or (words and words.needs) else "",
        "costs": said.cost_text if own or (words and words.cost) else "",
        "legal_basis": service.legal_basis if own else "",
        "synonyms": "\n".join(given),
    }
    return {name: text for name, text in table.items() if text}


def _changed(service: Service, texts: store.Modules) -> float:
    times = [file.stat().st_mtime for file in service.folder.glob("*.toml")] if service.folder else []
    return max([*times, texts.changed], default=0.0)


def message(operations: Iterable[Operation], *, portal: bool = False) -> bytes:
    """A transfer message; the same content gives the same bytes. `portal`: only the languages the federal portal takes."""
    found = tuple(operations)
    if portal:
        found = tuple(
            replace(one, objekt=mapping.for_portal(one.objekt))
            if isinstance(one, Schreibe) and isinstance(one.objekt, Leistung)
            else one
            for one in found
        )
    body = write(found)
    head = Nachrichtenkopf(
        nachricht_uuid=str(uuid.UUID(hashlib.sha256(body).hexdigest()[:32], version=5)),
        erstellt_datum_zeit=_newest(found),
        sender=objects.agency(city()),
    )
    return write(found, head, attributes=PRODUCT)


def _newest(operations: Iterable[Operation]) -> str:
    times = [
        info.geaendert_datum_zeit
        for one in operations
        if isinstance(one, Schreibe)
        and isinstance(info := getattr(one.objekt, "versionsinformation", None), Versionsinformation)
    ]
    return max((time for time in times if time), default=objects.moment(0))


def digest(body: bytes) -> str:
    """What an answer is recognised by."""
    return hashlib.sha256(body).hexdigest()[:32]


@lru_cache(maxsize=500)
def cached(name: str, stamp: object) -> bytes | None:
    """The bytes of a packet for the portal; `stamp` changes with whatever it is made of."""
    packet = find(name, portal=True)
    return message(packet.operations, portal=True) if packet else None
