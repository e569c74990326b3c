"""Maturity (Reifegrad): how digital a service really is, by criterion; the lowest decides. Nothing is typed in.

Two models: 1.1 (June 2020, levels 0 to 4, ten criteria) and 2.0 (July 2025, levels 0 to 7, thirteen criteria: 0 to 3 the
application, 4 to 6 process and data, 7 end to end). Which titles and rungs could be checked at the source, and which are our
own reading, says docs/maturity.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.city.profile import City
from stadtkern.lib.forms.model import Kind, fields

from .directory import general
from .directory.entry import Entry
from .modules.store import Modules
from .service import Service


@dataclass(frozen=True)
class Platform:
    """What the installation around a service has: plugs of `city.toml`, and what Stadtkern does for every service alike."""

    federal_account: bool = False  # BundID, later DeutschlandID, with its mailbox
    federal_evidence: bool = False  # NOOTS
    federal_status: bool = False  # status monitor of the federation
    real_payment: bool = False  # a payment provider and the books behind it, not the demonstration
    state_transport: bool = False  # FIT-Connect
    online_id: bool = True  # proof of identity online
    accessible: bool = True  # accessibility statement says fully or partly
    english: bool = True  # the frame around the service

    @classmethod
    def of(cls, city: City) -> "Platform":
        """As the city has switched it on; the plug "demo" counts for the function, not for the federal part."""
        plugs = {room: name for room, name in city.adapters.items() if name != "demo"}
        return cls(
            federal_account=plugs.get("accounts") in ("bundid", "deutschlandid"),
            federal_evidence=plugs.get("registers") == "noots",
            federal_status=plugs.get("status") == "federal",
            real_payment="payments" in plugs,
            state_transport="exchange" in plugs,
            accessible=city.raw.get("accessibility", {}).get("state") in ("fully", "partly"),
        )


@dataclass(frozen=True)
class Facts:
    """What a service has, as yes or no; see `of_service` and `of_entry` for where each comes from."""

    platform: Platform
    described: bool = False  # a sentence on what it is
    explained: bool = False  # what one should know, needs, pays, and on which law it rests
    leika: bool = False
    form: bool = False
    structured: bool = False  # questions of its own, not the general application
    account: bool = False  # sending needs an account
    identity: bool = False  # sending needs a proof of identity
    upload: bool = False  # the form asks for documents as files
    prefilled: bool = False  # something comes from a register or the account
    nothing_to_bring: bool = False  # no document is left to bring
    fee: bool = False
    own_decision: bool = False  # decided in this house
    handed_over: bool = False  # or the service says to whom the application is sent
    digital_result: bool = False  # the result does not come by post
    no_visit: bool = False
    automatic: bool = False  # a paragraph allows the rule to decide
    english: bool = False
    plain: bool = False  # Leichte Sprache


def of_service(service: Service, platform: Platform, words: Modules | None = None) -> Facts:
    """The facts of a service, read from its folder and from the texts of its entry in the directory."""
    words = words or Modules(service.leika)
    kinds = {field.kind for _, field in fields(service.form)}
    upload = Kind.FILE in kinds
    return Facts(
        platform=platform,
        described=bool(service.teaser or words.get("teaser")),
        explained=bool((service.description or words.get("full")) and (service.legal_basis or words.get("legal_basis"))),
        leika=bool(service.leika),
        form=True,
        structured=not service.key.startswith((general.BASE, general.PREFIX)),
        account=service.trust > Trust.NONE,
        identity=service.trust > Trust.BASIC,
        upload=upload,
        prefilled=bool(service.prefill),
        nothing_to_bring=not upload,
        fee=service.has_fee,
        own_decision=service.authority == "city",
        handed_over=bool(service.send.to),
        digital_result=not service.decision.paper,
        no_visit=service.appointment is None,
        automatic=bool(service.decision.automatic),
        english="en" in service.texts,
        plain="leicht" in service.texts or bool(words.own("full", "leicht") or words.own("short", "leicht")),
    )


def of_entry(entry: Entry, platform: Platform, words: Modules, *, startable: bool) -> Facts:
    """The facts of a directory entry without a service of its own.

    `startable` = by the general application; its page then says who is responsible and how to begin.
    """
    return Facts(
        platform=platform,
        described=startable or bool(words.get("teaser") or words.get("short") or words.get("full")),
        explained=bool(words.get("full") and words.get("legal_basis")),
        leika=bool(entry.leika),
        form=startable,
        account=startable,
        upload=startable,
        own_decision=startable,
        digital_result=startable,
        no_visit=startable,
        english=bool(words.own("full", "en") or words.own("short", "en")),
        plain=bool(words.own("full", "leicht") or words.own("short", "leicht")),
    )


@dataclass(frozen=True)
class Rung:
    """What a level asks for; `missing` says in German what to do where it is not there."""

    level: int
    met: Callable[[Facts], bool]
    missing: Any


@dataclass(frozen=True)
class Criterion:
    """One criterion: its rungs upwards. Levels without a rung ask for nothing more than the one below."""

    key: str
    title: Any  # translated when it is shown
    rungs: tuple[Rung, ...]
    applies: Callable[[Facts], bool] = lambda facts: True
    checked: bool = False  # the title stands in the official check


@dataclass(frozen=True)
class Model:
    """A maturity model: its highest level, the names of its levels, its criteria."""

    key: str  # "1.1", "2.0"
    top: int
    levels: tuple[Any, ...]
    criteria: tuple[Criterion, ...]

    def measure(self, facts: Facts) -> "Maturity":
        """Every criterion on these facts."""
        return Maturity(self, tuple(_score(criterion, self.top, facts) for criterion in self.criteria))


@dataclass(frozen=True)
class Score:
    """The level of one criterion, None where it does not apply, and what is missing for the next level ("" at the top)."""

    criterion: Criterion
    level: int | None
    missing: Any = ""

    @property
    def next(self) -> int | None:
        """The level that would be reached with what is missing, as far as this criterion goes."""
        return None if self.level is None or not self.missing else self.level + 1


@dataclass(frozen=True)
class Maturity:
    """A service measured with a model."""

    model: Model
    scores: tuple[Score, ...]

    @cached_property
    def level(self) -> int:
        """The lowest level of all criteria that apply."""
        return min((score.level for score in self.scores if score.level is not None), default=0)

    @property
    def name(self) -> str:
        """The level in words."""
        return str(self.model.levels[self.level])

    @property
    def holding(self) -> tuple[Score, ...]:
        """The criteria that keep it from the next level."""
        return tuple(score for score in self.scores if score.level == self.level and score.missing)

    @property
    def todo(self) -> list[str]:
        """What is missing for the next level, each sentence once."""
        return list(dict.fromkeys(str(score.missing) for score in self.holding))


def _score(criterion: Criterion, top: int, facts: Facts) -> Score:
    if not criterion.applies(facts):
        return Score(criterion, None)
    for rung in criterion.rungs:
        if not rung.met(facts):
            return Score(criterion, rung.level - 1, rung.missing)
    return Score(criterion, top)
