"""What privacy writes: consent, every look at personal data, its chain and anchors, emergencies, forgetting."""

from .anchoring import anchor, note_verification, take_back_from_file
from .consent import give_consent, revoke_consent
from .emergencies import Refused, check_reason, open_emergency, review_emergency
from .forgetting import forget_old
from .noting import PUBLIC_TASK, REPRESENTATION, SAME_LOOK, note_access, note_accesses, note_colleague, note_owned

__all__ = [
    "PUBLIC_TASK",
    "REPRESENTATION",
    "SAME_LOOK",
    "Refused",
    "anchor",
    "check_reason",
    "forget_old",
    "give_consent",
    "note_access",
    "note_accesses",
    "note_colleague",
    "note_owned",
    "note_verification",
    "open_emergency",
    "review_emergency",
    "revoke_consent",
    "take_back_from_file",
]
