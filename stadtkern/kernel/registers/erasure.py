"""Nothing of the registers goes at a citizen's wish: each has its own law, and it is named here."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from stadtkern.kernel.privacy.erasure import Kept, Preview
from stadtkern.kernel.privacy.models import Consent

from . import actions
from .models import CivilPerson, Dog, ParkingPermit, Resident, Trade, Vehicle


def preview(account_id: int, register_key: UUID | None) -> Preview:
    """Only what stays."""
    return Preview([], _laws(register_key))


def erase(account_id: int, register_key: UUID | None) -> list[Kept]:
    """Kept proofs go; no entry is deleted. The link from the account to the entry goes with the account."""
    for consent in Consent.objects.filter(account=account_id).values_list("pk", flat=True):
        actions.drop_with_consent(consent)
    return _laws(register_key)


def _laws(register_key: UUID | None) -> list[Kept]:
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
