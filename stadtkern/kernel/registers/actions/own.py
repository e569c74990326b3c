"""One's own entries, register by register: for the vault and the report, through the same door as everybody else."""

from dataclasses import dataclass

from stadtkern.kernel.accounts.access import Actor

from ..adapters import NotFound, RegisterUnavailable, sentence
from ..evidence import EvidenceType, types
from .asking import Evidence, MoreTrust, ask


@dataclass(frozen=True)
class OwnRecords:
    """What one register has about the person; `problem` is a sentence where it said nothing."""

    type: EvidenceType
    evidence: Evidence | None
    problem: str = ""
    more_trust: bool = False  # readable after a stronger proof of identity


def own_records(actor: Actor, *, purpose: str = "own", legal_basis: str = "Art. 15 DSGVO") -> list[OwnRecords]:
    """Every type of evidence of the catalogue; empty without a proved link to the residents register."""
    person = getattr(actor.account, "person", None)
    if person is None or person.register_key is None or actor.account is None:
        return []
    found = []
    for key, asked in types().items():
        try:
            evidence = ask(
                actor,
                person_key=person.register_key,
                fields=list(asked.fields),
                purpose=purpose,
                legal_basis=legal_basis,
                about=f"account:{actor.account.pk}",
                consent=None,
                evidence=key,
            )
        except MoreTrust:
            found.append(OwnRecords(asked, None, more_trust=True))
        except (RegisterUnavailable, NotFound) as problem:
            found.append(OwnRecords(asked, None, sentence(problem, asked)))
        else:
            found.append(OwnRecords(asked, evidence))
    return found
