"""A sentence read for days and times: what is wished, and what is left of it."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from . import clock as clocks
from .clock import Said
from .days import Days
from .line import Line
from .refs import Ref
from .relate import ellipses, ordinals, relate
from .settle import Found, settle
from .tokens import tokens
from .window import Window

_SOON = re.compile(
    r"\b(?:schnellst\w*|baldm\w*|fruehestm\w*|asap|umgehend|sofort|dringend\w*|eilig|zeitnah|bald|"
    r"schleunigst|naechstbeste\w*|naechste (?:freie )?termin|naechste freie|naechste moegliche)\b"
)
# A part of the sentence that tells of the life of the person, not of the wished visit.
_STORY = re.compile(
    r"\b(?:laeuft .* (?:ab|aus)|lief .* ab|ablauf\w*|ablaeuft|abgelaufen|fliege[nt]?|flieg|flug|"
    r"verreise\w*|urlaub|geboren|geburtstag|verstorben|gestorben|umgezogen|eingezogen|gekauft|"
    r"verkauft"
    r"|gueltig|ankommen|anreise\w*|abreise\w*|seit|gestohlen|geklaut|verloren|gefunden|geheiratet|"
    r"ziehe|ziehen|zieht|faehrt|reise|verlieren|auslaeuft|stattgefunden|kommen .* an"
    r"|fahre[n]? .* (?:nach|weg|fort)|wird .* (?:\d+|\d+o|jahre|volljaehrig|alt)|werde .* (?:\d+|"
    r"\d+o|jahre|volljaehrig)|(?:sohn|tochter|kind|kleiner|kleine|mutter|vater|mann|frau|oma|opa|baby|er|sie) wird|faengt .* an|entbindung\w*|errechnet\w*|geburtstermin)\b"
)
_WISH = re.compile(
    r"\b(?:termin\w*|brauch\w*|braeucht\w*|moecht\w*|will|wollen|wuerde\w*|haett\w*|kann|koenn\w*|"
    r"beantrag\w*|bitte|geht|passt|frei|gern\w*|liebst\w*|vorbei\w*|lieber|wollt\w*|muss|muessen|"
    r"kriege|bekomm\w*)\b"
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
    found = _found(line)
    window = settle([one for one in found if not one.story], now.date(), line.text)
    if (not window.anything and _SOON.search(line.text)) or any(token.symbol.startswith("<s") for token in line.tokens):
        window = replace(window, soon=not window.spans)
    said = tuple(
        text[one.start : one.end]
        for one in found
        if not one.story and not (isinstance(one.thing, Ref) and one.thing.kind == "past")
    )
    return Reading(replace(window, said=said), _rest(text, line))


def _found(line: Line) -> list[Found]:
    """The marks that are left, in order, with the words before each and whether they only belong to a story."""
    found: list[Found] = []
    between: list[str] = []
    for clause in _clauses(line):
        words = " ".join(token.symbol for token in clause)
        story = bool(_STORY.search(words)) and not _WISH.search(words)
        for token in clause:
            if token.symbol[:2] in ("<d", "<p"):
                thing = line.thing(token.symbol)
                if isinstance(thing, (Ref, Said)):
                    found.append(Found(thing, tuple(between), token.start, token.end, story))
                    between = []
                    continue
            between.append(token.symbol)
    if between and found and "danach" in between:
        found.append(Found(Ref("any"), tuple(between), found[-1].end, found[-1].end, False))
    return found


def _clauses(line: Line):  # type: ignore[no-untyped-def]
    clause: list[object] = []
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
