"""rules.py of a service: pure functions, always those of the running release (ADR 0005)."""

import importlib
import inspect
from collections.abc import Callable, Mapping
from functools import cache
from types import ModuleType
from typing import Any

from django.conf import settings
from django.utils import timezone

FUNCTIONS = ("fee", "problems", "decide", "grant")


@cache
def rules_of(key: str) -> ModuleType | None:
    """The rules of this service, None where it has none. A city's own folder holds data only, hence never rules."""
    for domain in settings.DOMAINS:
        if (settings.ROOT / "stadtkern" / "domains" / domain / "services" / key / "rules.py").is_file():
            return importlib.import_module(f"stadtkern.domains.{domain}.services.{key}.rules")
    return None


def function(key: str, name: str) -> Callable[..., Any] | None:
    """One rule of a service by name, None where it is not written."""
    rule: Callable[..., Any] | None = getattr(rules_of(key), name, None)
    return rule


def ask(rule: Callable[..., Any], data: Callable[[], Mapping[str, Any]], *given: Any) -> Any:
    """Call a rule; one with a parameter `data` is given the city's data (parking zones …), with `today` the day."""
    wants = _wants(rule)
    more = {"data": data()} if "data" in wants else {}
    return rule(*given, **more, **({"today": timezone.localdate()} if "today" in wants else {}))


@cache
def _wants(rule: Callable[..., Any]) -> frozenset[str]:
    return frozenset(inspect.signature(rule).parameters) & {"data", "today"}
