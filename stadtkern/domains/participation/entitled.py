"""Who may vote by the register, for letters: asked as a whole, noted for each person."""

from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.privacy import actions as privacy
from stadtkern.kernel.registers.evidence import types
from stadtkern.kernel.registers.models import Resident

from .eligibility import FACTS, Facts, _by_facts, rule_of
from .models import Phase, Process


def entitled_residents(actor: Actor, process: Process) -> list[Resident]:
    """Residents the rule of the voting phase admits, by name. Whoever is hidden (§ 51 BMG) is not given to a printer: they vote
    with their account, or ask the registration office for their letter."""
    phase = Phase.objects.filter(process=process, allows__contains=["vote"]).order_by("starts_at").first()
    if phase is None:
        return []
    rule = rule_of(process, phase.who)
    today, found = timezone.localdate(phase.starts_at), []
    rows = Resident.objects.filter(blocked=False).select_related("household").order_by("family_name", "given_names", "pk")
    for row in rows.iterator(chunk_size=2000):
        facts = Facts(row.birth_date, row.moved_in_date, row.household.district, True)
        if _by_facts(facts, rule, today):
            found.append(row)
    privacy.note_accesses(
        actor=actor.key, person_keys=[row.key for row in found], purpose="participation",
        legal_basis=types()["residents"].legal_basis, source="residents",
        fields=(*FACTS, "given_names", "family_name", "street", "house_number", "postcode", "town"), about=str(process),
    )  # fmt: skip
    return found
