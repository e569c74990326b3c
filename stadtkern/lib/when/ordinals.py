"""Which ordinals are days of a month: "am 3." and "der achte", not "die dritte Mahnung"."""

import re
from dataclasses import replace

from .line import Line
from .refs import Ref
from .tokens import Token

_BEFORE_ORDINAL = frozenset(
    """
    am dem den der zum vom ab bis oder und , zwischen nach vor spaetestens fruehestens erst einschliesslich
    """.split()  # noqa: SIM905
)
_DATED = ("am", "den", "dem", "ab", "bis", "nach", "vor", "spaetestens", "fruehestens")
_NO_DAY = frozenset(
    """
    mal kind klasse ausweis pass person mahnung stock etage rate ehe versuch vorschlag termin wahl teil monat
    woche tag schritt wohnsitz
    """.split()  # noqa: SIM905
)


def ordinals(line: Line, text: str) -> None:
    """ "am 3." and "der achte" are days of a month, "die dritte Mahnung" is not."""
    _without_dot(line, text)
    for place, token in enumerate(line.tokens):
        if not re.fullmatch(r"\d+o", token.symbol) or not 1 <= int(token.symbol[:-1]) <= 31:
            continue
        before = line.tokens[place - 1].symbol if place else ""
        after = line.tokens[place + 1] if place + 1 < len(line.tokens) else None
        certain = before in ("am", "den", "dem", "zum", "vom", "bis", "ab") and text[token.start].isdigit()
        listed_day = before in ("oder", "und") and place > 1 and line.tokens[place - 2].symbol[:2] == "<d"
        certain = certain or (listed_day and text[token.start].isdigit())
        noun = (
            after
            and re.fullmatch(r"[a-z]{2,}", after.symbol)
            and (
                (after.symbol in _NO_DAY and not certain and not (after.symbol == "mal" and before in _DATED))
                or (text[after.start].isupper() and not certain and after.symbol not in ("zeit", "urlaub", "ferien", "frei"))
            )
        )
        if _is_hour(line, place, text):
            continue
        begins = after is not None and after.symbol in ("bis", "oder", "und") and not before
        listed = (
            text[token.start].isdigit()
            and place + 2 < len(line.tokens)
            and re.match(r"\d+o$|<d", line.tokens[place + 2].symbol)
        )
        begins = begins or bool(after is not None and after.symbol == "," and listed and before in ("", "am", "den", "der"))
        if (before in _BEFORE_ORDINAL or before.startswith("<d") or begins) and not noun:
            line.tokens[place] = Token(f"<d{len(line.things)}>", token.start, token.end)
            line.things.append(Ref("ordinal", number=int(token.symbol[:-1])))


_COUNTED = re.compile(r"uhr|m\d\d|\d+|tage?|wochen?|monate?|jahre?|stunden?|minuten|personen|<t\d+>|euro|prozent|mal|kinder")


def _without_dot(line: Line, text: str) -> None:
    """ "am 24 zwischen neun und elf", "am 9 oder 10": bare numbers behind "am" are days."""
    for place, token in enumerate(line.tokens[1:], 1):
        if line.tokens[place - 1].symbol == "am" and _bare_day(token, text) and _stands(line, place):
            line.tokens[place] = Token(f"{token.symbol}o", token.start, token.end)
            other = place + 2
            joined = other < len(line.tokens) and line.tokens[place + 1].symbol in ("oder", "und")
            if joined and _bare_day(line.tokens[other], text) and _stands(line, other):
                line.tokens[other] = replace(line.tokens[other], symbol=f"{line.tokens[other].symbol}o")


def _bare_day(token: Token, text: str) -> bool:
    """Whether it is a number written in digits, and may be a day of a month."""
    return token.symbol.isdigit() and text[token.start : token.end].isdigit() and 1 <= int(token.symbol) <= 31


def _stands(line: Line, place: int) -> bool:
    """Whether nothing behind it says what is counted: "am 2 Samstag im Mai", "am 3 Uhr"."""
    after = line.tokens[place + 1].symbol if place + 1 < len(line.tokens) else ","
    return not _COUNTED.fullmatch(after) and after[:2] != "<d"


def _is_hour(line: Line, place: int, text: str) -> bool:
    """ "nach achte" is eight o'clock as the south says it, "nach der achten" and "vom siebten bis achte" are days."""
    token = line.tokens[place]
    before = line.tokens[place - 1].symbol if place else ""
    earlier = line.tokens[place - 2].symbol if place > 1 else ""
    hourly = before in ("nach", "vor", "ab", "bis", "zwischen", "spaetestens", "fruehestens")
    ends = place + 1 == len(line.tokens) and text[token.start : token.end].endswith(".")
    if ends and hourly and before != "zwischen" and earlier[:2] == "<d":
        return not any(one.symbol in ("von", "vom", "zwischen") for one in line.tokens[:place])  # "am Montag ab 9."
    return text[token.start : token.end].lower() == "achte" and hourly and earlier[:2] != "<d"
