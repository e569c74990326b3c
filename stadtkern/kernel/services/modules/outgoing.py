"""What the city gives away in XZuFi: its services with online service and responsibility, its entries, its offices."""

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache

from django.conf import settings

from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.city.profile import City, city
from stadtkern.lib.xzufi.codec import Code, Identifier, Text, XzufiError, typed
from stadtkern.lib.xzufi.message import Nachrichtenkopf, Operation, Schreibe, read, write
from stadtkern.lib.xzufi.model import Bearbeitungsdauermodul, Frist, Fristauswahl, Leistung, Versionsinformation
from stadtkern.lib.xzufi.places import (
    Anschrift,
    Kommunikation,
    NameOrganisation,
    Oeffnungszeit,
    Oeffnungszeiten,
    Onlinedienst,
    OnlinedienstLink,
    Organisationseinheit,
    Zustaendigkeit,
    ZustaendigkeitTransferObjekt,
)

from .. import catalogue
from ..service import Service
from . import mapping, store

PRODUCT = (("produktbezeichnung", "Stadtkern"), ("produkthersteller", "Stadtkern"))
TRUST = {Trust.NONE: "10", Trust.BASIC: "20", Trust.SUBSTANTIAL: "30", Trust.HIGH: "40"}
ADDRESSEES = {"citizens": "001", "tourists": "001", "companies": "002", "staff": "003"}
CHANNELS = {"phone": ("01", "Telefon Festnetz"), "email": ("03", "E-Mail")}
DAYS = {"mon": "1", "tue": "2", "wed": "3", "thu": "4", "fri": "5", "sat": "6", "sun": "7"}
OFFICES = "stellen"  # the file that holds all of them


@dataclass(frozen=True)
class Packet:
    """One file of a delivery: its name without ending, and what stands in it."""

    name: str
    operations: tuple[Operation, ...]


def agency(profile: City) -> str:
    """The id of the city's editorial office: `[xzufi] agency`, else made of the key of the municipality."""
    return str(profile.raw.get("xzufi", {}).get("agency") or f"AGS{profile.ags}")


def area(profile: City) -> Identifier:
    """The municipality by its Regionalschlüssel: `ars` in city.toml; without it as for a town outside an association."""
    ars = str(profile.raw.get("ars") or f"{profile.ags[:5]}0{profile.ags[5:]}{profile.ags[5:]}")
    return Identifier(ars, scheme="urn:de:bund:destatis:bevoelkerungsstatistik:schluessel:rs")


def moment(seconds: float) -> str:
    """Seconds since 1970 as an ISO moment."""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()


def packets() -> Iterator[Packet]:
    """Everything the city gives away, one packet per service or entry and one for all offices."""
    profile = city()
    covered = set()
    for key in sorted(catalogue.all_services()):
        try:
            service = catalogue.find(key)
        except catalogue.UnknownService:
            continue
        covered.add(service.leika)
        yield Packet(f"leistung-{key}", tuple(of_service(service, profile)))
    for texts in store.everything():
        if texts.key not in covered:
            yield Packet(f"leistung-{texts.key}", (Schreibe(of_entry(texts, profile)),))
    yield Packet(OFFICES, tuple(Schreibe(of_office(office, profile)) for office in Office.objects.order_by("key")[:1000]))


def find(name: str) -> Packet | None:
    """One packet by its name; only that one is built."""
    profile = city()
    if name == OFFICES:
        return next(packet for packet in packets() if packet.name == OFFICES)
    key = name.removeprefix("leistung-")
    if key == name:
        return None
    if key in catalogue.all_services():
        try:
            return Packet(name, tuple(of_service(catalogue.find(key), profile)))
        except catalogue.UnknownService:
            return None
    texts = store.modules(key)
    covered = any(service.leika == key for service in catalogue.all_services().values())
    return Packet(name, (Schreibe(of_entry(texts, profile)),)) if texts and not covered else None


def names() -> list[str]:
    """The names of all packets, without building them. Whatever is not in this list the federal portal takes as deleted."""
    services = catalogue.all_services()
    covered = {service.leika for service in services.values()}
    entries = [texts.key for texts in store.everything() if texts.key not in covered]
    return [*(f"leistung-{key}" for key in sorted(services)), *(f"leistung-{key}" for key in entries), OFFICES]


def of_entry(texts: store.Modules, profile: City) -> Leistung:
    """An entry of the directory with its modules, over what an import brought."""
    original = imported(texts.key)
    if original is None:
        leika = texts.key if len(texts.key) == 14 else ""
        original = mapping.new(Identifier(texts.key, agency(profile)), leika, moment(texts.changed))
        original = replace(original, gueltigkeit_gebiet_id=(area(profile),))
    return mapping.with_texts(original, texts.texts)


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


def of_service(service: Service, profile: City) -> Iterator[Operation]:
    """A service folder as leistung, onlinedienst and the two responsibilities."""
    texts = store.modules(service.leika)
    own = Identifier(service.key, agency(profile))
    original = imported(service.leika) if service.leika else None
    leistung = original or mapping.new(own, service.leika, moment(_changed(service, texts)))
    words: dict[str, dict[str, str]] = {}
    for language in dict.fromkeys(("de", *service.texts, *texts.texts)):
        table = {**texts.texts.get(language, {}), **_of_folder(service, language)}
        words[language] = {name: store.tidy(name, text) for name, text in table.items()}
    leistung = mapping.with_texts(leistung, words)
    leistung = replace(
        leistung,
        vertrauensniveau=leistung.vertrauensniveau
        or Code(TRUST[service.trust], "", "urn:xoev-de:fim:codeliste:vertrauensniveau"),
        leistungsadressat=leistung.leistungsadressat or _addressees(service),
        gueltigkeit_gebiet_id=leistung.gueltigkeit_gebiet_id or (area(profile),),
        modul_bearbeitungsdauer=_duration(leistung, service),
    )
    yield Schreibe(leistung)
    yield Schreibe(_online(service, leistung, profile))
    where = leistung.id or own
    for bearer in (service.office, f"od-{service.key}"):
        yield Schreibe(_responsibility(Identifier(bearer, agency(profile)), where, profile))


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


