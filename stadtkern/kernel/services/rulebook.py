"""rules.py of a service: pure functions, always those of the running release (ADR 0005)."""

import importlib
import inspect
from collections.abc import Callable, Mapping
from functools import cache
from types import ModuleType
from typing import Any

from django.conf import settings

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
    """Call a rule; one with a parameter `data` is given the city's data (parking zones …), so it stays pure."""
    return rule(*given, data=data()) if _wants_data(rule) else rule(*given)


@cache
def _wants_data(rule: Callable[..., Any]) -> bool:
    return "data" in inspect.signature(rule).parameters
