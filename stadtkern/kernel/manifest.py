"""How a domain introduces itself: typed values, no side effects, no tables."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from ninja import Router

from stadtkern.kernel.metrics.definitions import KPI

__all__ = ["DOMAINS", "KPI", "Board", "Dataset", "Domain", "Link", "links"]


@dataclass(frozen=True)
class Link:
    """An entry of the navigation; `view` is a URL name."""

    title: str
    view: str
    audience: str = "everyone"  # everyone · signed_in · staff · a role ("PRIVACY") · an office ("office:ordnungsamt")


@dataclass(frozen=True)
class Dataset:
    """An open dataset; `rows` yields its records."""

    name: str
    title: str
    licence: str
    rows: Callable[[], Iterable[Mapping[str, Any]]]


@dataclass(frozen=True)
class Board:
    """A panel on a board page."""

    title: str
    template: str
    context: Callable[[HttpRequest], dict[str, Any]]


@dataclass(frozen=True)
class Domain:
    """One department: `DOMAIN = Domain(...)` in its domain.py."""

    name: str
    title: str
    office: str
    navigation: list[Link] = field(default_factory=list)
    api: Router | None = None
    kpis: list[KPI] = field(default_factory=list)
    datasets: list[Dataset] = field(default_factory=list)
    boards: list[Board] = field(default_factory=list)
    begin: Callable[[], None] | None = None  # called once in every process of the server, before its first request; never waits


# Every department of this city; filled once at start by site/wiring.py.
DOMAINS: list[Domain] = []


def links(account: bool, role: str, office: str = "") -> list[Link]:
    """What the departments put into the navigation of this reader; `role` and `office` are empty for who is not staff."""
    mine = {role, "staff", "signed_in", f"office:{office}"} if role else {"signed_in"} if account else set()
    return [link for domain in DOMAINS for link in domain.navigation if link.audience in mine | {"everyone"}]
