"""Words of the calendar as the regions say and write them: "Dunnerschdich", "nammiddachs", "negschde", "zwoi"."""

import re
from functools import lru_cache

from .numbers import number, ordinal

_DAY = r"[td]+(?:[ao]+|oa|au|ai|i+|ie)h?(?:g+|k|ch|gh|cht|ck)|[td]+(?:a+|oa|i)h?"
_DAYS = (  # by the sound of their first half; the second half is one for all
    (0, rf"m(?:[aoeu]+|ae|oa|oe)[ei]?n+(?:{_DAY})"),
    (1, rf"d(?:[ie]+|ae|ai|ia|ea|ei|ue|oi)n?(?:g?s|sch|ks|z)(?:{_DAY})|[zt](?:[ie]+|ei|ie)n?s?(?:sch|s)(?:{_DAY})"),
    (1, r"(?:i|e|ea|ia|oi)r(?:ch)?t[aoe]+g?|aftermontag|aftamontag"),
    (2, r"m(?:[ie]+|ia|ae|ue)(?:tt?|dd?|r|gg?)?e?w(?:[ou]+|e|oa)(?:ch|k|ck)(?:e?n)?"),
    (3, rf"d(?:[aou]+|oa|ue|oe|ua)n+(?:a|e)?r?(?:s|sch|as)(?:{_DAY})|p?fin[sz]+t?[td]?[aoi]+g?"),
    (4, rf"fr(?:[ie]+|ei|ai|ey|ia|oi|ea)(?:{_DAY})"),
    (5, rf"s(?:[aou]+|oa|au|ue)m(?:e?s+|sch|st)(?:{_DAY})|s(?:[aou]+|ue|oe)n+[ae]?(?:[ao]+)h?(?:b|m|w|v|bm)(?:e?n)?[td]"),
    (6, rf"s(?:[ou]+|ue|oe|uu)n+(?:{_DAY})"),
)
_PARTS = (
    ("pnm", r"n(?:[ao]+|oa|oo|ae|oe|eu|om)(?:ch|h|r)?m+[ie]+(?:tt?|dd?|r)e?(?:[ao]+|oa|e)(?:g|k|ch|gh)?s?|z?nami"),
    ("pvm", r"[vf](?:[oaue]+|oe|ue)r?m[ie]+(?:tt?|dd?)e?(?:[ao]+|oa|e)(?:g|k|ch|gh)s?"),
    ("pmi", r"z?m[ie]+(?:tt?|dd?)(?:[ao]+|oa)(?:g|k|ch|gh)?s?"),
    ("pab", r"(?:[ao]+|oa)(?:b|v|w)(?:e|i)(?:n|m)?[td]s?|(?:[ao]+|oa)h?(?:b?m|bn)ds?|znacht|znocht"),
    ("pfr", r"fr(?:ue|ia|ua|oi|ea|iea|ueah|iah|uah|ie|ieh)h?[ae]?"),
)
_NEAR = r"n(?:[ae]+|ei|oe|ai)(?:(?:ch|g+|k+|h)(?:s|sch)|x)[td]*(?:e?[nrsm]?|a|i)|n(?:ae|ei)sch[td]e?[nrsm]?"
_MORNING = r"m(?:[oua]+|oa|oi|ue|uo)r?(?:ng|[gjn]|ch|rg|ing)(?:e?n?|a)"
_RELATIVE = (
    ("naechste", _NEAR),
    ("uebernaechste", rf"(?:ue|i|ie|uew|eb|ib|ow|oe)[bwv]*(?:e|a)?r?{_NEAR}"),
    ("uebermorgen", rf"(?:ue|i|ie|oe)[bwv]+(?:e|a)?r?{_MORNING}"),
    ("diese", r"di(?:s|ss)(?:e[nrms]?|a)?|dia?se?|diss[ei]?"),
    ("kommende", r"k[ou]m+ende?[nrsm]?|kemmad[enr]*|kimmad[enr]*"),
    ("woche", r"w(?:[ou]+|oa)(?:ch|k|kk)(?:e?n?|a)s?|wek"),
    ("tage", r"d(?:ae+|aa+)g(?:e|n|en)?"),
    ("ostern", r"(?:[ou]+|oa)(?:s|sch)[td]+(?:ern|ra|re|rn|an|ara|ere|ren)"),
    ("pfingsten", r"p?f[ie]ngs?(?:sch)?[td](?:e?n?|a)"),
    ("weihnachten", r"w(?:ei|ai|ie|oi|ii)h?na+(?:ch|h)?[td]+(?:e?n?|a)"),
)
_HOURS = {
    1: "oans oins eens ains",
    2: "zwoa zwoi zwee zwoo zwaa zwui zwoie zweie zwoae zwaie zwe zwoare twee",
    3: "drui dree dreie droi drai draie droie",
    4: "viere fiere viare veer",
    5: "fief fiev fimf fimfe fuemf fuemfe fuenfe fiff fiif foif foife fimpf fimpfe fuempfe finf finfe fuffe",
    6: "sechse sechsi sexe soess seks sekse",
    7: "siebne sieme simme siwwe siwe sibne simne siebene sibene soewe siewe sewen soeven siem",
    8: "achte achde achti oochte achd",
    9: "neune neine nuen nueni noing naine negen neing nuine",
    10: "tein zehne zeene zehni zehna zean teihn zehre",
    11: "elfe elwe oelf oelfe elva elven oelwe elfi ellef",
    12: "zwelf zwelfe zwoelfe zwoife zwelwe zwoelwe zwoelfi twelf twoelf zwoif zwoelef",
}
_SPOKEN = {word: hour for hour, words in _HOURS.items() for word in words.split()}
_STEMS = {
    **{"ers": 1, "erscht": 1, "zwoat": 2, "zwoit": 2, "zwott": 2, "zwet": 2, "dritt": 3, "drit": 3, "viert": 4, "veert": 4},
    **{"fimft": 5, "fuemft": 5, "foift": 5, "sechst": 6, "siebt": 7, "siemt": 7, "siebent": 7, "acht": 8, "neint": 9},
    **{"nuent": 9, "neunt": 9, "zehnt": 10, "teint": 10, "elft": 11, "oelft": 11, "zwelft": 12, "zwoelft": 12, "fuffzehnt": 15},
}


