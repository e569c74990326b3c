"""What may be asked of the residents register."""

from .evidence import RegisterField, find

FIELDS: dict[str, RegisterField] = dict(find("residents").fields)
