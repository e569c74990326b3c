"""Names of DIN 91379 in the few characters every bank of the SEPA must accept (EPC217-08): A-Z a-z 0-9 / - ? : ( ) . , ' +"""

import re
import unicodedata

_ALLOWED = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]")
_SPECIAL = str.maketrans({
    "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ẞ": "SS",
    "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "å": "a", "Å": "A",
    "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ħ": "h", "Ħ": "H",
    "ı": "i", "ĳ": "ij", "Ĳ": "IJ", "ŋ": "n", "Ŋ": "N", "ŧ": "t", "Ŧ": "T", "ĸ": "k", "ŉ": "n", "ſ": "s",
    "ə": "a", "Ə": "A", "ǥ": "g", "Ǥ": "G", "ʒ": "z", "Ʒ": "Z", "ƶ": "z", "Ƶ": "Z", "ɨ": "i", "Ɨ": "I",
    "’": "'", "‘": "'", "ʼ": "'", "ʹ": "'", "ʻ": "'", "ʿ": "'", "ʾ": "'",
    "`": "'", "´": "'", "„": "'", "“": "'", "”": "'", '"': "'",
    "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "_": "-", "&": "+", ";": ",", "§": "Par.", "€": "EUR", "×": "x", "·": ".",
    "@": "(at)", "\u00a0": " ", "\u202f": " ", "\n": " ", "\r": " ", "\t": " ",
})  # fmt: skip


def sepa_text(text: str, most: int) -> str:
    """At most so many characters of the SEPA character set; what has no Latin letter becomes a full stop.

    "Zoë Łucja Çelik-Müller" is "Zoe Lucja Celik-Mueller". A slash neither begins nor ends the text, and none stands twice.
    """
    composed = unicodedata.normalize("NFC", text).translate(_SPECIAL)
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", composed) if not unicodedata.combining(letter))
    letters = (letter if _ALLOWED.match(letter) else "." for letter in plain.translate(_SPECIAL))
    kept = re.sub(r"//+", "/", re.sub(r" +", " ", "".join(letters)))
    return kept.strip(" /")[:most].strip(" /")


def sepa_reference(text: str, most: int = 35) -> str:
    """An identifier (end-to-end, mandate, file): the same letters without blanks. ValueError where nothing is left."""
    kept = re.sub(r"[^A-Za-z0-9/\-?:().,'+]", "", sepa_text(text, 200)).strip("/")[:most]
    if not kept:
        raise ValueError(f"{text!r} leaves no reference")
    return kept
