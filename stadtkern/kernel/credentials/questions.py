"""What counters and partners may ask wallets: a list in city.toml, so that nobody asks for more than the purpose needs."""

from dataclasses import dataclass
from typing import Any

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Role
from stadtkern.kernel.city.profile import city

from . import kinds, places

ASKERS = (Role.CLERK, Role.LEAD)
ID = "nachweis"  # of the one credential a question asks for


@dataclass(frozen=True)
class Question:
    """One entry of `[[credentials.questions]]`."""

    key: str
    title: str
    purpose: str  # told to the person, word for word
    legal_basis: str
    kind: str  # of a proof of this city, or
    vct: tuple[str, ...]  # of others
    claims: tuple[str, ...]  # "address.locality"
    offices: tuple[str, ...] = ()  # empty: all
    companies: bool = False  # partners may ask too

    @property
    def kinds_asked(self) -> tuple[str, ...]:
        """Every type that answers the question."""
        return ((places.vct(self.kind),) if self.kind else ()) + self.vct

    @property
    def labels(self) -> list[str]:
        """What is asked for, in words."""
        return [kinds.label(name, kinds.kinds().get(self.kind)) for name in self.claims]

    def may_ask(self, actor: Actor) -> bool:
        if actor.staff is not None:
            office = actor.staff.office.key
            return Role(actor.staff.role) in ASKERS and (not self.offices or office in self.offices)
        return self.companies and actor.account is not None and actor.company is not None

    def dcql(self) -> dict[str, Any]:
        """The question as OpenID4VP writes it."""
        wanted = [{"path": name.split(".")} for name in self.claims]
        return {
            "credentials": [{"id": ID, "format": "dc+sd-jwt", "meta": {"vct_values": list(self.kinds_asked)}, "claims": wanted}]
        }


def questions() -> dict[str, Question]:
    """By key; an entry that cannot be used raises KeyError or TypeError, `manage.py check` says so."""
    listed = city().raw.get("credentials", {}).get("questions", [])
    return {one["key"]: _question(one) for one in listed}


def _question(raw: dict[str, Any]) -> Question:
    return Question(
        key=str(raw["key"]),
        title=str(raw["title"]),
        purpose=str(raw["purpose"])[:300],
        legal_basis=str(raw["legal_basis"])[:200],
        kind=str(raw.get("kind", "")),
        vct=tuple(raw.get("vct", ())),
        claims=tuple(raw["claims"]),
        offices=tuple(raw.get("offices", ())),
        companies=bool(raw.get("companies", False)),
    )


def for_actor(actor: Actor) -> list[Question]:
    return [one for one in questions().values() if one.may_ask(actor)]
