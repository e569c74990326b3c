"""A line cut into its parts: at commas and joining words, and where a new main clause begins without one.

German main clauses have their verb in second place and only one of it: "vor neun kann ich nicht dienstags wäre gut" are two.
"""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from .line import Line
from .tokens import Token

_CUT = frozenset(
    (",", "und", "weil", "aber", "denn", "damit", "sodass", "deshalb", "deswegen", "daher", "darum", "drum", "obwohl")
)
_SECOND = frozenset(
    "waere waers geht gehts ginge gings passt passts klappt klappts kann koennte koennten bin ist hab haette haetten".split()  # noqa: SIM905
)
_VERB = _SECOND | frozenset(
    """
    koennen sind habe haben arbeite arbeiten muss muessen will wollen komm komme kommen moechte moechten schaffe schaff kommt
    hat faengt wird
    """.split()  # noqa: SIM905
)
_WHO = frozenset("ich wir es mir uns mein meine unser unsere er das bei leider i mia der die".split())  # noqa: SIM905
_LEAD = frozenset(
    """
    am an im in der den dem die das ab bis zum vom von zwischen um ueber waehrend vor nach gegen bei zu so nur immer also
    dann aber spaetestens fruehestens erst noch ganz
    """.split()  # noqa: SIM905
)
_NOT = frozenset("nicht keine kein nichts nie".split())  # noqa: SIM905
_OR = frozenset("und oder bis bzw".split())  # noqa: SIM905
_JOINED = frozenset("und oder wenn wenns falls ob dass weil da bzw sonst bevor nachdem wann ausser nicht".split())  # noqa: SIM905

_OTHERS = re.compile(r"an (?:den |allen )?(?:anderen|andere|uebrigen) tagen?\b")


def commas(line: Line) -> None:
    """Put a comma where a second main clause begins without one."""
    place = 0
    verb = marked = topic = False
    denied = -1
    while place < len(line.tokens):
        token, cut = line.tokens[place], -1
        if token.symbol in _CUT:
            verb, marked, topic, denied = False, False, False, -1
        elif token.symbol in _VERB:
            cut = _second(line.tokens, place, marked) if verb and token.symbol in _SECOND else -1
            verb, topic = True, topic or marked
        elif token.symbol == "also" and verb and any(_mark(one) for one in line.tokens[max(0, place - 4) : place]):
            cut, verb, marked = place, False, False
        elif token.symbol in _NOT and verb and topic:
            denied = place
        elif place and _other_days(line.tokens, place):
            cut, verb, marked, topic = place, False, False, False
        elif _mark(token):
            start = _start(line.tokens, place)
            if 0 <= denied < start - 1 and line.tokens[start - 1].symbol not in _CUT | _JOINED:
                cut, denied = start, -1
            marked = marked or not verb or not any(one.symbol in _SECOND for one in line.tokens[place : place + 6])
        if cut >= 0:
            line.tokens.insert(cut, Token(",", line.tokens[cut].start, line.tokens[cut].start))
            place += 1
        place += 1


def _other_days(tokens: Sequence[Token], place: int) -> bool:
    """ "… an den anderen Tagen kann ich" begins a sentence of its own."""
    words = " ".join(token.symbol for token in tokens[place : place + 4])
    return bool(_OTHERS.match(words)) and tokens[place - 1].symbol not in _CUT | _JOINED


def _second(tokens: Sequence[Token], place: int, marked: bool) -> int:
    """Where the times in front of a second verb begin; -1 where there are none."""
    start = _start(tokens, place)
    if start == place or not any(_mark(one) for one in tokens[start:place]) or not _apart(tokens, start, {"nicht", "da"}):
        return -1
    hours_first = tokens[start].symbol[:2] == "<p" and start + 1 < place
    return start + 1 if hours_first and not marked else start  # "ich arbeite vormittags dienstags wäre gut"


def parts(line: Line) -> Iterator[list[Token]]:
    """The parts, each beginning with the word or comma that cuts it off."""
    clause: list[Token] = []
    for place, token in enumerate(line.tokens):
        begins = _mark(token) and place and not _mark(line.tokens[place - 1]) and _main(line.tokens, place)
        if begins and (start := _start(line.tokens, place)) and _apart(line.tokens, start):
            moved = clause[len(clause) - (place - start) :]
            clause = clause[: len(clause) - (place - start)]
            if clause:
                yield clause
            clause = [Token(",", token.start, token.start), *moved]
        if token.symbol in _CUT and clause:
            yield clause
            clause = []
        clause.append(token)
    if clause:
        yield clause


def _mark(token: Token) -> bool:
    return token.symbol[:2] in ("<d", "<p")


def _apart(tokens: Sequence[Token], start: int, but: AbstractSet[str] = frozenset()) -> bool:
    """Whether nothing before it already joins it to what was said."""
    return start > 0 and tokens[start - 1].symbol not in (_CUT | _JOINED) - but


def _start(tokens: Sequence[Token], place: int) -> int:
    """Where the times in front of a place begin, with the words that belong to them."""
    while place and (
        _mark(tokens[place - 1])
        or tokens[place - 1].symbol in _LEAD
        or (tokens[place - 1].symbol in _OR and place > 1 and _mark(tokens[place - 2]))
    ):
        place -= 1
    return place


def _main(tokens: Sequence[Token], place: int) -> bool:
    """Whether the times at a place are in front of the verb of a main clause."""
    while place < len(tokens) and _mark(tokens[place]):
        place += 1
    words = [token.symbol for token in tokens[place : place + 2]]
    return len(words) == 2 and words[0] in _VERB and words[1] in _WHO
