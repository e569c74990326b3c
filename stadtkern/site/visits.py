"""What the demo persons have of appointments and identity cards: one to come, one in an application, one being made."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.appointments import actions as appointments
from stadtkern.kernel.appointments import search
from stadtkern.kernel.appointments.refusals import Refused
from stadtkern.kernel.appointments.wish import Free, Wish
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases import visits
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.services import catalogue
from stadtkern.lib import ids

from .rehearsal import at_once, citizen, colleague, days_ago, send

CARD, PASSPORT = "personalausweis_beantragen", "reisepass_beantragen"
WISH: dict[str, Any] = {
    "for_whom": "self",
    "reason": "expires",
    "photo": "counter",
    "pick_up": "locker",
    "height": 171,
    "eyes": "green",
}


def play() -> int:
    """Returns how many appointments were made; nothing in a city without these services or without times."""
    made = 0
    zoe, juergen = (Account.objects.filter(email__startswith=name).first() for name in ("zoe.celik", "juergen.weiss"))
    with at_once():
        if zoe:
            made += _alone(citizen(zoe), "ummeldung", "meldebescheinigung")
            _card(citizen(zoe))
        if juergen:
            made += _passport(citizen(juergen))
            made += _alone(citizen(juergen), "sozialberatung", "ehe_anmeldung", channel="video")
    return made


def _alone(actor: Actor, *matters: str, channel: str = "desk") -> int:
    """Booked without an application, by whichever of these matters the city offers."""
    for key in matters:
        wish = Wish.of(key, channel=channel)
        if (found := _free(wish, 3)) and actor.account:
            row = appointments.hold(actor, wish, found.place, found.starts_at, holder=ids.digest("demo"))
            appointments.confirm(actor, row, name=actor.account.name, email=actor.account.mail)
            return 1
    return 0


def _card(actor: Actor) -> None:
    """Applied for last week, taken in by the office the day after; the maker's clock runs as the demo does."""
    if CARD not in catalogue.all_services():
        return
    with days_ago(6.3):
        case = send(actor, _filled(actor, CARD, WISH))
    department = _papers()
    with days_ago(5.1):
        department.accept(colleague("buergeramt"), case, list(department.TICKS))


def _passport(actor: Actor) -> int:
    """Sent with an appointment that is still to come."""
    service = catalogue.all_services().get(PASSPORT)
    matter = visits.matter_of(service) if service else None
    if service is None or matter is None:
        return 0
    case = _filled(actor, PASSPORT, {**WISH, "pages": "32", "express": False, "pick_up": "counter"})
    wish = Wish.of(matter.key)
    if found := _free(wish, 5):
        cases.choose_visit(actor, case, wish, found.place, found.starts_at)
    send(actor, case)
    return 1 if found else 0


def _filled(actor: Actor, key: str, told: dict[str, Any]) -> Case:
    case, _secret = cases.start(actor, catalogue.find(key))
    cases.fill(actor, case, told)
    return cases.prefill(actor, case)


def _free(wish: Wish, days: int) -> Free | None:
    """About so many days ahead."""
    first = timezone.localdate() + timedelta(days=days)
    try:
        found = search.free(wish, first, first + timedelta(days=14), limit=12)
    except Refused:
        return None
    return found[len(found) // 2] if found else None


def _papers() -> Any:
    """The department that makes cards; it is there where its services are."""
    from stadtkern.domains.administration import actions

    return actions
