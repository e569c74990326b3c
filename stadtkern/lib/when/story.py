"""Parts of a sentence that tell of the life of the person, not of the wished visit: "über Ostern sind wir weg"."""

import re
from collections.abc import Sequence
from dataclasses import replace

from .found import Found
from .refs import Ref
from .tokens import Token

_STORY = re.compile(
    r"\b(?:laeuft .* (?:ab|aus)|lief .* ab|ablauf\w*|ablaeuft|abgelaufen|fliege[nt]?|flieg|flug|"
    r"verreise\w*|urlaub|geboren|geburtstag|verstorben|gestorben|umgezogen|eingezogen|gekauft|"
    r"verkauft"
    r"|gueltig|ankommen|anreise\w*|abreise\w*|seit|gestohlen|geklaut|verloren|gefunden|geheiratet|"
    r"ziehe|ziehen|zieht|faehrt|reise|verlieren|auslaeuft|stattgefunden|kommen .* an"
    r"|fahre[n]? .* (?:nach|weg|fort)|wird .* (?:\d+|\d+o|jahre|volljaehrig|alt)|werde .* (?:\d+|"
    r"\d+o|jahre|volljaehrig)"
    r"|(?:sohn|tochter|kind|kleiner|kleine|mutter|vater|mann|frau|oma|opa|baby|er|sie) wird|(?:faengt|fange?|fangen) .* an"
    r"|kommt .* in die schule|entbindung\w*|errechnet\w*|geburtstermin"
    r"|arbeite[nt]?|beginne[nt]?|beginn|starte[nt]?|anfange|anfaengt"
    r"|\w*schicht|\w*frist|deadline|\w*schluss ist|stichtag)\b"
    r"|\b(?:bin|sind|ist|seid|war|waren|sammer|simmer) .*ueber(?: die| das)? <d\d+>"
    r"|\bueber(?: die| das)? <d\d+> .*\b(?:bin|sind|ist|seid|war|waren|sammer|simmer|besuch\w*|verreist|weg|fort)\b"
)
_WISH = re.compile(
    r"\b(?:termin\w*|brauch\w*|braeucht\w*|moecht\w*|will|wollen|wuerde\w*|haett\w*|kann|koenn\w*|"
    r"beantrag\w*|bitte|gehts?|ginge?s?|passts?|frei|gern\w*|liebst\w*|vorbei\w*|lieber|wollt\w*|muss|muessen|"
    r"kriege|bekomm\w*)\b"
)
# What has happened cannot have happened tomorrow: "Ausweis verloren morgen um neun" is a wish.
_HAPPENED = re.compile(
    r"\b(?:verstorben|gestorben|umgezogen|eingezogen|gekauft|verkauft|geboren|gestohlen|geklaut|verloren|gefunden|geheiratet)\b"
)
_AHEAD = re.compile(
    r"\b(?:heute|heit|morgen|übermorgen|nächst\w*|kommend\w*|übernächst\w*|in \w+ (?:tagen|wochen))\b", re.IGNORECASE
)
# "Wir haben im September ein Baby bekommen": told whatever else looks like a wish, unless a visit is spoken of.
_WAS = re.compile(
    r"\b(?:hab|habe|haben|hat|hatte|hatten|bin|sind|ist|war|ham|han|hamma|hammer)\b.*"
    r"\b(?:bekommen|gekriegt|kriegt|gezogen|hergezogen|zugezogen|geheiratet|geboren|eingezogen|umgezogen)\b"
)
_VISIT = re.compile(r"\b(?:\w*termin\w*|brauch\w*|moecht\w*|wuerde\w*|kann|koenn\w*|bitte|gehts?|passts?|will|wollen)\b")
# "Mittwochs ist Chor, sonst passt es immer": the days before are those that do not.
_OTHER_DAYS = r"(?:den |alle |allen )?(?:anderen|andere|uebrigen) tagen?"
_OTHERWISE_FREE = re.compile(
    rf"\b(?:sonst|ansonsten|(?:an )?{_OTHER_DAYS}|rest der woche)\b(?: (?!wenn|falls)\S+){{0,6}} "
    r"(?:immer|jederzeit|alles|jede[nrms]?|egal|flexibel|alle|gut)\b"
    rf"|\b(?:an )?{_OTHER_DAYS}(?: \S+){{0,3}} (?:passt|geht|kann|frei|zeit)\b"
)
_REASON = re.compile(r"\b(?:\w*schicht|\w*dienst|arbeite\w*|\w*schule|kita|kindergarten|urlaub|verreist|weg)\b")
# What somebody plans besides, or does every day: a story only where something else is wished.
_PLAN = re.compile(r"\b(?:heiraten|hierode|hochzeit|umziehen|einziehen|wegziehen|auswandern|verreisen|eroeffnen)\b")
_DAILY = re.compile(r"\bjed(?:e[nrsm]?|n)\b", re.IGNORECASE)
_OFFERED = re.compile(r"\b(?:kann|koenn\w*|gehts?|ginge?|passts?|moeglich|frei|zeit|da|gern\w*|bitte|termin\w*|haett\w*)\b")
_DOES = re.compile(
    r"\b(?:such\w*|find\w*|steh\w*|arbeit\w*|lauf\w*|fahr\w*|bring\w*|hol\w*|pfleg\w*|wart\w*|muss|muessen|dreh\w*|"
    r"bell\w*|schlaf\w*|park\w*|koch\w*|schaff\w*|pendel\w*|pendle\w*|mach\w*|geh|gehe|gehen|komm\w*|ist|sind)\b"
)
_APART = frozenset(("vorher", "davor", "anmelden", "anmeldung", "unterlagen", "papiere", "bescheinigung", "dafuer", "dazu"))


