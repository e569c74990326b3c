"""Words of a rule: a German sentence cut into references, quoted texts, numbers, signs and words, with a cursor over them."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

MOST_CHARACTERS = 20_000  # the longest rule of the federal corpus has 3,000


class NotUnderstood(Exception):
    """A sentence or a part of it is not in the language; the text says in German what."""


class Sort(StrEnum):
    """What a token is."""

    REF = "ref"  # F60000000231, G1.G2.F3
    TEXT = "text"  # "in quotes"
    NUMBER = "number"  # 001, 200000, 1970, 1,5
    DATE = "date"  # 01.02.2003, kept as ISO text
    SIGN = "sign"  # = <> < <= > >=
    WORD = "word"
    MARK = "mark"  # one character: ( ) , : ; - / and what else there is
    STOP = "stop"  # end of a sentence


@dataclass(frozen=True, slots=True)
class Token:
    """`text` as written (a quoted text without its quotes), `low` in lower case, `line` = first of its line."""

    sort: Sort
    text: str
    low: str
    line: bool = False
    ids: tuple[str, ...] = ()


_QUOTES = str.maketrans({"„": '"', "“": '"', "”": '"', "«": '"', "»": '"', "‚": "'", "‘": "'", "’": "'", "`": "'", "´": "'"})
_ID = r"(?:[FGD]\d{8,12}|(?<![^\W_])[FGD]\d{3,7})(?:[Vv]\d{1,3}(?:\.\d{1,3}){1,2}(?!\d))?"
_TOKEN = re.compile(
    rf"""
    (?P<ref>{_ID}(?:\s?[./]\s?(?={_ID}){_ID}|{_ID})*)
  | (?P<date>\b\d{{1,2}}\.\d{{1,2}}\.\d{{4}}\b|\b\d{{4}}-\d{{2}}-\d{{2}}\b)
  | (?P<number>\d+,\d+|\d+(?:\.\d{{3}})+(?!\d)|\d+(?![^\W\d_]))
  | (?P<sign>=?\s?<\s?>|!==?|={{2,3}}|[<>]=|=[<>]|[<>=≠≤≥])
  | (?P<word>(?:[dD]\.\s?[hH]|[zZ]\.\s?B|[uU]\.\s?[aA]|[bB]zw|[gG]gf|[eE]vtl|[iI]nkl|[aA]bs|[aA]rt|[nN]r)\.
        |(?:[^\W_]|_)(?:\w|[-/&+'](?=\w))*)
  | (?P<stop>\.(?=\s|$|[A-ZÄÖÜ]|\.)|[!?;](?=\s|$))
  | (?P<mark>\S)
    """,
    re.VERBOSE,
)
_SIGNS = {"==": "=", "===": "=", "!=": "<>", "!==": "<>", "≠": "<>", "=>": ">=", "=<": "<=", "≤": "<=", "≥": ">=", "=<>": "<>"}
_SORTS = {sort.value: sort for sort in Sort}
_SPOKEN = (Sort.WORD, Sort.MARK)
_NEXT_VALUE = re.compile(r"""(?:\b(?:oder|und)\b|[=<>])\s*[=<>]*\s*\w{0,8}\s*=?\s*["']""", re.IGNORECASE)
_ONE_ID = re.compile(r"[FGD]\d{3,12}")
_ID_HERE = re.compile(_ID)


def words_of(text: str) -> tuple[Token, ...]:
    """The tokens of a rule; NotUnderstood when it is longer than any rule may be."""
    if len(text) > MOST_CHARACTERS:
        raise NotUnderstood("Die Regel ist länger als 20.000 Zeichen.")
    text = text.translate(_QUOTES)
    found: list[Token] = []
    at, line = 0, True
    size = len(text)
    while at < size:
        if text[at].isspace():
            line = line or text[at] in "\n\r"
            at += 1
            continue
        if text[at] in "\"'":
            token, at = _quoted(text, at, line)
        else:
            token, at = _plain(text, at, line)
        if token is not None:
            found.append(token)
            line = False
    return tuple(found)


def _plain(text: str, at: int, line: bool) -> tuple[Token | None, int]:
    match = _TOKEN.match(text, at)
    if match is None:
        return None, at + 1
    sort, written = _SORTS[str(match.lastgroup)], match.group()
    glued = _ID_HERE.search(written) if sort is Sort.WORD and len(written) > 9 else None
    if glued and glued.start() > 0:  # "undF05000017400"
        written = written[: glued.start()]
    if sort is Sort.REF:
        return Token(sort, written, written, line, tuple(_ONE_ID.findall(written))), match.end()
    if sort is Sort.DATE and "-" not in written:
        day, month, year = written.split(".")
        return Token(sort, f"{year}-{int(month):02d}-{int(day):02d}", written, line), match.end()
    if sort is Sort.SIGN:
        sign = re.sub(r"\s", "", written)
        sign = _SIGNS.get(sign, sign)
        return Token(sort, sign, sign, line), match.end()
    return Token(sort, written, written.lower(), line), at + len(written)


def _quoted(text: str, at: int, line: bool) -> tuple[Token | None, int]:
    """The quoted text that begins here; a stray quote is dropped, as is one that never ends before the next reference."""
    after = text[at + 1 : at + 2]
    if not after or after.isspace() or after in "=<>!,.;:)\"'" or _ID_HERE.match(text, at + 1):
        return None, at + 1
    limit = _ID_HERE.search(text, at + 1)
    end = min(limit.start() if limit else len(text), at + 400)
    blank = re.compile(r"\n\s*\n").search(text, at, end)
    end = blank.start() if blank else end
    close = _closing(text, at, end, text[at]) or _closing(text, at, end, "\"'")
    if close is None:
        return None, at + 1
    if _NEXT_VALUE.search(text, at + 1, close):
        return None, at + 1  # `01 "eine ODER 03 "zwei"`: the first one has no end
    inside = " ".join(text[at + 1 : close].split())
    return Token(Sort.TEXT, inside, inside.lower(), line), close + 1


def _closing(text: str, start: int, end: int, kinds: str) -> int | None:
    for at in range(start + 1, end):
        if text[at] not in kinds:
            continue
        after, before = text[at + 1 : at + 2], text[at - 1]
        if not after or not (after.isalnum() or after == "("):
            return at
        if not before.isspace() and before not in "(-/" and text[start] == text[at]:
            return at  # "name"next
    return None


@lru_cache(maxsize=1024)
def _split(phrases: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...], str], ...]:
    """First word, other words and the whole of each phrase."""
    parts = [(phrase.split(), phrase) for phrase in phrases if phrase]
    return tuple((words[0], tuple(words[1:]), phrase) for words, phrase in parts)


class Cursor:
    """Walks over tokens; everything it gives away has been understood."""

    def __init__(self, tokens: tuple[Token, ...], at: int = 0) -> None:
        self.tokens = tokens
        self.at = at
        self.size = len(tokens)
        self.words = [token.low if token.sort in _SPOKEN else "" for token in tokens]

    def peek(self, ahead: int = 0) -> Token | None:
        """The token so many steps ahead, None behind the end."""
        at = self.at + ahead
        return self.tokens[at] if at < self.size else None

    def low(self, ahead: int = 0) -> str:
        """Its text in lower case when it is a word or a mark, otherwise empty."""
        at = self.at + ahead
        return self.words[at] if at < self.size else ""

    def sort(self, ahead: int = 0) -> Sort | None:
        """Its sort."""
        at = self.at + ahead
        return self.tokens[at].sort if at < self.size else None

    def take(self) -> Token:
        """The next token, consumed."""
        if self.at >= self.size:
            raise NotUnderstood("Der Satz bricht ab.")
        self.at += 1
        return self.tokens[self.at - 1]

    def accept(self, *phrases: str) -> str:
        """Consume the first of the phrases (words divided by blanks) that stands here; "" when none does."""
        if self.at >= self.size:
            return ""
        for first, rest, phrase in _split(phrases):
            if self.words[self.at] == first and all(self.low(at) == word for at, word in enumerate(rest, 1)):
                self.at += len(rest) + 1
                return phrase
        return ""

    def skip(self, words: Collection[str]) -> None:
        """Consume all words out of a set."""
        while self.at < self.size and self.words[self.at] and self.words[self.at] in words:
            self.at += 1

    def here(self, words: Collection[str], ahead: int = 0) -> bool:
        """Whether a word out of the set stands here."""
        low = self.low(ahead)
        return low != "" and low in words

    def done(self) -> bool:
        """Whether nothing is left."""
        return self.at >= len(self.tokens)

    def fail(self, what: str = "") -> NotUnderstood:
        """The error for what stands here."""
        near = " ".join(token.text for token in self.tokens[self.at : self.at + 6])
        return NotUnderstood(f"{what or 'Nicht verstanden'}: „{near}“." if near else f"{what or 'Der Satz bricht ab'}.")
