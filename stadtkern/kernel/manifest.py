"""How a domain introduces itself: typed values, no side effects, no tables."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from ninja import Router


@dataclass(frozen=True)
class Link:
    """An entry of the navigation; `view` is a URL name."""

    title: str
    view: str
    audience: str = "everyone"  # everyone · citizens · companies · tourists · staff


@dataclass(frozen=True)
class KPI:
    """A figure with target and owner; `measure` returns its value today."""

    name: str
    title: str
    unit: str
    target: float
    owner: str
    measure: Callable[[], float | None]


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
