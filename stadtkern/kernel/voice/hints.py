"""Words a recogniser should expect: titles of the matters, and how people name days and times."""

from stadtkern.kernel.appointments.models import Matter

TIMES = (
    "Termin", "nächste Woche", "übermorgen Nachmittag", "Dienstag um halb neun", "ab 17 Uhr", "so bald wie möglich",
    "die erste", "die zweite", "ja, buchen", "nein", "Bürgeramt",
)  # fmt: skip
SHORT = ("Ausweis", "Reisepass", "Ummeldung", "Führerschein", "Hund anmelden", "Sperrmüll", "heiraten", "Kfz-Zulassung")


def words() -> list[str]:
    """At most about sixty words: a recogniser reads no more."""
    titles = Matter.objects.filter(active=True).order_by("key").values_list("title", flat=True)[:15]
    return [*SHORT, *titles, *TIMES]
