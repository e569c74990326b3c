"""How often one may have the same: each matter and person is a point on the line of numbers, and points must not meet.

The table refuses two live appointments that share a point (`appointment_limit`). Where two or three are allowed, there are
two or three points to choose from.
"""

import hashlib
from collections.abc import Iterable

from stadtkern.lib import ids

from .models import Matter

_MODULUS = 2**63 - 2


def subject_of(company: int | None, account: int | None, email: str = "", holder: str = "") -> str:
    """Whose limit counts: the company's, the person's, a guest's by e-mail address; before that is known, the browser's."""
    if company or account:
        return f"company:{company}" if company else f"account:{account}"
    if email:
        return f"email:{ids.digest(normal_email(email))}"
    return f"holder:{holder}" if holder else ""


def normal_email(email: str) -> str:
    """The same address however it is typed: without blanks, in small letters. Dots stay: at most providers they matter."""
    return "".join(email.split()).casefold()


def points(matter: Matter, subject: str) -> list[int]:
    """As many as the matter allows; none where there is no limit or nobody to count for."""
    if not subject or not matter.per_person_limit:
        return []
    return [_point(matter.pk, subject, number) for number in range(matter.per_person_limit)]


def in_wave(matter: Matter, subject: str) -> list[int]:
    """The one point of a person in a release wave, whatever else the matter allows."""
    return [_point(matter.pk, subject, 0)]


def written(chosen: Iterable[int]) -> str:
    """As the column wants it: "{[17,18)}"."""
    return "{" + ",".join(f"[{point},{point + 1})" for point in sorted(chosen)) + "}"


def _point(matter: int, subject: str, number: int) -> int:
    digest = hashlib.sha256(f"{matter}|{subject}|{number}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8]) % _MODULUS
