"""Forms the tests of this folder share."""

from stadtkern.lib.forms.composites import expand
from stadtkern.lib.forms.model import Field, Form, Group, Kind, Option, Step

COLOURS = (Option("braun", "Braun"), Option("weiss", "Weiß"), Option("schwarz", "Schwarz"))

DOG = Group(
    "dogs",
    "Hund",
    (
        Field("name", "Rufname", Kind.TEXT, max_length=30),
        Field("dangerous", "Gilt der Hund als gefährlich?", Kind.YES_NO),
        Field("reason", "Warum?", Kind.LONG_TEXT, when={"dangerous": True}),
        Field("permit", "Haben Sie die Erlaubnis?", Kind.YES_NO, when={"dangerous": True}),
        Field("permit_number", "Nummer der Erlaubnis", Kind.TEXT, when={"permit": True}),
        Field("colours", "Farben", Kind.CHOICE, minimum=0, maximum=None, options=COLOURS),
        Field("vets", "Tierarztpraxis", Kind.TEXT, minimum=0, maximum=3),
    ),
    maximum=4,
)

KINDS = Step(
    "kinds",
    "Arten",
    (
        Field("text", "Text", Kind.TEXT, minimum=0),
        Field("long", "Bemerkung", Kind.LONG_TEXT, minimum=0),
        Field("number", "Anzahl", Kind.NUMBER, minimum=0, min_value=0, max_value=500),
        Field("decimal", "Fläche", Kind.DECIMAL, minimum=0),
        Field("money", "Miete", Kind.MONEY, minimum=0, max_value=1_000_000_00),
        Field("date", "Datum", Kind.DATE, minimum=0),
        Field("born", "Geburt", Kind.DATE, minimum=0, partial=True),
        Field("time", "Uhrzeit", Kind.TIME, minimum=0),
        Field("moment", "Zeitpunkt", Kind.DATETIME, minimum=0),
        Field("yes", "Ja oder nein", Kind.YES_NO, minimum=0),
        Field("colour", "Farbe", Kind.CHOICE, minimum=0, options=COLOURS),
        Field("email", "E-Mail-Adresse", Kind.EMAIL, minimum=0),
        Field("phone", "Telefon", Kind.PHONE, minimum=0),
        Field("iban", "IBAN", Kind.IBAN, minimum=0),
        Field("file", "Nachweis", Kind.FILE, minimum=0),
        Field("note", "Hinweis", Kind.LABEL, minimum=0, help="Nur zum Lesen."),
        Field("ags", "Gemeindeschlüssel", Kind.TEXT, locked=True, default="03459024"),
        Field("secret", "Fassung", Kind.TEXT, locked=True, hidden=True, default="2"),
        Field("pairs", "Paare", Kind.CHOICE, minimum=2, maximum=2, options=COLOURS, when={"yes": True}),
    ),
)

DOGS = Step("hunde", "Ihre Hunde", (DOG, Group("owner", "Zweite Halterin", (Field("name", "Name", Kind.TEXT),), minimum=0)))
WHERE = Step(
    "wo",
    "Anschrift",
    (
        Group(
            "where",
            "Anschrift",
            (
                Group("street", "Straße", (Field("name", "Straße", Kind.TEXT),), minimum=0),
                Group("box", "Postfach", (Field("number", "Nummer", Kind.TEXT),), minimum=0),
            ),
            choice=True,
        ),
        expand("person", "person", "Sie"),
        expand("address", "visits", "Frühere Anschrift", minimum=2, maximum=5),
    ),
)
FORM = Form("Alles", (KINDS, DOGS, WHERE))
