"""One permit, looked up online: the same words the wardens' page says offline."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from stadtkern.kernel.documents import codes
from stadtkern.kernel.registers.models import ParkingPermit
from stadtkern.lib import plates


def words() -> dict[str, list[str]]:
    """State -> level, word, sentence; also handed to the page, so that online and offline speak alike."""
    return {
        "valid": ["success", _("Gültig"), _("Vergleichen Sie das Kennzeichen mit dem am Auto.")],
        "newer": ["success", _("Gültig"), _("Der Ausweis ist jünger als Ihre Liste. Die Unterschrift der Stadt stimmt.")],
        "forged": ["danger", _("Gefälscht"), _("Die Unterschrift der Stadt fehlt oder passt nicht zum Inhalt.")],
        "revoked": ["danger", _("Widerrufen"), _("Die Stadt hat diesen Ausweis zurückgenommen.")],
        "expired": ["danger", _("Abgelaufen"), _("Der Ausweis ist echt, gilt aber nicht mehr.")],
        "early": ["danger", _("Noch nicht gültig"), _("Der Ausweis ist echt, gilt aber erst später.")],
        "zone": ["danger", _("Andere Zone"), _("Der Ausweis ist echt, gilt aber nicht in dieser Zone.")],
        "unknown": ["danger", _("Nicht gefunden"), _("Für dieses Kennzeichen oder diese Nummer gibt es keinen Ausweis.")],
        "unchecked": [
            "warning",
            _("Echt, aber ohne Liste"),
            _("Ob der Ausweis widerrufen ist, sehen wir erst mit einer Liste."),
        ],
        "no_list": [
            "warning",
            _("Keine Liste"),
            _("Ein Kennzeichen prüfen wir nur mit einer Liste. Laden Sie sie, sobald Sie Netz haben."),
        ],
        "unreadable": ["warning", _("Nicht lesbar"), _("Das ist weder ein Kennzeichen noch der Code eines Ausweises.")],
    }


@dataclass(frozen=True)
class Verdict:
    """What is to be said about one permit."""

    state: str
    plate: str = ""
    zone: str = ""
    until: date | None = None

    @property
    def said(self) -> list[str]:
        return words()[self.state]


def look(text: str, zone: str, today: date) -> Verdict:
    """A plate, a number or a scanned code; the best of several permits counts."""
    token = text.strip().rpartition("#")[2]
    if token.count(".") == 2:
        return _of_code(token, zone, today)
    plate = plates.normal(text.replace("\x00", "")[:40])
    number = text.replace("\x00", "").strip().upper()[:30]
    rows = ParkingPermit.objects.filter(plate=plate) if plate else ParkingPermit.objects.filter(number=number)
    if not plate and not number:
        return Verdict("unreadable")
    found = [_of_row(row, zone, today) for row in rows.order_by("-valid_until")[:20]]
    order = ["valid", "zone", "early", "revoked", "expired"]
    return min(found, key=lambda one: order.index(one.state), default=Verdict("unknown", plate or ""))


def _of_code(token: str, zone: str, today: date) -> Verdict:
    try:
        claims: dict[str, Any] = codes.read(token)
    except codes.NotGenuine:
        return Verdict("forged")
    row = ParkingPermit.objects.filter(number=str(claims.get("number", ""))).first()
    return _of_row(row, zone, today) if row and row.plate == claims.get("plate") else Verdict("unknown")


def _of_row(row: ParkingPermit, zone: str, today: date) -> Verdict:
    state = "valid"
    if row.revoked_at:
        state = "revoked"
    elif row.valid_until < today:
        state = "expired"
    elif row.valid_from > today:
        state = "early"
    elif zone and row.zone != zone:
        state = "zone"
    return Verdict(state, row.plate, row.zone, row.valid_until)
