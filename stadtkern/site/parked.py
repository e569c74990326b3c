"""Parking permits of the demo: applied for, paid and decided through the real actions in the past year."""

from collections import Counter
from collections.abc import Iterator

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.accounts.actions import link_resident
from stadtkern.kernel.accounts.models import Account, Person, Trust
from stadtkern.kernel.cases import actions
from stadtkern.kernel.cases.actions.prefill import waits_for_look
from stadtkern.kernel.documents.actions import revoke
from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.registers.actions import revoke_permit
from stadtkern.kernel.registers.models import ParkingPermit, Resident, Vehicle
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.catalogue import Service

from .rehearsal import at_once, citizen, days_ago, neighbour, send

PERMIT = "bewohnerparkausweis"
AGO = [351, 342, 200, 120, 60, 30, 8]  # days; the first two end soon, the third is revoked


def play() -> int:
    """Returns how many permits there are; none where the city has no such service."""
    if PERMIT not in catalogue.all_services():
        return 0
    service = catalogue.find(PERMIT)
    with at_once():
        for days, resident in zip(AGO, _keepers(service), strict=False):
            with days_ago(days + 0.2):
                _apply(resident, service)
    for permit in ParkingPermit.objects.order_by("pk")[2:3]:
        revoke_permit(SYSTEM, permit, "aus der Zone weggezogen")
        for paper in Document.objects.filter(number=permit.document_number):
            revoke(SYSTEM, paper, "aus der Zone weggezogen")
    return ParkingPermit.objects.count()


def _keepers(service: Service) -> Iterator[Resident]:
    """Adults with one car who live in a zone and have no account yet; nobody with a block on information."""
    known = set(Account.objects.values_list("email", flat=True))
    linked = set(Person.objects.filter(register_key__isnull=False).values_list("register_key", flat=True))
    keys = Counter(Vehicle.objects.filter(valid=True, person_key__isnull=False).values_list("person_key", flat=True))
    once = [key for key, count in keys.items() if key and count == 1 and key not in linked]
    people = Resident.objects.select_related("household").filter(key__in=once, blocked=False, birth_date__lt="2005-01-01")
    for resident in people.order_by("pk"):
        home = resident.household
        told = {"address/street": home.street, "address/house_number": home.house_number}
        if _email(resident) not in known and service.terms(told, {"today": "2026-01-01"}):
            yield resident


def _email(resident: Resident) -> str:
    return f"person-{resident.pk}@demo.musterstadt.example"


def _apply(resident: Resident, service: Service) -> None:
    account = neighbour(resident)
    link_resident(account, resident.key, "counter", Trust.SUBSTANTIAL)
    actor = citizen(Account.objects.select_related("person").get(pk=account.pk))
    case, _secret = actions.start(actor, service)
    actions.prefill(actor, case)
    if proof := waits_for_look(actor, case):
        actions.take_proof(actor, case, proof.pk, 0)
    send(actor, case)
