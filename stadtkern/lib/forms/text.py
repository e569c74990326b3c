"""Text as it may be stored and compared: NFC, trimmed, without what a register or a database cannot hold (DIN 91379)."""

import re
import unicodedata

LONGEST = 20_000  # characters read of one answer; more is cut, and refused as too long
REFUSED = "\ufffd"  # stands where a forbidden character stood, so that the check can name it

_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")  # soft hyphen, zero-width space, byte order mark: pasted by accident
_SPACES = re.compile(r"[^\S\n]+")
# C0 and C1 controls, lone surrogates, direction overrides, line separators, noncharacters, private use
_FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u2028-\u202e\u2066-\u2069\ufdd0-\ufdef\ufff9-\uffff\ue000-\uf8ff"
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")
_NAME_MARKS = frozenset(" -.,'’ʼ()/·‘`´")


def tidy(raw: str, *, lines: bool = False) -> str:
    """The text in NFC, trimmed, blanks joined; forbidden characters become U+FFFD; `lines` keeps line breaks."""
    if _PLAIN.fullmatch(raw, 0, 200):
        return raw if len(raw) <= 200 else tidy_slowly(raw, lines=lines)
    return tidy_slowly(raw, lines=lines)


def tidy_slowly(raw: str, *, lines: bool) -> str:
    """As `tidy`, without the short cut for plain words."""
    text = raw[: LONGEST + 1].replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if not lines:
        text = text.replace("\n", " ")
    text = _FORBIDDEN.sub(REFUSED, _INVISIBLE.sub("", text))
    text = _SPACES.sub(" ", unicodedata.normalize("NFC", text))
    if lines:
        text = "\n".join(line.strip(" ") for line in text.split("\n"))
    return text.strip()[: LONGEST + 1].strip()


def is_name(text: str) -> bool:
    """Whether a register can hold it as a name: Latin letters with their marks, blanks, hyphen, apostrophe, point."""
    return all(_in_names(char) for char in unicodedata.normalize("NFC", text))


def _in_names(char: str) -> bool:
    if char in _NAME_MARKS or unicodedata.combining(char):
        return True
    return char.isalpha() and unicodedata.name(char, "").startswith(("LATIN", "MODIFIER LETTER", "FEMININE", "MASCULINE"))


def storable(text: str) -> str:
    """The text with U+FFFD for what JSON in PostgreSQL cannot hold (NUL, lone surrogates), cut at the longest answer."""
    text = text[: LONGEST + 1]
    return _UNSTORABLE.sub(REFUSED, text)
