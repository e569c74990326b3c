"""The grammar of the clock: "halb neun", "zehn nach acht", "ab 17 Uhr", "zwischen neun und elf", "vormittags"."""

import re
from dataclasses import dataclass
from datetime import time

from .line import Builder, Line, rule
from .window import Clock

PARTS = {  # part of the day: begins, ends
    "fr": (None, time(10)),
    "vm": (None, time(12)),
    "mi": (time(11), time(14)),
    "nm": (time(12), time(18)),
    "sm": (time(15), time(18)),
    "ab": (time(17), None),
    "fa": (time(17), None),
}
AROUND = 30  # minutes: "gegen zehn" is half past nine to half past ten
_AGE = re.compile(r"\b(?:wird|werde|werden) ")
_NOUNS = (
    r"tage?|wochen?|monate?|jahre?|stunden?|minuten|person(?:en)?|leute|kinder|ausweise?|paesse?|"
    r"reisepaesse|personalausweise|"
    r"mal(?! (?:vorbei|kommen|komm|rein|hin|schauen|zu|bei|da|auf)[a-z]*)|euro|prozent|M|\d+o|uhr|hunde|autos|"
    r"monatige|jaehrige?|koffer|kinderreisepaesse|von|meter|kilo"
)


@dataclass(frozen=True)
class Moment:
    """A time of day as said; `exact` where "14:30" or "14 Uhr" leaves no doubt about afternoon."""

    hour: int
    minute: int = 0
    exact: bool = False

    def at(self, part: str = "") -> time | None:
        """On the clock: one to six is the afternoon, with "abends" also seven to eleven, with "morgens" never."""
        total = self.hour * 60 + self.minute
        if not 0 <= total < 24 * 60 + 1 or not 0 <= self.minute < 60:
            return None
        early = part in ("fr", "vm")
        if self.hour == 0 and self.minute and not self.exact and not early:
            total += 12 * 60  # "halb eins"
        if total < 12 * 60 and (
            (total < 6 * 60 + 30 and not early and self.hour > 0)
            or (part in ("ab", "fa") and total >= 5 * 60)
            or (part in ("nm", "sm") and total < 7 * 60)
        ):
            total += 12 * 60
        return time(total // 60 % 24, total % 60)


@dataclass(frozen=True)
class Said:
    """Something about the time of day: moments with what is made of them, or a part of the day."""

    kind: str  # outside · all · at · from · until · between · about · part · notpart · any
    first: Moment | None = None
    last: Moment | None = None
    part: str = ""

    def clock(self, part: str) -> Clock | None:
        """As a clock; `part` is the part of the day named beside it."""
        if self.kind in ("part", "notpart", "never"):
            return _of_part(self.part, wanted=self.kind == "part")
        if self.kind == "all":
            return Clock()
        first = self.first.at(part) if self.first else None
        last = self.last.at(part) if self.last else None
        if self.kind == "at":
            return Clock(at=first) if first else None
        if self.kind == "from":
            return Clock(after=first) if first else None
        if self.kind == "until":
            return Clock(before=first) if first else None
        if self.kind == "about" and first:
            return Clock(_shift(first, -AROUND), _shift(last or first, AROUND))
        if self.kind == "shortly" and first and self.last is None:
            return Clock(first, _shift(first, AROUND))
        if self.kind == "between" and first and last:
            if last <= first and last.hour < 12:
                last = time(last.hour + 12, last.minute)
            if last <= first and first.hour >= 12 and self.first and not self.first.exact:
                first = time(first.hour - 12, first.minute)
            return Clock(first, last) if first < last else None
        return None


def _of_part(part: str, *, wanted: bool) -> Clock | None:
    start, end = PARTS[part]
    if wanted:
        return Clock(start, end)
    if part in ("fr", "vm"):
        return Clock(after=end)
    return Clock(before=start) if part != "mi" else None


def _shift(moment: time, minutes: int) -> time:
    total = min(max(moment.hour * 60 + moment.minute + minutes, 0), 24 * 60 - 1)
    return time(total // 60, total % 60)


_ALL_DAY = "|".join(
    rf"(?<=<d{'.' * digits}> )(?:den ganze[nr]? tag|ganze tag|ganztags|ganztaegig|jederzeit|zu jeder zeit|egal wann)"
    for digits in (1, 2)
)
_NEVER = r"(?:nicht|ausser|auf (?:gar )?keinen fall|nie|niemals|ungern|bloss nicht|keinesfalls) "
_GREETING = (
    r"(?:guten|schoenen|schoenes|gute|schoene|jode[nr]?|gudd?e|juden?|gudn|guadn|juten|(?<!an )(?<!auf )'?n) "
    r"(?:tag|morgen|p(?:fr|vm|mi|nm|ab)|w\d|wochenende)(?: noch)?"
)
# What names a moment without doubt; the days are found afterwards.
_MOMENTS: list[tuple[str, Builder]] = [
    (r"c(\d\d):(\d\d)(?: uhr)?", lambda m: Moment(int(m[1]), int(m[2]), exact=True)),
    (r"(\d+) (?:minuten )?vor halb (\d+)o?(?: uhr)?", lambda m: _moment(m[2], "30", back=int(m[1]) + 60)),
    (r"(\d+) (?:minuten )?nach halb (\d+)o?(?: uhr)?", lambda m: _moment(m[2], "30", back=60 - int(m[1]))),
    (r"halbe? (\d+)o?(?: uhr)?", lambda m: _moment(m[1], "30", back=60)),
    (r"viertel nach (\d+)o?(?: uhr)?", lambda m: _moment(m[1], "15")),
    (r"viertel vor (\d+)o?(?: uhr)?", lambda m: _moment(m[1], "0", back=15)),
    (r"(?:dreiviertel|3 viertel) (\d+)o?(?: uhr)?", lambda m: _moment(m[1], "0", back=15)),
    (r"viertel (?:auf )?(\d+)o?(?: uhr)?", lambda m: _moment(m[1], "0", back=45)),
    (r"(5|10|20|25|(?:\d+(?= minuten))) (?:minuten )?nach (\d+)o?(?: uhr)?(?! (?:NOUN))", lambda m: _moment(m[2], m[1])),
    (
        r"(5|10|20|25|(?:\d+(?= minuten))) (?:minuten )?vor (\d+)o?(?: uhr)?(?! (?:NOUN))",
        lambda m: _moment(m[2], "0", back=int(m[1])),
    ),
    (r"(\d+) uhr (?:und )?(\d+)o?(?: minuten)?(?! (?:NOUN))", lambda m: _moment(m[1], m[2])),
    (r"(\d+|ein) uhr", lambda m: _moment(m[1], "0")),
]
# A bare number is a moment only behind such words, and only where no thing is counted.
_BARE: list[tuple[str, Builder]] = [
    (r"(?<=zwischen )(\d+)o?(?= (?:und|bis) (?:\d+o?|T)(?! (?:NOUN)))", lambda m: _moment(m[1], "0")),
    (r"(?<=T und )(\d+)o?(?! (?:NOUN))", lambda m: _moment(m[1], "0")),
    (r"(?<=T bis )(\d+)o?(?! (?:NOUN))", lambda m: _moment(m[1], "0")),
    (r"(\d+)o?(?= (?:bis|und) T)", lambda m: _moment(m[1], "0")),
    (r"(?<=von )(\d+)o?(?= bis \d+o?(?! (?:NOUN)))", lambda m: _moment(m[1], "0")),
    (r"(?<=T bis )(\d+)o?", lambda m: _moment(m[1], "0")),
    (r"(?<=D )(\d+)(?= bis \d+(?! (?:NOUN)))", lambda m: _moment(m[1], "0")),
    (r"(?<=T bis )(\d+)o?", lambda m: _moment(m[1], "0")),
    (
        (
            r"(?<!\bin )(?:(?<=um )|(?<=gegen )|(?<=punkt )|(?<=schlag )|(?<=ab )|(?<=nach )|(?<=vor )|"
            r"(?<=bis )|(?<=so )|(?<=um die )|(?<=spaetestens )|(?<=fruehestens )|(?<=erst um )|(?<=kurz "
            r"nach ))(\d+)o?(?! (?:NOUN|D))"
        ),
        lambda m: _moment(m[1], "0"),
    ),
    (r"(?:(?<=um )|(?<=gegen )|(?<=ab ))(\d+)(?= D)", lambda m: _moment(m[1], "0")),
    (r"(?:(?<=ab der )|(?<=nach der )|(?<=bis der )|(?<=vor der ))(\d+)(?= ,|$| D| P)", lambda m: _moment(m[1], "0")),
    (r"(?<=uhrzeit )(\d+)(?! (?:NOUN))", lambda m: _moment(m[1], "0")),
    (r"(?<=P )(?:so |um |gegen )?(\d+)(?! (?:NOUN))", lambda m: _moment(m[1], "0")),
    (r"(?<=T oder )(\d+)(?! (?:NOUN|D))", lambda m: _moment(m[1], "0")),
    (r"(?<=um )(\d+)o?(?= (?:,|oder) (?:\d+|T))|(\d+)(?= oder T)", lambda m: _moment(m[1] or m[2], "0")),
    (r"(?<=D )(\d+)(?! (?:NOUN))(?= |$)", lambda m: None if _AGE.search(m.string) else _moment(m[1], "0")),
    (r"(\d+)(?= P)", lambda m: _moment(m[1], "0")),
    (r"mitternacht", lambda m: Moment(0, 0, exact=True)),
]


def _moment(hour: str, minute: str, back: int = 0) -> Moment | None:
    value = 1 if hour == "ein" else int(hour)
    if not 0 <= value <= 24 or not 0 <= int(minute) < 60:
        return None
    total = value * 60 + int(minute) - back
    return Moment(total // 60, total % 60, exact=value > 12) if total >= 0 else None


_PARTS: list[tuple[str, Builder]] = [
    (r"(?:am|zum|jeden|fruehen|frueher) morgen(?! (?:pfr|frueh))", lambda m: Said("part", part="fr")),
    (r"(?<=heute )morgen|(?<=w\d )morgen|(?<=v\d )morgen", lambda m: Said("part", part="fr")),
    (r"(?:am |den )?(?:ganz )?(?:fruehen?|fruehe) (?:pvm|pfr)|pfr am pvm|pfr pvm", lambda m: Said("part", part="fr")),
    (r"(?:auf|af|zur|gegen) (?:d |die |der )?nacht|aufd nacht", lambda m: Said("part", part="ab")),
    (r"(?:am |den )?spaeten? pnm|pnm spaet|spaet am pnm", lambda m: Said("part", part="sm")),
    (r"(?:am |den )?fruehen? pnm", lambda m: Said("between", Moment(12, exact=True), Moment(15, exact=True))),
    (r"(?:am |den )?spaeten? pvm", lambda m: Said("between", Moment(10, exact=True), Moment(12, exact=True))),
    (r"(?:am |den )?(?:fruehen?) pab", lambda m: Said("between", Moment(17, exact=True), Moment(19, exact=True))),
    (
        r"(?:nach|noh) (?:dem |der |da |meinem |meiner )?(?:pfa|a?arb[ea]i?[td]|arweit|dienst|buero|schicht|job|dienstschluss|"
        r"arbeitsschluss)",
        lambda m: Said("from", Moment(17, exact=True)),
    ),
    (r"vor (?:der |meiner |dem )?(?:arbeit|dienst|schicht|schule)", lambda m: Said("until", Moment(9, exact=True))),
    (rf"{_NEVER}ab(?: dem)? pmi", lambda m: Said("until", Moment(12, exact=True))),
    (r"nach (?:dem |der )?(?:pmi|mittagessen|essen|schule)|ab (?:dem )?pmi", lambda m: Said("from", Moment(12, exact=True))),
    (r"ab (?:dem )?(?:pnm)", lambda m: Said("from", Moment(12, exact=True))),
    (r"nicht vor(?: dem)? pmi", lambda m: Said("from", Moment(12, exact=True))),
    (r"(?:bis|vor)(?: zum| dem)? pmi", lambda m: Said("until", Moment(12, exact=True))),
    (
        rf"{_NEVER[:-1]}(?: so)?(?: am| in der| im| zu)* (?:p(fr|vm|nm|ab|mi))(?! am)",
        lambda m: Said("notpart", part=m[1]),
    ),
    (r"nicht (?:so |zu |ganz so )(?:pfr|frueh)", lambda m: Said("notpart", part="fr")),
    (
        r"p(fr|vm|nm|ab|mi) (?:geht|kann|passt|klappt|ist|bin)(?: \w+){0,2} (?:nicht|schlecht)",
        lambda m: Said("never", part=m[1]),
    ),
    (
        r"p(vm|nm|ab|mi) (?:(?:hab|habe|haben|bin|sind|muss|ist) (?:[a-z]+ ){1,3}(?:schule|arbeit|arbeiten|dienst|kurs|uni|"
        r"vorlesung|termine|training|schicht|unterricht|verhindert|unterwegs)"
        r"|(?:arbeite|arbeiten|schaffe|lerne|schlafe) (?:ich|wir)(?! (?:es|das)))",
        lambda m: Said("never", part=m[1]),
    ),
    (r"p(vm|nm|ab|mi) (?:leider |gar |aber )*nicht(?= ,|$)", lambda m: Said("never", part=m[1])),
    (r"(?:moeglichst |so |gleich |ganz )*pfr am (?:tag|pvm|pfr|morgen)", lambda m: Said("part", part="fr")),
    (
        r"(?:am |in der |in die |im |ganz |gleich |zum |zur |den |gegen |der )*p(fr|vm|mi|nm|sm|ab|fa)",
        lambda m: Said("part", part=m[1]),
    ),
]


def find_moments(line: Line) -> None:
    """Moments that leave no doubt, then parts of the day: before the days are looked for."""
    line.replace(rule(_GREETING), "g", lambda m: m[0])
    for text, build in _MOMENTS:
        line.replace(_rule(text), "t", build)
    line.replace(
        rule(
            r"(?<!nicht )(?:so|moeglichst)(?: (?:bald|schnell|pfr(?! am)|frueh|zeitnah|rasch|flott|fix))(?: (?:wie|als|es|"
            r"wies))*(?: (?:nur|irgend))?(?: (?:moeglich|geht|gehts))?"
        ),
        "s",
        lambda m: Said("any"),
    )
    line.replace(rule(r"(?<!nicht )(?:viel )?zu p?(?:fr|frueh)(?! am)"), "u", lambda m: m[0])  # "das ist zu früh" names no hour
    line.replace(rule(r"egal ob (?:am )?p(?:vm|nm|fr|ab|mi) oder (?:am )?p(?:vm|nm|fr|ab|mi)"), "x", lambda m: m[0])
    for text, build in _PARTS:
        line.replace(_rule(text), "p", build)


def find_bare(line: Line) -> None:
    """Bare numbers that can only be moments: after the days were found."""
    for text, build in _BARE:
        line.replace(_rule(text), "t", build)


def combine(line: Line) -> None:
    """Moments with the words around them become one thing each, marked <p>."""
    of = line.thing

    def said(kind: str) -> Builder:
        return lambda m: Said(kind, *(of(mark) for mark in m.groups() if mark))  # type: ignore[arg-type]

    rules: list[tuple[str, Builder]] = [
        (_ALL_DAY, lambda m: Said("all")),
        (rf"{_NEVER}(?:zwischen|von) (T) (?:und|bis) (T)", said("outside")),
        (
            r"(?:(?:zwischen|von|ab|so|uhrzeit|um) )*(T)(?: uhr)? (?:und|bis)(?: (?:um|gegen|zu|spaetestens))? (T)",
            said("between"),
        ),
        (rf"{_NEVER}(?:vor|frueher als|eher als|bis)(?: um)? (T)", said("from")),
        (rf"{_NEVER}(?:nach|spaeter als|ab)(?: um)? (T)", said("until")),
        (r"(?:kurz|gleich|direkt) nach (T)", lambda m: Said("shortly", of(m[1]))),  # type: ignore[arg-type]
        (r"(?:ab|nach|fruehestens|erst|fruehstens)(?: (?:ab|um|nach|gegen|so|erst|etwa|der))* (T)", said("from")),
        (r"(T) (?:oder spaeter|oder danach|aufwaerts|fruehestens)", said("from")),
        (r"(?:bis|vor|spaetestens)(?: (?:bis|um|gegen|maximal|vor|so|dem|der))* (T)", said("until")),
        (r"(T) (?:spaetestens|oder frueher)", said("until")),
        (r"(?:so |um )*(?:gegen |rund )(?:um )?(T) (?:,|oder|bis) (?:gegen )?(T)", said("about")),
        (r"(?:um )?(?:so )?(?:gegen|rund)(?: um)? (T)|(?:so )?(?:um )?(?:gegen )(T)", said("about")),
        (r"(?:so um|so|um die|um) (T) (?:rum|herum|oder so)|so um (T)|um die (T)", said("about")),
        (r"(?:genau |exakt |punkt |schlag )?(?:um |punkt |schlag )*(T)", said("at")),
    ]
    for text, build in rules:
        line.replace(rule(text), "p", build)
    line.replace(
        rule(r"(?<!spaeter )(?<!frueher )(?<!eher )als (?:P|D)"), "x", lambda m: m[0]
    )  # "lieber nachmittags als vormittags"


def _rule(text: str) -> "re.Pattern[str]":
    """As `rule`, with NOUN for what is counted; a look-behind must know its length, so marks count to 99."""

    def behind(mark: str, rest: str) -> str:
        return "(?:" + "|".join(rf"(?<=<{mark.lower()}{'.' * digits}> {rest})" for digits in (1, 2)) + ")"

    text = re.sub(r"\(\?<=([TPD]) ([^()]*)\)", lambda m: behind(m[1], m[2]), text.replace("NOUN", _NOUNS))
    return rule(text)
