"""Services, offices and responsibilities of this city as objects of XZuFi."""

from dataclasses import replace
from datetime import UTC, datetime

from django.conf import settings

from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.city.profile import City
from stadtkern.lib.xzufi.codec import Code, Identifier, Text, typed
from stadtkern.lib.xzufi.model import Bearbeitungsdauermodul, Frist, Fristauswahl, Leistung
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

from ..service import Service
from . import mapping

TRUST = {Trust.NONE: "10", Trust.BASIC: "20", Trust.SUBSTANTIAL: "30", Trust.HIGH: "40"}
ADDRESSEES = {"citizens": "001", "tourists": "001", "companies": "002", "staff": "003"}
CHANNELS = {"phone": ("01", "Telefon Festnetz"), "email": ("03", "E-Mail")}
DAYS = {"mon": "1", "tue": "2", "wed": "3", "thu": "4", "fri": "5", "sat": "6", "sun": "7"}


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


def addressees(service: Service) -> tuple[Code, ...]:
    codes = dict.fromkeys(ADDRESSEES[one] for one in service.audiences if one in ADDRESSEES)
    return tuple(Code(code, "", "urn:xoev-de:fim:codeliste:leistungsadressat") for code in codes)


def duration(leistung: Leistung, service: Service) -> tuple[Bearbeitungsdauermodul, ...]:
    first, *others = leistung.modul_bearbeitungsdauer or (Bearbeitungsdauermodul(),)
    if first.bearbeitungsdauer or not service.decision.within_days:
        return leistung.modul_bearbeitungsdauer
    choice = Fristauswahl(dauer="0", dauer_bis=str(service.decision.within_days), attributes=typed("FristDauer"))
    unit = Code("TAG", "", "urn:xoev-de:fim:codeliste:xzufi.zeiteinheit")
    span = Frist(fristauswahl=replace(choice, einheit=unit, einheit_bis=unit))
    return (replace(first, bearbeitungsdauer=(span,)), *others)


def online(service: Service, leistung: Leistung, profile: City) -> Onlinedienst:
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


def responsibility(bearer: Identifier, leistung: Identifier, profile: City) -> ZustaendigkeitTransferObjekt:
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
