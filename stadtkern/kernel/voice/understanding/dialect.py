"""Words as people speak them, put back as they are written, as far as that helps to find the thing they are about."""

import re

# "abjemeldet", "umjezogen", "jebraucht", "afjelaufe": j for g after Berlin and Cologne; not "jede", "jetzt", "jemand".
_GE = re.compile(
    r"\b(an|ab|af|aus|auf|op|ein|um|zu|her|hin|weg)?j(?=e(?!d|tz|mand|mals|weil|ner|ne\b|nes|nen|sus|kt|ns\b|nn[iy]|ans|ep)\w{3})",
    re.I,
)
_FIRST = {"af": "ab", "op": "auf"}
_ENDS = (
    (re.compile(r"(?<=\w{3}ch)e\b"), "en"),  # "Hundche"
    (re.compile(r"\b((?:an|ab|aus|auf|ein|um|zu)ge\w{3,})e\b", re.I), r"\1en"),  # "abgelaufe", "umgezoge"; not "Gewerbe"
    (
        re.compile(r"\b((?:um|an|ab)?meld|\w{0,6}hol|heirat|heirad|hierad|hierod|\w*such|beantrag|brauch)e\b", re.I),
        r"\1en",
    ),  # "heirate"
    (re.compile(r"\bhier[ao]de(n?)\b", re.I), "heiraten"),
    (re.compile(r"(?<=\w{2}zeu)ch(?=n)"), "g"),  # "Führungszeuchnis"
)
# "angemeldet", "anzumelden", "umgetauscht": the verb they are forms of stands in the names.
_FORMS = re.compile(r"\b(an|ab|um|aus|ein|auf)(?:ge|zu)(meld|tausch|hol|schreib|zahl)(?:e?t|en)\b", re.I)
_PREFIXED = re.compile(r"\b(beantrag|verlänger|verlaenger|beglaubig|erneuer|bestell)e?t\b", re.I)


def written(text: str) -> str:
    """ "Dat Auto muss abjemeldet werde": "... abgemeldet ..."."""
    text = _GE.sub(lambda found: _FIRST.get((found[1] or "").lower(), found[1] or "") + "g", text)
    for heard, meant in _ENDS:
        text = heard.sub(meant, text)
    return text


def verbs(text: str) -> str:
    """ "angemeldet", "anzumelden", "beantragt": anmelden, anmelden, beantragen."""
    text = _FORMS.sub(r"\1\2en", text)
    return _PREFIXED.sub(lambda found: found[1] + ("n" if found[1].lower().endswith("er") else "en"), text)