_OFF = re.compile(r"\b(?:hab|habe|haben|haett\w*|nehme|nehmen) (?:(?!weg|\w+reis)[a-z0-9<>]+ ){0,5}urlaub\b(?! (?:in|auf|an) )")


_GOES = re.compile(
    r"\b(?<=flug )geht\b|\b(?<=flieger )geht\b|\b(?<=zug )geht\b|\b(?<=bus )geht\b|\b(?<=sohn )geht\b|\b(?<=tochter )geht\b|"
    r"\b(?<=kind )geht\b|\b(?<=reise )geht\b"
)  # "unser Flug geht am 28." is none


def told(clause: Sequence[Token], text: str) -> bool:
    """Whether a part of the sentence only tells a story."""
    words = _OFF.sub("frei", " ".join(token.symbol for token in clause))
    words = _GOES.sub("reist", words)
    was = bool(_WAS.search(words)) and not _VISIT.search(words)
    story = was or (bool(_STORY.search(words)) and not _WISH.search(words))
    if story and _HAPPENED.search(words):
        return not any(_AHEAD.search(text[token.start : token.end]) for token in clause if token.symbol[:2] == "<d")
    return story


# A verb of one's own that wishes nothing: "bis zum 20. schreibe ich meine Arbeit", "am Mittwoch tagt der Beirat".
_OWN = re.compile(r"\b(?:ich (?:\w+ )?(\w{3,}e)|(\w{3,}e) ich|wir (?:\w+ )?(\w{3,}en)|(\w{3,}en) wir)\b")
_OTHERS = re.compile(
    r"<[dp]\d+> (?:\w+ )?(?!passt|geht|klappt|reicht)(\w{3,}t|muss|will) (?:der|die|das|mein\w*|unser\w*|er|sie|jemand)\b"
)
ASKS = frozenset(
    """
    brauche brauchen benoetige benoetigen moechte moechten komme kommen hole holen melde melden nehme nehmen suche suchen wuerde
    wuerden haette haetten koennte koennten habe haben beantrage verlaengere bringe bringen gebe geben bitte bitten frage rufe
    schlage wuensche ersuche hoffe denke meine sage sagen glaube finde waehle reserviere buche tausche tauschen wollen sollte
    sollten muesste muessten duerfte duerfen waere waeren lasse lassen bevorzuge dachte dachten werde werden heirate heiraten
    schaffe wohne wohnen muessen koennen sollen erscheine mache machen gehe gehen beantragen eine keine deine seine alle heute
    gerne ohne naechste diese kommende freue freuen hatte hatten unsere neue neuen einen meinen unseren keinen jeden
    """.split()  # noqa: SIM905
)
_BUSY = re.compile(
    r"\b(?:hab|habe|haben|muss|muessen|bin|sind|hat|ist) (?!.*\b(?:frei|zeit)\b).*"
    r"\b(?:\w*schule|training|unterricht|\w*kurs|uni|vorlesung\w*|\w*schicht|\w*probe|sport|\w*arbeit|arbeiten|kita|"
    r"kindergarten|buero|\w*arzt\w*|therapie|physio\w*|elternabend|seminar|schulung|dienst|klausur\w*|pruefung\w*)\b"
)
_KIN = re.compile(
    r"\b(?:mein|meine|unser|unsere) \w+ (?:\w+ )?(?!(?:ab|an|um|aus|ein|be|ver|er|zu|auf)\w+en\b|holen|machen|lassen|waren)"
    r"\w{3,}(?:t|en)\b"
)
_PERFECT = re.compile(
    r"\b(?:hat|habe|hab|haben|hatte|hatten|wurde|wurden|war|waren|ham|bin|sind)\b.*"
    r"\b(?:ge\w{2,}(?:t|en)|(?:an|ab|auf|aus|ein|um|zu|vor|mit)ge\w{2,}(?:t|en)|(?:be|ver|er|ent|zer)\w{3,}(?:t|en)|\w{2,}iert)"
    r"(?: ,)?$|\bist\b.*\b(?:(?:um|ein)?gezogen|gekommen|geworden|gestorben|gefallen|gefahren|geflogen|passiert)(?: ,)?$"
)
_THIRD = re.compile(
    r"\b(?:der|die|das|er|sie|nummer|\w+ung|\w+karte|firma|chef\w*|bus|zug|arzt|vermieter\w*|haendler\w*)"
    r"(?! (?:<d|(?:\w+ )?<d\d+> (?:kommt|bleibt|steht)\b))"
    r"(?! (?:[^ ,]+ ){0,5}(?:in frage|infrage|zur verfuegung|steht .* an\b))"
    r"(?: (?!ich|wir)[^ ,]+){0,4} "
    r"(?:hat|hatte|steht|gilt|liegt|laeuft|macht|bleibt|kommt|faehrt|arbeitet|braucht|schliesst|oeffnet|wollen|will|kam|rief)\b"
)
_NEEDED = re.compile(r"\b(?:braucht|brauchen|will|wollen|verlangt)\b.*\bbis(?: \w+){0,2} <d|\bbis(?: \w+){0,2} <d.*\bbraucht\b")
_OWN_WISH = re.compile(
    r"\b(?:ich|wir|mir|uns|passt|passts|geht|gehts|klappt|frei|zeit|termin\w*|recht|gut|kann|koenn\w*|bitte|gern\w*|lieb\w*|"
    r"waer\w*|haett\w*|moecht\w*|nur)\b"
)
_HAD = re.compile(
    r"\bhatte[nst]*\b(?!.*\b(?:gern\w*|lieb\w*|zeit|frei)\b)|\b(?:war|waren) (?:ich|wir)\b|\b(?:ich|wir) (?:war|waren)\b"
)
_NOT_DONE = re.compile(
    r"\b(?:gedacht|gehofft|ueberlegt|vorgenommen|vorgestellt|geoeffnet|frei|genommen|gesagt|zeit|offen|gern\w*|bitte|kann|koenn\w*|"
    r"moecht\w*|wuerde\w*|will|wollen|haett\w*|brauch\w*|verabredet|verhindert|verplant|belegt|vergeben|besetzt|ausgebucht|verreist)\b"
)
_BECAUSE = frozenset(("weil", "denn", "obwohl", "nachdem"))
_OFFERS = re.compile(
    r"\b(?:frei|zeit|kann|koenn\w*|passt|ginge|klappt|moecht\w*|will|wollen|brauch\w*|besser|lieber)\b(?!(?: \w+){0,2} nicht)"
)


