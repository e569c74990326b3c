"""Codes of lib.traffic in German sentences."""

from collections.abc import Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..models import Incident, SignalPlan, Work

KINDS: Mapping[str, Any] = {
    Incident.Kind.WORKS: gettext_lazy("Baustelle"),
    Incident.Kind.DAMAGE: gettext_lazy("Schaden"),
    Incident.Kind.ACCIDENT: gettext_lazy("Unfall"),
    Incident.Kind.EVENT: gettext_lazy("Veranstaltung"),
    Incident.Kind.OTHER: gettext_lazy("Störung"),
}
STATES: Mapping[str, Any] = {
    Incident.State.ANNOUNCED: (gettext_lazy("zu prüfen"), "warning"),
    Incident.State.PUBLISHED: (gettext_lazy("veröffentlicht"), "success"),
    Incident.State.DISMISSED: (gettext_lazy("nicht übernommen"), "info"),
    Incident.State.ENDED: (gettext_lazy("beendet"), "info"),
}
WORK: Mapping[str, Any] = {
    Work.WAITING: (gettext_lazy("wartet"), "info"),
    Work.RUNNING: (gettext_lazy("läuft"), "info"),
    Work.DONE: (gettext_lazy("fertig"), "success"),
    Work.FAILED: (gettext_lazy("nicht gelungen"), "danger"),
}
PLANS: Mapping[str, Any] = {
    SignalPlan.State.PROPOSED: (gettext_lazy("Vorschlag"), "info"),
    SignalPlan.State.REFUSED: (gettext_lazy("von der Prüfung abgelehnt"), "danger"),
    SignalPlan.State.RELEASED: (gettext_lazy("freigegeben"), "success"),
    SignalPlan.State.REJECTED: (gettext_lazy("nicht freigegeben"), "warning"),
    SignalPlan.State.RECALLED: (gettext_lazy("Freigabe zurückgenommen"), "warning"),
}
SOURCES = {
    "webster": (gettext_lazy("Nach der Formel von Webster"), gettext_lazy("Jede Ampel für sich, aus den gezählten Mengen.")),
    "search": (
        gettext_lazy("Durch Suche mit Simulation"),
        gettext_lazy("Grünzeiten und Versatz schrittweise verändert, jeder Schritt simuliert."),
    ),
    "actuated": (
        gettext_lazy("Verkehrsabhängig"),
        gettext_lazy("Grün dauert, solange Fahrzeuge kommen. Dafür braucht jede Zufahrt einen Detektor."),
    ),
    "priority": (
        gettext_lazy("Vorrang für Bus und Bahn"),
        gettext_lazy(
            "Grünzeiten neu gesucht, und Grün wartet bis zu 12 Sekunden auf einen Bus, der kommt. Der Bus muss sich anmelden."
        ),
    ),
}
FAULTS = {
    "gaps": gettext_lazy("Es fehlen viele Stunden."),
    "dead": gettext_lazy("Ganze Tage ohne ein Fahrzeug."),
    "stuck": gettext_lazy("Über Stunden immer derselbe Wert."),
    "impossible": gettext_lazy("Werte, die nicht sein können (negativ oder viel zu hoch)."),
    "swapped": gettext_lazy("Vertauscht mit einer anderen Schleife der Kreuzung."),
}
REASONS = {
    "delay_worse": gettext_lazy("Die Wartezeit wird länger als mit dem Plan, der heute läuft."),
    "too_little": gettext_lazy("Die Wartezeit wird weniger als 5 % kürzer. Dafür lohnt sich die Änderung nicht."),
    "more_outside": gettext_lazy("Mehr Fahrzeuge bleiben vor dem Netz stehen oder stecken fest."),
    "not_steady": gettext_lazy("Bei mehreren der fünf Läufe wird es schlechter."),
    "delay_worse_other_demand": gettext_lazy("Fahren 10 % weniger oder mehr, wird die Wartezeit länger."),
    "more_outside_other_demand": gettext_lazy("Fahren 10 % weniger oder mehr, bleiben mehr Fahrzeuge stehen."),
    "too_little_for_buses": gettext_lazy("Busse und Bahnen gewinnen weniger als 5 %. Dafür lohnt sich die Änderung nicht."),
    "not_steady_for_buses": gettext_lazy("Bei mehreren der fünf Läufe warten Busse und Bahnen länger."),
    "buses_worse_other_demand": gettext_lazy("Fahren 10 % weniger oder mehr, warten Busse und Bahnen länger."),
    "lights_changed": gettext_lazy("Der Plan ändert Signalbilder oder ihre Reihenfolge."),
    "clearing_changed": gettext_lazy("Der Plan ändert Gelb- oder Räumzeiten."),
    "green_too_short": gettext_lazy("Eine Grünzeit ist kürzer als 5 Sekunden."),
    "unknown_signal": gettext_lazy("Der Plan nennt eine Ampel, die es im Netz nicht gibt."),
    "kind_changed": gettext_lazy("Der Plan ändert die Art der Steuerung einer Ampel, die wir nicht anfassen."),
    "no_time": gettext_lazy("Eine Zeit im Plan ist keine Zahl, mit der man schalten kann."),
    "walk_too_short": gettext_lazy("Wer zu Fuß geht, kommt bei Grün nicht bis zur Mitte der Straße."),
    "cycle_too_long": gettext_lazy("Der Umlauf ist länger als 120 Sekunden und länger als heute."),
    "red_too_long": gettext_lazy("Jemand könnte länger als drei Minuten Rot sehen."),
    "walkers_worse": gettext_lazy("Wer zu Fuß geht, wartet länger als heute."),
    "more_collisions": gettext_lazy("In der Simulation stoßen mehr Fahrzeuge zusammen."),
    "nobody_drives": gettext_lazy("In diesem Zeitraum fährt in der Nachfrage niemand."),
}
LEFT_OUT = {
    "blank": gettext_lazy("ohne Wert"),
    "no_detector": gettext_lazy("ohne Zählstelle"),
    "date": gettext_lazy("mit unlesbarem Datum"),
    "hour": gettext_lazy("mit unlesbarer Stunde"),
    "future": gettext_lazy("mit einem Tag, der noch kommt,"),
    "negative": gettext_lazy("mit negativem Wert"),
    "number": gettext_lazy("mit unlesbarer Zahl"),
    "part_hour": gettext_lazy("von Stunden, von denen ein Teil fehlt,"),
    "empty": gettext_lazy("Die Datei ist leer."),
    "too_large": gettext_lazy("Die Datei ist zu groß. Teilen Sie sie, zum Beispiel in Jahre."),
    "binary": gettext_lazy(
        "Das ist keine Textdatei. Speichern Sie die Tabelle als CSV. Excel, Parquet und ZIP lesen wir nicht."
    ),
    "not_text": gettext_lazy("Die Schrift der Datei ist nicht lesbar. Speichern Sie sie als CSV in UTF-8."),
    "columns": gettext_lazy("Es fehlen Spalten. Wir brauchen: Zählstelle, Datum, Stunde, Fahrzeuge."),
    "no_rows": gettext_lazy("In der Datei steht kein lesbarer Zählwert."),
    "too_many": gettext_lazy("Mehr als 3 Millionen Werte. Teilen Sie die Datei."),
}


