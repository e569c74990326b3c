"""Ask registers, enter what the city gives out, take over what other systems hold; the only place that writes these tables."""

from ..adapters import NotFound, RegisterUnavailable, sentence
from .asking import Blocked, Evidence, MoreTrust, ask
from .importing import import_civil_records, import_entries, import_households
from .own import OwnRecords, own_records
from .permits import enter_permit, revoke_permit
from .proofs import drop_proof, drop_with_consent, forget_proofs, forget_proofs_of, records_of, use_proof
from .taking import Counts, take_over

__all__ = [
    "Blocked",
    "Counts",
    "Evidence",
    "MoreTrust",
    "NotFound",
    "OwnRecords",
    "RegisterUnavailable",
    "ask",
    "drop_proof",
    "drop_with_consent",
    "enter_permit",
    "forget_proofs",
    "forget_proofs_of",
    "import_civil_records",
    "import_entries",
    "import_households",
    "own_records",
    "records_of",
    "revoke_permit",
    "sentence",
    "take_over",
    "use_proof",
]
