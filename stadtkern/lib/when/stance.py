"""What a part of the sentence says of the times named in it: that they are wished, or are just those that do not suit.

"vor neun kann ich nicht", "bis 15 Uhr arbeite ich", "nachmittags ist schlecht": the verb decides, wherever it stands.
"""

import re
from collections.abc import Sequence

from .tokens import Token

_NOT = (
    r"(?:(?:nicht|nichts|nix|niemals|nie|kaum)(?! (?:nur|so|unbedingt|wahr|klar|sicher))"
    r"|keine[nr]? (?:zeit|moeglichkeit|termin\w*|luft)|keiner)"
)
_ABLE = (
    r"(?:kann|koenn\w*|konnte|geht|gehts|gehen|passt|passts|passen|klappt|klappts|klappen|schaff\w*|komm\w*|ginge\w*|moeglich|"
    r"will|wollen|moecht\w*|bin|sind|ist|hab|habe|haben|hat|habn|kriege?|bekomm\w*|darf|wird|waere|gibt|haett\w*)"
)
_UNFIT = (
    r"(?:schlecht|ungern|unguenstig|unmoeglich|unpassend|ungeschickt|bloed|doof|schwierig|schwer|verhindert|unterwegs|verreist|"
    r"weg|verplant|belegt|ausgebucht|ausgeschlossen|raus|tabu|dicht|beschaeftigt|besetzt|eingespannt|gebunden|mist|stressig|"
    r"arbeiten|zu (?:frueh|pfr|spaet|eng|knapp|kurzfristig|stressig|viel))"
)
_NOUN = (
    r"(?:\w*schule|schulen?|\w*unterricht|\w*kurs|uni|\w*vorlesung\w*|\w*schicht|\w*probe|\w*training|sport|\w*dienst|kita|"
    r"\w*therapie|physio\w*|\w*seminar\w*|\w*schulung|\w*pruefung|\w*klausur\w*|arbeit|termine|meetings?|besprechung\w*|"
    r"praktikum|sprechstunde|chor|turnen|handwerker)"
)
_ASIDE = re.compile(
    r"\b(?:wenn|wenns|falls|ob|obs|weiss|sonst|warum|wieso|erst|geb\w*|"
    r"nicht (?:nur|so wichtig|schlimm|eilig|dringend|sicher|wissen|wahr|mehr so|unbedingt))\b"
)
_ASKED = re.compile(
    r"^(?:, |und |aber )*(?:kann|koenn\w*|geht|ginge|gehts|gibt|haett\w*|waere|habt|haben) (?:\w+ )?"
    r"(?:ich|wir|man|es|das|sie|ihr)\b"
)
_MARK = r"<[dp]\d+>"
_CANNOT = re.compile(
    rf"{_MARK}(?: [a-z]+)? {_ABLE}(?: [^ ,]+){{0,5}} {_NOT}\b|"
    rf"\b{_ABLE}(?: [a-z]+){{0,4}} {_MARK}(?: [^ ,]+){{0,3}} {_NOT}\b|"
    rf"{_MARK}(?: [^ ,]+){{0,4}} {_NOT}(?: [a-z]+){{0,2}} {_ABLE}\b"
)
_IS_UNFIT = re.compile(
    rf"\b(?:ist|sind|waere|bin|wird|wirds|ists|waers|is)\b.*\b{_UNFIT}\b|"
    rf"<p\d+> (?:leider |eher |immer |ja |mir )*(?!weg|raus|dicht){_UNFIT}(?: ,)?$"
)
_WORK = r"(?:arbeite|arbeiten|schaffe|schaff|pendle|unterrichte)"
_NOT_IT = r"(?! (?:es|das|dat|des|s)\b)"  # "schaffe ich es": one manages to come
_WORKS = re.compile(
    rf"\b(?:{_WORK}|arbeitet|schlafe) (?:ich|wir)\b{_NOT_IT}|\b(?:ich|wir) (?:\w+ ){{0,2}}{_WORK}\b{_NOT_IT}|"
    r"\bich\b.*\barbeite\b|"
    r"\barbeiten? (?:muss|muessen)\b|\b(?:muss|muessen)\b.*\barbeiten\b|\barbeite (?:<|immer|leider|noch|ja)"
)
_BUSY = re.compile(
    rf"\b(?:hab|habe|haben|bin|sind|muss|muessen|hat|ist)\b.*\b{_NOUN}\b|\bich\b.*\b{_NOUN}\b.* (?:hab|habe|bin|muss)\b"
)
_FREE = re.compile(
    r"\b(?:frei|zeit|aus|vorbei|fertig|schluss|zu ende|feierabend|zurueck|daheim|zuhause|zu hause|durch|wieder|"
    r"von der|aus der|nach der)\b"
)


def refused(clause: Sequence[Token]) -> str:
    """Whether the times named in a part of the sentence are those that do not suit: "cannot", "busy", or empty."""
    words = " ".join(token.symbol for token in clause)
    if _ASIDE.search(words) or _ASKED.search(words):
        return ""
    if _CANNOT.search(words) or _IS_UNFIT.search(words):
        return "cannot"
    return "busy" if (_WORKS.search(words) or _BUSY.search(words)) and not _FREE.search(words) else ""


_THEN_YES = re.compile(
    r"^(?:(?:,|und|nur|aber|also) )*(?:da|dann) (?:kann|koenn\w*|geht|gehts|passt|passts|klappt|haett\w*|waer\w*|hab|"
    r"habe|bin)\b(?!.*\b(?:nicht|kein\w*|nie)\b)"
)
_CAN = re.compile(r"\b(?:kann|koenn\w*|geht|gehts|passt|passts|klappt|zeit|frei|waer\w*|haett\w*)\b")


def offers(after: Sequence[Sequence[Token]]) -> bool:
    """Whether the next part of the sentence takes these times up: "Mittwoch bin ich zu Hause, da könnte ich"."""
    words = " ".join(token.symbol for clause in after for token in clause)
    return bool(_THEN_YES.search(words)) and bool(_CAN.search(words))


def free(clause: Sequence[Token]) -> bool:
    """Whether it says that somebody has time."""
    return any(token.symbol in ("frei", "zeit") for token in clause) and not refused(clause)
