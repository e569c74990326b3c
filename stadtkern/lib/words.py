"""Words as a search sees them: folded, stemmed in German and English, without those that say nothing."""

import re
import threading
import unicodedata
from functools import lru_cache

import snowballstemmer

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe"})
_WORD = re.compile(r"[a-z0-9]+")
STOP = frozenset(
    """
    a aber about als am an and are at auf aus be bei bekommen bitte brauche brauchen can das dass dem den der des die do
    dort ein eine einem einen einer eines er es for from fuer get gibt habe haben hat have hier how i ich ihr ihre im in
    is ist it kann kein man mein meine meinem meinen meiner mich mir mit moechte muss my nach need nicht oder of ohne on
    or sich sie sind so the this to ueber um und uns unser vom von vor wann want was we weg wenn wer werden what when
    where who wie will wir wird with wo wohin wozu you your zu zum zur
    """.split()  # noqa: SIM905 - a list of a hundred strings is no easier to read
)
_stemmers = threading.local()


def plain(text: str) -> str:
    """Small letters without marks: "Größe" and "Groesse" are both "groesse"."""
    folded = unicodedata.normalize("NFC", text.casefold()).translate(_UMLAUTS)
    return unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()


def words_in(text: str) -> list[str]:
    """The words of a text, folded: ["hund", "anmelden"]."""
    return _WORD.findall(plain(text))


def stems_of(word: str) -> set[str]:
    return {stem_of(word, "german"), stem_of(word, "english")}


@lru_cache(maxsize=50_000)
def stem_of(word: str, language: str) -> str:
    """The stem of a folded word, "german" or "english"."""
    if not hasattr(_stemmers, "known"):  # a stemmer works on its own state: one per thread
        _stemmers.known = {name: snowballstemmer.stemmer(name) for name in ("german", "english")}
    stem: str = _stemmers.known[language].stemWord(word)
    return stem
