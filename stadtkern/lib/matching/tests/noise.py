"""A town's open claims and a day's transfers as people really write them, with the truth beside each; all from one seed."""

import random
from dataclasses import dataclass

from stadtkern.lib.matching import Candidate, Transfer
from stadtkern.lib.money import kassenzeichen

GIVEN = (
    "Zoë Łucja Mehmet Anna Anne Hans Jürgen Fatma Đorđe Søren Mária Peter Petra Nguyễn Aylin Otto Emma Ben Lena Yusuf".split()  # noqa: SIM905
)
FAMILY = (
    "Çelik-Müller Müller Schmidt Schmitt Öztürk Nowák Weiß Groß Petrović Jørgensen Krause Lindqvist Brandt Winter Bauer".split()  # noqa: SIM905
)
FIRMS = ["Bäckerei Groß GmbH", "Müller & Söhne KG", "Taxi Yıldız", "Hausverwaltung Nord GmbH & Co. KG", "Café Größenwahn e.K."]
FEES = [1200, 1200, 1200, 2600, 3700, 9600, 12000, 15600]  # many owe the same


@dataclass(frozen=True)
class Truth:
    """A transfer, the keys it pays (none: nothing of ours), and what was done to the reference."""

    transfer: Transfer
    pays: tuple[int, ...]
    kind: str


def town(rng: random.Random, number: int) -> list[Candidate]:
    """Claims with running numbers; some are closed, many people have several."""
    found: list[Candidate] = []
    running = 10_000_000
    people = [f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}" for _ in range(number // 3)] + FIRMS
    for _ in range(number):
        running += rng.choice([1, 1, 1, 2])
        live = rng.random() > 0.3
        cents = rng.choice(FEES) if rng.random() < 0.6 else rng.randrange(100, 90_000)
        reference = kassenzeichen(running, "")
        digits = reference.replace("-", "")
        found.append(Candidate(running - 10_000_000, digits, cents if live else 0, (rng.choice(people),), live))
    return found


def day(rng: random.Random, claims: list[Candidate], number: int) -> list[Truth]:
    """So many transfers; about a third carries an error, every tenth comes from a third party."""
    return [_one(rng, claims) for _ in range(number)]


def _one(rng: random.Random, claims: list[Candidate]) -> Truth:
    live = [one for one in claims if one.live]
    kind = rng.choice(["clean"] * 8 + ["spaced", "letters", "slip", "slip", "swap", "missing", "extra", "two", "glued", "lines",
                       "several", "part", "more", "dead", "none", "none", "stranger", "wrong bill"])  # fmt: skip
    claim = rng.choice([one for one in claims if not one.live] if kind == "dead" else live)
    payer = claim.names[0] if rng.random() > 0.12 else f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}"
    name, cents, pays = _as_bank(rng, payer), claim.open_cents, (claim.key,)
    text = _written(rng, claim.digits, kind)
    if kind == "several":
        more = rng.sample(live, rng.choice([2, 3]))
        pays, cents = tuple(one.key for one in more), sum(one.open_cents for one in more)
        text = rng.choice([" und ", ", ", "\n"]).join(_grouped(one.digits) for one in more)
    elif kind == "wrong bill":  # the amount of one bill with the number of another of the same debtor
        others = [one for one in live if one.names == claim.names and one.open_cents != cents]
        text = _grouped(rng.choice(others or [claim]).digits)
    elif kind == "part":
        cents = max(1, claim.open_cents // 2)
    elif kind == "more":
        cents = claim.open_cents + rng.choice([100, 1, claim.open_cents])
    elif kind == "dead":
        cents, pays = rng.choice(FEES), ()
    elif kind == "none":
        text, pays = rng.choice(["Hundesteuer 2026", "Danke", "", "Rechnung vom 12.10.2026", "Gebuehr Ausweis"]), ()
    elif kind == "stranger":  # another creditor's numbers
        text, pays = f"Kd-Nr {rng.randrange(10**9, 10**10)} Re {rng.randrange(10**5, 10**6)}", ()
    return Truth(Transfer(cents, _around(rng, text), (name,)), pays, kind)


def _written(rng: random.Random, digits: str, kind: str) -> str:
    if kind == "spaced":
        return rng.choice([" ", "  ", ".", " - ", "/"]).join([digits[:2], digits[2:5], digits[5:9], digits[9:]])
    if kind == "letters":
        return _grouped(digits).replace("0", rng.choice("Oo")).replace("1", rng.choice("Il"))
    if kind in ("slip", "two"):
        places = rng.sample(range(len(digits)), 2 if kind == "two" else 1)
        for at in places:
            digits = digits[:at] + rng.choice([d for d in "0123456789" if d != digits[at]]) + digits[at + 1 :]
    elif kind == "swap":
        at = rng.randrange(len(digits) - 1)
        digits = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
    elif kind == "missing":
        at = rng.randrange(len(digits))
        digits = digits[:at] + digits[at + 1 :]
    elif kind == "extra":
        at = rng.randrange(len(digits))
        digits = digits[:at] + rng.choice("0123456789") + digits[at:]
    elif kind == "glued":
        return rng.choice(["KZ", "Kassenzeichen", "Nr"]) + digits
    elif kind == "lines":
        at = rng.randrange(3, len(digits) - 2)
        return digits[:at] + rng.choice(["\n", " \n"]) + digits[at:]
    return _grouped(digits) if rng.random() < 0.7 else digits


def _grouped(digits: str) -> str:
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"


def _around(rng: random.Random, text: str) -> str:
    before = rng.choice(
        ["", "", "Kassenzeichen ", "Kz. ", "Gebühr, ", "RE 2026-11 / ", "Hundesteuer 2026 Kassenz. ", "SVWZ+", "Az 17/26 "]
    )
    return (
        before
        + text
        + rng.choice(["", "", " Danke", " vom 12.11.2026", "\nDATUM 27.11.2026, 08.12 UHR", " Frau Müller", " EUR 12,00"])
    )


def _as_bank(rng: random.Random, name: str) -> str:
    from stadtkern.lib.sepa.text import sepa_text

    plain = sepa_text(name, 70)
    parts = plain.split()
    return rng.choice([name, plain, plain.upper(), f"{parts[-1]}, {' '.join(parts[:-1])}", f"{plain} u. Erika", f"Dr. {plain}"])
