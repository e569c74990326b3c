"""A form with every kind of field, and a page that needs nothing but the style sheets, for the tests of the tags."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.template import Context, engines

from stadtkern.lib.forms.check import problems
from stadtkern.lib.forms.model import Field, Group, Kind, Option, Step
from stadtkern.lib.forms.shape import placed

STATIC = Path(__file__).parent.parent / "static" / "ui"
COUNTRIES = tuple(
    Option(f"{number:03}", f"Land {number} {name}") for number, name in enumerate(["Österreich", "Çelik", "Dänemark"] * 66)
)
COLOURS = (Option("braun", "Braun"), Option("schwarz", "Schwarz", "auch sehr dunkel"), Option("weiss", "Weiß"))

DOG = Group(
    "dogs",
    "Hund",
    (
        Field("name", "Rufname", Kind.TEXT, max_length=30),
        Field("dangerous", "Gilt der Hund als gefährlich?", Kind.YES_NO),
        Field("reason", "Warum gilt er als gefährlich?", Kind.LONG_TEXT, max_length=500, when={"dangerous": True}),
        Group(
            "chip",
            "Chip",
            (Field("number", "Chipnummer", Kind.TEXT, pattern="[0-9]{15}", pattern_hint="15 Ziffern"),),
            minimum=0,
        ),
    ),
    minimum=1,
    maximum=3,
    help="Nennen Sie jeden Hund einzeln.",
)

EVERYTHING = Step(
    "alles",
    "Alle Arten von Fragen",
    (
        Field("note", "Hinweis", Kind.LABEL, minimum=0, help="Bitte lesen Sie https://example.org/merkblatt zuerst."),
        Field("family_name", "Familienname", Kind.TEXT, max_length=80, autocomplete="family-name"),
        Field("remark", "Bemerkung", Kind.LONG_TEXT, minimum=0, max_length=500, help="Was wir noch wissen sollten."),
        Field("count", "Anzahl", Kind.NUMBER, min_value=1, max_value=9),
        Field("area", "Fläche in Quadratmetern", Kind.DECIMAL),
        Field("rent", "Miete", Kind.MONEY),
        Field("birth_date", "Geburtsdatum", Kind.DATE, max_value="today", autocomplete="bday"),
        Field("at", "Beginn", Kind.DATETIME, minimum=0),
        Field("clock", "Uhrzeit", Kind.TIME, minimum=0),
        Field("agree", "Sind Sie einverstanden?", Kind.YES_NO),
        Field("maybe", "Möchten Sie eine Quittung?", Kind.YES_NO, minimum=0),
        Field("colour", "Farbe", Kind.CHOICE, options=COLOURS),
        Field("month", "Monat der Abholung", Kind.CHOICE, options=tuple(Option(str(n), f"Monat {n}") for n in range(1, 13))),
        Field("country", "Staat", Kind.CHOICE, options=COUNTRIES, help="Tippen Sie die ersten Buchstaben."),
        Field("languages", "Sprachen", Kind.CHOICE, minimum=0, maximum=None, options=COLOURS),
        Field("email", "E-Mail-Adresse", Kind.EMAIL, autocomplete="email"),
        Field("phones", "Telefonnummer", Kind.PHONE, minimum=1, maximum=3),
        Field("iban", "IBAN", Kind.IBAN),
        Field("proof", "Nachweis", Kind.FILE, media_types=("application/pdf", "image/jpeg"), max_bytes=10_000_000),
        Field("photo", "Foto", Kind.FILE, minimum=0),
        Field("locked", "Gemeinde", Kind.TEXT, locked=True, default="Musterstadt"),
        Field("town", "Wohnort", Kind.TEXT),
        DOG,
        Group("owner", "Zweite Halterin oder zweiter Halter", (Field("name", "Name", Kind.TEXT),), minimum=0),
        Group("cars", "Auto", (Field("plate", "Kennzeichen", Kind.TEXT),), minimum=0, maximum=None),
        Group(
            "where",
            "Anschrift",
            (
                Group("street", "Straße und Hausnummer", (Field("name", "Straße", Kind.TEXT),)),
                Group("box", "Postfach", (Field("number", "Nummer des Postfachs", Kind.TEXT),)),
            ),
            choice=True,
        ),
    ),
)
SOURCES = {"town": "aus dem Melderegister, 22.11.2026", "dogs[0]/name": "aus der Steuerakte, 22.11.2026"}
FILES_OF_CASE = {"key-1": "Passfoto & mehr.jpg"}
ANSWERS: Mapping[str, Any] = {
    "town": "Köln", "photo": "key-1", "dogs[0]/name": "Bello", "dogs[0]/dangerous": True, "dogs[1]": True, "dogs[1]/chip": True,
    "phones[0]": "0123 456", "phones[1]": None, "where": "street", "rent": 123456, "birth_date": "31.02.1980",
    "languages[0]": "braun",
}  # fmt: skip


def html_of(step: Step, answers: Mapping[str, Any], *, checked: bool = False, **more: Any) -> str:
    """The error summary and the fields of a page."""
    found = problems(step, answers) if checked else []
    source = '{% load forms %}{% error_summary problems %}<form method="post" novalidate>{% form_fields fields %}</form>'
    template = engines["django"].from_string(source)
    return str(template.template.render(Context({"problems": found, "fields": placed(step, answers, found, **more)})))


def page(step: Step, answers: Mapping[str, Any], *, checked: bool = False, theme: str = "light", **more: Any) -> str:
    """A whole page with the style sheets and the script in it."""
    styles = "".join(f"<style>{(STATIC / name).read_text()}</style>" for name in ("kern.min.css", "stadtkern.css", "forms.css"))
    return (
        f'<!doctype html><html lang="de" data-kern-theme="{theme}"><head><meta charset="utf-8"><title>{step.title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{styles}</head><body><main class="sk-main">'
        f'<h1 class="kern-heading-large">{step.title}</h1>{html_of(step, answers, checked=checked, **more)}</main>'
        f"<script>{(STATIC / 'forms.js').read_text()}</script></body></html>"
    )
