"""Why a project won or did not, in plain German, from the record of the count. Pure: no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stadtkern.ui.words import euro


@dataclass(frozen=True)
class Reason:
    """One project in one count."""

    key: str
    funded: bool
    points: float
    sentence: str


def rule_in_words(rule: str, completion: str) -> list[str]:
    """The rule for everybody, before the vote and after it."""
    if rule == "greedy":
        return [
            _("Das Projekt mit den meisten Stimmen ist zuerst an der Reihe, dann das mit den zweitmeisten und so weiter."),
            _("Reicht das Geld für ein Projekt noch, bekommt es das Geld. Reicht es nicht mehr, ist das nächste an der Reihe."),
            _("Bei gleich vielen Stimmen ist das günstigere zuerst an der Reihe, bei gleichen Kosten die kleinere Nummer."),
        ]
    words = [
        _("Das Geld wird in Gedanken gleich verteilt: Jeder Stimmzettel bekommt denselben Anteil."),
        _("Ein Projekt bezahlen die, die es gewählt haben. Alle zahlen gleich viel, oder den Rest ihres Anteils."),
        _("Zuerst an der Reihe ist, was gemessen an den Kosten für alle am günstigsten ist."),
        _("Wer seinen Anteil ausgegeben hat, kann nichts mehr bezahlen. So kommen auch andere zum Zug."),
    ]
    if completion.startswith("add1"):
        words.append(_("Damit wenig übrig bleibt, wächst der Anteil Euro um Euro, solange der Topf reicht."))
    if completion.endswith("greedy"):
        words.append(_("Was dann noch übrig ist, bekommen die Projekte mit den meisten Stimmen, die noch hineinpassen."))
    if completion == "none":
        words.append(_("Geld, für das sich niemand mehr zusammenfindet, bleibt übrig."))
    return words


def reasons(rule: str, record: Mapping[str, Any], costs: Mapping[str, int], budget: int) -> list[Reason]:
    """A sentence for each project, in the order in which the rule looked at them."""
    say = _greedy if rule == "greedy" else _shares
    filled = set(record["filled"])
    made = []
    for step in record["steps"]:
        key = str(step["project"])
        points = record["scores"][key]
        if key in filled:
            sentence = _(
                "Am Ende war noch Geld übrig. Von dem, was noch hineinpasste, hatte dieses Projekt die meisten Stimmen."
            )
            made.append(Reason(key, True, points, sentence))
        else:
            made.append(Reason(key, bool(step["funded"]), points, say(step, points, costs[key], record)))
    return made


def _votes(points: float) -> str:
    whole = int(points)
    if points == whole:
        return ngettext("%s Stimme", "%s Stimmen", whole) % f"{whole:,}".replace(",", ".")
    return _("%s Stimmen") % f"{points:.2f}".replace(".", ",")


def _greedy(step: Mapping[str, Any], points: float, cost: int, record: Mapping[str, Any]) -> str:
    left = int(step["left"])
    said = {
        "votes": _votes(points),
        "left": euro(left),
        "cost": euro(cost),
        "after": euro(left - cost),
        "short": euro(cost - left),
    }
    if step["funded"]:
        return _("Mit %(votes)s an der Reihe, als noch %(left)s da waren. Es kostet %(cost)s; danach blieben %(after)s.") % said
    return _("Mit %(votes)s an der Reihe, als noch %(left)s da waren. Es kostet %(cost)s; es fehlten %(short)s.") % said


def _shares(step: Mapping[str, Any], points: float, cost: int, record: Mapping[str, Any]) -> str:
    share = float(record["share"])
    said = {
        "votes": _votes(points), "cost": euro(cost), "share": _fine(share), "price": _fine(float(step["price"])),
        "left": euro(int(step["left"])), "short": euro(max(cost - int(step["left"]), 1)),
        "full": _people(int(step["payers"])), "rest": _people(int(step["spent_out"])),
    }  # fmt: skip
    if step["funded"] and not cost:
        return _("Es kostet nichts und mindestens ein Stimmzettel nennt es.")
    if step["funded"]:
        full = _full(int(step["payers"]), bool(record.get("per_point")))
        rest = _(", %(rest)s den Rest des Anteils") if step["spent_out"] else ""
        return (full + rest + _(": zusammen %(cost)s.")) % said
    if not points:
        return _("Kein Stimmzettel nennt dieses Projekt.")
    return (
        _("Wer es gewählt hat (%(votes)s), hatte am Ende zusammen noch %(left)s. Es kostet %(cost)s; es fehlten %(short)s.")
        % said
    )


def _full(payers: int, per_point: bool) -> str:
    if per_point:
        return ngettext(
            "%(full)s zahlte je Punkt %(price)s vom eigenen Anteil (%(share)s)",
            "%(full)s zahlten je Punkt %(price)s von ihrem Anteil (%(share)s)",
            payers,
        )
    return ngettext(
        "%(full)s zahlte %(price)s vom eigenen Anteil (%(share)s)",
        "%(full)s zahlten je %(price)s von ihrem Anteil (%(share)s)",
        payers,
    )


def _people(number: int) -> str:
    return ngettext("%s Person", "%s Personen", number) % f"{number:,}".replace(",", ".")


def _fine(cents: float) -> str:
    """A price of less than a cent is not free."""
    return _("weniger als 1 Cent") if 0 < cents < 0.5 else euro(round(cents))


@dataclass(frozen=True)
class Difference:
    """What another rule would have given."""

    more: list[str]
    less: list[str]
    cost: int


def difference(winners: Sequence[str], others: Sequence[str], cost: int) -> Difference:
    return Difference(sorted(set(others) - set(winners)), sorted(set(winners) - set(others)), cost)
