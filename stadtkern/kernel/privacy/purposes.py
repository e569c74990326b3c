"""Why personal data is kept, how long, on which ground; and the plain words of the data cockpit."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadtkern.kernel.accounts.access import Actor


@dataclass(frozen=True)
class Purpose:
    """One declared reason; services declare their own in service.toml (`[keep]`)."""

    key: str
    title: Any  # lazy German text
    what: Any
    how_long: Any
    legal_basis: Any


ACCESS_YEARS, CONSENT_YEARS = 2, 3

PURPOSES = {
    purpose.key: purpose
    for purpose in [
        Purpose(
            "account",
            gettext_lazy("Ihr Konto"),
            gettext_lazy("E-Mail-Adresse, Name und Anschrift, soweit Sie sie angegeben haben"),
            gettext_lazy("bis Sie das Konto schließen"),
            gettext_lazy("Art. 6 Abs. 1 e DSGVO, § 3 OZG"),
        ),
        Purpose(
            "mandate",
            gettext_lazy("Für andere handeln"),
            gettext_lazy("wer für wen handeln darf, wofür, bis wann und wann es geschah"),
            gettext_lazy("bis eines der beiden Konten geschlossen wird"),
            gettext_lazy("§ 14 VwVfG; bei Kindern § 1629 BGB, bei Betreuung § 1823 BGB"),
        ),
        Purpose(
            "session",
            gettext_lazy("Anmeldung und Sicherheit"),
            gettext_lazy("Geräte, Internet-Adresse, Zeitpunkt"),
            gettext_lazy("bis das Gerät abgemeldet ist, höchstens zwölf Stunden danach"),
            gettext_lazy("Art. 32 DSGVO"),
        ),
        Purpose(
            "case",
            gettext_lazy("Ihre Anträge"),
            gettext_lazy("was Sie eintragen, hochladen und was wir entscheiden"),
            gettext_lazy("steht bei jeder Leistung, mit dem Gesetz dazu"),
            gettext_lazy("Art. 6 Abs. 1 e DSGVO und das Gesetz der Leistung"),
        ),
        Purpose(
            "appointments",
            gettext_lazy("Ihre Termine"),
            gettext_lazy(
                "Name, Erreichbarkeit, Anliegen, Ort und Zeit; Ihr Platz in einer Warteschlange und eine Prüfsumme Ihres "
                "Netzes; eine Wartenummer enthält nichts über Sie"
            ),
            gettext_lazy("30 Tage nach dem Termin, der Platz 7 Tage; danach bleiben nur Zahlen ohne Namen"),
            gettext_lazy("Art. 6 Abs. 1 e DSGVO"),
        ),
        Purpose(
            "queue",
            gettext_lazy("Ihr Platz in einer Warteschlange"),
            gettext_lazy("wann Sie sich angestellt haben, Ihr Platz, statt der Internet-Adresse eine Prüfzahl Ihres Netzes"),
            gettext_lazy("sieben Tage nach der Öffnung"),
            gettext_lazy("Art. 6 Abs. 1 e DSGVO"),
        ),
        Purpose(
            "payments",
            gettext_lazy("Was Sie zahlen und bekommen"),
            gettext_lazy(
                "Forderungen und Zahlungen mit Betrag, Tag und Kassenzeichen; Lastschriftmandate und Konten für Auszahlungen "
                "verschlüsselt; was auf dem Kontoauszug der Stadt steht"
            ),
            gettext_lazy(
                "Buchungen zehn Jahre, Kontoauszüge und Aufträge an die Bank acht Jahre nach dem Ende des Jahres; das Konto "
                "eines beendeten Mandats 14 Monate nach der letzten Abbuchung"
            ),
            gettext_lazy("Art. 6 Abs. 1 c und e DSGVO, § 147 Abs. 3 AO und das Haushaltsrecht"),
        ),
        Purpose(
            "video",
            gettext_lazy("Ihre Videotermine"),
            gettext_lazy("Beginn, Ende und ob die Verbindung direkt war; nichts von dem, was gesagt oder gezeigt wird"),
            gettext_lazy("90 Tage; Netzangaben der Geräte nur, bis die Verbindung steht, höchstens bis zum Ende des Gesprächs"),
            gettext_lazy("Art. 6 Abs. 1 e DSGVO"),
        ),
        Purpose(
            "participation",
            gettext_lazy("Ihre Beteiligung"),
            gettext_lazy(
                "Beiträge, Kommentare, was Sie unterstützen, unterschreiben und verfolgen, Ihre Antworten auf Meinungskarten, "
                "Stellungnahmen zu Plänen, dass Sie an einer Umfrage teilgenommen haben (nie, was Sie geantwortet haben); "
                "ob Sie in einem Verfahren mitmachen dürfen"
            ),
            gettext_lazy(
                "Name und Konto fünf Jahre nach dem Ende des Verfahrens; der Text, solange Sie es wollen; Unterschriften ein "
                "Jahr nach dem Ende; Antworten auf Meinungskarten, bis Sie sie löschen, und ab einem Jahr nach dem Ende ohne "
                "Bezug zu Ihnen"
            ),
            gettext_lazy("Art. 6 Abs. 1 e DSGVO"),
        ),
        Purpose(
            "points",
            gettext_lazy("Ihre Punkte fürs Mitmachen"),
            gettext_lazy(
                "nur wenn Sie das wollen: wofür Sie wann Punkte bekamen und welche Gutscheine; nie, wie Sie abstimmen"
            ),
            gettext_lazy("bis Sie aufhören, höchstens zwei Jahre, nachdem sich zuletzt etwas getan hat; Gutscheine ein Jahr"),
            gettext_lazy("Art. 6 Abs. 1 a DSGVO"),
        ),
        Purpose(
            "trips",
            gettext_lazy("Fahrplan: was Sie beobachten"),
            gettext_lazy(
                "Linien, Haltestellen, Fahrten, zu denen Sie Nachricht wollen, und Orte, die Sie speichern; keine Ihrer Fahrten"
            ),
            gettext_lazy("bis Sie es löschen; eine einzelne Fahrt bis zwei Tage danach"),
            gettext_lazy("Art. 6 Abs. 1 a DSGVO (Einwilligung)"),
        ),
        Purpose(
            "tickets",
            gettext_lazy("Ihre Fahrscheine"),
            gettext_lazy(
                "was Sie gekauft haben und wann es gilt, Abo, Ermäßigung und Guthaben; bei einer Kontrolle halten wir nur "
                "fest, wie sie ausging, nicht wer geprüft wurde, wann oder wo"
            ),
            gettext_lazy(
                "ein halbes Jahr nach dem letzten Tag des Fahrscheins; die Zahlung selbst acht Jahre, ohne Ihren Namen"
            ),
            gettext_lazy("Art. 6 Abs. 1 b DSGVO"),
        ),
        Purpose(
            "sharing",
            gettext_lazy("Ihre Fahrten mit Leihfahrzeugen"),
            gettext_lazy(
                "welches Fahrzeug Sie wann reserviert und gefahren haben und was es gekostet hat; der Anbieter erfährt nicht, "
                "wer Sie sind"
            ),
            gettext_lazy("90 Tage, weil so lange jemand der Rechnung widersprechen kann; die Zahlung acht Jahre"),
            gettext_lazy("Art. 6 Abs. 1 b DSGVO"),
        ),
        Purpose(
            "consent",
            gettext_lazy("Ihre Einwilligungen"),
            gettext_lazy("wem Sie wann wofür eine Abfrage erlaubt haben"),
            gettext_lazy("drei Jahre, nachdem Sie sie widerrufen haben"),
            gettext_lazy("Art. 7 Abs. 1 DSGVO"),
        ),
        Purpose(
            "access",
            gettext_lazy("Wer Ihre Daten gesehen hat"),
            gettext_lazy("Amt, Zeitpunkt, Grund und die Namen der Felder, nie deren Inhalt"),
            gettext_lazy("zwei Jahre"),
            gettext_lazy("Art. 5 Abs. 2 DSGVO"),
        ),
        Purpose(
            "share",
            gettext_lazy("Von Ihnen geteilte Angaben"),
            gettext_lazy("für wen, wofür, bis wann, und wann jemand nachgesehen hat"),
            gettext_lazy("90 Tage nach dem Ende; die halbe Internet-Adresse sieben Tage"),
            gettext_lazy("Art. 6 Abs. 1 a DSGVO"),
        ),
        Purpose(
            "vault",
            gettext_lazy("Ihr Tresor"),
            gettext_lazy("was Sie selbst hineinlegen; Registerdaten werden nur gezeigt, nicht gespeichert"),
            gettext_lazy("bis Sie es löschen oder das Konto schließen"),
            gettext_lazy("Art. 6 Abs. 1 a DSGVO"),
        ),
        Purpose(
            "oversight",
            gettext_lazy("Aufsicht über Zugriffe"),
            gettext_lazy("die Datenschutzstelle prüft, wer wessen Daten angesehen hat"),
            gettext_lazy("zwei Jahre"),
            gettext_lazy("Art. 39 Abs. 1 Buchst. b DSGVO"),
        ),
        Purpose(
            "report",
            gettext_lazy("Ihre Auskunft"),
            gettext_lazy("eine Abfrage, wenn Sie Ihre Daten herunterladen"),
            gettext_lazy("zwei Jahre"),
            gettext_lazy("Art. 15 DSGVO"),
        ),
        Purpose(
            "own",
            gettext_lazy("Ihre Einträge in Registern"),
            gettext_lazy("eine Abfrage je Register, wenn Sie Ihre eigenen Einträge ansehen"),
            gettext_lazy("zwei Jahre"),
            gettext_lazy("Art. 15 DSGVO"),
        ),
    ]
}

# Names of purposes that rooms above know better (titles of services); filled once at start by site/wiring.py.
NAMES: list[Callable[[str], str]] = []


@dataclass(frozen=True)
class Named:
    """A case as its applicant knows it."""

    title: str
    url: str


# Own cases of a person by id, among those given or the newest ones (None); from the room of the cases.
CASES: list[Callable[[Actor, set[int] | None], dict[int, Named]]] = []
# Where a citizen says that a look seems wrong: an address, or "" where this city has no such service.
SUSPICION: list[Callable[[], str]] = []

FIELD_WORDS = {
    "family_name": gettext_lazy("Familienname"),
    "given_names": gettext_lazy("Vornamen"),
    "birth_name": gettext_lazy("Geburtsname"),
    "doctoral_degree": gettext_lazy("Doktorgrad"),
    "birth_date": gettext_lazy("Geburtsdatum"),
    "birth_place": gettext_lazy("Geburtsort"),
    "sex": gettext_lazy("Geschlecht"),
    "nationality": gettext_lazy("Staatsangehörigkeit"),
    "street": gettext_lazy("Straße"),
    "house_number": gettext_lazy("Hausnummer"),
    "postcode": gettext_lazy("Postleitzahl"),
    "town": gettext_lazy("Ort"),
    "district": gettext_lazy("Ortsteil"),
    "moved_in_date": gettext_lazy("Einzugsdatum"),
    "household_size": gettext_lazy("Personen im Haushalt"),
    "household_members": gettext_lazy("Weitere Personen im Haushalt"),
    "answers": gettext_lazy("Angaben im Antrag"),
    "documents": gettext_lazy("Dokumente"),
    "uploads": gettext_lazy("hochgeladene Dateien"),
    "messages": gettext_lazy("Nachrichten"),
    "sub": gettext_lazy("Kennung, die nur dieser Dienst bekommt"),
    "given_name": gettext_lazy("Vornamen"),
    "birthdate": gettext_lazy("Geburtsdatum"),
    "over_16": gettext_lazy("mindestens 16 Jahre alt"),
    "over_18": gettext_lazy("mindestens 18 Jahre alt"),
    "resident": gettext_lazy("wohnt in der Stadt"),
    "address": gettext_lazy("Anschrift"),
    "email": gettext_lazy("E-Mail-Adresse"),
    "applicant": gettext_lazy("Name"),
    "name": gettext_lazy("Name"),
    "appointment": gettext_lazy("Termin"),
    "service": gettext_lazy("Leistung"),
    "status": gettext_lazy("Stand"),
    "due_date": gettext_lazy("Frist"),
    "document": gettext_lazy("Dokument"),
    "file": gettext_lazy("Datei mit den Angaben"),
    "title": gettext_lazy("Betreff"),
    "payment": gettext_lazy("Zahlung"),
    "log": gettext_lazy("Zugriffsprotokoll"),
}
# The same as the object of a sentence: "hat … angesehen".
WHAT = {
    "address": gettext_lazy("Ihre Anschrift"),
    "applicant": gettext_lazy("Ihren Namen"),
    "name": gettext_lazy("Ihren Namen"),
    "appointment": gettext_lazy("Ihren Termin"),
    "family_name": gettext_lazy("Ihren Namen"),
    "given_names": gettext_lazy("Ihren Namen"),
    "birth_name": gettext_lazy("Ihren Geburtsnamen"),
    "birth_date": gettext_lazy("Ihr Geburtsdatum"),
    "birth_place": gettext_lazy("Ihren Geburtsort"),
    "nationality": gettext_lazy("Ihre Staatsangehörigkeit"),
    "moved_in_date": gettext_lazy("Ihr Einzugsdatum"),
    "answers": gettext_lazy("Ihre Angaben im Antrag"),
    "messages": gettext_lazy("Ihre Nachrichten"),
    "uploads": gettext_lazy("Ihre hochgeladenen Dateien"),
    "documents": gettext_lazy("Ihre Dokumente"),
    "document": gettext_lazy("ein Dokument von Ihnen"),
    "file": gettext_lazy("Ihre Angaben"),
    "service": gettext_lazy("die Art Ihres Antrags"),
    "status": gettext_lazy("den Stand Ihres Antrags"),
    "due_date": gettext_lazy("die Frist Ihres Antrags"),
    "title": gettext_lazy("den Betreff"),
    "payment": gettext_lazy("Ihre Zahlung"),
    "log": gettext_lazy("das Protokoll der Zugriffe auf Ihre Daten"),
    "sex": gettext_lazy("Ihr Geschlecht"),
    "doctoral_degree": gettext_lazy("Ihren Doktorgrad"),
    "given_name": gettext_lazy("Ihren Namen"),
    "birthdate": gettext_lazy("Ihr Geburtsdatum"),
    "email": gettext_lazy("Ihre E-Mail-Adresse"),
    "resident": gettext_lazy("ob Sie in der Stadt wohnen"),
    "over_16": gettext_lazy("ob Sie mindestens 16 Jahre alt sind"),
    "over_18": gettext_lazy("ob Sie mindestens 18 Jahre alt sind"),
    "sub": gettext_lazy("eine Kennung, die nur dieser Dienst bekommt"),
}
SOURCE_WORDS = {
    "residents": gettext_lazy("Melderegister"),
    "cases": gettext_lazy("Ihr Antrag"),
    "documents": gettext_lazy("Ihre Dokumente"),
    "account": gettext_lazy("Ihr Stadtkonto"),
    "inbox": gettext_lazy("Ihre Post"),
    "payments": gettext_lazy("Ihre Zahlungen"),
    "appointments": gettext_lazy("Ihre Termine"),
    "privacy": gettext_lazy("Zugriffsprotokoll"),
}


def purpose_words(key: str) -> str:
    """`"hundesteuer_anmelden"` in the words of the service, or readable at least."""
    if key in PURPOSES:
        return str(PURPOSES[key].title)
    return next((name for look_up in NAMES if (name := look_up(key))), _plain(key))


def is_service(key: str) -> bool:
    return key not in PURPOSES and any(look_up(key) for look_up in NAMES)


def source_words(key: str) -> str:
    return str(SOURCE_WORDS.get(key) or _plain(key))


def field_words(names: list[str]) -> str:
    """Names of fields as people say them; paths of forms show their last part."""
    return ", ".join(str(FIELD_WORDS.get(name) or _plain(name.rsplit("/", 1)[-1])) for name in names)


def actor_words(actor: str, office_title: str, account_id: int) -> str:
    """Who it was: an office, oneself, or the system; never the name of a clerk."""
    if actor == f"account:{account_id}":
        return _("Sie selbst")
    if actor.startswith("staff:"):
        return office_title or _("Mitarbeiterin oder Mitarbeiter der Stadt")
    if actor.startswith("share:"):
        return _("Jemand, mit dem Sie diese Angabe geteilt haben")
    if actor.startswith("client:"):
        return purpose_words(actor)
    if actor.startswith("account:"):
        return _("Jemand, der für dieselbe Firma handelt")
    return _("Automatisch")


def _plain(key: str) -> str:
    words = key.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]
