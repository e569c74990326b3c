"""The FIM portal itself: open GET endpoints, pages of at most 200, 429 when asked too fast (API 0.24)."""

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urljoin

import httpx

from stadtkern.kernel.services.adapters import ListReference, NotInPortal, PortalUnavailable, Record
from stadtkern.kernel.services.fim_fetch import NotFetched, fetch

ADDRESS = "https://fimportal.de"
PAGE = 200
MOST_PAGES = 500
TRIES = 6
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 30.0  # seconds; the portal asks to wait "a few milliseconds"
_AGAIN = frozenset({429, 500, 502, 503, 504})


class Portal:
    """`transport` stands in for the network, `sleep` for the clock."""

    def __init__(
        self,
        address: str = ADDRESS,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.address, self.transport, self.sleep = address, transport, sleep

    def search(self, text: str = "", *, released: bool = True) -> Iterator[Record]:
        """Newest versions whose text matches, page by page; `released` leaves drafts out."""
        asked: list[tuple[str, str]] = [("is_latest", "true")]
        asked += [("fts_query", text)] if text else []
        asked += [("freigabe_status", "5"), ("freigabe_status", "6")] if released else []
        return map(_record, self._pages("/api/v1/schemas", asked))

    def schema(self, key: str, version: str = "latest") -> bytes:
        """The XDatenfelder file of one version."""
        return self._get(f"{_path(key, version)}/xdf", f"Das Schema {key} ({version})")

    def lists_of(self, key: str, version: str = "latest") -> list[ListReference]:
        """The code lists this version names."""
        full = self._json(_path(key, version), f"Das Schema {key} ({version})")
        uploads = full.get("uploads") if isinstance(full, dict) else None
        found: dict[str, ListReference] = {}
        for upload in uploads if isinstance(uploads, list) else ():
            for each in upload.get("code_lists") or () if isinstance(upload, dict) else ():
                reference = _reference(each)
                found[reference.version_uri] = reference
        return list(found.values())

    def lists(self) -> Iterator[ListReference]:
        """Every code list the portal knows."""
        return map(_reference, self._pages("/api/v0/code-lists", []))

    def code_list(self, reference: ListReference) -> bytes:
        """The genericode file of a list."""
        if not reference.url:
            raise NotInPortal(f"Die Codeliste {reference.version_uri or reference.uri} liegt nicht im FIM-Portal.")
        return self._get(reference.url, f"Die Codeliste {reference.version_uri}")

    def _pages(self, path: str, asked: list[tuple[str, str]]) -> Iterator[Any]:
        seen = 0
        for _ in range(MOST_PAGES):
            page = self._json(f"{path}?" + urlencode([*asked, ("limit", str(PAGE)), ("offset", str(seen))]))
            items = page.get("items") if isinstance(page, dict) else None
            if not isinstance(items, list):
                raise PortalUnavailable("Das FIM-Portal antwortet anders als beschrieben (keine Liste).")
            yield from items
            seen += len(items)
            total = page.get("total_count")
            if not items or not isinstance(total, int) or seen >= total:
                return

    def _json(self, path: str, what: str = "Die Seite") -> Any:
        try:
            return json.loads(self._get(path, what))
        except (ValueError, RecursionError) as error:
            raise PortalUnavailable("Das FIM-Portal antwortet anders als beschrieben (kein JSON).") from error

    def _get(self, path: str, what: str) -> bytes:
        pause = FIRST_PAUSE
        for attempt in range(1, TRIES + 1):
            try:
                return fetch(urljoin(self.address, path), transport=self.transport)
            except NotFetched as error:
                if error.status == 404:
                    raise NotInPortal(f"{what} gibt es im FIM-Portal nicht.") from error
                if error.status not in _AGAIN or attempt == TRIES:
                    raise PortalUnavailable(f"Das FIM-Portal gibt nichts heraus: {error}") from error
                self.sleep(min(_wished(error.retry_after) or pause * random.uniform(1, 1.5), LONGEST_PAUSE))  # noqa: S311
                pause *= 2
        raise AssertionError("unreachable")


def _wished(header: str) -> float:
    """Seconds of a Retry-After header; 0 for none, or for a date."""
    return float(header) if header.isdecimal() and len(header) < 6 else 0.0


def _path(key: str, version: str) -> str:
    return f"/api/v1/schemas/{quote(key, safe='')}/{quote(version, safe='')}"


def _record(item: Mapping[str, Any]) -> Record:
    try:
        return Record(
            id=str(item["fim_id"]),
            version=str(item["fim_version"]),
            title=str(item.get("bezeichnung") or item.get("name") or item["fim_id"]),
            standard=str(item.get("xdf_version") or ""),
            status=int(item.get("freigabe_status") or 0),
            latest=bool(item.get("is_latest")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PortalUnavailable("Das FIM-Portal antwortet anders als beschrieben (unlesbarer Eintrag).") from error


def _reference(item: Any) -> ListReference:
    if not isinstance(item, dict):
        raise PortalUnavailable("Das FIM-Portal antwortet anders als beschrieben (unlesbare Codeliste).")
    names = ("genericode_canonical_version_uri", "genericode_canonical_uri", "url")
    return ListReference(*(str(item.get(name) or "") for name in names))


def portal() -> Portal:
    """The portal of FITKO."""
    return Portal()
