"""Hours that do not suit, turned round: every stance × hours × days × order, the meaning put together with the sentence."""

import random
from datetime import datetime, timedelta

from stadtkern.lib.when import read

from .label import hours, wanted_hours

NOW = datetime(2027, 3, 3, 9)  # a Wednesday
DAYS = {
    "nächste Woche": "2027-03-08..2027-03-14",
    "am Montag": "2027-03-08",
    "am 15. März": "2027-03-15",
    "dienstags": "di",
    "Montag oder Dienstag": "2027-03-08 2027-03-09",
    "im April": "2027-04-01..2027-04-30",
}
REFUSED = {  # hours, and what is left
    "vor 9 Uhr": ("09:00-",),
    "vor zehn": ("10:00-",),
    "bis 15 Uhr": ("15:00-",),
    "bis drei": ("15:00-",),
    "ab 14 Uhr": ("-14:00",),
    "nach fünf": ("-17:00",),
    "zwischen 12 und 14 Uhr": ("-12:00", "14:00-"),
    "von 8 bis 12": ("-08:00", "12:00-"),
    "vormittags": ("12:00-",),
    "nachmittags": ("-12:00",),
    "abends": ("-17:00",),
    "ab mittags": ("-12:00",),
}
MAIN = """kann ich nicht|kann ich leider nicht|geht es nicht|geht's bei mir nicht|geht gar nichts|arbeite ich|muss ich arbeiten
bin ich auf der Arbeit|bin ich nicht da|bin ich weg|hab ich Schule|habe ich keine Zeit|passt es mir nicht|klappt nicht
ist schlecht|ist es ungünstig|schaffe ich es nicht|bin ich verhindert|bin ich unterwegs|hab ich Dienst""".replace(
    "\n", "|"
).split("|")
STANCES = (
    *(f"{{h}} {verb}" for verb in MAIN),
    *("ich arbeite {h}", "ich hab {h} Uni", "ich kann {h} nicht", "ich bin {h} in der Schule", "ich muss {h} arbeiten"),
    *("nur nicht {h}", "bitte nicht {h}", "bloß nicht {h}", "außer {h}", "aber nicht {h}", "auf keinen Fall {h}"),
    *("da ich {h} arbeite", "weil ich {h} arbeiten muss"),
)
FIRST = tuple(
    stance for stance in STANCES if not stance.startswith(("nur", "bitte", "blo", "auß", "aber", "auf", "da ", "weil"))
)
FRAMES = ("Reisepass {d}, {s}", "Ich möchte {d} meinen Ausweis abholen, {s}", "{d}, {s}. Ummeldung.")


def _meant(days: str, left: tuple[str, ...]) -> str:
    return " / ".join(f"{days} | {clock}" for clock in left)


def test_hours_that_do_not_suit_are_turned_round() -> None:
    lot, wrong, count = random.Random(2027), [], 0
    horizon = [NOW.date() + timedelta(days=number) for number in range(70)]
    for stance in STANCES:
        for named, left in REFUSED.items():
            day = lot.choice(list(DAYS))
            said = stance.format(h=named)
            texts = [lot.choice(FRAMES).format(d=day, s=said)]
            if stance in FIRST:
                texts.append(f"{said}, {day} wäre gut für den Reisepass")
                texts.append(texts[-1].lower().replace(",", ""))
            for text in texts:
                count += 1
                if hours(read(text, NOW, "NW").window, horizon) != wanted_hours(_meant(DAYS[day], left), horizon):
                    wrong.append(text)
    assert len(wrong) <= count // 100, f"{len(wrong)} of {count}:\n" + "\n".join(wrong)
