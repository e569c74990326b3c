"""Ask registers, enter what the city gives out, take over what other systems hold; the only place that writes these tables."""

from ..adapters import NotFound, RegisterUnavailable
from .asking import Blocked, Evidence, ask
from .importing import import_civil_records, import_entries, import_households
from .permits import enter_permit, revoke_permit

__all__ = [
    "Blocked",
    "Evidence",
    "NotFound",
    "RegisterUnavailable",
    "ask",
    "enter_permit",
    "import_civil_records",
    "import_entries",
    "import_households",
    "revoke_permit",
]
