"""How many come, how they want to be served, and where: from a sentence without its words about time."""

import re
from collections.abc import Iterable

from stadtkern.lib.when.numbers import number
from stadtkern.lib.words import plain, words_in

MOST_PERSONS = 20
_TOGETHER = {"zweit": 2, "dritt": 3, "viert": 4, "fuenft": 5, "sechst": 6, "siebt": 7, "acht": 8}
_THINGS = (
    r"personen|leute|leut|mann|koepfe|ausweise|paesse|reisepaesse|personalausweise|kinderpaesse|"
    r"kinderausweise|kinderreisepaesse|persos"
)
_ONE = (
    r"mann|frau|partner|partnerin|freund|freundin|tochter|sohn|mutter|vater|mama|papa|schwester|"
    r"bruder|oma|opa|grossmutter|grossvater|baby|kind|verlobte[rn]?|verlobter|lebensgefaehrtin|"
    r"lebensgefaehrte|nachbarin|nachbar|enkel|enkelin|schwiegermutter|schwiegervater"
)
_MANY = r"kinder[n]?|toechter|soehne|jungs|maedchen|enkelkinder|zwillinge"
_PHONE = re.compile(
    r"\b(?:am telefon|telefonisch\w*|per telefon|ueber telefon|telefontermin|telefonat|telefonieren|"
    r"rufen sie (?:mich|uns|meine)|ruf(?:t)? mich|anruf von ihnen|zurueckrufen|rueckruf)\b"
)
_VIDEO = re.compile(r"\b(?:video\w*|per bildschirm|online ?termin|von zu hause aus)\b")
_DESK = re.compile(r"\b(?:persoenlich|vor ort|am schalter|ins amt|ins buero)\b")
_NO = r"(?:nicht|kein\w*|ohne|statt)\s+(?:\w+\s+)?"
_ANYWHERE = re.compile(r"\b(?:egal wo|egal welche\w*|ueberall|irgendwo|ort ist (?:mir )?egal|wo ist (?:mir )?egal)\b")


def persons(text: str) -> int | None:
    """How many people come; None where nothing was said."""
    words = " ".join(str(number(word) or word) for word in words_in(text))
    if found := re.search(r"\bzu (zweit|dritt|viert|fuenft|sechst|siebt|acht)\b", words):
        return _TOGETHER[found[1]]
    if found := re.search(rf"\b(\d{{1,2}}) (?:neue |kleine |weitere )?(?:{_THINGS})\b|\bwir sind (?:zu )?(\d{{1,2}})\b", words):
        return _sane(int(found[1] or found[2]))
    many = sum(int(count) for count in re.findall(rf"\b(\d{{1,2}}) (?:kleine[n]? |minderjaehrige[n]? )?(?:{_MANY})\b", words))
    ones = len(
        re.findall(rf"\b(?:mein(?:e[nmrs]?)?|unser(?:e[nmrs]?)?|die|den) (?:kleine[nr]? |alte[nr]? )?(?:{_ONE})\b", words)
    )
    both = bool(re.search(r"\b(?:uns beide|wir beide|beide von uns)\b", words))
    me = bool(re.search(r"\bfuer mich\b|\bund (?:ich|mich)\b|\bich und\b|\bmich und\b", words))
    if re.search(r"\bzwillinge\b", words) and not many:
        many = 2
    if both:
        return 2
    if me and (many or ones):
        return _sane(1 + many + ones)
    if re.search(r"\b(?:fuer|mit) (?:mein\w*|unser\w*|die|den|alle)?\s?(?:\d|\w+)", words) and (many or ones > 1):
        together = (
            1
            if re.search(rf"\bmit (?:mein\w* |unser\w* )?\d* ?(?:{_MANY})\b", words) and not re.search(r"\bfuer\b", words)
            else 0
        )
        return _sane(many + ones + together)
    if many and re.search(rf"\b\d{{1,2}} (?:{_MANY})\b", words) and not re.search(r"\bjahre?\b|\bhab(?:e|en)?\b", words):
        return _sane(many)
    return None


def _sane(count: int) -> int | None:
    return count if 1 <= count <= MOST_PERSONS else None


def channel(text: str) -> str:
    """ "phone", "video", "desk"; empty where nothing was said."""
    words = plain(text)
    for key, pattern in (("video", _VIDEO), ("phone", _PHONE), ("desk", _DESK)):
        found = pattern.search(words)
        if found and not re.search(_NO + re.escape(found[0]), words):
            return key
    return ""


def places(text: str, known: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Keys of the places named; `known` are keys and titles. A word that stands in several titles names none of them."""
    words = words_in(text)
    if _ANYWHERE.search(" ".join(words)):
        return ()
    titles = {key: words_in(title) for key, title in known}
    total: dict[str, int] = {}
    for title in titles.values():
        for word in set(title):
            total[word] = total.get(word, 0) + 1
    found = []
    for key, title in titles.items():
        own = [word for word in title if total[word] == 1 and len(word) > 2]
        whole = " ".join(title) in " ".join(words)
        beside = any(
            re.search(
                rf"\b(?:{'|'.join(title[:1])}|im|in|am|stadtteil|amt|buero|filiale|standort|aussenstelle)\s+{re.escape(word)}\b",
                " ".join(words),
            )
            for word in own
        )
        if whole or (own and len(title) > 1 and beside and all(word in words for word in own)):
            found.append(key)
    return tuple(found)