def fault(told: list[Any]) -> str:
    code, _share, other = [*told, "", "", ""][:3]
    text = str(FAULTS.get(code, code))
    return f"{text} ({other})" if other else text


def finding(told: list[Any]) -> str:
    """A line about an import."""
    code, many, example = [*told, "", 0, ""][:3]
    word = str(LEFT_OUT.get(code, code))
    if word.endswith("."):
        return word
    text = ngettext("%(n)s Zeile %(why)s ausgelassen", "%(n)s Zeilen %(why)s ausgelassen", int(many)) % {"n": many, "why": word}
    return text + (_(", zum Beispiel: %(line)s") % {"line": example} if example else "")


def verdict(row: Mapping[str, Any]) -> tuple[str, list[str], list[str]]:
    """One line of the gate for a table: which demand; waiting today, then, change; the number of buses and the same of them."""
    scale = {1.0: _("wie heute"), 0.9: _("10 % weniger"), 1.1: _("10 % mehr")}
    buses = [row["bus_before"], row["bus_after"], float(row.get("bus_gain", 0))] if row.get("buses") else []
    return (
        scale.get(float(row["scale"]), f"× {row['scale']}"),
        _waiting(row["before"], row["after"], row["gain"]),
        [thousands(row["buses"]), *_waiting(*buses)] if buses else ["–"] * 4,  # older verdicts know none
    )


def _waiting(before: float, after: float, gain: float) -> list[str]:
    sign = "−" if gain > 0 else "+" if gain < 0 else ""
    return [f"{number(before)} s", f"{number(after)} s", f"{sign}{number(abs(gain))} %"]


def number(value: float) -> str:
    """43.18 -> "43,2"."""
    return number_format(round(value, 1), 1)


def signed(value: float, digits: int = 0) -> str:
    """-540.2 -> "−540", 1.064 with two digits -> "+1,06"."""
    rounded = round(value, digits)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return sign + number_format(abs(rounded), digits, force_grouping=True)


def thousands(value: float | None) -> str:
    """12345.6 -> "12.346"."""
    return number_format(round(value or 0), 0, force_grouping=True)
