"""Who may what at the FHIR door: deny by default, a scope for each token's account; clerks see their own office."""

from dataclasses import dataclass

from django.db.models import Q

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import DESK_ROLES

from ..models import Appointment, AppointmentQuerySet, Partner
from .rules import Invalid

Scope = Partner.Scope


@dataclass(frozen=True)
class Pass:
    """What the caller may: offices whose free times it sees, those where it books, those it reads whole."""

    actor: Actor
    partners: tuple[Partner, ...]
    staff_office: int | None

    @property
    def offices(self) -> set[int]:
        own = {self.staff_office} if self.staff_office else set()
        return {one.office_id for one in self.partners} | own

    @property
    def reads_whole(self) -> set[int]:
        """Offices all of whose appointments it may read, names included."""
        own = {self.staff_office} if self.staff_office else set()
        return {one.office_id for one in self.partners if one.scope == Scope.OFFICE} | own

    def books_for(self, office: int) -> Partner | None:
        """The right to book there; None: a clerk of that office. Raises where there is none."""
        for one in self.partners:
            if one.office_id == office and one.scope in (Scope.BOOK, Scope.OFFICE):
                return one
        if self.staff_office == office:
            return None
        raise Invalid(403, "forbidden", "Dieser Schlüssel darf hier nicht buchen.")

    def appointments(self) -> AppointmentQuerySet:
        """Its own, and all of the offices it may read."""
        if not self.sees_appointments:
            raise Invalid(403, "forbidden", "Dieser Schlüssel darf nur freie Zeiten sehen.")
        own = [one.pk for one in self.partners if one.scope != Scope.FREE]
        seen = Q(sent__partner__in=own) | Q(place__office__in=self.reads_whole)
        return Appointment.objects.filter(seen, erased_at=None).exclude(status__in=["HELD", "EXPIRED"])

    @property
    def sees_appointments(self) -> bool:
        return bool(self.staff_office) or any(one.scope != Scope.FREE for one in self.partners)


def pass_of(actor: Actor) -> Pass:
    """Raises 403 for a token nobody has admitted."""
    partners = tuple(Partner.objects.filter(account=actor.account, ended_at=None).select_related("office"))
    office = actor.staff.office_id if actor.staff and actor.staff.role in DESK_ROLES else None
    if not partners and office is None:
        raise Invalid(403, "forbidden", "Dieser Schlüssel ist für die FHIR-Schnittstelle nicht zugelassen.")
    return Pass(actor, partners, office)
