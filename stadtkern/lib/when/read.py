"""A sentence read for days and times: what is wished, and what is left of it."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from . import clauses as parts
from . import clock as clocks
from . import sentences
from . import story as stories
from .alternatives import alternatives
from .anchor import POINTING, again, anchored
from .clock import Said
from .days import Days
from .ellipses import ellipses
from .found import Found
from .line import Line
from .ordinals import ordinals
from .pauses import pauses
from .prefer import preferred
from .refs import Ref
from .refuse import Refusal, taken_out, without
from .relate import relate
from .revise import revised
from .settle import settle
from .stance import offers
from .tokens import Token, tokens
from .window import Window

_SOON = re.compile(
    r"\b(?:schnellst\w*|baldm\w*|fruehestm\w*|asap|umgehend|sofort|dringend\w*|eilig|zeitnah|bald|"
    r"schleunigst|naechstbeste\w*|naechste (?:freie )?termin|naechste freie|naechste moegliche)\b"
)
MOST_OTHERS = 7  # alternatives beside the first: each is a search of its own


@dataclass(frozen=True)
class Reading:
    """The window somebody wishes, and the sentence without the words about time."""

    window: Window
    rest: str


def read(text: str, now: datetime, land: str) -> Reading:
    """Days and times in a German sentence, seen from `now` in a Land ("NW")."""
    line = Line(_courtesies(tokens(text)))
    parts.workdays(line)
    clocks.find_moments(line)
    Days(now, land).find(line)
    ordinals(line, text)
    ellipses(line, now.date())
    clocks.find_bare(line)
    clocks.combine(line)
    parts.conditions(line)
    parts.pointing(line)
    parts.week_later(line, now.date())
    pauses(line)
    sentences.commas(line)
    relate(line, now.date(), land)
    found, refusals = _found(line, text)
    found = anchored(found, now.date(), line.text)
    windows = [settle(one, now.date(), line.text) for one in alternatives(found, now.date(), line.text)]
    windows = without(windows, refusals, now.date())
    window = replace(windows[0], others=tuple(dict.fromkeys(one for one in windows[1:] if one != windows[0]))[:MOST_OTHERS])
    if (not window.anything and _SOON.search(line.text)) or any(token.symbol.startswith("<s") for token in line.tokens):
        window = replace(window, soon=not window.spans)
    window = replace(window, rather=preferred(found, now.date()))
    said = tuple(
        text[one.start : one.end]
        for one in found
        if not one.story and not (isinstance(one.thing, Ref) and one.thing.kind == "past")
    )
    return Reading(replace(window, said=said), _rest(text, line))


_FILLERS = frozenset(("leider", "eben", "einfach"))
_BEGINS = frozenset((",", "weil", "denn", "deshalb", "deswegen", "daher", "darum"))  # where another part of the sentence does


def _courtesies(said: list[Token]) -> list[Token]:
    """Words that stand anywhere: "bitte" at the beginning of its part of the sentence, "leider" not at all."""
    done: list[Token] = []
    begins = 0
    for token in said:
        if token.symbol in _FILLERS:
            continue
        if token.symbol == "bitte":
            done.insert(begins, token)
            continue
        done.append(token)
        if token.symbol in _BEGINS:
            begins = len(done)
    return done


def _found(line: Line, text: str) -> tuple[list[Found], list[Refusal]]:
    """The marks that are left, in order, with the words before each and whether they only belong to a story."""
    found: list[Found] = []
    between: list[str] = []
    sides: set[int] = set()
    clauses = list(sentences.parts(line))
    reasons = stories.reasons(clauses)
    loose: set[int] = set()
    tale = False
    for number, clause in enumerate(clauses):
        symbols = [token.symbol for token in clause]
        tale = stories.loose(clause) or (tale and symbols[0] in ("und", ",") and stories.goes_on(clause, text))
        rest = " ".join(token.symbol for later in clauses[number + 1 :] for token in later)
        out = stories.otherwise_free(line.text, clause, rest)
        cause = stories.because(clause)
        taken_up = offers(clauses[number + 1 : number + 2])
        tale = tale and not taken_up
        told = not taken_up and (cause or stories.told(clause, text) or (number < reasons and not stories.wished(clause)))
        for token in clause:
            if cause and token.symbol in POINTING:
                continue
            if token.symbol[:2] in ("<d", "<p"):
                thing = line.thing(token.symbol)
                if isinstance(thing, (Ref, Said)):
                    if stories.side(clause, text):
                        sides.add(len(found))
                    if tale and not out:
                        loose.add(len(found))
                    if out and isinstance(thing, Ref) and thing.kind in ("weekday", "weekdays", "day", "ordinal") and not told:
                        thing = replace(thing, negative=True)
                    found.append(Found(thing, tuple(between), token.start, token.end, told, number))
                    between = []
                    continue
            between.append(token.symbol)
    if found and POINTING & set(between):
        found.append(Found(Ref("any"), tuple(between), found[-1].end, found[-1].end, False))
    found = stories.without_loose(stories.without_sides(found, sides, line.text), loose)
    return taken_out(revised(again(found), clauses), clauses, text)


def _rest(text: str, line: Line) -> str:
    """The sentence without what was understood about time; how many there are of a thing stays."""
    kept, place = [], 0
    for token in line.tokens:
        if re.match(r"<[dtpsg]\d", token.symbol):
            kept.append(text[place : token.start])
            place = token.end
    kept.append(text[place:])
    return re.sub(r"\s+", " ", " ".join(kept)).strip()
