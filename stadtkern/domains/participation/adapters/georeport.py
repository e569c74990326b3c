"""A real Open311 server over HTTP. Its address comes from city.toml alone: no redirects, bounded in time and size."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx
from django.utils.translation import gettext as _

from stadtkern.lib.georeport import moments, read
from stadtkern.lib.georeport.shapes import Request, Row, request_of, text_of

from ..open311.configuration import Neighbour, allowed
from . import Declined, Receipt, Server, Unavailable

TIMEOUT = httpx.Timeout(20, connect=5)
MOST_BYTES = 30_000_000
LATE = (500, 502, 504)  # of a POST: it may have arrived all the same
transport: httpx.BaseTransport | None = None  # tests put another one here


def connect(neighbour: Neighbour) -> Server:
    if not allowed(neighbour.url):
        raise Unavailable(
            _("Die Adresse von %s ist nicht in Ordnung. Das richtet ein, wer die Anlage betreibt.") % neighbour.title
        )
    return GeoReport(neighbour)


def state(neighbour: Neighbour) -> str:
    return _("Verbunden mit %s") % neighbour.url


class GeoReport:
    """One neighbour."""

    def __init__(self, neighbour: Neighbour) -> None:
        self.neighbour = neighbour

    def changed(self, after: datetime, page: int, size: int) -> list[Row]:
        query = {"updated_after": moments.written(after) or "", "page": str(page), "page_size": str(size), "extensions": "true"}
        return self._rows("GET", "requests", query)

    def some(self, numbers: list[str]) -> list[Request]:
        return [request_of(row) for row in self._rows("GET", "requests", {"service_request_id": ",".join(numbers)})]

    def send(self, fields: Mapping[str, str], once: str = "") -> Receipt:
        if not self.neighbour.secret:
            raise Declined(_("Für %s haben wir keinen Schlüssel (STADTKERN_OPEN311_KEYS).") % self.neighbour.title)
        found = self._rows("POST", "requests", {**fields, "api_key": self.neighbour.secret}, once)
        row = found[0] if found else {}
        names = ("service_request_id", "token", "service_notice")
        return Receipt(*[text_of(row.get(name)).strip() for name in names])

    def number_behind(self, token: str) -> str:
        if not token.replace("-", "").replace("_", "").replace(".", "").isalnum():
            raise Declined(_("Das Kennzeichen von dort ist kein gültiges."))
        found = self._rows("GET", f"tokens/{token}", {})
        return text_of(found[0].get("service_request_id")).strip() if found else ""

    def _rows(self, method: str, path: str, fields: Mapping[str, str], once: str = "") -> list[Row]:
        if self.neighbour.jurisdiction:
            fields = {**fields, "jurisdiction_id": self.neighbour.jurisdiction}
        where = f"{self.neighbour.url}/{path}.{self.neighbour.form}"
        status, body = self._call(method, where, {name: value for name, value in fields.items() if value}, once)
        title = self.neighbour.title
        if status >= 500 or 300 <= status < 400 or status == 429:
            text = _("%(who)s antwortet mit Fehler %(code)s.") % {"who": title, "code": status}
            raise Unavailable(text, arrived=method == "POST" and status in LATE)
        try:
            found = read.rows(body)
        except read.Refusal as refused:
            raise Declined(_("%(who)s sagt: %(what)s") % {"who": title, "what": str(refused)[:500]}) from None
        except read.NotGeoReport:
            sent = method == "POST" and status < 400
            text = _("Die Antwort von %(who)s (%(code)s) können wir nicht lesen.") % {"who": title, "code": status}
            raise (Unavailable(text, arrived=sent) if status < 400 else Declined(text)) from None
        if status >= 400:
            raise Declined(_("%(who)s antwortet mit Fehler %(code)s.") % {"who": title, "code": status})
        return found

    def _call(self, method: str, where: str, fields: Mapping[str, str], once: str) -> tuple[int, bytes]:
        how: dict[str, Any] = {"params": fields} if method == "GET" else {"data": fields}
        how |= {"headers": {"Idempotency-Key": once}} if once else {}
        found, title = bytearray(), self.neighbour.title
        try:
            with (
                httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False, transport=transport) as web,
                web.stream(method, where, **how) as answer,
            ):
                for chunk in answer.iter_bytes():
                    found += chunk
                    if len(found) > MOST_BYTES:
                        raise Unavailable(_("Die Antwort von %s ist zu groß.") % title, arrived=method == "POST")
                return answer.status_code, bytes(found)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL):
            raise Unavailable(_("%s ist nicht zu erreichen.") % title) from None
        except httpx.HTTPError:
            text = _("%s hat zu lange nicht geantwortet.") % title
            raise Unavailable(text, arrived=method == "POST") from None
