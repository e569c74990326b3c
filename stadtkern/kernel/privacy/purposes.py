"""Why personal data is kept, how long, on which ground; and the plain words of the data cockpit."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


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
            "own",
            gettext_lazy("Ihr Tresor"),
            gettext_lazy("was Sie selbst hineinlegen; Registerdaten werden nur gezeigt, nicht gespeichert"),
            gettext_lazy("bis Sie es löschen oder das Konto schließen"),
            gettext_lazy("Art. 6 Abs. 1 a DSGVO"),
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
}
SOURCE_WORDS = {
    "residents": gettext_lazy("Melderegister"),
    "cases": gettext_lazy("Ihr Antrag"),
    "documents": gettext_lazy("Ihre Dokumente"),
    "account": gettext_lazy("Ihr Stadtkonto"),
}


def purpose_words(key: str) -> str:
    """`"hundesteuer_anmelden"` in the words of the service, or readable at least."""
    if key in PURPOSES:
        return str(PURPOSES[key].title)
    return next((name for look_up in NAMES if (name := look_up(key))), _plain(key))


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
