"""A public service in XZuFi 2.2.0: texts by module, deadlines, costs, documents, addressees, where it is valid.

Classes and attributes bear the names of the standard, so that both can be read side by side. Dates, amounts and flags stay
the text of the file: nothing is rounded, nothing is lost. Modules that 2.3 allows several times are tuples in both versions.
"""

# ruff: noqa: RUF009 - `one` and `many` make dataclass fields, they are `field` under a shorter name
from dataclasses import dataclass
from typing import Any

from .codec import Betrag, Code, Identifier, Part, Text, many, one


@dataclass(frozen=True, kw_only=True)
class Zeitraum(Part):
    beginn: str | None = one("beginn", str)
    ende: str | None = one("ende", str)
    zusatz: tuple[Text, ...] = many("zusatz", Text)


@dataclass(frozen=True, kw_only=True)
class Versionsinformation(Part):
    erstellt_datum_zeit: str | None = one("erstelltDatumZeit", str)
    erstellt_durch: str | None = one("erstelltDurch", str)
    geaendert_datum_zeit: str | None = one("geaendertDatumZeit", str)
    geaendert_durch: str | None = one("geaendertDurch", str)
    version: str | None = one("version", str)


@dataclass(frozen=True, kw_only=True)
class Sprachversion(Part):
    """Its language stands in the attribute `languageCode`, in 2.2 files also as an element."""

    language_code: str | None = one("languageCode", str)
    sprachbezeichnung_deutsch: str | None = one("sprachbezeichnungDeutsch", str)
    sprachbezeichnung_nativ: str | None = one("sprachbezeichnungNativ", str)
    erstellt_datum_zeit: str | None = one("erstelltDatumZeit", str)
    erstellt_durch: str | None = one("erstelltDurch", str)
    geaendert_datum_zeit: str | None = one("geaendertDatumZeit", str)
    geaendert_durch: str | None = one("geaendertDurch", str)
    version: str | None = one("version", str)


@dataclass(frozen=True, kw_only=True)
class Hyperlink(Part):
    """`weiterfuehrenderLink`; its language stands in the attribute `languageCode`."""

    uri: str | None = one("uri", str)
    titel: str | None = one("titel", str)
    beschreibung: str | None = one("beschreibung", str)
    position_darstellung: str | None = one("positionDarstellung", str)


@dataclass(frozen=True, kw_only=True)
class Modul(Part):
    """What every module of a service has."""

    position_darstellung: str | None = one("positionDarstellung", str)
    id: Identifier | None = one("id", Identifier)
    id_sekundaer: tuple[Identifier, ...] = many("idSekundaer", Identifier)
    gueltigkeit: tuple[Zeitraum, ...] = many("gueltigkeit", Zeitraum)


@dataclass(frozen=True, kw_only=True)
class Textmodul(Modul):
    """`modulText`: one text, named by the code list urn:de:xzufi:codeliste:leistungstextmodulleika, in all its languages."""

    leika_textmodul: Code | None = one("leikaTextmodul", Code)
    abweichende_bezeichnung: tuple[Text, ...] = many("leikaTextmodulAbweichendeBezeichnung", Text)
    inhalt: tuple[Text, ...] = many("inhalt", Text)
    weiterfuehrender_link: tuple[Hyperlink, ...] = many("weiterfuehrenderLink", Hyperlink)


@dataclass(frozen=True, kw_only=True)
class TextmodulIndividuell(Modul):
    individuelles_textmodultyp: Code | None = one("individuellesTextmodultyp", Code)
    inhalt: tuple[Text, ...] = many("inhalt", Text)
    weiterfuehrender_link: tuple[Hyperlink, ...] = many("weiterfuehrenderLink", Hyperlink)


@dataclass(frozen=True, kw_only=True)
class Fristauswahl(Part):
    """A span (`dauer` and `einheit`: JAHR … SEKUNDE, WERKTAG, ARBEITSTAG) or days fixed in the calendar (`von`, `bis`)."""

    dauer: str | None = one("dauer", str)
    einheit: Code | None = one("einheit", Code)
    dauer_bis: str | None = one("dauerBis", str)
    einheit_bis: Code | None = one("einheitBis", Code)
    von: str | None = one("von", str)
    bis: str | None = one("bis", str)


@dataclass(frozen=True, kw_only=True)
class Frist(Part):
    typ: Code | None = one("typ", Code)
    fristauswahl: Fristauswahl | None = one("fristauswahl", Fristauswahl)
    beschreibung: tuple[Text, ...] = many("beschreibung", Text)
    position_darstellung: str | None = one("positionDarstellung", str)
    gueltigkeit: tuple[Zeitraum, ...] = many("gueltigkeit", Zeitraum)


@dataclass(frozen=True, kw_only=True)
class Fristmodul(Modul):
    frist: tuple[Frist, ...] = many("frist", Frist)
    beschreibung: tuple[Text, ...] = many("beschreibung", Text)
    weiterfuehrender_link: tuple[Hyperlink, ...] = many("weiterfuehrenderLink", Hyperlink)


