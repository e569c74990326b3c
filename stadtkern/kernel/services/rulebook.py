"""rules.py of a service: pure functions, always those of the running release (ADR 0005)."""

import importlib
import importlib.util
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

from django.conf import settings

FUNCTIONS = ("fee", "problems", "decide")


@cache
def rules_of(key: str) -> ModuleType | None:
    """The rules of this service, None where it has none. A city's own folder holds data only, hence never rules."""
    for domain in settings.DOMAINS:
        name = f"stadtkern.domains.{domain}.services.{key}"
        try:
            found = importlib.util.find_spec(f"{name}.rules")
        except ModuleNotFoundError:
            continue
        if found:
            return importlib.import_module(f"{name}.rules")
    return None


def function(key: str, name: str) -> Callable[..., Any] | None:
    """One rule of a service by name, None where it is not written."""
    rule: Callable[..., Any] | None = getattr(rules_of(key), name, None)
    return rule
