"""Issue, revoke and shred the city's papers; take in the files of citizens."""

from .paper import deposit, erase_of, issue, note_download, revoke, shred_due
from .upload import UploadRefused, check_again, discard, hand_over, move, receive, shred_uploads

__all__ = [
    "UploadRefused",
    "check_again",
    "deposit",
    "discard",
    "erase_of",
    "hand_over",
    "issue",
    "move",
    "note_download",
    "receive",
    "revoke",
    "shred_due",
    "shred_uploads",
]
