"""A line of symbols in which the rules of the grammar replace what they understand by marks such as <d0> and <t1>."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from .tokens import Token

NOT_ANY = r"(?:keinesfalls|auf (?:gar )?keinen fall|"
NOT_ANY += r"nicht|kein(?:en|er|em|e)?|ausser|ausgenommen|ohne|nie|niemals|nix|bis auf|abgesehen von|mit ausnahme(?: von)?)"
NOT_ANY += r"(?: (?:termin|jedoch|aber|allerdings|gerade|unbedingt|auch|mehr|am liebsten))*"
Builder = Callable[["re.Match[str]"], object]


@dataclass
class Line:
    """Symbols, and the things found in them; a mark's number is the place of its thing."""

    tokens: list[Token]
    things: list[object] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The symbols with single spaces."""
        return " ".join(token.symbol for token in self.tokens)

    def replace(self, pattern: "re.Pattern[str]", mark: str, build: Builder) -> None:
        """Every match becomes a mark <mark + number>, unless `build` says None."""
        place = 0
        while (found := pattern.search(self.text, place)) is not None:
            thing = build(found)
            if thing is None:
                place = found.start() + 1
                continue
            first = self.text[: found.start()].count(" ")
            last = first + found[0].strip().count(" ")
            number = len(self.things)
            self.things.append(thing)
            symbol = f"<{mark}{number}>"
            place = found.start()
            self.tokens[first : last + 1] = [Token(symbol, self.tokens[first].start, self.tokens[last].end)]

    def thing(self, mark: str) -> object:
        """What a mark such as "<d3>" stands for."""
        return self.things[int(mark[2:-1])]


@cache
def rule(text: str) -> "re.Pattern[str]":
    """A pattern over whole symbols. Capitals stand for: N number or "ein", O ordinal, W weekday, M month, D T P marks."""
    for short, long in _SHORT.items():
        text = re.sub(rf"\b{short}\b", lambda _, long=long: long, text)  # type: ignore[misc]
    return re.compile(rf"(?<!\S)(?:{text})(?!\S)")


_SHORT = {
    "N": r"\d+|eine?[mnrs]?|ner|nem|ne|beiden|paar|einigen|wenigen",
    "O": r"\d+o|letzte",
    "W": r"w\d",
    "M": r"m\d\d",
    "D": r"<d\d+>",
    "T": r"<t\d+>",
    "P": r"<p\d+>",
    "ART": r"dem|den|der|die|das|diese|einem|einer|eines|unseren|meinem",
    "REL": r"naechste|kommende|uebernaechste|diese",
}
