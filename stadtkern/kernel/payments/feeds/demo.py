"""The demo's bank: a believable day for the open claims of the demo, with the mistakes people make. No money flows."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from stadtkern.lib.camt import Movement
from stadtkern.lib.camt import Statement as Written
from stadtkern.lib.camt.writer import write
from stadtkern.lib.sepa.text import sepa_text

from .. import bank
from ..models import Collection, DebitMandate, Receivable, Statement

OPENING = 1_843_271_55
NAMES = ("Gerda Hoffmann", "Ioana Popescu", "Tischlerei Brinkmann GmbH", "Nguyễn Thị Lan", "Karl-Heinz Schäfer")
IBANS = ("DE89370400440532013000", "DE75512108001245126199", "AT611904300234573201", "NL91ABNA0417164300")
WRITINGS = ("{}", "Kassenzeichen {}", "Kz. {} Danke", "{} Gebuehr", "Rg vom 12.11. / {}")


def connect() -> "DemoBank":
    return DemoBank(settings.HOME / "demo-bank")


class DemoBank:
    """One statement for every time it is asked, as long as something is open; what it has sent lies in its own folder."""

    key = "demo"
    title = "Demo-Bank"

    def __init__(self, place: Path) -> None:
        self.place = place

    def connected(self) -> str:
        """Always."""
        return ""

    def waiting(self) -> Iterator[tuple[str, bytes]]:
        """The next day's statement."""
        ours = bank.account()
        last = Statement.objects.order_by("-closing_on", "-pk").first()
        today = timezone.localdate()
        if ours is None:
            return
        dice = random.Random(f"{last.pk if last else 0}")  # noqa: S311 - a play, no secret
        movements = list(_movements(dice))
        if not movements:
            return
        number = (last.number or 0) + 1 if last and last.closing_on.year == today.year else 1
        opening = last.closing_cents if last else OPENING
        rows = tuple(replace(one, entry=at, booked_on=today, value_on=today) for at, one in enumerate(movements, 1))
        statement = Written(
            id=f"DEMO{today:%Y%m%d}{number:04d}", iban=ours.iban, currency="EUR", opening_cents=opening,
            closing_cents=opening + sum(one.cents for one in rows), number=number, movements=rows, closing_on=today,
            opening_on=min(today, last.closing_on) if last else today - timedelta(days=1),
        )  # fmt: skip
        data = write([statement], created_at=datetime.now(), owner=ours.holder, bic=ours.bic)
        yield f"camt053-{today:%Y%m%d}-{number:04d}.xml", data

    def done(self, name: str, problem: str = "") -> None:
        """Nothing to keep: the same statement is not made twice."""


def _movements(dice: random.Random) -> Iterator[Movement]:
    claims = list(Receivable.objects.open().filter(cancelled_at=None).select_related("account", "company").order_by("pk")[:60])
    debited = set(DebitMandate.objects.live().values_list("account", flat=True))
    claims = [claim for claim in claims if claim.account_id not in debited]  # those are collected
    dice.shuffle(claims)
    claims = claims[: (2 * len(claims) + 2) // 3]  # the others forget, and are reminded
    day = timezone.localdate()
    for at, claim in enumerate(claims[:20]):
        yield _payment(dice, claim, at, day)
    for collection in Collection.objects.filter(status="ORDERED").order_by("pk")[:50]:
        yield _move(
            day, collection.cents, "PMNT.IDDT.ESDD", end_to_end=collection.end_to_end, batch=collection.batch, gvc="171"
        )
    if claims:
        yield _move(day, 4200, name=dice.choice(NAMES), text=("Vielen Dank fuer alles",))
        yield _move(day, -690, "PMNT.MDOP.CHRG", text=("Kontofuehrung",), gvc="805")


def _payment(dice: random.Random, claim: Receivable, at: int, day: object) -> Movement:
    """Most pay as they should; every fifth misspells, some pay too little or too much, one pays for somebody else."""
    written, cents = claim.reference, claim.open_cents
    names = [
        one for one in (claim.debtor_name, claim.company and claim.company.name, claim.account and claim.account.name) if one
    ]
    name = names[0] if names else dice.choice(NAMES)
    if at % 5 == 1:
        place = dice.randrange(len(written) - 4)
        other = dice.choice("123456789") if written[place].isdigit() else written[place]
        written = written[:place] + other + written[place + 1 :]
    elif at % 5 == 2:
        written = written.replace("0", "O").replace("-", " ")
    elif at % 7 == 3:
        cents = max(1, cents // 2)
    elif at % 11 == 4:
        cents += 500
    elif at % 9 == 5:
        written, name = "Gebuehr Stadt", dice.choice(NAMES)
    text = dice.choice(WRITINGS).format(written)
    return _move(
        day, cents, name=sepa_text(name, 70).upper() if dice.random() < 0.5 else name, text=(text,), iban=dice.choice(IBANS)
    )


def _move(day: object, cents: int, code: str = "PMNT.RCDT.ESCT", **more: object) -> Movement:
    return Movement(entry=1, part=1, line=0, cents=cents, booked_on=day, code=code, **{"gvc": "166"} | more)  # type: ignore[arg-type]
