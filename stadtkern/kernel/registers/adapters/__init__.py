"""The plug to a register: one question about one person, what may come back, and what may go wrong."""

import importlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, cast

from django.utils.translation import gettext_lazy as _

from stadtkern.kernel.city.profile import city

from ..evidence import EvidenceType


class RegisterUnavailable(Exception):
    """The register gives no usable answer now; `said` is a sentence for the person, with the register's name."""

    said: ClassVar[Any] = _("%(register)s antwortet gerade nicht.")


class TimedOut(RegisterUnavailable):
    """It may have heard us, but did not answer in time."""

    said = _("%(register)s hat nicht rechtzeitig geantwortet.")


class NotConnected(RegisterUnavailable):
    """Nobody has connected this register yet."""

    said = _("%(register)s ist noch nicht verbunden.")


class NotPermitted(RegisterUnavailable):
    """The other side does not allow this question for this purpose."""

    said = _("%(register)s darf uns diese Auskunft nicht geben.")


class Malformed(RegisterUnavailable):
    """An answer that cannot be read, or that does not keep to what was asked."""

    said = _("%(register)s hat unverständlich geantwortet. Wir haben nichts übernommen.")


class WrongPerson(RegisterUnavailable):
    """The answer is about somebody else: nothing of it may be seen."""

    said = _("%(register)s hat zu einer anderen Person geantwortet. Wir haben die Antwort verworfen.")


class TooImmature(RegisterUnavailable):
    """The register has it on paper only, or as a picture no machine reads."""

    said = _("%(register)s kann diesen Nachweis noch nicht elektronisch liefern.")


class NotFound(LookupError):
    """The register knows nobody under this key, or nobody this actor may ask about."""

    said: ClassVar[Any] = _("%(register)s hat nichts zu Ihnen gefunden.")


class Ambiguous(NotFound):
    """Several people match: without certainty there is no answer."""

    said = _("%(register)s konnte Sie nicht eindeutig finden.")


def sentence(problem: RegisterUnavailable | NotFound, asked: EvidenceType) -> str:
    """What the person is told."""
    return str(problem.said) % {"register": asked.register}


@dataclass(frozen=True)
class Inquiry:
    """One question: about whom, which evidence, which fields, what for."""

    evidence: EvidenceType
    person_key: uuid.UUID
    fields: Sequence[str]
    purpose: str
    legal_basis: str
    consent: int | None = None  # number of the consent, as a reference for the other side


@dataclass(frozen=True)
class Answer:
    """What the register said; `blocked` is the Auskunftssperre (§ 51 BMG)."""

    records: Sequence[Mapping[str, Any]]  # field name -> JSON value; dates as ISO text, missing facts as ""
    blocked: bool = False
    maturity: str = ""  # "" = as the catalogue says
    provider: str = ""  # who answered, where it is not our own register
    document: bytes = field(default=b"", repr=False)  # a paper that came along (PDF)


class Register(Protocol):
    """What a file in this folder offers as a module."""

    def ask(self, inquiry: Inquiry) -> Answer:
        """Raises RegisterUnavailable or NotFound; answers within five seconds or not at all. No record is an answer, too."""
        ...


def plug(evidence: str) -> Register:
    """`[registers.vehicles] adapter = "…"` of city.toml, else `[registers] adapter`."""
    table: Mapping[str, Any] = city().raw.get("registers", {})
    own = table.get(evidence)
    name = own.get("adapter") if isinstance(own, dict) else None
    if name is None:
        name = city().adapters.get("registers", "demo")
    return cast(Register, importlib.import_module(f"{__name__}.{name}"))
