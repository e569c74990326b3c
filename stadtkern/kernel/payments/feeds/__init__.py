"""Where bank statements come from: one file per way, chosen in city.toml, `[payments.bank] feed`."""

import importlib
from collections.abc import Iterable
from typing import Protocol

from stadtkern.kernel.payments import actions, bank

KNOWN = ("folder", "demo", "ebics")


class BankFeed(Protocol):
    """A source of files. What was taken in is marked, so that it does not come again; a refused file stays to be looked at."""

    key: str
    title: str

    def connected(self) -> str:
        """Why it cannot be asked, in German; empty when it can."""
        ...

    def waiting(self) -> Iterable[tuple[str, bytes]]:
        """(name, bytes) of files not yet taken, oldest first."""
        ...

    def done(self, name: str, problem: str = "") -> None:
        """This file was taken, or refused for a reason."""
        ...


def chosen() -> BankFeed:
    """The feed of this city."""
    ours = bank.account()
    key = ours.feed if ours and ours.feed in KNOWN else "folder"
    feed: BankFeed = importlib.import_module(f"stadtkern.kernel.payments.feeds.{key}").connect()
    return feed


def take_all(actor_key: str) -> tuple[list[actions.Taken], list[str]]:
    """Take in everything that waits; (what was taken, what was wrong with others)."""
    feed = chosen()
    if problem := feed.connected():
        return [], [problem]
    taken, problems = [], []
    for name, data in feed.waiting():
        try:
            taken.append(actions.take_in(name, data, actor_key=actor_key, way=feed.key))
        except actions.Refused as refused:
            feed.done(name, str(refused))
            problems.append(f"{name}: {refused}")
        else:
            feed.done(name)
    return taken, problems