@lru_cache(maxsize=20_000)
def standard(word: str) -> str:
    """The symbol of a folded word that is a regional form of one of the calendar; empty for others."""
    if not 3 <= len(word) <= 24:
        return ""
    for weekday, sound in _DAYS:
        if re.fullmatch(sound, word):
            return f"w{weekday}"
        if word[-1] == "s" and re.fullmatch(sound, word[:-1]):
            return f"v{weekday}"
    for symbol, sound in (*_PARTS, *_RELATIVE):
        if re.fullmatch(sound, word):
            return symbol
    if (hour := _SPOKEN.get(word)) is not None:
        return str(hour)
    if len(word) > 4 and word.endswith("zeh") and (value := number(f"{word}n")) is not None:
        return str(value)
    return _ordinal(word)


def _ordinal(word: str) -> str:
    """ "achtn", "dridda", "zwanzigschde": the letters an ordinal has in the standard, then its number."""
    plainer = word.replace("schd", "st").replace("scht", "st").replace("dd", "tt").replace("sd", "st")
    plainer = re.sub(r"sch(e[nrsm]?)$", r"st\1", plainer)
    plainer = re.sub(r"t([nm])$", r"te\1", re.sub(r"ta$", "te", plainer))
    if plainer != word and (value := ordinal(plainer)) is not None:
        return f"{value}o"
    found = re.fullmatch(r"(.{2,}?)(?:t|st)(?:e[nrsm]?|a|n|i|m)", plainer)
    if not found:
        return ""
    for stem in (found[1], f"{found[1]}t", f"{found[1]}st"):
        if stem in _STEMS:
            return f"{_STEMS[stem]}o"
    return ""


def spoken_hour(word: str) -> bool:
    """Whether it is an hour as the regions say it: "am zehne" is ten o'clock, not the tenth."""
    return (word in _SPOKEN and word[-1] in "ei") or word in _SOUTH


_SOUTH = frozenset("zwoa zwoi zwee viere fuenfe sechse siebne achte neune zehne elfe zwoelfe".split())  # noqa: SIM905
