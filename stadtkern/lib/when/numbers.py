"""German number words: "siebzehn" is 17, "dritten" is the third, "einundzwanzigsten" the 21st."""

import re
from functools import lru_cache

_SMALL = (
    "null ein zwei drei vier fuenf sechs sieben acht neun zehn elf zwoelf dreizehn vierzehn fuenfzehn "
    "sechzehn siebzehn achtzehn neunzehn"
)
ONES = {word: number for number, word in enumerate(_SMALL.split())} | {
    "eins": 1,
    "zwo": 2,
    "fuempf": 5,
    "fuffzehn": 15,
    "fuenfzehn": 15,
}
# Hours as the south says them: "um viere". "achte" is also the eighth; the words before it decide.
_HOURS = {
    **{word + "e": value for word, value in ONES.items() if 2 <= value <= 12 and word not in ("acht", "zwo")},
    **{"fimfe": 5, "fuenfi": 5, "simme": 7, "siebne": 7, "simmi": 7, "zehni": 10, "elfi": 11, "zwoelfi": 12},
}
TENS = {"zwanzig": 20, "dreissig": 30, "dreizig": 30, "vierzig": 40, "fuenfzig": 50, "fuffzig": 50, "sechzig": 60}
_ODD = {"erst": 1, "dritt": 3, "sechst": 6, "siebt": 7, "siebent": 7, "acht": 8}
_JOINED = re.compile(rf"(?:({'|'.join(ONES)})und)?({'|'.join(TENS)})")
_ENDING = re.compile(r"(.+?)(?:st|t)(?:e[nrsm]?)")


@lru_cache(maxsize=5_000)
def number(word: str) -> int | None:
    """The value of a folded number word up to 69; None for any other word. "ein" alone is an article, not a number."""
    if word in ("ein", "null"):
        return None
    if word in ONES or word in _HOURS:
        return ONES.get(word) or _HOURS[word]
    found = _JOINED.fullmatch(word)
    return TENS[found[2]] + ONES.get(found[1] or "null", 0) if found else None


@lru_cache(maxsize=5_000)
def ordinal(word: str) -> int | None:
    """The value of a folded ordinal ("dritten", "zwanzigste"), None for any other word."""
    for stem, value in _ODD.items():
        if re.fullmatch(stem + "e[nrsm]?", word):
            return value
    found = _ENDING.fullmatch(word)
    return number(found[1]) if found and found[1] not in ("eins", "drei", "sieben") else None
