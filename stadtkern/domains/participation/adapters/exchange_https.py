"""Another Stadtkern's packages over HTTPS. Its address comes from city.toml alone: no redirects, bounded in time and size."""

from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
from django.utils.translation import gettext as _

from stadtkern.lib.parcel import MOST_BYTES
from stadtkern.lib.sdjwt.refused import Refused
from stadtkern.lib.sdjwt.strict import read_object

from ..exchange.feeds import Entry, Feed, FeedAway, Listing, Source, listing_of
from ..open311.configuration import allowed

TIMEOUT = httpx.Timeout(20, connect=5)
transport: httpx.BaseTransport | None = None  # tests put another one here


def connect(source: Source) -> Feed:
    if not allowed(source.url):
        raise FeedAway(_("Die Adresse von %s ist nicht in Ordnung. Das richtet ein, wer die Anlage betreibt.") % source.title)
    return Https(source)


class Https:
    """One city."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def listing(self) -> Listing:
        try:
            told: Any = read_object(self._get(self.source.url), MOST_BYTES)
            return listing_of(told)
        except (Refused, FeedAway) as wrong:
            if isinstance(wrong, FeedAway) and str(wrong) not in ("not a feed", "another format"):
                raise
            raise FeedAway(_("Die Antwort von %s können wir nicht lesen.") % self.source.title) from None

    def fetch(self, entry: Entry) -> bytes:
        where = urljoin(self.source.url, entry.url)
        if urlsplit(where)[:2] != urlsplit(self.source.url)[:2]:  # a feed sends us to no other server
            raise FeedAway(_("%s nennt die Adresse eines anderen Servers. Dorthin gehen wir nicht.") % self.source.title)
        return self._get(where)

    def _get(self, where: str) -> bytes:
        found, title = bytearray(), self.source.title
        try:
            with (
                httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False, transport=transport) as web,
                web.stream("GET", where) as answer,
            ):
                if answer.status_code != 200:
                    raise FeedAway(_("%(who)s antwortet mit Fehler %(code)s.") % {"who": title, "code": answer.status_code})
                for chunk in answer.iter_bytes():
                    found += chunk
                    if len(found) > MOST_BYTES:
                        raise FeedAway(_("Die Antwort von %s ist zu groß.") % title)
        except (httpx.HTTPError, httpx.InvalidURL):
            raise FeedAway(_("%s ist nicht zu erreichen.") % title) from None
        return bytes(found)
