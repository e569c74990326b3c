"""Which modules editors fill in, in the order they are read: our key, the code of XZuFi, label and help."""

from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

LANGUAGES = {"de": _("Deutsch"), "en": _("Englisch"), "leicht": _("Leichte Sprache")}
LONGEST = 20_000  # characters of one module
MOST_SYNONYMS = 100


@dataclass(frozen=True)
class Field:
    """One module. `kind`: "line" = words without markup, "html" = the safe subset, "words" = one word or phrase a line.

    `code` as in urn:de:xzufi:codeliste:leistungstextmodulleika; empty for modules with an element of their own (`element`).
    """

    key: str
    label: Any
    help: Any
    kind: Literal["line", "html", "words"] = "html"
    code: str = ""
    element: str = ""
    shown: bool = True  # on the public page
    heading: Any = ""  # what it is called there, where the standard's word is no everyday word
    rare: bool = False  # for editors behind a click


FIELDS = (
    Field("title", _("Titel"), _("Mit den Worten, die die Menschen benutzen."), "line", code="02"),
    Field(
        "name",
        _("Zweiter Titel"),
        _("Die amtliche Bezeichnung, wenn sie anders lautet."),
        "line",
        code="03",
        shown=False,
        rare=True,
    ),
    Field("teaser", _("Teaser"), _("Ein Satz: worum geht es?"), "line", code="24"),
    Field("short", _("Kurztext"), _("Das Wichtigste in wenigen Sätzen."), code="05", heading=_("Kurz gesagt"), rare=True),
    Field("full", _("Volltext"), _("Alles, was man wissen sollte."), code="06", heading=_("Was Sie wissen sollten")),
    Field("preconditions", _("Voraussetzungen"), _("Wer darf den Antrag stellen, und wann?"), code="09"),
    Field("documents", _("Erforderliche Unterlagen"), _("Am besten als Liste."), code="08", heading=_("Das brauchen Sie")),
    Field("costs", _("Kosten"), _("Beträge, Ermäßigungen, wie bezahlt wird."), element="modulKosten"),
    Field("deadlines", _("Fristen"), _("Bis wann muss der Antrag da sein, was gilt danach?"), element="modulFrist"),
    Field(
        "duration",
        _("Bearbeitungsdauer"),
        _("Wie lange es dauert."),
        element="modulBearbeitungsdauer",
        heading=_("So lange dauert es"),
    ),
    Field(
        "procedure",
        _("Verfahrensablauf"),
        _("Schritt für Schritt, vom Antrag bis zum Ergebnis."),
        code="11",
        heading=_("So läuft es ab"),
    ),
    Field("legal_basis", _("Rechtsgrundlage"), _("Gesetze und Satzungen mit Paragraph."), code="07"),
    Field(
        "remedy",
        _("Rechtsbehelf"),
        _("Was man gegen die Entscheidung tun kann."),
        code="25",
        heading=_("Wenn Sie nicht einverstanden sind"),
    ),
    Field("hints", _("Hinweise"), _("Besonderheiten, an die man denken sollte."), code="16"),
    Field(
        "more",
        _("Weiterführende Informationen"),
        _("Verweise auf andere Seiten."),
        code="15",
        heading=_("Mehr dazu"),
        rare=True,
    ),
    Field("forms", _("Formulare"), _("Welche Formulare es gibt, und wo."), code="14", rare=True),
    Field("office", _("Zuständige Stelle"), _("Wer entscheidet."), code="22", rare=True),
    Field("contact", _("Ansprechpunkt"), _("Wer hilft bei Fragen."), code="23", heading=_("Wer Ihnen hilft"), rare=True),
    Field("author", _("Urheber"), _("Wer den Text geschrieben hat."), code="18", shown=False, rare=True),
    Field(
        "synonyms",
        _("Suchwörter"),
        _("Ein Wort oder eine Wendung je Zeile."),
        "words",
        element="modulBegriffImKontext",
        shown=False,
    ),
)
BY_KEY = {field.key: field for field in FIELDS}
BY_CODE = {field.code: field for field in FIELDS if field.code}
BY_ELEMENT = {field.element: field for field in FIELDS if field.element}
