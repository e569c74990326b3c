"""What a reader found, in plain German: what is wrong, what we did about it, where it stands."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# code of lib.transit.findings -> sentence; {} are values the finding may carry
WORDS = {
    "not_a_feed": gettext_lazy(
        "Die Datei ist kein GTFS-Fahrplan. Erwartet wird eine ZIP-Datei mit stops.txt, trips.txt und weiteren."
    ),
    "other_format": gettext_lazy(
        "Das Format %(format)s wird erkannt, aber nicht gelesen. Bitten Sie Ihren Lieferanten um einen Fahrplan im Format GTFS."
    ),
    "no_file": gettext_lazy("Diese Datei gibt es nicht."),
    "several_zips": gettext_lazy("In der ZIP-Datei liegen mehrere ZIP-Dateien. Richten Sie für jede eine eigene Quelle ein."),
    "zip_in_zip": gettext_lazy("Die Tabellen liegen in einer ZIP-Datei in der ZIP-Datei. Das haben wir hingenommen."),
    "several_feeds": gettext_lazy("Die Datei enthält mehrere Ordner mit Fahrplänen. Wir lesen nur den einen."),
    "truncated": gettext_lazy("Die Datei bricht ab oder ist beschädigt. Laden Sie sie noch einmal."),
    "encrypted": gettext_lazy("Die Datei ist verschlüsselt oder ungewöhnlich gepackt. Bitte als einfaches ZIP liefern lassen."),
    "too_large": gettext_lazy("Die Datei wird ausgepackt größer, als wir lesen."),
    "too_many_rows": gettext_lazy("Die Tabelle hat mehr Zeilen, als wir lesen."),
    "too_many_ways": gettext_lazy(
        "Zwischen den Haltestellen gibt es mehr Fußwege, als wir rechnen. Teilen Sie den Fahrplan auf."
    ),
    "file_missing": gettext_lazy("Diese Tabelle fehlt. Ohne sie fährt nichts."),
    "file_absent": gettext_lazy("Diese Tabelle fehlt. Wir nehmen einen üblichen Wert an."),
    "column_missing": gettext_lazy("Eine nötige Spalte fehlt."),
    "no_calendar": gettext_lazy("Es fehlt, an welchen Tagen gefahren wird (calendar.txt oder calendar_dates.txt)."),
    "bad_streets": gettext_lazy(
        "Das ist kein lesbarer Auszug aus OpenStreetMap (.osm.pbf, .osm, .osm.gz, .osm.bz2), oder es sind keine Straßen darin."
    ),
    "over": gettext_lazy("Nach diesem Fahrplan fährt nichts mehr. Es gilt weiter der, den wir haben."),
    "not_begun": gettext_lazy(
        "Dieser Fahrplan beginnt erst später. Bis dahin gilt der, den wir haben. Von einer Adresse holen wir ihn dann von "
        "selbst; eine hochgeladene Datei laden Sie dann noch einmal hoch."
    ),
    "never_runs": gettext_lazy("An keinem Tag fährt etwas."),
    "timezones": gettext_lazy("Die Fahrpläne haben verschiedene Zeitzonen. Wir verbinden nur solche mit derselben."),
    "nothing_runs": gettext_lazy("Keine Fahrt hat zwei brauchbare Haltestellen."),
    "broken_rows": gettext_lazy("Die Tabelle ließ sich nicht bis zum Ende lesen (Anführungszeichen oder überlange Zeilen)."),
    "subfolder": gettext_lazy("Die Tabellen liegen in einem Unterordner. Das haben wir hingenommen."),
    "double_file": gettext_lazy("Die Tabelle ist zweimal enthalten. Wir nehmen die erste."),
    "encoding": gettext_lazy("Der Text ist nicht in UTF-8. Wir haben ihn umgewandelt. Prüfen Sie die Umlaute."),
    "lost_letters": gettext_lazy("In der Datei sind Buchstaben verloren gegangen. Der Lieferant muss sie neu erzeugen."),
    "broken_quotes": gettext_lazy("Ein Anführungszeichen wird nicht geschlossen. Wir haben es wie einen Buchstaben gelesen."),
    "separator": gettext_lazy("Die Spalten sind nicht durch Kommas getrennt."),
    "row_length": gettext_lazy("Zeilen mit zu wenigen oder zu vielen Spalten, etwa durch Kommas in Zahlen."),
    "double_id": gettext_lazy("Eine Kennung kommt doppelt vor. Die erste Zeile gilt."),
    "empty_id": gettext_lazy("Zeilen ohne Kennung haben wir ausgelassen."),
    "unknown_stop": gettext_lazy("Zeilen nennen eine Haltestelle, die es nicht gibt. Wir haben sie ausgelassen."),
    "unknown_trip": gettext_lazy("Zeilen nennen eine Fahrt, die es nicht gibt. Wir haben sie ausgelassen."),
    "unknown_route": gettext_lazy("Fahrten gehören zu einer Linie, die es nicht gibt. Sie fahren ohne Liniennamen."),
    "unknown_service": gettext_lazy("Fahrten gehören zu einem Kalender, den es nicht gibt. Sie fahren nie."),
    "unknown_parent": gettext_lazy("Ein übergeordneter Bahnhof fehlt."),
    "bad_coordinate": gettext_lazy("Haltestellen ohne brauchbare Koordinaten. Zu ihnen führt kein Fußweg."),
    "decimal_comma": gettext_lazy("Koordinaten stehen mit Komma statt Punkt. Wir haben sie so gelesen."),
    "bad_number": gettext_lazy("Eine Zahl ist nicht lesbar oder unmöglich. Wir nehmen den üblichen Wert."),
    "bad_date": gettext_lazy("Ein Datum ist nicht lesbar. Die Zeile haben wir ausgelassen."),
    "bad_time": gettext_lazy("Eine Uhrzeit ist nicht lesbar. Wir haben sie aus den Nachbarn errechnet."),
    "short_time": gettext_lazy("Uhrzeiten ohne Sekunden."),
    "blank_times": gettext_lazy("Uhrzeiten fehlen. Wir haben sie nach der Entfernung errechnet."),
    "trip_without_times": gettext_lazy("Fahrten ohne erste oder letzte Uhrzeit haben wir gekürzt oder ausgelassen."),
    "trip_too_short": gettext_lazy("Fahrten mit weniger als zwei Halten haben wir ausgelassen."),
    "time_travel": gettext_lazy("Fahrten, die in der Zeit zurückfahren, haben wir ausgelassen."),
    "small_time_travel": gettext_lazy("Uhrzeiten liegen kurz vor der vorigen. Wir haben sie angeglichen."),
    "midnight_wrapped": gettext_lazy(
        "Nach Mitternacht beginnen die Uhrzeiten wieder bei 0. Wir zählen über 24 Uhr hinaus weiter."
    ),
    "double_sequence": gettext_lazy("Die Reihenfolge der Halte ist doppelt vergeben. Es gilt die Reihenfolge der Datei."),
    "no_sequence": gettext_lazy("Bei Halten fehlt die Reihenfolge. Es gilt die Reihenfolge der Datei."),
    "by_arrangement": gettext_lazy("Halte, an denen man nur nach Anmeldung ein- oder aussteigt. Die Auskunft sagt es dazu."),
    "station_served": gettext_lazy("Fahrten halten an einem Bahnhof statt an einem Steig."),
    "bad_frequency": gettext_lazy("Takte ohne brauchbaren Abstand haben wir ausgelassen."),
    "frequency_clash": gettext_lazy("Die Takte einer Fahrt überschneiden sich."),
    "calendar_empty": gettext_lazy("Kalender, nach denen nie gefahren wird."),
    "expired": gettext_lazy("Der ganze Fahrplan liegt in der Vergangenheit oder Zukunft."),
    "double_exception": gettext_lazy("Derselbe Tag ist zugleich Fahrtag und Ausfalltag. Die letzte Zeile gilt."),
    "bad_transfer": gettext_lazy("Umstiege ohne Zeit oder zu fehlenden Haltestellen haben wir ausgelassen."),
    "trip_transfer": gettext_lazy("Umstiegsregeln für einzelne Fahrten nennen Unbekanntes. Wir haben sie ausgelassen."),
    "route_transfer": gettext_lazy("Umstiegsregeln für einzelne Linien nennen Unbekanntes. Wir haben sie ausgelassen."),
    "many_transfers": gettext_lazy("Umstiegsregeln für einzelne Linien und Fahrten sind zu viele. Wir haben alle ausgelassen."),
    "in_seat_transfer": gettext_lazy(
        "Umstiege, bei denen man sitzen bleibt (Art 4 und 5), nennen keine zwei bekannten Fahrten. Wir haben sie ausgelassen."
    ),
    "block": gettext_lazy(
        "Fahrten teilen sich ein Fahrzeug mit anderen (block_id). Fährt es an derselben Haltestelle binnen 3 Minuten weiter, "
        "bleibt man sitzen; sonst rechnen wir mit einem Umstieg. Für andere Fälle braucht es Umstiege der Art 4."
    ),
    "flexible": gettext_lazy(
        "Halte von Fahrten auf Bestellung, die ein Gebiet statt einer Haltestelle oder eine Spanne statt einer Uhrzeit nennen "
        "(GTFS-Flex), lesen wir nicht."
    ),
    "continuous": gettext_lazy("Ein- und Aussteigen zwischen den Haltestellen auf Wink berücksichtigen wir nicht."),
    "booking_rules": gettext_lazy("Regeln zum Bestellen von Fahrten (Fristen, Telefon) lesen wir nicht."),
    "bad_timezone": gettext_lazy("Die Zeitzone ist unbekannt. Wir nehmen Europe/Berlin."),
    "several_timezones": gettext_lazy("Die Verkehrsunternehmen haben verschiedene Zeitzonen. Die erste gilt."),
    "bad_shape": gettext_lazy("Linienverläufe mit unbrauchbaren Punkten."),
    "bad_fare": gettext_lazy("Preise, die wir nicht lesen können, haben wir ausgelassen."),
    "bad_pathway": gettext_lazy("Wege in Bahnhöfen, die wir nicht lesen können, haben wir ausgelassen."),
    "rt_unreadable": gettext_lazy("Die Echtzeit-Meldung ist nicht lesbar."),
    "rt_old": gettext_lazy("Die Echtzeit-Meldung hat eine andere Fassung des Formats."),
    "rt_partial": gettext_lazy("Die Echtzeit-Meldung nennt nur Änderungen (DIFFERENTIAL). Wir lesen sie als Ganzes."),
    "rt_unknown_trip": gettext_lazy("Meldungen zu Fahrten, die der Fahrplan dieses Tages nicht kennt."),
    "rt_unknown_stop": gettext_lazy("Meldungen zu Halten, die die Fahrt nicht kennt."),
    "rt_absurd": gettext_lazy("Verspätungen von mehr als einem Tag übergehen wir."),
}


def sentence(finding: Mapping[str, Any]) -> str:
    """What is wrong; an unknown code is shown as it is, never hidden."""
    code = str(finding.get("code", ""))
    if code == "other_format":
        return str(WORDS[code]) % {"format": (finding.get("values") or {}).get("format", "?")}
    if (why := str((finding.get("values") or {}).get("problem", ""))) in WORDS and code in WORDS:
        return f"{WORDS[code]} {WORDS[why]}"
    return str(WORDS[code]) if code in WORDS else _("Auffälligkeit „%s“.") % code


def place(finding: Mapping[str, Any]) -> str:
    """Where it was seen first, how often, and an example."""
    parts = [str(finding.get("file") or "")]
    if finding.get("line"):
        parts.append(_("Zeile %s") % finding["line"])
    if int(finding.get("count") or 1) > 1:
        parts.append(_("%s-mal") % finding["count"])
    values = finding.get("values") or {}
    parts += [f"{name}: {value}" for name, value in list(values.items())[:4] if name != "problem" or value not in WORDS]
    return " · ".join(part for part in parts if part)
