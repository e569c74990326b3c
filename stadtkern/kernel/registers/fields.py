"""What may be asked of the residents register: the fields, their German names, their types."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class RegisterField:
    """One answerable field; `type` is the type of the JSON value (dates are ISO text)."""

    key: str
    label: Any  # lazy German text
    type: type = str


_ALL = [
    RegisterField("family_name", _("Familienname")),
    RegisterField("given_names", _("Vornamen")),
    RegisterField("birth_name", _("Geburtsname")),
    RegisterField("doctoral_degree", _("Doktorgrad")),
    RegisterField("birth_date", _("Geburtsdatum")),
    RegisterField("birth_place", _("Geburtsort")),
    RegisterField("sex", _("Geschlecht")),
    RegisterField("nationality", _("Staatsangehörigkeit")),
    RegisterField("street", _("Straße")),
    RegisterField("house_number", _("Hausnummer")),
    RegisterField("postcode", _("Postleitzahl")),
    RegisterField("town", _("Ort")),
    RegisterField("district", _("Ortsteil")),
    RegisterField("moved_in_date", _("Einzugsdatum")),
    # Numbers only: who else lives there is nobody's answer.
    RegisterField("household_size", _("Personen im Haushalt"), int),
    RegisterField("household_members", _("Weitere Personen im Haushalt"), int),
]
FIELDS: dict[str, RegisterField] = {field.key: field for field in _ALL}