def because(clause: Sequence[Token]) -> bool:
    """Whether it only gives a reason: "denn am 14. kommt der Elektriker", not "weil ich da frei habe"."""
    words = " ".join(token.symbol for token in clause)
    first = next((token.symbol for token in clause if token.symbol != ","), "")
    return first in _BECAUSE and not _OFFERS.search(words)


def goes_on(clause: Sequence[Token], text: str) -> bool:
    """Whether a part of the sentence only goes on with the story before: "und bleiben bis Neujahr", "Mittwoch auch"."""
    words = [token.symbol for token in clause if token.symbol not in (",", "und")]
    daily = bool(words) and bool(_DAILY.search(text[clause[0].start : clause[-1].end])) and all(one[0] == "<" for one in words)
    return not wished(clause) and (clause[0].symbol == "und" or "sogar" in words or words[-1:] == ["auch"] or daily)


def otherwise_free(text: str, clause: Sequence[Token], rest: str) -> bool:
    """Whether the days of a part of the sentence are left out, because all the others will do."""
    return (
        bool(_OTHERWISE_FREE.search(rest))
        and not wished(clause)
        and len(clause) > 2
        and not any(one.symbol[:2] == "<p" for one in clause)
        and "oder" not in text.split()
    )


def loose(clause: Sequence[Token]) -> bool:
    """Whether it tells what somebody does, or did: a story where another time is wished beside it."""
    words = " ".join(token.symbol for token in clause)
    if _HAD.search(words) or (_PERFECT.search(words) and not _NOT_DONE.search(words)):
        return True
    if _THIRD.search(words) and not _NEEDED.search(words) and not _OWN_WISH.search(words.replace(" hat nur ", " hat ")):
        return True
    if _WISH.search(words):
        return False
    if _BUSY.search(words) or _KIN.search(words):
        return True
    own = (verb for found in _OWN.finditer(words) for verb in found.groups() if verb)
    return any(verb not in ASKS for verb in own) or bool(_OTHERS.search(words))


