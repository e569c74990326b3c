"""A thing that was named, and what the words before it say: another one, instead, as well."""

import re
from dataclasses import dataclass

from .clock import Said
from .refs import Ref

STRONG = frozenset(
    """
    nein nee noe quatsch sondern falsch vertan verzeihung korrigiere korrektur stopp bloedsinn unsinn irrtum
    stattdessen vielmehr doch_nicht ach meinte gemeint streichen pardon
    """.split()  # noqa: SIM905
)
WEAK = frozenset(
    """
    doch lieber besser eher moment warte warten sagen aeh aehm statt
    """.split()  # noqa: SIM905
)
SMALL = ("weekday", "day", "ordinal")
# "am 3. wäre gut, sonst am 5.": the one or the other.
OTHERWISE = frozenset(
    """
    sonst ansonsten notfalls andernfalls ersatzweise alternativ wahlweise not hilfsweise falls ersatztermin ausweichtermin
    """.split()  # noqa: SIM905
)
SOFT = frozenset(
    (
        "a",
        "darf",
        "kann",
        "mit",
        "waere",
        "wuerde",
        "passt",
        "klappt",
        "sein",
        "moeglich",
        "aber",
        "halt",
        "sogar",
        "zum",
        "beispiel",
        "ginge",
        "geht",
        "es",
        "ich",
        "koennte",
        "komme",
        "wir",
        "kommen",
    )
)
OR = frozenset(("oder", "bzw", "beziehungsweise"))
LITTLE = frozenset(
    """
    oder bzw beziehungsweise am an im in der die den dem des das , auch eben dann gern gerne vielleicht eventuell evtl so erst
    um gegen noch genauso ebenso eher moeglicherweise gleich zur wieder
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Found:
    """Something named, the words before it, and whether it only belongs to a story ("läuft am 3. Mai ab")."""

    thing: Ref | Said
    before: tuple[str, ...]
    start: int
    end: int
    story: bool
    clause: int = -1  # the part of the sentence it stands in


_FULL = frozenset(
    ("nicht", "nichts", "nix", "kein", "keine", "keiner", "voll", "belegt", "besetzt", "vergeben", "ausgebucht", "weg", "zu")
)


# "Donnerstag, das klappt aber nicht, ginge Freitag?": what is said of a day before the next is named takes it back.
_TAKEN_BACK = re.compile(
    r"(?:^|, )(?:aber |obwohl |nur |wobei |und )*(?:das|da|dann|den|der|es|aber|mein\w*) "
    r"(?:(?!wenn|falls|sonst|nur|wie)[a-z]+ ){0,6}"
    r"(?:nicht|kein\w*|schlecht|voll|belegt|verplant|doof|bloed|arbeiten|arbeite|weg|unterwegs)(?: [a-z]+){0,3} ,"
)
_INSTEAD = re.compile(
    r"\b(?:nicht|kein\w*|nichts)\b.*\b(?:darum|deshalb|also|daher|drum|deswegen|stattdessen|lieber)\b(?: [a-z]+){0,3}$"
)
_OR_RATHER = re.compile(
    r"\boder (?:nee |ach )?(?:doch|eher|besser|lieber) (?:besser|lieber|erst)\b|\boder (?:doch )?(?:besser|vielmehr)\b|"
    r"\boder (?:sagen|nehmen|machen) wir\b"
)
_NOT_THEN = re.compile(
    r"^(?:geht|passt|klappt|ist|waere|wird|kann ich|koennen wir|schaffe ich)(?: (?!nicht|nur|erst)[a-z]+){0,3} "
    r"(?:nicht|nichts|zu \w+|schlecht|unguenstig|knapp)(?: [a-z]+){0,2} ,"
)
_STILL = re.compile(r"\b(?:wenn|wenns|falls|sonst|nicht nur|ob)\b|\b(?:arbeit\w*|schule|dienst|schicht|unterricht)\b.* nicht\b")


def corrected(before: tuple[str, ...]) -> bool:
    """Whether the words before a day or an hour take back what was named before."""
    words = " ".join(before)
    if STRONG & set(before) or _NOT_THEN.search(words) or _OR_RATHER.search(words):
        return True
    return bool(_TAKEN_BACK.search(words) or _INSTEAD.search(words)) and not _STILL.search(words)


def another(before: tuple[str, ...]) -> bool:
    """Whether the words before a day make it an alternative to the day before."""
    words = set(before)
    late = set(before[len(before) - before[::-1].index(",") :] if "," in before else ())  # "… für den Hund, oder am Dienstag"
    instead = bool(words & {"wenn", "falls"}) and bool(words & _FULL)
    choice = "wahl" in words and bool(words & {"2o", "3o", "4o"})  # "zweite Wahl der 9."
    return (
        instead or choice or bool(words & OTHERWISE) or any(bool(some & OR) and some <= LITTLE | SOFT for some in (words, late))
    )


def also(before: tuple[str, ...], last: Ref, ref: Ref) -> bool:
    """ "am liebsten Mittwoch, gern auch Donnerstag"; not "nächste Woche, gern am Dienstag"."""
    gladly = bool(set(before) & {"gern", "gerne", "auch"}) and set(before) <= LITTLE | SOFT
    alike = ref.kind == last.kind or ((ref.also or "auch" in before) and last.kind in SMALL and ref.kind in SMALL)
    return (gladly or ref.also) and not ref.bound and alike and ref.kind in (*SMALL, "week")


def among(ref: Ref, last: Ref) -> bool:
    """Whether a day is one of the alternatives named before."""
    return any((part.kind, part.number, part.spans) == (ref.kind, ref.number, ref.spans) for part in last.union)
