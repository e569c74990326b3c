"""Fetching what other cities offer: each package once, each refusal told, nothing decided."""

from dataclasses import dataclass, field

from stadtkern.kernel.accounts.access import SYSTEM

from ..exchange.feeds import FeedAway, Source, feed
from ..models import Incoming
from .adopting import UnknownCity, receive
from .exchanging import note_key
from .guard import Refused

MOST = 50  # packages at one time


@dataclass
class Fetched:
    """What one round brought."""

    fresh: int = 0
    problems: list[str] = field(default_factory=list)
    unknown: str = ""  # fingerprint of a key nobody has confirmed yet


def fetch_all(source: Source, actor_key: str = SYSTEM) -> Fetched:
    """New packages of one city of city.toml. Raises FeedAway; refused ones are told, the others come in."""
    done, there = Fetched(), feed(source)
    listing = there.listing()
    city = note_key(actor_key, listing.city_id, listing.title, listing.key, source.key)
    if not city.believed:
        done.unknown = city.fingerprint
        return done
    known = set(Incoming.objects.filter(city=city).values_list("digest", flat=True))
    for entry in [one for one in listing.entries if one.digest not in known][:MOST]:
        try:
            receive(actor_key, there.fetch(entry), source.key)
            done.fresh += 1
        except (UnknownCity, Refused, FeedAway) as refused:
            done.problems.append(f"{entry.number}: {refused}")
    return done
