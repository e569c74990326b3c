"""Who looked at whose data in the demo: everyday looks, two emergencies, and figures somebody should ask about."""

from contextlib import AbstractContextManager
from datetime import timedelta

from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Staff, Trust
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases.models import Case, Status
from stadtkern.kernel.privacy import actions as privacy
from stadtkern.kernel.privacy.verify import verify
from stadtkern.kernel.registers.models import Resident

from .rehearsal import REAL_NOW, apply, citizen, colleague, days_ago, neighbour, send

WAITING = (
    "Frau Çelik-Große steht am Schalter. Ihr Hund ist entlaufen, und das Tierheim braucht sofort die Chipnummer. "
    "Das Steueramt ist heute nicht besetzt."
)
REVIEWED = "Ein Rettungswagen kommt am Sperrmüll vor dem Haus nicht vorbei. Wir brauchen die Angaben zum Abholtag sofort."


def at(days: int, hour: int, *, working: bool = True) -> AbstractContextManager[None]:
    """The clock on a day in the past at this hour; in office hours on a working day."""
    now = REAL_NOW()
    moment = timezone.localtime(now).replace(hour=hour, minute=12) - timedelta(days=days)
    while working and moment.weekday() > 4:
        moment -= timedelta(days=1)
    return days_ago((now - moment) / timedelta(days=1))


def at_the_offices(account: Account) -> None:
    """What stands in the cockpit of somebody who has dealt with the city, and an emergency that was found right."""
    older = Case.objects.filter(account__email__startswith="juergen.weiss", service="sperrmuell_anmelden").first()
    officer = Staff.objects.select_related("account", "office").filter(role="PRIVACY").first()
    if older and officer:
        with at(16, 15):
            number = _open(colleague("steueramt"), older, REVIEWED)
        with at(14, 9):
            reader = Actor(account=officer.account, staff=officer, trust=Trust.BASIC)
            privacy.review_emergency(reader, number, justified=True, remark="Der Grund trägt.")
    _look(13, "ordnungsamt", _of(account, "bewohnerparkausweis"))
    _look(10, "buergeramt", _of(account, "meldebescheinigung"))


def lately(account: Account) -> None:
    """A clerk who reads in the evening what others work on, and an emergency that waits for the data protection officer."""
    unusual()
    dog = _of(account, "hundesteuer_anmelden")
    if dog is not None:
        _look(2, "steueramt", dog)
        with at(1, 11):
            _open(colleague("buergeramt"), dog, WAITING)
    privacy.anchor()
    privacy.note_verification(verify())  # as every night


def _look(days: int, office: str, case: Case | None) -> None:
    if case is not None:
        with at(days, 10):
            cases.look(colleague(office), case, case.begun_on)


def _open(actor: Actor, case: Case, reason: str) -> int:
    opened = privacy.open_emergency(actor, case=case.pk, account=case.account_id, reason=reason)
    cases.look_in_emergency(actor, case, case.begun_on, ("answers", "messages"), opened.pk)
    return int(opened.pk)


def unusual() -> None:
    """In the evening, what colleagues work on; and somebody of the same name."""
    jan = colleague("steueramt", 1)
    long_there = REAL_NOW() - timedelta(days=11)
    sent = Case.objects.filter(office=jan.staff.office if jan.staff else None, submitted_at__lt=long_there)
    for days, case in zip(range(10, 3, -1), sent.order_by("submitted_at"), strict=False):
        with at(days, 21, working=False):
            cases.look(jan, case, case.begun_on)
    namesake = Resident.objects.filter(family_name="Winter", birth_date__lt="2005-01-01", blocked=False).order_by("pk").first()
    if namesake:
        with days_ago(9.3):
            actor = citizen(neighbour(namesake))
            case = send(actor, apply(actor, "hundesteuer_anmelden", 0))
        with at(4, 14):
            cases.look(jan, case, case.begun_on)


def _of(account: Account, service: str) -> Case | None:
    return Case.objects.filter(account=account, service=service).exclude(status=Status.DRAFT).first()
