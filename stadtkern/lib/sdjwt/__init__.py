"""SD-JWT VC (RFC 9901, draft-ietf-oauth-sd-jwt-vc) and Token Status List: issue, present, verify. Plain Python.

Only ES256 is signed and believed, whatever a header says (HAIP and the German wallet use it). Everything that comes from
outside is bounded in size and depth before it is read.
"""

from .binding import Binding
from .issue import issue
from .jose import Jwk, new_key, public, thumbprint
from .parts import Parts, split
from .present import present
from .refused import Reason, Refused
from .verify import Verified, verify

__all__ = [
    "Binding",
    "Jwk",
    "Parts",
    "Reason",
    "Refused",
    "Verified",
    "issue",
    "new_key",
    "present",
    "public",
    "split",
    "thumbprint",
    "verify",
]
