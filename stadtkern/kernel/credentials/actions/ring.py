"""A new key of the city."""

from django.db import transaction

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.credentials import keys
from stadtkern.kernel.events.actions import record


def rotate() -> keys.Key:
    """From now on a new key signs; the old ones stay as long as proofs need them. Diary: `credential.key_rotated`."""
    with transaction.atomic():
        key = keys.rotate()
        record("credential.key_rotated", subject=f"key:{key.kid[:12]}", actor=SYSTEM)
    return key