@dataclass(frozen=True, kw_only=True)
class Bearbeitungsdauermodul(Modul):
    bearbeitungsdauer: tuple[Frist, ...] = many("bearbeitungsdauer", Frist)
    beschreibung: tuple[Text, ...] = many("beschreibung", Text)
    weiterfuehrender_link: tuple[Hyperlink, ...] = many("weiterfuehrenderLink", Hyperlink)


@dataclass(frozen=True, kw_only=True)
class Kostenauswahl(Part):
    """Fixed, free or variable; which of the three stands in xsi:type."""

    betrag: Betrag | None = one("betrag", Betrag)
    beschreibung_kostenfreiheit: tuple[Text, ...] = many("beschreibungKostenfreiheit", Text)
    betrag_untergrenze: Betrag | None = one("betragUntergrenze", Betrag)
    betrag_obergrenze: Betrag | None = one("betragObergrenze", Betrag)
    beschreibung_variabilitaet: tuple[Text, ...] = many("beschreibungVariabilitaet", Text)


@dataclass(frozen=True, kw_only=True)
class Kosten(Part):
    """One charge; `vorkasse` is "true" where it is paid before the decision."""

    typ: Code | None = one("typ", Code)
    kostenauswahl: Kostenauswahl | None = one("kostenauswahl", Kostenauswahl)
    beschreibung: tuple[Text, ...] = many("beschreibung", Text)
    vorkasse: str | None = one("vorkasse", str)
    link_kostenbildung: str | None = one("linkKostenbildung", str)
    position_darstellung: str | None = one("positionDarstellung", str)
    gueltigkeit: tuple[Zeitraum, ...] = many("gueltigkeit", Zeitraum)


@dataclass(frozen=True, kw_only=True)
class Kostenmodul(Modul):
    kosten: tuple[Kosten, ...] = many("kosten", Kosten)
    beschreibung: tuple[Text, ...] = many("beschreibung", Text)
    weiterfuehrender_link: tuple[Hyperlink, ...] = many("weiterfuehrenderLink", Hyperlink)


@dataclass(frozen=True, kw_only=True)
class Dokument(Part):
    typ: Code | None = one("typ", Code)
    bezeichnung: tuple[Text, ...] = many("bezeichnung", Text)
    beschreibung: tuple[Text, ...] = many("beschreibung", Text)
    referenz_formular_id: tuple[Identifier, ...] = many("referenzFormularID", Identifier)
    angabe_signatur: Code | None = one("angabeSignatur", Code)


@dataclass(frozen=True, kw_only=True)
class Dokumentmodul(Modul):
    """What the applicant hands in (`dokument_eingehend`) and gets (`dokument_ausgehend`)."""

    dokument_eingehend: tuple[Dokument, ...] = many("dokumentEingehend", Dokument)
    dokument_ausgehend: tuple[Dokument, ...] = many("dokumentAusgehend", Dokument)
    beschreibung: tuple[Text, ...] = many("beschreibung", Text)
    weiterfuehrender_link: tuple[Hyperlink, ...] = many("weiterfuehrenderLink", Hyperlink)


@dataclass(frozen=True, kw_only=True)
class BegriffImKontext(Part):
    """A word people search for; types 001 to 003 and 999 of the code list."""

    begriff: Text | None = one("begriff", Text)
    typ: Code | None = one("typ", Code)


@dataclass(frozen=True, kw_only=True)
class BegriffImKontextModul(Modul):
    begriff_im_kontext: tuple[BegriffImKontext, ...] = many("begriffImKontext", BegriffImKontext)


@dataclass(frozen=True, kw_only=True)
class FachlicheFreigabeModul(Modul):
    fachlich_freigegeben_am: str | None = one("fachlichFreigegebenAm", str)
    fachlich_freigegeben_durch: tuple[Text, ...] = many("fachlichFreigegebenDurch", Text)


@dataclass(frozen=True, kw_only=True)
class Auskunftshinweismodul(Modul):
    inhalt: tuple[Text, ...] = many("inhalt", Text)
    weiterfuehrender_link: tuple[Hyperlink, ...] = many("weiterfuehrenderLink", Hyperlink)


@dataclass(frozen=True, kw_only=True)
class UrsprungsportalModul(Modul):
    uri: str | None = one("uri", str)
    titel: str | None = one("titel", str)


@dataclass(frozen=True, kw_only=True)
class Verrichtung(Part):
    verrichtung_leika: Code | None = one("verrichtungLeiKa", Code)


@dataclass(frozen=True, kw_only=True)
class Leistungsstruktur(Part):
    """Object, action and detail of the service; which of the three forms it is stands in xsi:type."""

    leistungsobjekt_id: Identifier | None = one("leistungsobjektID", Identifier)
    verrichtung: Verrichtung | None = one("verrichtung", Verrichtung)
    verrichtungsdetail: tuple[Text, ...] = many("verrichtungsdetail", Text)


