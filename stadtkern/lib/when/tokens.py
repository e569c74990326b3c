"""A sentence as symbols of the grammar: numbers, days, months, parts of the day, repaired words."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from rapidfuzz.distance import OSA

from ..phonetic import sound_of
from ..words import plain
from .dialect import spoken_hour, standard
from .numbers import number, ordinal
from .terse import ABBREVIATED, AFTER_SHORT, BARE_SHORT, BEFORE_SHORT, SHORT

LONGEST = 600
_TOKEN = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}\.\s?[0-9]{1,2}\.(?:\s?[0-9]{4}|[0-9]{2}(?![0-9]))?|"
    r"[0-9]{1,2}:[0-9]{2}|[0-9]{1,2}\.[0-9]{1,2}(?![0-9.])|[0-9]{1,2}h(?:[0-9]{2})?(?!\w)"
    r"|[0-9]{1,2}(?:\.(?![0-9])|te[nrsm]?\b|ste[nrsm]?\b)|[0-9]+|[^\W\d_]+\.?|[-–—]|[,;.!?/:+&]"
)
_DATE = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{2,4})?")
_CLOCKY = frozenset(
    """
    um gegen ab bis nach vor zwischen und von uhr so spaetestens fruehestens
    """.split()  # noqa: SIM905
)
_OF_MONTH = re.compile(r"(.+?)s?(woche|wochen|haelfte|tagen?|ende|anfang|mitte)")
_OF_WHOLE = re.compile(r"(woche|monat|jahr)(?:n|s|es)?(anfang|beginn|mitte|ende|letzten?|erste[nr]?)")
_SPLIT = re.compile(r"(.{5,}?)(frueh|morgens?|vormitt?ags?|mittags?|nachmitt?ags?|abends?)")


@dataclass(frozen=True)
class Token:
    """A symbol and where it stands in the text."""

    symbol: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """The symbols of a sentence.

    17 number · 3o ordinal · c09:30 time · d03-05-2027 date · w0 Monday · v0 mondays · m05 May · p?? part of the day ·
    , end of a part of the sentence · anything else a folded word.
    """
    raw = [(found[0], found.start(), found.end()) for found in _TOKEN.finditer(text[:LONGEST])]
    made: list[Token] = []
    for place, (piece, start, end) in enumerate(raw):
        before = raw[place - 1][0] if place else ""
        after = raw[place + 1][0] if place + 1 < len(raw) else ""
        earlier, later = raw[place - 2][0] if place > 1 else "", raw[place + 2][0] if place + 2 < len(raw) else ""
        before = "," if before in _DASHES and not _dashable(earlier) else before
        after = "," if after in _DASHES and not _dashable(later) else after
        if before == "am" and spoken_hour(plain(piece).rstrip(".")):
            made[-1] = Token("um", made[-1].start, made[-1].end)
        if re.fullmatch(r"\d{1,2}\.", piece) and _ends_with_hour(before, earlier, after):
            made += [Token(piece[:-1], start, end - 1), Token(",", end - 1, end)]
            continue
        made += [Token(symbol, start, end) for symbol in _symbols(piece, plain(before) or before, after)]
    return made


_WHOLE = frozenset("mai uhr elf aus weg gut bin ist hab tag amt los ja gar frei".split())  # noqa: SIM905  # no abbreviations
_DASHES = ("-", "–", "—")


def _dashable(piece: str) -> bool:
    """Whether a dash beside it means "to": "Mo-Fr", "9-11", not "Perso - Mi oder Do"."""
    return piece[:1].isdigit() or piece.rstrip(".").title() in SHORT or plain(piece) in _weekdays()


def _alike(before: str, after: str) -> bool:
    """Whether a dash can mean "to" between them: "Mo-Fr", "8-9:30", not "Freitag - 11.12." or "18.01. - 15:30"."""
    days = [one.rstrip(".").title() in SHORT or plain(one) in _weekdays() for one in (before, after)]
    dated = bool(re.search(r"\d\.\s?\d+\.", before)) and ":" in after
    return before.lower() != after.lower() and (days[0] == days[1] or not after) and not dated


def _ends_with_hour(before: str, earlier: str, after: str) -> bool:
    """ "kurz nach 9.", "9 bis 11.": the dot ends the sentence."""
    before, earlier = before.lower(), plain(earlier).rstrip(".") if earlier[:1].isalpha() else earlier
    if before in ("um", "gegen") or (before == "nach" and earlier in ("kurz", "gleich", "direkt", "schon")):
        return True
    if symbol(plain(after))[:1] == "m" or after[:1].isdigit():
        return False
    ranged = before in ("bis", "und", "oder", *_DASHES) and earlier.isdigit()
    if before in ("ab", "bis", "vor", "nach") and earlier in _weekdays() | {f"{day}s" for day in _weekdays()}:
        return True  # "samstags bis 12."
    return ranged or (before in ("ab", "nach", "vor", "bis") and earlier in _book()["parts"])


def _symbols(piece: str, before: str, after: str) -> list[str]:
    if "0" <= piece[0] <= "9":
        return _digits(piece, before, plain(after))
    if piece in "-–—/":
        return (
            ["bis"]
            if piece != "/"
            and (before[-1:].isdigit() or before[-1:] == "." or before in _weekdays())
            and (not after or _dashable(after) or symbol(plain(after))[:1] == "m")
            and _alike(before, after)
            else [","]
            if piece != "/"
            else ["oder"]
        )
    if piece in ",;.!?:":
        return [","]
    if piece in "+&":
        return ["und"]
    bare = piece.rstrip(".")
    if bare.lower() in ABBREVIATED and (piece != bare or bare.lower() in BARE_SHORT):
        return [ABBREVIATED[bare.lower()]]
    if bare.lower() == "h" and before[:1].isdigit():
        return ["uhr"]
    stop = [","] if piece != bare and (len(bare) > 3 or bare.lower() in _WHOLE) else []
    if bare in ("m", "em") and before in ("vor", "ab", "nach", "von", "bis", "zu"):
        return ["dem", *stop]  # "vor'm zehnten"
    bare = bare.title() if piece != bare and bare.title() in SHORT else bare
    if bare.title() in SHORT and _dashed(before, after):
        return [f"v{SHORT[bare.title()]}"]  # "Mo-Fr", "mo-mi": every week
    if bare.islower() and bare.title() in SHORT and _terse(before, after):
        return [f"w{SHORT[bare.title()]}"]
    if bare in ("o", "od") and (after.title() in SHORT or after[:1].isdigit()):
        return ["oder"]
    if bare in ("vorm", "nachm") and (piece != bare or after in ("", *",.!?;")):
        return ["pvm" if bare == "vorm" else "pnm", *stop]
    if bare in ("wo", "we", "u") and (short := _chat(bare, before, after)):
        return [short]
    if bare in SHORT and (
        piece != bare
        or (before in (",", ";") and after in ("", ",", ".", "!", "?"))
        or after in ("-", "–", "/", ",", "bis")
        or _terse(before, after)
        or (bare[0].isupper() and before not in ("", ",", "."))
    ):
        return [f"w{SHORT[bare]}"]
    if bare == "So" and before in ("sa", "sa.", "/"):
        return ["w6"]
    letters = "".join(letter for letter in plain(bare) if "a" <= letter <= "z")
    return [*_word(letters), *stop] if letters else stop


def _chat(bare: str, before: str, after: str) -> str:
    """ "nächste wo", "am we", "mo u fr": two letters that only their neighbours explain."""
    if bare == "wo":
        return "woche" if _word(before.rstrip("."))[0] in ("naechste", "diese", "uebernaechste", "kommende") else ""
    if bare == "we":
        return (
            "wochenende" if before in ("am", "jedes", "naechste", "naechstes", "dieses", "kommendes", "ubers", "uebers") else ""
        )
    near = before.rstrip(".").title() in SHORT or before[-1:].isdigit() or before in _book()["parts"]
    return "und" if near and after and after != "," else ""


def _dashed(before: str, after: str) -> bool:
    return before in _DASHES or after in _DASHES


def _terse(before: str, after: str) -> bool:
    """Whether a short word in small letters can only be a weekday: "do o fr", "am di", "mi 15 uhr"."""
    after = plain(after).rstrip(".")
    near = before.rstrip(".") in BEFORE_SHORT or after in AFTER_SHORT or after[:1].isdigit() or after == "/"
    near = near or (before in _book()["parts"] and not after)
    return near or before.rstrip(".").title() in SHORT or after.title() in SHORT


def _digits(piece: str, before: str, after: str) -> list[str]:
    if re.fullmatch(r"\d{4}-\d\d?-\d\d?", piece):
        year, month, day = (int(part) for part in piece.split("-"))
        return [f"d{day:02}-{month:02}-{year}"]
    if found := _DATE.fullmatch(piece):
        said = found[3] or ""
        return [f"d{int(found[1]):02}-{int(found[2]):02}-{'20' + said if len(said) == 2 else said}"]
    if found := re.fullmatch(r"(\d{1,2})h(\d{2})?|(\d{1,2}):(\d{2})", piece):
        return [f"c{int(found[1] or found[3]):02}:{found[2] or found[4] or '00'}"]
    if found := re.fullmatch(r"(\d{1,2})\.(\d{1,2})", piece):
        hour = len(found[2]) == 2 and (after == "uhr" or before.rstrip(".") in _CLOCKY)
        if int(found[2]) > 12 or hour:
            return [f"c{int(found[1]):02}:{found[2]}"]
        return [f"d{int(found[1]):02}-{int(found[2]):02}-"]
    if not piece.isdigit():
        return [re.match(r"[0-9]+", piece)[0] + "o"]  # type: ignore[index]
    return [str(int(piece[:6]))]


@lru_cache(maxsize=20_000)
def _word(word: str) -> tuple[str, ...]:
    known = symbol(word)
    if known:
        return tuple(known.split())
    if (found := _OF_MONTH.fullmatch(word)) and found[1] in _book()["months"]:
        return (symbol(found[1]), symbol(found[2]) or found[2])
    if found := _OF_WHOLE.fullmatch(word):
        return (symbol(found[2]), found[1])
    if found := _SPLIT.fullmatch(word):
        day, part = symbol(found[1].rstrip("s")) or symbol(_repaired(found[1])), symbol(found[2]) or "pfr"
        if day and day[0] == "w":
            day = f"v{day[1]}" if len(found[2]) > 5 and found[2].endswith("s") else day  # "dienstagvormittags"
            return (day, "pfr" if part == "morgen" else part)
    if word not in _book()["real"]["words"] and (regional := standard(word)):
        return (regional,)
    return (symbol(repaired) or repaired,) if (repaired := _repaired(word)) != word else (word,)


@lru_cache(maxsize=20_000)
def symbol(word: str) -> str:
    """The symbol of a folded word the grammar knows; empty for others."""
    book = _book()
    if word in book["weekdays"]:
        return f"w{book['weekdays'][word]}"
    if word.endswith("s") and word[:-1] in book["weekdays"]:
        return f"v{book['weekdays'][word[:-1]]}"
    if (heard := _heard_weekday(word)) is not None:
        return f"{'v' if word.endswith('s') else 'w'}{heard}"
    if word.endswith("a") and f"{word[:-1]}er" in book["months"]:
        return f"m{book['months'][word[:-1] + 'er']:02}"
    if word.endswith("s") and len(word) > 4 and word[:-1] in book["months"]:
        return f"m{book['months'][word[:-1]]:02}"  # "im Laufe des Aprils"
    if word in book["months"]:
        return f"m{book['months'][word]:02}"
    if word in book["parts"]:
        return f"p{book['parts'][word]}"
    if word in book["plain"]:
        return str(book["plain"][word])
    if (value := number(word)) is not None:
        return str(value)
    if (value := ordinal(word)) is not None:
        return f"{value}o"
    return word if word in GRAMMAR else ""


_DAYLIKE = re.compile(r"[a-z]{3,}[bcdfghjklmnpqrstvwxz](?:aa?|oo?|uu?)(?:g|ch|k|gh|cht)s?")


@lru_cache(maxsize=20_000)
def _heard_weekday(word: str) -> int | None:
    """The weekday a word sounds like ("Dunnerschdaach"), None for others.

    The ending must be that of a day, and M must be M and N be N: "Middach" is noon, "Montage" is work.
    """
    if not _DAYLIKE.fullmatch(word) or word in _book()["parts"] or word in _book()["plain"]:
        return None
    bare = word.removesuffix("s")
    return _weekday_sounds().get(_heard(bare))


def _heard(word: str) -> tuple[str, str, str]:
    """Its sound, its first consonants ("Feiertag" is no "Freitag"), and its M and N."""
    first = re.match(r"[^aeiou]*", word)
    nasals = re.sub(r"(.)\1+", r"\1", "".join(letter for letter in word if letter in "mn"))
    return sound_of(word), first[0] if first else "", nasals


@cache
def _weekday_sounds() -> dict[tuple[str, str, str], int]:
    return {_heard(word): day for word, day in _book()["weekdays"].items() if _DAYLIKE.fullmatch(word)}


@lru_cache(maxsize=20_000)
def _repaired(word: str) -> str:
    """A word of the grammar that sounds or looks nearly the same; the word itself where there is none."""
    if len(word) < 6 or word in _book()["real"]["words"]:
        return word
    best, least = word, 3
    for known, sound in _sounds():
        if abs(len(known) - len(word)) > 2 or known[0] != word[0]:
            continue
        distance = OSA.distance(word, known, score_cutoff=2)
        near = distance <= 1 or (distance == 2 and sound == sound_of(word))
        if near and distance < least:
            best, least = known, distance
    return best


@cache
def _book() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


@cache
def _weekdays() -> frozenset[str]:
    return frozenset(_book()["weekdays"]) | {"mo", "di", "mi", "do", "fr", "sa"}


@cache
def _sounds() -> tuple[tuple[str, str], ...]:
    book = _book()
    known = {word for shelf in ("weekdays", "months", "parts") for word in book[shelf]} | set(GRAMMAR)
    return tuple((word, sound_of(word)) for word in sorted(known) if len(word) >= 6 and not word.endswith("tig"))  # "fertig"


GRAMMAR = frozenset(
    """
    werktag heute morgen uebermorgen gestern vorgestern woche wochen monat monate jahr jahre tage tag stunde stunden
    minuten naechste kommende uebernaechste diese letzte vorige wochenende werktags anfang mitte ende halbe
    haelfte halb viertel dreiviertel uhr zwischen nicht ausser fruehestens spaetestens osterferien sommerferien
    herbstferien weihnachtsferien pfingstferien winterferien ferien ostern pfingsten weihnachten neujahr silvester
    heiligabend karfreitag gruendonnerstag ostermontag pfingstmontag rosenmontag fronleichnam allerheiligen
    nikolaus nikolaustag kalenderwoche dann danach fruehling fruehjahr sommer herbst winter schnellstmoeglich
    baldmoeglichst umgehend irgendwann jederzeit vierteljahr
    """.split()  # noqa: SIM905
)
