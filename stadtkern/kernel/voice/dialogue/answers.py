"""Short answers: yes, no, the second one, later, start over, a human being please. Strict where something depends on it."""

import re

from stadtkern.lib.when.tokens import tokens
from stadtkern.lib.words import plain, words_in

# Every word of a yes must be one of these, and one of the first must be there: "ja aber später" is none.
_YES = frozenset(
    """
    ja jawohl jo joa jep yes genau richtig stimmt korrekt okay ok einverstanden jawoll
    """.split()  # noqa: SIM905
)
_WITH_YES = frozenset(
    """
    bitte gern gerne das ist so passt gut danke sehr buchen buche sie den termin alles prima ganz und mir fest
    verbindlich machen wir bestaetigt bestaetige ich
    """.split()  # noqa: SIM905
)
_NO = frozenset(
    """
    nein nee noe ne nicht falsch stopp quatsch abbrechen lieber doch kein keine keinen na nix niemals halt
    """.split()  # noqa: SIM905
)
_LATER = re.compile(r"\b(?:spaeter\w*|weiter|mehr|naechste seite|danach|hinterher)\b")
_EARLIER = re.compile(r"\b(?:frueher\w*|eher|vorher|zurueck)\b")
_OTHER = re.compile(
    r"\b(?:ander\w+|keine? (?:davon|von|passt)|keiner|passt (?:mir |alles )?nicht|geht (?:bei "
    r"mir |alles )?nicht|was anderes|neue vorschlaege)\b"
)
_HUMAN = re.compile(
    r"\b(?:mensch\w*|mitarbeiter\w*|sachbearbeiter\w*|jemand\w* sprechen|mit jemand\w*|verbind\w+|"
    r"durchstell\w+|echte person|richtige person|berater\w*|hilfe)\b"
)
_RESTART = re.compile(
    r"\b(?:von vorn\w*|neu anfangen|neustart|noch ?mal (?:von )?(?:vorne?|anfangen|neu)|alles "
    r"falsch|alles neu|von anfang an|start over)\b"
)
_END = re.compile(
    r"\b(?:abbrechen|abbruch|aufhoeren|auflegen|tschuess|tschau|wiederhoeren|wiedersehen|beenden|vergessen sie es|vergiss es)\b"
)
_AGAIN = re.compile(
    r"\b(?:wie bitte|wiederhol\w*|noch ?mal(?: bitte)?$|nicht verstanden|was haben sie gesagt|bitte noch ?mal)\b"
)
_LAST = re.compile(r"\b(?:letzte\w*|letzter|zuletzt)\b")
_MIDDLE = re.compile(r"\b(?:mittlere\w*|mitte)\b")
_NAME_LEAD = re.compile(
    (
        r"^\s*(?:(?:ja|also|aeh|äh|hallo|guten tag)[, ]+)*(?:mein name ist|ich hei(?:ß|ss)e|name ist|"
        r"auf den namen|auf|ich bin(?: der| die)?|hier ist|das ist|der name ist|name)\s+"
    ),
    re.I,
)


def is_yes(text: str) -> bool:
    """A plain yes and nothing else."""
    words = words_in(text)
    return bool(words) and len(words) <= 8 and bool(set(words) & _YES) and all(word in _YES | _WITH_YES for word in words)


def is_no(text: str) -> bool:
    """A no, whatever else is said."""
    return bool(set(words_in(text)) & _NO)


def choice(text: str, count: int) -> int | None:
    """Which of so many was picked, from zero; None where none or several were named."""
    words = words_in(text)
    if not count or len(words) > 8 or is_no(text):
        return None
    picked = set()
    found = tokens(text)
    for place, token in enumerate(found):
        after = found[place + 1].symbol if place + 1 < len(found) else ""
        if re.fullmatch(r"\d{1,2}o?", token.symbol) and not re.match(r"uhr|m\d\d|<|personen|\d+o", after):
            before = found[place - 1].symbol if place else ""
            if before in ("um", "ab", "gegen", "nach", "vor", "bis", "uhr", "am", "halb", "viertel", "zwischen", "in"):
                return None
            picked.add(int(token.symbol.rstrip("o")))
    folded = plain(text)
    if not picked and _LAST.search(folded):
        picked.add(count)
    if not picked and count == 3 and _MIDDLE.search(folded):
        picked.add(2)
    if len(picked) == 1 and 1 <= (number := picked.pop()) <= count:
        return number - 1
    return None


def wants(text: str) -> str:
    """ "human", "restart", "end", "again", "later", "earlier", "other"; empty for anything else."""
    folded = " ".join(words_in(text))
    short = len(folded.split()) <= 7
    for kind, pattern, always in (
        ("restart", _RESTART, True),
        ("human", _HUMAN, False),
        ("end", _END, False),
        ("again", _AGAIN, False),
    ):
        if pattern.search(folded) and (always or short):
            return kind
    for kind, pattern in (("other", _OTHER), ("later", _LATER), ("earlier", _EARLIER)):
        if pattern.search(folded) and short:
            return kind
    return ""


def name_in(text: str) -> str:
    """The name somebody gives; empty where it cannot be one."""
    said = _NAME_LEAD.sub("", text.strip()).strip(" .,!?;:")
    words = words_in(said)
    if not words or len(words) > 6 or len(said) > 100 or re.search(r"\d|[<>{}\[\]@/\\]", said):
        return ""
    if (
        is_yes(said)
        or is_no(said)
        or wants(said)
        or any(token.symbol[:1] in "wmpv" and token.symbol[1:2].isdigit() for token in tokens(said))
    ):
        return ""
    if sum(letter.isalpha() for letter in said) < 2:
        return ""
    return " ".join(word[:1].upper() + word[1:] for word in said.split())
