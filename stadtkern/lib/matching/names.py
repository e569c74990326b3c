"""Is the payer the debtor? Banks write names in capitals, without marks, shortened, with spouses and titles."""

import re
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz.distance import JaroWinkler

from stadtkern.lib.sepa.text import sepa_text

ALIKE = 0.9
_EMPTY = frozenset(
    """
    dr prof herr frau hr fr und u oder o von van der den de zu zur familie fam eheleute inh geb sen jun gmbh mbh ag kg ohg
    ug ev eg gbr co haftungsbeschraenkt cie inc ltd the
    """.split()  # noqa: SIM905 - easier to read
)


@lru_cache(maxsize=50_000)
def tokens(name: str) -> tuple[str, ...]:
    """The words of a name that say something, folded: "Dr. Zoë Çelik-Müller" is (zoe, celik, mueller)."""
    words = re.findall(r"[a-z0-9]+", sepa_text(name, 200).lower())
    return tuple(word for word in words if word not in _EMPTY and len(word) > 1)


def likeness(payers: Iterable[str], debtors: Iterable[str]) -> int | None:
    """2: the same person or firm as far as names can say; 1: a name in common; 0: nothing; None: a name is unknown."""
    ours = [found for name in debtors if (found := tokens(name))]
    theirs = [found for name in payers if (found := tokens(name))]
    if not ours or not theirs:
        return None
    return max(_alike(payer, debtor) for payer in theirs for debtor in ours)


def _alike(payer: tuple[str, ...], debtor: tuple[str, ...]) -> int:
    free = list(payer)
    common = 0
    for word in debtor:
        best = max(free, key=lambda other: _near(word, other), default="")
        if best and _near(word, best) >= ALIKE:
            free.remove(best)
            common += 1
    if common >= 2 or (common == 1 and len(debtor) == 1 and len(debtor[0]) >= 4):
        return 2
    return 1 if common else 0


def _near(one: str, other: str) -> float:
    if one[:4] != other[:4] and min(len(one), len(other)) < 5:
        return 1.0 if one == other else 0.0  # short names differ by one letter: Anna, Anne
    return float(JaroWinkler.similarity(one, other))
