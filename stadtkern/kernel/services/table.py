"""A TOML table read key by key: every wrong type, missing key and unknown key becomes one readable sentence."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any

_WORDS: dict[type, str] = {
    str: "ein Text",
    int: "eine ganze Zahl",
    bool: "true oder false",
    list: "eine Liste",
    dict: "eine Tabelle",
}


class Table:
    """Reads one table; `done()` reports the keys nobody asked for. Problems are collected, not raised."""

    def __init__(self, raw: Mapping[str, Any], place: str, problems: list[str]) -> None:
        self.raw, self.place, self.problems = raw, place, problems
        self._known: list[str] = []

    def complain(self, key: str, message: str) -> None:
        """One sentence with the place it is about."""
        where = f"{self.place} {key}".strip()
        self.problems.append(f"{where}: {message}")

    def _take(self, key: str, kind: type, required: bool) -> Any:
        self._known.append(key)
        if key not in self.raw:
            if required:
                self.complain(key, "fehlt.")
            return None
        value = self.raw[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.complain(key, f"muss {_WORDS[kind]} sein, nicht {value!r}.")
            return None
        return value

    def text(self, key: str, default: str = "", *, required: bool = False, one_of: Collection[str] = ()) -> str:
        value = self._take(key, str, required)
        if value is None:
            return default
        text: str = value.strip()
        if "\0" in text:
            self.complain(key, "enthält ein NUL-Zeichen.")
            return default
        if required and not text:
            self.complain(key, "ist leer.")
        if one_of and text not in one_of:
            self.complain(key, f"„{text}“ gibt es nicht{_near(text, one_of)}")
            return default
        return text

    def number(self, key: str, *, required: bool = False, least: int | None = None) -> int | None:
        value: int | None = self._take(key, int, required)
        if value is not None and least is not None and value < least:
            self.complain(key, f"muss mindestens {least} sein.")
            return None
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        value = self._take(key, bool, False)
        return default if value is None else bool(value)

    def any(self, key: str) -> Any:
        """The raw value, for keys with several shapes."""
        self._known.append(key)
        return self.raw.get(key)

    def words(self, key: str, *, one_of: Collection[str] = (), required: bool = False) -> tuple[str, ...]:
        value = self._take(key, list, required)
        if value is None:
            return ()
        if not all(isinstance(word, str) for word in value):
            self.complain(key, "muss eine Liste von Texten sein.")
            return ()
        for word in value:
            if one_of and word not in one_of:
                self.complain(key, f"„{word}“ gibt es nicht{_near(word, one_of)}")
        if required and not value:
            self.complain(key, "ist leer.")
        return tuple(value)

    def table(self, key: str, *, required: bool = False) -> "Table":
        """The table below; an empty one where it is missing."""
        value = self._take(key, dict, required)
        return Table(value or {}, f"{self.place} [{key}]", self.problems)

    def tables(self, key: str, *, required: bool = False) -> list["Table"]:
        """The list of tables below, each with a place that names it."""
        value = self._take(key, list, required)
        if value is None:
            return []
        if not all(isinstance(item, dict) for item in value):
            self.complain(key, "muss eine Liste von Tabellen sein.")
            return []
        if required and not value:
            self.complain(key, "ist leer.")
        return [Table(item, f"{self.place} [{key} {_name(item, n)}]", self.problems) for n, item in enumerate(value, 1)]

    def mapping(self, key: str) -> dict[str, str]:
        """A table of texts."""
        below = self.table(key)
        return {name: below.text(name) for name in below.raw}

    def done(self) -> None:
        """Every key that was never asked for is a mistake, most often of spelling."""
        for key in self.raw:
            if key not in self._known:
                self.complain(key, f"unbekannter Schlüssel{_near(key, self._known)}")


def _name(item: Mapping[str, Any], number: int) -> str:
    for key in ("name", "key", "title"):
        if isinstance(item.get(key), str):
            return str(item[key])
    return str(number)


def _near(word: str, known: Collection[str]) -> str:
    near = get_close_matches(word, known, 1)
    return f"; gemeint ist vielleicht „{near[0]}“." if near else f" (erlaubt: {', '.join(sorted(set(known)))})."
