"""The city's own registers: the tables of this room, filled by `manage.py import_register`."""

from ..queries import entries, is_known
from . import Answer, Inquiry, NotFound


def ask(inquiry: Inquiry) -> Answer:
    """From the tables; NotFound only for the residents register, which knows every resident or none."""
    if inquiry.evidence.key == "residents" and not is_known(inquiry.person_key):
        raise NotFound("unknown person key")
    rows = entries(inquiry.evidence.key, inquiry.person_key)
    return Answer([{field: row[field] for field in inquiry.fields} for row in rows])
