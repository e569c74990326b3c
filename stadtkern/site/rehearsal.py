"""A few weeks of a town's life for the demo, played through the real actions with a moved clock and reactions at once."""

import contextlib
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO
from typing import Any
from unittest.mock import patch

from django.apps import apps
from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageDraw

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.actions import open_account
from stadtkern.kernel.accounts.models import Account, Staff, Trust
from stadtkern.kernel.cases import actions
from stadtkern.kernel.cases.models import Case, Status
from stadtkern.kernel.documents.actions import receive
from stadtkern.kernel.events import queue
from stadtkern.kernel.events.actions import react
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.payments import actions as payments
from stadtkern.kernel.payments.adapters import TransactionStatus
from stadtkern.kernel.payments.adapters.demo import connect
from stadtkern.kernel.payments.models import Payment
from stadtkern.kernel.registers.models import Resident
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.examples import examples_of, typed
from stadtkern.lib.forms.model import Kind
from stadtkern.lib.forms.shape import find

REAL_NOW = timezone.now


@contextlib.contextmanager
def days_ago(days: float) -> Iterator[None]:
    """The clock of the application stands `days` in the past; the database's own clock is not touched."""
    moved = timedelta(days=days)

    def now() -> datetime:
        return REAL_NOW() - moved

    fields = [field for model in apps.get_models() for field in model._meta.fields if field.default is REAL_NOW]
    with contextlib.ExitStack() as stack:
        stack.enter_context(patch("django.utils.timezone.now", now))
        for field in fields:
            stack.enter_context(patch.dict(field.__dict__, {"_get_default": now}))
        yield


@contextlib.contextmanager
def at_once() -> Iterator[None]:
    """Reactions run right after the commit instead of in a worker, so that they see the moved clock."""

    def announce(event: Event, *, listened: bool) -> None:
        for reaction in queue.REACTIONS.get(event.name, []):
            transaction.on_commit(partial(react, event.pk, queue.name_of(reaction)))

    with patch.object(queue, "announce", announce):
        yield


def citizen(account: Account, trust: Trust = Trust.SUBSTANTIAL) -> Actor:
    return Actor(account=account, trust=trust)


def colleague(office: str, number: int = 0) -> Actor:
    staff = Staff.objects.select_related("account", "office").filter(office__key=office, role="CLERK").order_by("pk")[number]
    return Actor(account=staff.account, staff=staff, trust=Trust.BASIC)


def apply(actor: Actor, key: str, example: int, **changed: Any) -> Case:
    """An example of the service, told by this person."""
    service = catalogue.find(key)
    answers = typed(service.form, examples_of(service)[example].answers)
    told = {"name": actor.account.name} if actor.account else {}
    if person := getattr(actor.account, "person", None):
        told |= {
            "person/given_names": person.given_names,
            "person/family_name": person.family_name,
            "person/birth_date": person.birth_date.isoformat() if person.birth_date else "",
        }
        if person.register_key:
            home = Resident.objects.select_related("household").get(key=person.register_key).household
            told |= {"address/street": home.street, "address/house_number": home.house_number}
    answers |= {path: value for path, value in told.items() if path in answers and value} | changed
    case, _ = actions.start(actor, service)
    for path in answers:
        field = find(service.form, path)
        if getattr(field, "kind", None) == Kind.FILE:
            answers[path] = scan(case, path)
    actions.fill(actor, case, answers)
    return case


def scan(case: Case, path: str) -> str:
    """A picture handed in: a sheet of paper on a table."""
    picture = Image.new("RGB", (900, 1200), "#d9d4c7")
    ImageDraw.Draw(picture).rectangle((80, 90, 820, 1110), fill="white")
    for line in range(14):
        ImageDraw.Draw(picture).rectangle((160, 200 + line * 55, 720 - line % 4 * 60, 216 + line * 55), fill="#9aa0aa")
    out = BytesIO()
    picture.save(out, "JPEG", quality=70)
    upload = receive(
        about=str(case),
        path=path,
        account=case.account,
        file_name=f"{path.split('/')[-1]}.jpg",
        data=out.getvalue(),
        media_types=("image/jpeg",),
        max_bytes=5_000_000,
    )
    return str(upload.key)


def send(actor: Actor, case: Case, *, pay: bool = True) -> Case:
    """Submit, and pay where a fee is due."""
    case = actions.submit(actor, case)
    if pay and case.status == Status.AWAITING_PAYMENT:
        payment = Payment.objects.get(about=str(case))
        payments.begin(payment, "http://localhost/", actor.key)
        payment.refresh_from_db()
        connect().press(payment.transaction_id, TransactionStatus.PAYED, "girocard")
        payments.refresh(payment)
        case.refresh_from_db()
    return case