def _addressees(service: Service) -> tuple[Code, ...]:
    codes = dict.fromkeys(ADDRESSEES[one] for one in service.audiences if one in ADDRESSEES)
    return tuple(Code(code, "", "urn:xoev-de:fim:codeliste:leistungsadressat") for code in codes)


def _duration(leistung: Leistung, service: Service) -> tuple[Bearbeitungsdauermodul, ...]:
    first, *others = leistung.modul_bearbeitungsdauer or (Bearbeitungsdauermodul(),)
    if first.bearbeitungsdauer or not service.decision.within_days:
        return leistung.modul_bearbeitungsdauer
    choice = Fristauswahl(dauer="0", dauer_bis=str(service.decision.within_days), attributes=typed("FristDauer"))
    unit = Code("TAG", "", "urn:xoev-de:fim:codeliste:xzufi.zeiteinheit")
    span = Frist(fristauswahl=replace(choice, einheit=unit, einheit_bis=unit))
    return (replace(first, bearbeitungsdauer=(span,)), *others)


def _online(service: Service, leistung: Leistung, profile: City) -> Onlinedienst:
    link = OnlinedienstLink(
        typ=Code("01", "", "urn:xoev-de:fim:codeliste:onlinedienstlinktyp"),
        link=f"{settings.BASE_URL.rstrip('/')}/leistungen/{service.key}/",
        titel=service.title,
        attributes=(("languageCode", "de"),),
    )
    english = service.texts.get("en")
    return Onlinedienst(
        id=Identifier(f"od-{service.key}", agency(profile)),
        bezeichnung=(Text(service.title), *((Text(english.title, "en"),) if english and english.title else ())),
        teaser=(Text(service.teaser), *((Text(english.teaser, "en"),) if english and english.teaser else ())),
        link=(link,),
        vertrauensniveau=Code(TRUST[service.trust], "", "urn:xoev-de:fim:codeliste:vertrauensniveau"),
        versionsinformation=leistung.versionsinformation,
        sprachversion=tuple(mapping.sprachversion(code) for code in ("de", "en") if code == "de" or english),
        attributes=typed("OnlinedienstErweitert"),
    )


def _responsibility(bearer: Identifier, leistung: Identifier, profile: City) -> ZustaendigkeitTransferObjekt:
    return ZustaendigkeitTransferObjekt(
        uebergeordnetes_objekt_id=bearer,
        zustaendigkeit=Zustaendigkeit(
            id=Identifier(f"{bearer.value}-{leistung.value}", agency(profile)),
            leistung_id=(leistung,),
            gebiet_id=(area(profile),),
        ),
    )


def of_office(office: Office, profile: City) -> Organisationseinheit:
    """An office with address, ways to reach it and opening hours."""
    contact = profile.contact
    ways = [(CHANNELS[name], value) for name, value in (("phone", office.phone), ("email", office.email)) if value]
    spans = [
        Oeffnungszeit(tagesart=Code(DAYS[day]), beginn=f"{start}:00", ende=f"{end}:00")
        for day in DAYS
        for start, end in office.hours.get(day) or ()
    ]
    address = Anschrift(
        typ=Code("001", "Hausanschrift", "urn:xoev-de:fim:codeliste:xzufi.anschrifttyp", "2.0"),
        strasse=office.street or contact.get("street"),
        postleitzahl=office.postcode or contact.get("postcode"),
        ort=office.town or contact.get("town"),
    )
    return Organisationseinheit(
        id=Identifier(office.key, agency(profile)),
        uebergeordnete_organisationseinheit_id=Identifier(office.parent.key, agency(profile)) if office.parent else None,
        name=NameOrganisation(name=(Text(office.title),)),
        beschreibung=(Text(office.about),) if office.about else (),
        anschrift=(address,),
        erreichbarkeit=tuple(Kommunikation(kanal=Code(*channel), kennung=value) for channel, value in ways),
        oeffnungszeiten=(Oeffnungszeiten(oeffnungszeit=tuple(spans)),) if spans else (),
        sprachversion=(mapping.sprachversion("de"),),
        attributes=typed("OrganisationseinheitErweitert"),
    )


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
        sender=agency(city()),
    )
    return write(found, head, attributes=PRODUCT)


def _newest(operations: Iterable[Operation]) -> str:
    times = [
        info.geaendert_datum_zeit
        for one in operations
        if isinstance(one, Schreibe)
        and isinstance(info := getattr(one.objekt, "versionsinformation", None), Versionsinformation)
    ]
    return max((time for time in times if time), default=moment(0))


def digest(body: bytes) -> str:
    """What an answer is recognised by."""
    return hashlib.sha256(body).hexdigest()[:32]


@lru_cache(maxsize=500)
def cached(name: str, stamp: object) -> bytes | None:
    """The bytes of a packet for the portal; `stamp` changes with whatever it is made of."""
    packet = find(name)
    return message(packet.operations, portal=True) if packet else None