def without_loose(found: list[Found], loose: set[int]) -> list[Found]:
    """The days and hours of such parts are told where others are wished, or pointed at."""
    rest = [one for place, one in enumerate(found) if place not in loose and not one.story]
    if not any(not isinstance(one.thing, Ref) or one.thing.kind != "past" for one in rest):
        return found
    return [replace(one, story=True) if place in loose else one for place, one in enumerate(found)]


def wished(clause: Sequence[Token]) -> bool:
    """Whether words of wishing stand in it."""
    return bool(_WISH.search(" ".join(token.symbol for token in clause)))


_SO = frozenset(("also", "deshalb", "deswegen", "daher", "darum", "somit"))


def reasons(clauses: Sequence[Sequence[Token]]) -> int:
    """How many parts of the sentence only give the reason for what follows: "ich habe Schicht, …, also vormittags"."""
    words = [[token.symbol for token in clause] for clause in clauses]
    for place in range(len(words) - 1, 0, -1):
        heads = set(words[place][:2])
        if heads & (_SO - {"also"}) and any(len(one) > 3 for one in words[:place]):
            return place
        if heads & _SO and any(_REASON.search(" ".join(one)) for one in words[:place]):
            return place
    return 0


def side(clause: Sequence[Token], text: str) -> bool:
    """Whether it names something else that is planned or done daily: a story beside another wish."""
    words = " ".join(token.symbol for token in clause)
    if _PLAN.search(words):
        return True
    daily = _DAILY.search(text[clause[0].start : clause[-1].end])
    return bool(daily and _DOES.search(words) and not _OFFERED.search(words))


def without_sides(found: list[Found], sides: set[int], text: str) -> list[Found]:
    """Days of such parts are told where others are wished; "im Mai heiraten, am liebsten freitags" is one wish."""
    rest = [one for place, one in enumerate(found) if place not in sides and not one.story]
    days = [one.thing for one in rest if isinstance(one.thing, Ref) and one.thing.kind not in ("past", "any")]
    apart = bool(_APART & set(text.split()))
    done = []
    for place, one in enumerate(found):
        if place in sides and isinstance(one.thing, Ref):
            other = any(ref.bound or ref.other or ref.kind not in ("weekday", "weekdays", "ordinal") or apart for ref in days)
        else:
            other = place in sides and bool(rest)
        done.append(replace(one, story=True) if other else one)
    return done
