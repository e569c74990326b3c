"""What may be asked of the residents register: the fields, their German names, their types."""

from dataclasses import dataclass
from typing import Any

from stadtkern.kernel.privacy.purposes import FIELD_WORDS


@dataclass(frozen=True)
class RegisterField:
    """One answerable field; `type` is the type of the JSON value (dates are ISO text)."""

    key: str
    label: Any  # lazy German text
    type: type = str


_TEXTS = [
    "family_name",
    "given_names",
    "birth_name",
    "doctoral_degree",
    "birth_date",
    "birth_place",
    "sex",
    "nationality",
    "street",
    "house_number",
    "postcode",
    "town",
    "district",
    "moved_in_date",
]
_NUMBERS = ["household_size", "household_members"]  # who else lives there is nobody's answer, only how many

FIELDS: dict[str, RegisterField] = {
    **{key: RegisterField(key, FIELD_WORDS[key]) for key in _TEXTS},
    **{key: RegisterField(key, FIELD_WORDS[key], int) for key in _NUMBERS},
}
