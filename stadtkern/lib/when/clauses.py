"""What a part of the sentence says of the parts beside it: conditions, denials, reasons, words left out."""

import re
from dataclasses import replace
from datetime import date, timedelta

from .line import Line, rule
from .refs import Ref, settled
from .tokens import Token
from .window import Span

_ASIDE = r"(?:es|s|das|da|der|die|dann|denn|am|an|im|in|schon|leider|bei|ihnen|euch|sie|ihr|ich|wir|mir|uns|gar|alles|so|ja)"
_NOT_FREE = (
    r"(?:nicht|nichts|nix|kein\w*|voll|belegt|besetzt|vergeben|ausgebucht|weg|knapp|kurzfristig|spaet|frueh|zu|mehr|frei|frein|"
    r"klappt|klappen|geht|gehen|passt|passen|ist|sein|sollte|waere|moeglich|haben|habt|hat|was|etwas|termin\w*|offen)"
)
# "wenn Freitag nichts mehr frei ist, …": Friday first, what follows as well.
_CONDITION = rule(
    rf"(?:wenn|wenns|falls|sollte|sofern|soweit)(?: {_ASIDE})* (D(?: (?:oder|und|,)(?: {_ASIDE})* D)*)"
    rf"(?: (?:{_ASIDE}|{_NOT_FREE}))+(?: ,)?(?: dann)?"
)
_FULL = re.compile(r"\b(?:nicht|nichts|nix|kein\w*|voll|belegt|besetzt|vergeben|ausgebucht|weg|knapp|kurzfristig|zu)\b")
_BEFORE = "vorher|davor|zuvor|dahin"
_AFTER = "danach|anschliessend|hinterher|nachher"
_DENIES = r"(?:nicht|nichts|nix|kein\w*|schlecht|unmoeglich|ungern|weg|verreist|unterwegs|verhindert|im urlaub)"
_NOT_BEFORE = re.compile(rf"(?:^|(?<= ))({_BEFORE})((?: (?!frei|,)[a-z]+){{0,4}} {_DENIES}(?: mehr)?)(?= ,|$)")
_NOT_AFTER = re.compile(rf"(?:^|(?<= ))({_AFTER})((?: (?!frei|,)[a-z]+){{0,4}} {_DENIES}(?: mehr)?)(?= ,|$)")
_THEN_FREE = re.compile(
    r"(?<=<p\d> )(?:[a-z]+ ){0,3}(?:, |und )dann (?=(?:habe? ich |bin ich |ich )?(?:frei|zeit|fertig|kann))"
)
_FROM_THEN = rule(r"(?:ab|von) (?:dann|da|diese (?:tag|zeitpunkt|termin))(?: an| ab)?")


_IF_NOT = rule(rf"(?:wenn|falls) nicht(?: {_ASIDE})* (D)(?: ,)?(?: dann)?")


def conditions(line: Line) -> None:
    """ "Wenn Freitag nichts mehr frei ist, Montag": as "Freitag, sonst Montag"."""
    while found := _IF_NOT.search(line.text):
        first = line.text[: found.start()].count(" ")
        last = first + found[0].strip().count(" ")
        at = next(number for number in range(first, last + 1) if line.tokens[number].symbol == found[1])
        line.tokens[first : last + 1] = [line.tokens[at], Token("sonst", line.tokens[last].end, line.tokens[last].end)]
    place = 0
    while found := _CONDITION.search(line.text, place):
        place = found.start() + 1
        if not _FULL.search(found[0]):
            continue
        first = line.text[: found.start()].count(" ")
        last = first + found[0].strip().count(" ")
        named = found[1].split()
        at = next(number for number in range(first, last + 1) if line.tokens[number].symbol == named[0])
        end = line.tokens[last]
        line.tokens[first : last + 1] = [*line.tokens[at : at + len(named)], Token("sonst", end.start, end.end)]


def pointing(line: Line) -> None:
    """ "vorher geht gar nichts" is "danach", "danach kann ich nicht mehr" is "vorher"; "ab dann" is a bound."""
    if found := _THEN_FREE.search(line.text):
        at = line.text[: found.end()].count(" ") - 1
        line.tokens[at] = Token("danach", line.tokens[at].start, line.tokens[at].end)
    for pattern, word in ((_NOT_BEFORE, "danach"), (_NOT_AFTER, "vorher"), (_FROM_THEN, "seitdem")):
        place = 0
        while found := pattern.search(line.text, place):
            first = line.text[: found.start()].count(" ")
            last = first + found[0].strip().count(" ")
            line.tokens[first : last + 1] = [Token(word, line.tokens[first].start, line.tokens[last].end)]
            place = found.start() + len(word)


_WORKDAY = rule(r"(?:1o )?(?:werktag|arbeitstag|wochentag)(?= nach )")
_THE_NEXT = rule(r"(?<=sonst )(?:(?:halt|eben|dann|den|die|der|erst) )*(naechste|uebernaechste)(?= ,|$)")


def workdays(line: Line) -> None:
    """ "am ersten Werktag nach …" is one day; "werktags" alone is every one."""
    while found := _WORKDAY.search(line.text):
        first = line.text[: found.start()].count(" ")
        last = first + found[0].count(" ")
        line.tokens[first : last + 1] = [Token("nextwork", line.tokens[first].start, line.tokens[last].end)]


def week_later(line: Line, today: date) -> None:
    """ "diesen Freitag, sonst nächsten": a week after what was named before; "diese Woche, sonst die nächste"."""
    found = _THE_NEXT.search(line.text)
    marks = re.findall(r"<d\d+>", line.text[: found.start()]) if found else []
    named = line.thing(marks[-1]) if marks else None
    if not found or not isinstance(named, Ref) or named.union or named.other or named.bound:
        return
    steps = timedelta(weeks=2 if found[1] == "uebernaechste" else 1)
    days = settled(named, today, None)
    if named.kind not in ("day", "weekday", "week") or not days.spans:
        return
    moved = tuple(Span(span.first + steps, span.last + steps) for span in days.spans)
    line.replace(_THE_NEXT, "d", lambda _: replace(days, spans=moved, negative=False))
