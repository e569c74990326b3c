"""No entry of a register goes at a citizen's wish: each has its own law, named here. Fetched proofs do go."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from stadtkern.kernel.privacy.erasure import Kept, Preview

from .actions import forget_proofs_of
from .models import CivilPerson, Dog, ParkingPermit, Proof, Resident, Trade, Vehicle


def preview(account_id: int, register_key: UUID | None) -> Preview:
    """Proofs fetched for applications go, entries stay."""
    goes = [_("Nachweise, die wir mit Ihrer Einwilligung abgerufen haben")]
    return Preview(goes if Proof.objects.filter(account=account_id).exists() else [], _kept(register_key))


def erase(account_id: int, register_key: UUID | None) -> list[Kept]:
    """Fetched proofs go. No entry is deleted; the link from the account to the entry goes with the account."""
    forget_proofs_of(account_id)
    return _kept(register_key)


def _kept(register_key: UUID | None) -> list[Kept]:
    if register_key is None:
        return []
    laws: list[tuple[Any, dict[str, UUID], str, str]] = [
        (Resident, {"key": register_key}, _("Ihr Eintrag im Melderegister"),
         _("§§ 13 bis 15 BMG: solange Sie hier wohnen, danach fünf Jahre und weitere fünfzig gesperrt")),
        (CivilPerson, {"person_key": register_key}, _("Einträge in Geburten-, Ehe- und Sterberegister"),
         _("§§ 5 und 7 PStG: Geburten 110, Ehen 80, Sterbefälle 30 Jahre, danach Archiv")),
        (Vehicle, {"person_key": register_key}, _("Ihre Fahrzeuge im Fahrzeugregister"),
         _("§ 44 StVG: bis ein Jahr nach der Abmeldung")),
        (Dog, {"person_key": register_key}, _("Ihre Hunde bei der Hundesteuer"),
         _("§ 147 AO mit dem Kommunalabgabengesetz: zehn Jahre nach der letzten Veranlagung")),
        (Trade, {"person_key": register_key}, _("Ihr Gewerbe im Gewerberegister"),
         _("§ 14 GewO: bis das Gewerbe abgemeldet ist und die Fristen der Behörde enden")),
        (ParkingPermit, {"person_key": register_key}, _("Ihre Parkausweise"),
         _("§ 45 StVO: bis der Ausweis abläuft")),
    ]  # fmt: skip
    return [Kept(what, None, because) for model, own, what, because in laws if model.objects.filter(**own).exists()]
