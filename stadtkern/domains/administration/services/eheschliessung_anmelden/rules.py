"""Marriage: what it costs by place, time and law; what can be said before the registrar has looked."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from stadtkern.lib.ages import age_on

ADULT = 18  # § 1303 BGB
MONTHS = 6  # § 13 Abs. 4 PStG, from the notice on
Line = tuple[str, int] | tuple[str, int, dict[str, Any]]


def fee(answers: Mapping[str, Any], tariff: Mapping[str, int]) -> list[Line]:
    """The check, surcharges for place and time, papers; the family book is a sale with tax."""
    foreign = "other" in (answers.get("nationality"), answers.get("partner_nationality"))
    lines: list[Line] = [
        ("Prüfung der Ehevoraussetzungen mit ausländischem Recht", tariff["examination_foreign"])
        if foreign
        else ("Prüfung der Ehevoraussetzungen", tariff["examination"])
    ]
    if answers.get("place") == "castle":
        lines.append(("Trauzimmer im Schloss", tariff["castle"]))
    if answers.get("time") == "after_hours":
        lines.append(("Zuschlag: nach Dienstschluss", tariff["after_hours"]))
    if answers.get("time") == "saturday":
        lines.append(("Zuschlag: Samstag", tariff["saturday"]))
    copies = answers.get("copies") or 0
    if isinstance(copies, int) and copies > 0:
        lines.append(("Eheurkunde", tariff["copy"]))
        if copies > 1:
            lines.append(("weitere Eheurkunden", (copies - 1) * tariff["copy_more"]))
    if answers.get("book") is True:
        lines.append(("Stammbuch der Familie", tariff["book"], {"tax": tariff["book_tax"]}))
    return lines


def problems(answers: Mapping[str, Any], today: date) -> list[tuple[str, str]]:
    """A room that is closed then, somebody too young, the same person twice, relatives."""
    found = []
    if answers.get("place") == "town_hall" and answers.get("time") in ("after_hours", "saturday"):
        text = (
            "Freitag nach Dienstschluss und samstags trauen wir nur im Schloss. Wählen Sie das Schloss oder eine andere Zeit."
        )
        found.append(("time", text))
    for who in ("person", "partner"):
        years = age_on(answers.get(f"{who}/birth_date"), today)
        if years is not None and years < ADULT:
            found.append((f"{who}/birth_date", "Heiraten kann man ab 18 Jahren (§ 1303 BGB). Prüfen Sie das Geburtsdatum."))
    parts = ("given_names", "family_name", "birth_date", "birth_place")
    one, other = ([answers.get(f"{who}/{part}") for part in parts] for who in ("person", "partner"))
    if all(one) and one == other:
        found.append(("partner/given_names", "Das sind Ihre eigenen Angaben. Tragen Sie hier die andere Person ein."))
    if answers.get("related") is True:
        text = (
            "Zwischen Verwandten in gerader Linie und Geschwistern ist eine Ehe nicht möglich (§ 1307 BGB). "
            "Haben Sie Fragen, rufen Sie das Standesamt an."
        )
        found.append(("related", text))
    return found


def grant(answers: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, str]:
    """Until when the notice holds: six months from today, the last day of a shorter month included."""
    today = date.fromisoformat(facts["today"])
    month = today.month - 1 + MONTHS
    year, month = today.year + month // 12, month % 12 + 1
    last = next(day for day in range(today.day, 27, -1) if _is_day(year, month, day)) if today.day > 28 else today.day
    return {"valid_until": date(year, month, last).isoformat()}


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
