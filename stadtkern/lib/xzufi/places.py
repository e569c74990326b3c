"""Offices, online services, forms, responsibilities and regional versions in XZuFi 2.2.0.

Names of the elements of `anschrift`, `kommunikation` and `oeffnungszeiten` below the ones marked in docs/xzufi.md could not be
checked against the schema. Whatever a file says differently is kept in `rest`.
"""

# ruff: noqa: RUF009 - `one` and `many` make dataclass fields, they are `field` under a shorter name
from dataclasses import dataclass

from .codec import Code, Identifier, Part, Text, many, one
from .model import (
    Bearbeitungsdauermodul,
    BegriffImKontextModul,
    Fristmodul,
    Kostenmodul,
    Sprachversion,
    Textmodul,
    Versionsinformation,
    Zeitraum,
)


@dataclass(frozen=True, kw_only=True)
class Kodierung(Part):
    """`verwaltungspolitischeKodierung`: keys of Land, district and municipality (ARS, AGS)."""

    kreis: Code | None = one("kreis", Code)
    bezirk: Code | None = one("bezirk", Code)
    bundesland: Code | None = one("bundesland", Code)
    gemeindeschluessel: Code | None = one("gemeindeschluessel", Code)
    regionalschluessel: Code | None = one("regionalschluessel", Code)
    nation: Code | None = one("nation", Code)
    gemeindeverband: Code | None = one("gemeindeverband", Code)


@dataclass(frozen=True, kw_only=True)
class Anschrift(Part):
    """`typ` from urn:xoev-de:fim:codeliste:xzufi.anschrifttyp: 001 house, 002 visitors, 003 post box, … 006 post."""

    typ: Code | None = one("typ", Code)
    strasse: str | None = one("strasse", str)
    hausnummer: str | None = one("hausnummer", str)
    postfach: str | None = one("postfach", str)
    postleitzahl: str | None = one("postleitzahl", str)
    ort: str | None = one("ort", str)
    ort_id: Identifier | None = one("ortID", Identifier)
    verwaltungspolitische_kodierung: Kodierung | None = one("verwaltungspolitischeKodierung", Kodierung)
    zusatz: tuple[Text, ...] = many("zusatz", Text)


@dataclass(frozen=True, kw_only=True)
class Kommunikation(Part):
    """A way to reach an office: `kanal` says which, `kennung` the number or address."""

    kanal: Code | None = one("kanal", Code)
    kennung: str | None = one("kennung", str)
    kennungszusatz: str | None = one("kennungszusatz", str)
    zusatz: tuple[Text, ...] = many("zusatz", Text)
    gueltigkeit: tuple[Zeitraum, ...] = many("gueltigkeit", Zeitraum)


@dataclass(frozen=True, kw_only=True)
class Oeffnungszeit(Part):
    """One span on one day of the week, times as HH:MM:SS."""

    tagesart: Code | None = one("tagesart", Code)
    beginn: str | None = one("beginn", str)
    ende: str | None = one("ende", str)
    zusatz: tuple[Text, ...] = many("zusatz", Text)


@dataclass(frozen=True, kw_only=True)
class Oeffnungszeiten(Part):
    oeffnungszeit: tuple[Oeffnungszeit, ...] = many("oeffnungszeit", Oeffnungszeit)
    beschreibung: tuple[Text, ...] = many("beschreibung", Text)
    gueltigkeit: tuple[Zeitraum, ...] = many("gueltigkeit", Zeitraum)


@dataclass(frozen=True, kw_only=True)
class NameOrganisation(Part):
    name: tuple[Text, ...] = many("name", Text)
    kurzbezeichnung: tuple[Text, ...] = many("kurzbezeichnung", Text)


@dataclass(frozen=True, kw_only=True)
class Zustaendigkeit(Part):
    """Who is responsible for a service, where; `rolle` says in which part."""

    id: Identifier | None = one("id", Identifier)
    id_sekundaer: tuple[Identifier, ...] = many("idSekundaer", Identifier)
    leistung_id: tuple[Identifier, ...] = many("leistungID", Identifier)
    gebiet_id: tuple[Identifier, ...] = many("gebietID", Identifier)
    rolle: Code | None = one("rolle", Code)
    gueltigkeit: tuple[Zeitraum, ...] = many("gueltigkeit", Zeitraum)


@dataclass(frozen=True, kw_only=True)
class ZustaendigkeitTransferObjekt(Part):
    """A responsibility sent by itself: `uebergeordnetes_objekt_id` is the office, online service or form that bears it."""

    uebergeordnetes_objekt_id: Identifier | None = one("uebergeordnetesObjektID", Identifier)
    zustaendigkeit: Zustaendigkeit | None = one("zustaendigkeit", Zustaendigkeit)

    @property
    def id(self) -> Identifier | None:
        return self.zustaendigkeit.id if self.zustaendigkeit else None


