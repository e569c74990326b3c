"""What an appointment belongs to, in words and with the way there; the rooms above tell (site/wiring.py)."""

from collections.abc import Callable, Collection

from ..typed import key_of

# Each answers for as many as it knows: about -> (title, address of the clerk's page).
SOURCES: list[Callable[[Collection[str]], dict[str, tuple[str, str]]]] = []


def named(abouts: Collection[str]) -> dict[str, tuple[str, str]]:
    """All at once, so that a day of two hundred appointments costs one question."""
    wanted = {about for about in abouts if about}
    found: dict[str, tuple[str, str]] = {}
    for source in SOURCES if wanted else ():
        found |= source(wanted)
    return found


def case_of(about: str) -> int | None:
    """The number in "case:17", for the access log."""
    room, _colon, number = about.partition(":")
    return key_of(number) if room == "case" else None
