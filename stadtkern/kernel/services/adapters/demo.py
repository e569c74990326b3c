"""A FIM portal without internet: invented schemas behind the same requests, and the portal's moods on demand.

It answers as API 0.24 describes it, so that the adapter which speaks to the real portal is the one that is tried.
"""

import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx

from stadtkern.lib.forms import fim, genericode

from .fim_portal import ADDRESS, Portal

FOLDER = Path(__file__).with_name("demo_portal")
_MOMENT = "2026-11-01T08:00:00Z"
Answer = tuple[int, Any]


class FakePortal:
    """Called with a request of httpx. `per_second` = most requests before it says 429.

    `moods` are used up one by one before it behaves: "429", "500", "503", "drop" (no answer), "html" (an error page
    with status 200), "cut" (half of the file).
    """

    def __init__(
        self,
        folder: Path = FOLDER,
        *,
        per_second: int = 50,
        moods: list[str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.files = {key: path for path in sorted(folder.glob("S*V*.xml")) if (key := _key(path))}
        self.lists = {
            one.version_uri: (one, path) for path in sorted(folder.glob("*.genericode.xml")) if (one := genericode.read(path))
        }
        self.per_second, self.moods, self.clock = per_second, moods or [], clock
        self.asked: list[str] = []
        self._recent: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """One request, one answer."""
        self.asked.append(request.url.raw_path.decode())
        mood = self.moods.pop(0) if self.moods else ""
        if mood == "drop":
            raise httpx.ReadTimeout("no answer", request=request)
        if mood == "html":
            return httpx.Response(200, text="<html><body>Wartung</body></html>")
        if mood.isdecimal():
            return httpx.Response(int(mood), json={"detail": "mood"})
        now = self.clock()
        self._recent = [moment for moment in self._recent if now - moment < 1] + [now]
        if len(self._recent) > self.per_second:
            return httpx.Response(429, json={"detail": "Too many requests"})
        status, body = self._answer(request)
        if isinstance(body, bytes):
            return httpx.Response(status, content=body[: len(body) // 2] if mood == "cut" else body)
        return httpx.Response(status, json=body)

    def _answer(self, request: httpx.Request) -> Answer:
        query = parse_qs(request.url.query.decode())
        match request.url.path.strip("/").split("/"):
            case ["api", "v1", "schemas"]:
                return _page([_listed(*each) for each in self._matching(query)], query)
            case ["api", "v1", "schemas", key]:
                return 200, [
                    _listed(path, self._newest(key) == version) for (each, version), path in self.files.items() if each == key
                ]
            case ["api", "v1", "schemas", key, version, *rest]:
                return self._one(key, version, rest)
            case ["api", "v0", "code-lists"]:
                return _page([self._list(uri) for uri in self.lists], query)
            case ["immutable", "code-lists", uri]:
                return (200, self.lists[uri][1].read_bytes()) if uri in self.lists else _missing("Code list not found")
        return _missing("Not Found")

    def _one(self, key: str, version: str, rest: list[str]) -> Answer:
        path = self.files.get((key, self._newest(key) if version == "latest" else version))
        if path is None:
            return _missing("Schema not found")
        if rest == ["xdf"]:
            return 200, path.read_bytes()
        schema = _schema(path)
        named = [self._list(uri) for uri in schema.missing_code_lists if uri in self.lists]
        upload = {"filename": path.name, "url": f"{ADDRESS}/immutable/{path.name}", "upload_time": _MOMENT, "code_lists": named}
        more: dict[str, Any] = {
            name: []
            for name in ("regeln", "datenfelder", "datenfeldgruppen", "children", "relation", "json_schema_files", "xsd_files")
        }
        full = _listed(path, self._newest(key) == schema.info.version) | more | {"uploads": [upload], "steckbrief_name": None}
        return (200, full) if not rest else _missing("Not Found")

    def _newest(self, key: str) -> str:
        versions = [version for each, version in self.files if each == key]
        return max(versions, key=genericode.newest, default="")

    def _matching(self, query: dict[str, list[str]]) -> list[tuple[Path, bool]]:
        found = []
        for (key, version), path in self.files.items():
            row, newest = _listed(path, True), self._newest(key) == version
            words = " ".join([*query.get("fts_query", []), *query.get("name", [])]).lower().split()
            if all(word in f"{row['name']} {row['bezeichnung']}".lower() for word in words) and _fits(row, newest, query):
                found.append((path, newest))
        return found

    def _list(self, uri: str) -> dict[str, Any]:
        one = self.lists[uri][0]
        number = list(self.lists).index(uri) + 1
        names = {"short_name": one.title, "long_name": None, "genericode_canonical_version_uri": uri, "is_external": False}
        return {"id": number, "url": f"{ADDRESS}/immutable/code-lists/{uri}", **names}


def _key(path: Path) -> tuple[str, str]:
    key, _, version = path.name.removesuffix(".xml").partition("V")
    return key, version


@cache
def _schema(path: Path) -> fim.Schema:
    return fim.load(path)


def _fits(row: dict[str, Any], newest: bool, query: dict[str, list[str]]) -> bool:
    status, latest = query.get("freigabe_status", []), query.get("is_latest", [])
    standard = query.get("xdf_version", [row["xdf_version"]])
    return (
        (not status or str(row["freigabe_status"]) in status)
        and (latest != ["true"] or newest)
        and row["xdf_version"] in standard
    )


def _listed(path: Path, newest: bool) -> dict[str, Any]:
    """One version as `SchemaOut` has it."""
    info = _schema(path).info
    status = int(info.status) if info.status.isdecimal() else 6
    nothing = (
        "beschreibung",
        "definition",
        "status_gesetzt_am",
        "gueltig_ab",
        "gueltig_bis",
        "status_gesetzt_durch",
        "steckbrief_id",
    )
    return {
        "fim_id": info.id, "fim_version": info.version, "nummernkreis": info.id[1:6], "name": info.title,
        "bezeichnung": info.title,
        "freigabe_status": status, "freigabe_status_label": "methodisch freigegeben" if status == 6 else "Entwurf",
        "xdf_version": "3.0.0" if info.standard == "3.0" else "2.0", "bezug": list(info.sources), "bezug_components": [],
        "stichwort": [], "letzte_aenderung": _MOMENT, "last_update": _MOMENT, "is_latest": newest, "versionshinweis": None,
        "veroeffentlichungsdatum": None, "fts_match": None, **dict.fromkeys(nothing),
    }  # fmt: skip


def _page(rows: list[dict[str, Any]], query: dict[str, list[str]]) -> Answer:
    try:
        offset, limit = (int(query.get(name, [default])[0]) for name, default in (("offset", "0"), ("limit", "200")))
    except ValueError:
        offset, limit = -1, 0
    if offset < 0 or not 1 <= limit <= 200:
        return 422, {
            "detail": [{"loc": ["query", "limit"], "msg": "Input should be between 1 and 200", "type": "less_than_equal"}]
        }
    items = rows[offset : offset + limit]
    return 200, {"items": items, "offset": offset, "limit": limit, "count": len(items), "total_count": len(rows)}


def _missing(detail: str) -> Answer:
    return 404, {"detail": detail}


def portal() -> Portal:
    """The portal of the demo."""
    return Portal(transport=httpx.MockTransport(FakePortal()))
