"""Whom an erasure asks, in which order: found at the same place in every room and domain."""

import importlib
import importlib.util
from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.conf import settings

from stadtkern.kernel.privacy import erasure


def connect() -> None:
    """From the top of the house to the ground: files before their letters, letters before papers, the account last."""
    places = {name: f"stadtkern.domains.{name}" for name in settings.DOMAINS}
    places |= {room: f"stadtkern.kernel.{room}" for room in reversed(settings.ROOMS)}
    for name, place in places.items():
        if name == "privacy":
            erasure.PARTS[name], erasure.PREVIEWS[name] = erasure.own_part, erasure.own_preview
        elif importlib.util.find_spec(f"{place}.erasure"):
            module = importlib.import_module(f"{place}.erasure")
            erasure.PARTS[name] = module.erase
            if look := getattr(module, "preview", None):
                erasure.PREVIEWS[name] = look
            elif words := getattr(module, "goes", None):  # rooms below privacy know no Preview
                erasure.PREVIEWS[name] = partial(_only_goes, words)


def _only_goes(words: Callable[[int, UUID | None], list[str]], account_id: int, register_key: UUID | None) -> erasure.Preview:
    return erasure.Preview(words(account_id, register_key))
