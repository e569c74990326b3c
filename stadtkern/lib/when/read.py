"""A sentence read for days and times: what is wished, and what is left of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from . import clock as clocks
from . import story as stories
from .clock import Said
from .days import Days
from .line import Line
from .refs import Ref
from .relate import ellipses, ordinals, relate
from .settle import Found, settle
from .tokens import Token, tokens
from .window import Window

_SOON = re.compile(
    r"\b(?:schnellst\w*|baldm\w*|fruehestm\w*|asap|umgehend|sofort|dringend\w*|eilig|zeitnah|bald|"
    r"schleunigst|naechstbeste\w*|naechste (?:freie )?termin|naechste freie|naechste moegliche)\b"
)
_CUT = frozenset((",", "und", "weil", "aber", "denn", "damit", "sodass", "deshalb", "deswegen"))


@dataclass(frozen=True)
class Reading:
    """The window somebody wishes, and the sentence without the words about time."""

    window: Window
    rest: str


def read(text: str, now: datetime, land: str) -> Reading:
    """Days and times in a German sentence, seen from `now` in a Land ("NW")."""
    line = Line(tokens(text))
    clocks.find_moments(line)
    Days(now, land).find(line)
    ordinals(line, text)
    ellipses(line, now.date())
    clocks.find_bare(line)
    clocks.combine(line)
    relate(line)
    found = _found(line, text)
    found = _beside_the_story(found, line.text)
    window = settle([one for one in found if not one.story], now.date(), line.text)
    if (not window.anything and _SOON.search(line.text)) or any(token.symbol.startswith("<s") for token in line.tokens):
        window = replace(window, soon=not window.spans)
    said = tuple(
        text[one.start : one.end]
        for one in found
        if not one.story and not (isinstance(one.thing, Ref) and one.thing.kind == "past")
    )
    return Reading(replace(window, said=said), _rest(text, line))


def _found(line: Line, text: str) -> list[Found]:
    """The marks that are left, in order, with the words before each and whether they only belong to a story."""
    found: list[Found] = []
    between: list[str] = []
    sides: set[int] = set()
    for number, clause in enumerate(_clauses(line)):
        told = stories.told(clause, text)
        for token in clause:
            if token.symbol[:2] in ("<d", "<p"):
                thing = line.thing(token.symbol)
                if isinstance(thing, (Ref, Said)):
                    if stories.side(clause, text):
                        sides.add(len(found))
                    found.append(Found(thing, tuple(between), token.start, token.end, told, number))
                    between = []
                    continue
            between.append(token.symbol)
    if between and found and "danach" in between:
        found.append(Found(Ref("any"), tuple(between), found[-1].end, found[-1].end, False))
    return stories.without_sides(found, sides, line.text)


_BESIDE = {"vorher": "before", "davor": "before", "danach": "after", "anschliessend": "after", "hinterher": "after", "dann": ""}


def _beside_the_story(found: list[Found], text: str) -> list[Found]:
    """ "Mein Pass läuft am 3. Mai ab, ich brauche vorher einen": the day of the story counts after all, as a bound."""
    told = [one for one in found if one.story and isinstance(one.thing, Ref) and one.thing.kind != "past"]
    wished = [one for one in found if not one.story and isinstance(one.thing, Ref) and one.thing.kind != "any"]
    word = next((word for word in text.split() if word in _BESIDE), "")
    if wished or not told or not word:
        return found
    last = told[-1]
    assert isinstance(last.thing, Ref)
    bound = _BESIDE[word] or last.thing.bound
    wanted = replace(last, thing=replace(last.thing, bound=bound), story=False)
    return [wanted if one is last else one for one in found if not (isinstance(one.thing, Ref) and one.thing.kind == "any")]


def _clauses(line: Line) -> Iterator[list[Token]]:
    clause: list[Token] = []
    for token in line.tokens:
        if token.symbol in _CUT and clause:
            yield clause
            clause = []
        clause.append(token)
    if clause:
        yield clause


def _rest(text: str, line: Line) -> str:
    """The sentence without what was understood about time; how many there are of a thing stays."""
    kept, place = [], 0
    for token in line.tokens:
        if re.match(r"<[dtpsg]\d", token.symbol):
            kept.append(text[place : token.start])
            place = token.end
    kept.append(text[place:])
    return re.sub(r"\s+", " ", " ".join(kept)).strip()
