"""Why a token is not believed: one word for programs, one sentence for the log."""

from enum import StrEnum


class Reason(StrEnum):
    """What the check stumbled over first."""

    TOO_LARGE = "too_large"
    MALFORMED = "malformed"  # no token at all, or one that breaks the rules of its form
    ALGORITHM = "algorithm"  # "none", HS256, anything but ES256
    TYPE = "type"  # the header says that this is something else
    UNKNOWN_ISSUER = "unknown_issuer"
    UNKNOWN_KEY = "unknown_key"
    SIGNATURE = "signature"
    DISCLOSURE = "disclosure"  # altered, foreign, doubled, or naming what must not be named
    FORBIDDEN = "forbidden"  # a claim hidden that has to stand openly, or one name twice
    VCT = "vct"  # another kind of credential than asked for
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    BINDING = "binding"  # the holder's signature: missing, old, for somebody else, over something else
    STATUS = "status"  # no statement about the status can be made
    REVOKED = "revoked"


class Refused(Exception):
    """This token is not believed. Whatever it says counts for nothing."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason, self.detail = reason, detail
