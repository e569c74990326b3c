"""The plug to a register of residents: one question about one person."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class RegisterUnavailable(Exception):
    """The register does not answer now; asking again later may help."""


class NotFound(LookupError):
    """The register knows nobody under this key, or nobody this actor may ask about."""


@dataclass(frozen=True)
class Answer:
    """What the register said; `blocked` is the Auskunftssperre (§ 51 BMG)."""

    values: dict[str, Any]  # field name -> JSON value; dates as ISO text, missing facts as ""
    blocked: bool


class ResidentsRegister(Protocol):
    """`NAME` is how evidence names its source."""

    NAME: str

    def ask(self, person_key: uuid.UUID, fields: Sequence[str]) -> Answer:
        """Raises RegisterUnavailable or NotFound; answers within five seconds or not at all."""
        ...
