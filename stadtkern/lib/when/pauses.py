"""Commas of somebody who thinks aloud, where a recogniser writes none: "montag ach nee da hab ich schule also dienstag"."""

from .line import Line
from .tokens import Token

PAUSES = frozenset(
    """
    nein nee noe ach quatsch warte warten wart moment stopp obwohl sorry entschuldigung verzeihung pardon hoppla ups upps
    hm hmm aeh aehm bloedsinn unsinn mist verdammt falsch
    """.split()  # noqa: SIM905
)
_MORE = PAUSES | frozenset("halt doch nicht mal sie oh och ne nochmal".split())  # noqa: SIM905
_FINITE = frozenset(
    """
    hab habe haben ist bin sind muss muessen kommt kann geht wird wirds habt hat arbeite schreib schreibe koennen passt klappt
    schaffe schaff tagt komm komme will wollen gehts faellt holt fahre fahr sitz sitze
    """.split()  # noqa: SIM905
)
_WHO = frozenset("ich wir er sie es mein meine unser unsere der die das man".split())  # noqa: SIM905
_THEN = frozenset(("vorher", "danach", "davor"))
_JOINED = frozenset("oder und erst also nur gern bitte kurz direkt gleich".split())  # noqa: SIM905
_AGAIN = frozenset("also dann lieber besser".split())  # noqa: SIM905
_WE = (("sagen", "wir"), ("nehmen", "wir"), ("machen", "wir"), ("nehm", "ich"), ("nehme", "ich"))
_CUT = frozenset((",", "weil", "aber", "denn", "wenn", "falls", "dass", "ob"))


def pauses(line: Line) -> None:
    """Put a comma around such words, before the reason that follows, and before what takes the place."""
    place, marked, reason, verb = 0, False, False, False
    while place < len(line.tokens):
        words = [token.symbol for token in line.tokens]
        word, after = words[place], words[place + 1] if place + 1 < len(words) else ""
        if word in _CUT:
            marked, reason, verb = marked and word == "," and place + 1 < len(words), False, False
        elif marked and (
            (word in PAUSES and (word != "obwohl" or after not in _WHO))
            or (word, after) in (("ich", "meine"), ("das", "heisst"))
        ):
            end = _end(words, place)
            _comma(line, end)
            _comma(line, place)
            place, reason, verb = end + 1, True, False
        elif marked and word in ("da", "das") and after in _FINITE and _mark(words[place - 1]):
            _comma(line, place)
            place, reason, verb = place + 1, True, True
        elif marked and word in _THEN and after in _FINITE and words[place - 1] not in _JOINED:
            _comma(line, place)
            place += 1
        elif reason and verb and (word in _AGAIN or (word, after) in _WE) and _times_follow(words, place):
            _comma(line, place)
            place, reason, verb = place + 1, False, False
        marked = marked or _mark(word)
        verb = verb or (reason and word in _FINITE)
        place += 1


def _mark(word: str) -> bool:
    return word[:2] in ("<d", "<p")


def _end(words: list[str], place: int) -> int:
    """Behind the last word of the pause."""
    if words[place] in ("ich", "das"):
        place += 1
    while place + 1 < len(words) and words[place + 1] in _MORE:
        place += 1
    return place + 1


def _times_follow(words: list[str], place: int) -> bool:
    return any(_mark(word) for word in words[place + 1 : place + 6])


def _comma(line: Line, place: int) -> None:
    """Before a token, unless one is there."""
    near = [token.symbol for token in line.tokens[max(0, place - 1) : place + 1]]
    if "," in near or place >= len(line.tokens):
        return
    start = line.tokens[place].start
    line.tokens.insert(place, Token(",", start, start))
