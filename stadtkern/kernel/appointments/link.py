"""The code of the link that needs no sign-in: worked out from a seed in the row and the secret of the installation.

So a reminder days later carries the same link, and a copy of the database opens no appointment.
"""

import base64
import hashlib
import hmac
import secrets

from django.conf import settings

from stadtkern.lib import ids

from .models import Appointment, Waiting


def new_seed() -> str:
    """Drawn once for each row; a new one makes older links void."""
    return secrets.token_urlsafe(16)


def code_from(seed: str, secret: str | None = None) -> str:
    """128 bits, 22 letters."""
    key = str(secret or settings.SECRET_KEY).encode()
    found = hmac.new(key, f"appointments.link:{seed}".encode(), hashlib.sha256).digest()[:16]
    return base64.urlsafe_b64encode(found).decode().rstrip("=")


def code_of(row: Appointment | Waiting) -> str:
    """The code whose digest the row keeps, also after the secret of the installation was changed; "" without one."""
    if not row.seed or not row.code_digest:
        return ""
    tried = (code_from(row.seed, str(secret)) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))
    return next((code for code in tried if ids.digest(code) == row.code_digest), "")
