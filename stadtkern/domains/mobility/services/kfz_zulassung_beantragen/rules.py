"""Registration of a vehicle: what it costs, numbers that cannot be right, and no registration without the tax mandate."""

from collections.abc import Mapping
from typing import Any

from stadtkern.lib import plates, vin


def fee(answers: Mapping[str, Any], tariff: Mapping[str, int]) -> list[tuple[str, int]]:
    """Registration, the wish with its reservation, papers by post."""
    again = answers.get("kind") == "again"
    lines = [("Wiederzulassung", tariff["again"]) if again else ("Zulassung", tariff["registration"])]
    if answers.get("choice") == "wish":
        lines += [("Wunschkennzeichen", tariff["wish"]), ("Reservierung des Kennzeichens", tariff["reservation"])]
    if answers.get("delivery") == "post":
        lines.append(("Papiere mit der Post", tariff["post"]))
    return lines


def problems(answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Said before anything is sent."""
    found = []
    number = answers.get("vin")
    if isinstance(number, str) and number and vin.normal(number) is None:
        text = "Die FIN hat 17 Zeichen ohne I, O und Q und endet mit vier Ziffern. Lesen Sie in Feld E der Papiere nach."
        found.append(("vin", text))
    for path in ("plate", "old_plate"):
        plate = answers.get(path)
        if isinstance(plate, str) and plate and plates.normal(plate) is None:
            found.append((path, "Schreiben Sie das Kennzeichen so: MST-AB 123."))
    wished = plates.normal(answers["plate"]) if isinstance(answers.get("plate"), str) else None
    if wished and wished.endswith("E") and answers.get("electric") is False:
        found.append(("plate", "Ein E am Ende gibt es nur für Fahrzeuge, die elektrisch fahren."))
    if answers.get("tax_mandate") is False:
        text = "Ohne SEPA-Mandat für die Kfz-Steuer dürfen wir nicht zulassen (§ 13 KraftStG)."
        found.append(("tax_mandate", text))
    return found