@dataclass(frozen=True, kw_only=True)
class Kategorieklasse(Part):
    id: Identifier | None = one("id", Identifier)
    id_sekundaer: tuple[Identifier, ...] = many("idSekundaer", Identifier)
    bezeichnung: tuple[Text, ...] = many("bezeichnung", Text)
    beschreibung: tuple[Text, ...] = many("beschreibung", Text)
    version: str | None = one("version", str)


@dataclass(frozen=True, kw_only=True)
class Kategorie(Part):
    """A place in a tree of topics, for example of life situations."""

    id: Identifier | None = one("id", Identifier)
    id_sekundaer: tuple[Identifier, ...] = many("idSekundaer", Identifier)
    uebergeordnete_kategorie_id: Identifier | None = one("uebergeordneteKategorieID", Identifier)
    untergeordnete_kategorie_id: tuple[Identifier, ...] = many("untergeordneteKategorieID", Identifier)
    bezeichnung: tuple[Text, ...] = many("bezeichnung", Text)
    beschreibung: tuple[Text, ...] = many("beschreibung", Text)
    klasse: tuple[Kategorieklasse, ...] = many("klasse", Kategorieklasse)


@dataclass(frozen=True, kw_only=True)
class Herausgeber(Part):
    id: Identifier | None = one("id", Identifier)
    id_sekundaer: tuple[Identifier, ...] = many("idSekundaer", Identifier)
    bezeichnung: tuple[Text, ...] = many("bezeichnung", Text)
    kurzbezeichnung: tuple[Text, ...] = many("kurzbezeichnung", Text)
    beschreibung: tuple[Text, ...] = many("beschreibung", Text)


@dataclass(frozen=True, kw_only=True)
class Leistung(Part):
    """A public service: what it is, for whom, where, and everything people read about it."""

    id: Identifier | None = one("id", Identifier)
    id_sekundaer: tuple[Identifier, ...] = many("idSekundaer", Identifier)
    struktur: Leistungsstruktur | None = one("struktur", Leistungsstruktur)
    referenz_leika: tuple[Code, ...] = many("referenzLeiKa", Code)
    referenz_leistungsschluessel: tuple[Identifier, ...] = many("referenzLeistungsschluessel", Identifier)  # 2.3
    modul_text: tuple[Textmodul, ...] = many("modulText", Textmodul)
    modul_text_individuell: tuple[TextmodulIndividuell, ...] = many("modulTextIndividuell", TextmodulIndividuell)
    modul_frist: tuple[Fristmodul, ...] = many("modulFrist", Fristmodul)
    modul_kosten: tuple[Kostenmodul, ...] = many("modulKosten", Kostenmodul)
    modul_bearbeitungsdauer: tuple[Bearbeitungsdauermodul, ...] = many("modulBearbeitungsdauer", Bearbeitungsdauermodul)
    modul_begriff_im_kontext: tuple[BegriffImKontextModul, ...] = many("modulBegriffImKontext", BegriffImKontextModul)
    modul_fachliche_freigabe: tuple[FachlicheFreigabeModul, ...] = many("modulFachlicheFreigabe", FachlicheFreigabeModul)
    modul_auskunftshinweis: tuple[Auskunftshinweismodul, ...] = many("modulAuskunftshinweis", Auskunftshinweismodul)
    modul_dokument: tuple[Dokumentmodul, ...] = many("modulDokument", Dokumentmodul)
    modul_ursprungsportal: tuple[UrsprungsportalModul, ...] = many("modulUrsprungsportal", UrsprungsportalModul)
    typisierung: tuple[Code, ...] = many("typisierung", Code)
    vertrauensniveau: Code | None = one("vertrauensniveau", Code)
    leistungsadressat: tuple[Code, ...] = many("leistungsadressat", Code)
    kennzeichen_schriftformerfordernis: str | None = one("kennzeichenSchriftformerfordernis", str)
    kategorie: tuple[Kategorie, ...] = many("kategorie", Kategorie)
    klassifizierung: tuple[Code, ...] = many("klassifizierung", Code)
    informationsbereich_sdg: tuple[Code, ...] = many("informationsbereichSDG", Code)
    id_leistung_im_kontext: tuple[Identifier, ...] = many("idLeistungImKontext", Identifier)
    id_prozess: tuple[Identifier, ...] = many("idProzess", Identifier)
    herausgeber: Herausgeber | None = one("herausgeber", Herausgeber)
    gueltigkeit_gebiet_id: tuple[Identifier, ...] = many("gueltigkeitGebietID", Identifier)
    kennzeichen_ea: str | None = one("kennzeichenEA", str)
    versionsinformation: Versionsinformation | None = one("versionsinformation", Versionsinformation)
    sprachversion: tuple[Sprachversion, ...] = many("sprachversion", Sprachversion)
    gueltigkeit: tuple[Zeitraum, ...] = many("gueltigkeit", Zeitraum)

    @property
    def leika(self) -> str:
        """The 14-digit key, "" where none is given; 2.3 calls it Leistungsschlüssel."""
        found: tuple[Any, ...] = (*self.referenz_leika, *self.referenz_leistungsschluessel)
        return next((str(one.value) for one in found if one.value), "")