def play() -> int:
    """The whole rehearsal; returns how many cases there are now."""
    with at_once():
        leading_persons()
        crowd()
    return Case.objects.count()


def leading_persons() -> None:
    """What the demo persons find when they sign in."""
    zoe, juergen, oksana = (
        Account.objects.get(email__startswith=name) for name in ("zoe.celik", "juergen.weiss", "oksana.kovalcuk")
    )
    tax = colleague("steueramt")
    with days_ago(24.2):
        send(citizen(zoe), apply(citizen(zoe), "ehrenamtskarte_beantragen", 0))
    with days_ago(3.1):
        dog = send(citizen(zoe), apply(citizen(zoe), "hundesteuer_anmelden", 0))
    with days_ago(1.2):
        actions.take(tax, dog)
        actions.ask_citizen(tax, dog, QUESTION)
    with days_ago(0.3):
        apply(citizen(zoe), "sperrmuell_anmelden", 0)
    with days_ago(19.4):
        late = send(citizen(juergen), apply(citizen(juergen), "hundesteuer_anmelden", 1))
    with days_ago(2.0):
        actions.answer(
            citizen(juergen), late,
            "Seit fast drei Wochen höre ich nichts von Ihnen. Ich habe bezahlt und zweimal angerufen, und niemand weiß etwas. "
            "Ich erwarte bis Ende der Woche eine Antwort.",
        )  # fmt: skip
    with days_ago(30.5):
        send(citizen(juergen), apply(citizen(juergen), "sperrmuell_anmelden", 1))
    with days_ago(5.4):
        send(citizen(oksana), apply(citizen(oksana), "baustelle_anzeigen", 0))


QUESTION = "Bitte schicken Sie uns ein Foto des Heimtierausweises, auf dem die Chipnummer zu lesen ist."
PLOT = [  # service, days ago, what became of it
    ("hundesteuer_anmelden", 21, "decided"), ("hundesteuer_anmelden", 16, "decided"), ("hundesteuer_anmelden", 15, "open"),
    ("hundesteuer_anmelden", 11, "taken"), ("hundesteuer_anmelden", 6, "open"), ("hundesteuer_anmelden", 2, "open"),
    ("hundesteuer_anmelden", 1, "unpaid"), ("hundesteuer_abmelden", 13, "decided"), ("hundesteuer_abmelden", 9, "open"),
    ("hundesteuer_abmelden", 3, "open"), ("meldebescheinigung", 8, "open"), ("meldebescheinigung", 4, "open"),
    ("meldebescheinigung", 2, "open"), ("meldebescheinigung", 1, "taken"), ("meldebescheinigung", 0.2, "open"),
    ("meldebescheinigung", 12, "decided"), ("geburtsurkunde_bestellen", 7, "open"), ("geburtsurkunde_bestellen", 5, "open"),
    ("sperrmuell_anmelden", 10, "open"), ("sperrmuell_anmelden", 1, "open"), ("fundsache_melden", 2, "open"),
    ("parkausweis_schwerbehinderung", 18, "open"), ("ehrenamtskarte_beantragen", 14, "open"), ("gewerbe_auskunft", 3, "open"),
]  # fmt: skip


def crowd() -> None:
    """Other people of the town, so that the desks look like desks."""
    dice = random.Random(11)  # noqa: S311 - invention, not secrecy
    residents = list(Resident.objects.filter(birth_date__lt="2005-01-01").order_by("pk")[20 : 20 + len(PLOT)])
    for (key, days, fate), resident in zip(PLOT, residents, strict=True):
        with days_ago(days + dice.random() / 3):
            actor = citizen(neighbour(resident))
            case = send(actor, apply(actor, key, 0), pay=fate != "unpaid")
        if fate in ("taken", "decided") and case.status == Status.IN_REVIEW:
            work(case, days, fate)


def neighbour(resident: Resident) -> Account:
    """An account for somebody of the residents register, not linked to it."""
    return open_account(
        f"person-{resident.pk}@demo.musterstadt.example",
        given_names=resident.given_names,
        family_name=resident.family_name,
        birth_date=resident.birth_date,
        actor_key=SYSTEM,
    )


def work(case: Case, days: float, fate: str) -> None:
    """A clerk of the office takes the case and perhaps decides it some days later."""
    clerks = Staff.objects.filter(office=case.office, role="CLERK").select_related("account", "office").order_by("pk")
    if not clerks:
        return
    clerk = Actor(account=clerks[0].account, staff=clerks[0], trust=Trust.BASIC)
    with days_ago(days * 0.6):
        actions.take(clerk, case)
    if fate == "decided":
        with days_ago(days * 0.5):
            actions.decide(clerk, case, "GRANTED", "")
