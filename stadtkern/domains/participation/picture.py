"""The computed picture in words and shares, for the page: sentences that name a group, reasons why none is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from stadtkern.lib.opinion.tally import wilson

from .models import Contribution

FEW = 5  # answers; below, nothing is said about a statement
SMALLEST = 10  # people in a group, to be shown
LETTERS = "ABCDE"


@dataclass(frozen=True)
class Line:
    """One statement with its shares in percent."""

    statement: Contribution
    votes: int
    agrees: int
    passes: int
    disagrees: int
    at_least: int = 0
    agreed: bool = True

    @property
    def passes_from(self) -> int:
        return self.agrees

    @property
    def no_from(self) -> int:
        return self.agrees + self.passes

    @property
    def said(self) -> str:
        """For who does not see the bar."""
        return _("%(agrees)s Prozent stimmen zu, %(passes)s Prozent sind unentschieden, %(disagrees)s Prozent lehnen ab") % {
            "agrees": self.agrees, "passes": self.passes, "disagrees": self.disagrees,
        }  # fmt: skip


@dataclass(frozen=True)
class Group:
    """A group as it is shown."""

    letter: str
    size: int
    share: int
    sentence: str
    marks: list[tuple[Contribution, bool, int, int]]  # statement, agreed, percent inside, percent of the others


class Picture:
    """What the page of results shows. Statements taken away since are left out."""

    def __init__(self, data: Mapping[str, Any], texts: Mapping[int, Contribution], settings: Mapping[str, Any]) -> None:
        self.data, self.texts, self.settings = data, texts, settings
        self.people, self.answers, self.on_map = (int(data.get(name, 0)) for name in ("people", "answers", "on_map"))

    @property
    def stability(self) -> int | None:
        value = self.data.get("stability")
        return None if value is None else max(0, round(100 * value))

    def lines(self) -> list[Line]:
        """Every statement with enough answers, most answered first."""
        found = [line for number in self.data.get("whole", {}) if (line := self._line(int(number)))]
        return sorted(found, key=lambda line: (-line.votes, line.statement.pk))

    def common(self, most: int = 8) -> list[Line]:
        found = []
        for number, agreed, _at_least, _everywhere in self.data.get("common", []):
            if (line := self._line(number, bool(agreed))) is not None:
                found.append(line)
        return found[:most]

    @property
    def common_everywhere(self) -> bool:
        return any(everywhere for *_rest, everywhere in self.data.get("common", []))

    def divided(self, most: int = 5) -> list[Line]:
        agreed = {number for number, *_rest in self.data.get("common", [])}
        wanted = [number for number in self.data.get("divided", []) if number not in agreed]
        return [line for number in wanted[: most * 2] if (line := self._line(number))][:most]

    def _line(self, number: int, agreed: bool = True) -> Line | None:
        agrees, disagrees, passes = self.data.get("whole", {}).get(str(number), (0, 0, 0))
        votes = agrees + disagrees + passes
        statement = self.texts.get(number)
        if statement is None or votes < FEW:
            return None
        low = wilson(agrees if agreed else disagrees, votes)[0]
        yes, no = round(100 * agrees / votes), round(100 * disagrees / votes)
        return Line(statement, votes, yes, max(0, 100 - yes - no), no, int(100 * low), agreed)

    def groups(self) -> list[Group]:
        if self.why_not():
            return []
        rows = self.data["groups"]
        whole = sum(row["size"] for row in rows)
        return [self._group(letter, row, whole) for letter, row in zip(LETTERS, rows, strict=False)]

    def _group(self, letter: str, row: Mapping[str, Any], whole: int) -> Group:
        marks = [
            (self.texts[number], bool(agreed), round(100 * inside), round(100 * outside))
            for number, agreed, inside, outside in row["marks"]
            if number in self.texts
        ]
        return Group(letter, row["size"], round(100 * row["size"] / whole), self._sentence(letter, marks), marks)

    def _sentence(self, letter: str, marks: list[tuple[Contribution, bool, int, int]]) -> str:
        """The group is named by the statements that set it apart."""
        yes = next((row.text.rstrip(".") for row, agreed, *_shares in marks if agreed), "")
        no = next((row.text.rstrip(".") for row, agreed, *_shares in marks if not agreed), "")
        if yes and no:
            return _("Gruppe %(letter)s stimmt eher zu: „%(yes)s“, und lehnt eher ab: „%(no)s“.") % {
                "letter": letter,
                "yes": yes,
                "no": no,
            }
        if yes:
            return _("Gruppe %(letter)s stimmt eher zu: „%(yes)s“.") % {"letter": letter, "yes": yes}
        if no:
            return _("Gruppe %(letter)s lehnt eher ab: „%(no)s“.") % {"letter": letter, "no": no}
        return _("Gruppe %s unterscheidet sich in keiner einzelnen Aussage deutlich von den anderen.") % letter

    def why_not(self) -> str:
        """Why no groups are shown; "" where they are."""
        least = max(int(self.settings.get("least_people") or 100), 50)
        wanted = max(int(self.settings.get("least_stability") or 70), 50)
        reason = self.data.get("why_not", "few_people")
        rows = self.data.get("groups", [])
        if reason == "few_people" or self.on_map < least:
            return _(
                "Noch zu wenige Antworten: %(now)s Personen haben so viele Aussagen beantwortet, dass man sie vergleichen "
                "kann. Gruppen zeigen wir ab %(least)s; darunter hängen sie zu sehr vom Zufall ab."
            ) % {"now": self.on_map, "least": least}
        if reason == "unstable" or (self.stability or 0) < wanted:
            return _(
                "Die Gruppen sind nicht stabil: Wählt man die Personen zufällig neu aus, kommen andere Gruppen heraus "
                "(Stabilität %(now)s von 100, nötig sind %(wanted)s). Deshalb zeigen wir keine."
            ) % {"now": self.stability or 0, "wanted": wanted}
        if reason or any(row["size"] < SMALLEST for row in rows) or len(rows) < 2:
            return _("Die Antworten zerfallen nicht in Gruppen: Die meisten liegen nah beieinander, oder einzelne weichen ab.")
        return ""