@dataclass(frozen=True, kw_only=True)
class Organisationseinheit(Part):
    """An office with address, ways to reach it and opening hours."""

    id: Identifier | None = one("id", Identifier)
    id_sekundaer: tuple[Identifier, ...] = many("idSekundaer", Identifier)
    uebergeordnete_organisationseinheit_id: Identifier | None = one("uebergeordneteOrganisationseinheitID", Identifier)
    name: NameOrganisation | None = one("name", NameOrganisation)
    beschreibung: tuple[Text, ...] = many("beschreibung", Text)
    anschrift: tuple[Anschrift, ...] = many("anschrift", Anschrift)
    erreichbarkeit: tuple[Kommunikation, ...] = many("erreichbarkeit", Kommunikation)
    kommunikationssystem: tuple[Kommunikation, ...] = many("kommunikationssystem", Kommunikation)
    oeffnungszeiten: tuple[Oeffnungszeiten, ...] = many("oeffnungszeiten", Oeffnungszeiten)
    zustaendigkeit: tuple[Zustaendigkeit, ...] = many("zustaendigkeit", Zustaendigkeit)
    versionsinformation: Versionsinformation | None = one("versionsinformation", Versionsinformation)
    sprachversion: tuple[Sprachversion, ...] = many("sprachversion", Sprachversion)
    gueltigkeit: tuple[Zeitraum, ...] = many("gueltigkeit", Zeitraum)


@dataclass(frozen=True, kw_only=True)
class OnlinedienstLink(Part):
    """`typ` from urn:xoev-de:fim:codeliste:onlinedienstlinktyp; the language stands in the attribute `languageCode`."""

    typ: Code | None = one("typ", Code)
    link: str | None = one("link", str)
    titel: str | None = one("titel", str)
    beschreibung: str | None = one("beschreibung", str)
    position_darstellung: str | None = one("positionDarstellung", str)


@dataclass(frozen=True, kw_only=True)
class Onlinedienst(Part):
    """Where a service can be used online, and with which level of trust."""

    id: Identifier | None = one("id", Identifier)
    id_sekundaer: tuple[Identifier, ...] = many("idSekundaer", Identifier)
    bezeichnung: tuple[Text, ...] = many("bezeichnung", Text)
    kurzbezeichnung: tuple[Text, ...] = many("kurzbezeichnung", Text)
    teaser: tuple[Text, ...] = many("teaser", Text)
    beschreibung: tuple[Text, ...] = many("beschreibung", Text)
    link: tuple[OnlinedienstLink, ...] = many("link", OnlinedienstLink)
    vertrauensniveau: Code | None = one("vertrauensniveau", Code)
    zustaendigkeit: tuple[Zustaendigkeit, ...] = many("zustaendigkeit", Zustaendigkeit)
    versionsinformation: Versionsinformation | None = one("versionsinformation", Versionsinformation)
    sprachversion: tuple[Sprachversion, ...] = many("sprachversion", Sprachversion)
    gueltigkeit: tuple[Zeitraum, ...] = many("gueltigkeit", Zeitraum)


@dataclass(frozen=True, kw_only=True)
class Formular(Part):
    id: Identifier | None = one("id", Identifier)
    id_sekundaer: tuple[Identifier, ...] = many("idSekundaer", Identifier)
    bezeichnung: tuple[Text, ...] = many("bezeichnung", Text)
    beschreibung: tuple[Text, ...] = many("beschreibung", Text)
    zustaendigkeit: tuple[Zustaendigkeit, ...] = many("zustaendigkeit", Zustaendigkeit)
    versionsinformation: Versionsinformation | None = one("versionsinformation", Versionsinformation)
    sprachversion: tuple[Sprachversion, ...] = many("sprachversion", Sprachversion)
    gueltigkeit: tuple[Zeitraum, ...] = many("gueltigkeit", Zeitraum)


@dataclass(frozen=True, kw_only=True)
class Spezialisierung(Part):
    """What a region says differently about a service of somebody else; modules beside `modulText` could not be checked."""

    id: Identifier | None = one("id", Identifier)
    id_sekundaer: tuple[Identifier, ...] = many("idSekundaer", Identifier)
    leistung_id: Identifier | None = one("leistungID", Identifier)
    gebiet_id: tuple[Identifier, ...] = many("gebietID", Identifier)
    gueltigkeit_gebiet_id: tuple[Identifier, ...] = many("gueltigkeitGebietID", Identifier)
    modul_text: tuple[Textmodul, ...] = many("modulText", Textmodul)
    modul_frist: tuple[Fristmodul, ...] = many("modulFrist", Fristmodul)
    modul_kosten: tuple[Kostenmodul, ...] = many("modulKosten", Kostenmodul)
    modul_bearbeitungsdauer: tuple[Bearbeitungsdauermodul, ...] = many("modulBearbeitungsdauer", Bearbeitungsdauermodul)
    modul_begriff_im_kontext: tuple[BegriffImKontextModul, ...] = many("modulBegriffImKontext", BegriffImKontextModul)
    versionsinformation: Versionsinformation | None = one("versionsinformation", Versionsinformation)
    sprachversion: tuple[Sprachversion, ...] = many("sprachversion", Sprachversion)
    gueltigkeit: tuple[Zeitraum, ...] = many("gueltigkeit", Zeitraum)
