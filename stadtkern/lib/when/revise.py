"""Second thoughts: what is taken back when somebody says why it does not suit, and names another time.

"Montag um neun, nein, da hab ich Zahnarzt, also Dienstag": the reason points at Monday, so Tuesday takes its place.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from .anchor import POINTING
from .clock import Said
from .found import SMALL, STRONG, Found, among, another
from .pauses import PAUSES
from .refs import Ref
from .stance import refused
from .tokens import Token

_ASIDES = frozenset(
    """
    halt oh ich meine das heisst doch nicht gesagt sag sage was sie mal nochmal und aber ja
    """.split()  # noqa: SIM905
)
_ASIDE = PAUSES | STRONG | _ASIDES
_POINTS = frozenset("da das dann der den es dort alles beides leider".split())  # noqa: SIM905
_GOOD = re.compile(
    r"\b(?:frei|zeit|offen|gut|super|prima|ideal|perfekt|besser|lieber|liebsten|kann|koenn\w*|komme?n? (?:ich|wir)|kaem\w*|"
    r"waer\w*|haett\w*|brauch\w*|moecht\w*|wuerd\w*|urlaub|reicht|gern\w*|passt|passts|passen|geht|gehts|ginge|klappt|bitte|oder|will|"
    r"wollen|wollt\w*|recht|egal|okay|ok|moeglich|schoen|toll|wunderbar|nehm\w*|termin\w*)\b"
)
_NOT_SO = re.compile(
    r"\b(?:nicht|nichts|kein\w*|nie|zu (?:spaet|knapp|eng|kurzfristig|stressig)|schlecht|bloed|doof|"
    r"unguenstig|ungern|voll|belegt|dicht|ausgebucht|weg|zurueck|raus|flach|streich\w*)\b|<u\d+>"
)
_MEANT = re.compile(
    r"\b(?:eigentlich|urspruenglich|zuerst|dachte|gedacht|wollte|wollten|geplant|vorgehabt|vorgesehen|haette .* gesagt)\b"
)
_NOW = frozenset("aber doch jetzt nun lieber besser also sondern".split())  # noqa: SIM905
_STILL = re.compile(r"\b(?:wenn|wenns|falls|ob|nicht nur|nur|erst|auch)\b")


def revised(found: Sequence[Found], clauses: Sequence[Sequence[Token]]) -> list[Found]:
    """What was named, with what was taken back left out, and what takes its place marked as such."""
    kept: list[Found] = []
    last, rejected = -1, False
    for one in found:
        if one.clause < 0:
            kept.append(one)
            continue
        between = range(last + 1, one.clause) if last >= 0 else ()
        rejected = rejected or (bool(kept) and any(_rejects(clauses[number]) for number in between))
        if _reason(clauses[one.clause]) and kept and _goes_on(found, one):
            rejected = True
            continue
        alone = not any(isinstance(other.thing, Said) and other.clause == one.clause for other in found)
        if alone and _again(one, kept) and (_negative(one) or _rejects(clauses[one.clause], named=True)):
            rejected, last = True, one.clause
            continue
        if alone and not _negative(one) and _one_of(one, kept) and _rejects(clauses[one.clause], named=True):
            one = replace(one, thing=replace(one.thing, negative=True), before=())  # type: ignore[arg-type]
        if kept and not another(one.before) and not one.story and one.clause != last:
            if last >= 0 and not _negative(one) and _NOW & set(one.before) and _MEANT.search(_words(clauses[last])):
                rejected = True
            if rejected and isinstance(one.thing, Ref):
                kept = _without_days(kept)
            if rejected or _pause(one.before):
                one = replace(one, before=(",", "nein", ","))
            rejected = False
        kept.append(one)
        last = one.clause
    return kept


def _words(clause: Sequence[Token]) -> str:
    return " ".join(token.symbol for token in clause)


def _reason(clause: Sequence[Token]) -> bool:
    """ "da hab ich um elf Zahnarzt": what is named in it is no wish; "da ich arbeite" is a clause of another kind."""
    words = [token.symbol for token in clause if token.symbol not in PAUSES | {",", "und", "aber"}]
    return len(words) > 2 and words[0] == "da" and words[1] not in ("ich", "wir") and _rejects(clause)


def _goes_on(found: Sequence[Found], one: Found) -> bool:
    """Whether another day or hour is named after it, not by pointing back."""
    later = [other for other in found if other.clause > one.clause]
    return bool(later) and not POINTING & set(later[0].before)


def _negative(one: Found) -> bool:
    return isinstance(one.thing, Ref) and one.thing.negative


def _without_days(kept: Sequence[Found]) -> list[Found]:
    """Without the days taken back; the week they stand in stays."""
    small = any(isinstance(one.thing, Ref) and one.thing.kind in (*SMALL, "weekdays") and not one.story for one in kept)
    return [
        one
        for one in kept
        if not isinstance(one.thing, Ref)
        or one.story
        or one.thing.negative
        or (small and one.thing.wide and one.thing.kind not in ("range", "open"))
    ]


def _again(one: Found, kept: Sequence[Found]) -> bool:
    """Whether it is a day that was named before."""
    ref = one.thing
    return isinstance(ref, Ref) and any(isinstance(old.thing, Ref) and not old.story and _same(ref, old.thing) for old in kept)


def _one_of(one: Found, kept: Sequence[Found]) -> bool:
    """Whether it is one of several days named before."""
    ref = one.thing
    return isinstance(ref, Ref) and any(isinstance(old.thing, Ref) and among(ref, old.thing) for old in kept)


def _same(one: Ref, other: Ref) -> bool:
    if {one.kind, other.kind} <= {"weekday", "weekdays"} and not one.other and not other.other:
        return _weekdays(one) == _weekdays(other)
    return (one.kind, one.spans, one.number) == (other.kind, other.spans, other.number)


def _weekdays(ref: Ref) -> frozenset[int]:
    return ref.weekdays or frozenset(part.number for part in ref.union or (ref,))


def _pause(before: Sequence[str]) -> bool:
    """Whether somebody stopped and thought again before naming it: "Montag, hm, Dienstag"."""
    parts = " ".join(before).split(",")
    return len(parts) > 1 and any(
        set(words) <= _ASIDE and set(words) & (PAUSES | STRONG | {"meine", "heisst"})
        for words in (part.split() for part in parts[:-1])
    )


def _rejects(clause: Sequence[Token], *, named: bool = False) -> bool:
    """Whether a part of the sentence says of a time named before that it does not suit."""
    aside = PAUSES | {",", "und", "aber", "nur", "denn", "weil", "ja", "am", "im", "der", "den"} - (
        set() if named else {"der", "den"}
    )
    words = [token.symbol for token in clause if token.symbol not in aside]
    text = " ".join(words)
    if len(words) < 2 or _STILL.search(text) or not (named or words[0] in _POINTS):
        return False
    if _NOT_SO.search(text) or refused(clause):
        return True
    plain = [word for word in words if word[0] != "<"]
    telling = (named and len(plain) > 1) or words[0] == "da" or words[1] in ("ist", "wird", "war")
    return telling and not _GOOD.search(text)
