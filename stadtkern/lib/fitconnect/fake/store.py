"""What the pretended delivery service remembers: one SQLite file, shared by processes, safe when one is killed."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS client (id TEXT PRIMARY KEY, secret TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS token (token TEXT PRIMARY KEY, client TEXT NOT NULL, ends REAL NOT NULL);
CREATE TABLE IF NOT EXISTS destination (id TEXT PRIMARY KEY, owner TEXT NOT NULL, about TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS key (destination TEXT, kid TEXT, jwk TEXT NOT NULL, PRIMARY KEY (destination, kid));
CREATE TABLE IF NOT EXISTS submission (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, kase TEXT NOT NULL, destination TEXT NOT NULL, sender TEXT NOT NULL,
    service TEXT NOT NULL, announced TEXT NOT NULL, state TEXT NOT NULL, metadata TEXT, data TEXT, callback TEXT);
CREATE TABLE IF NOT EXISTS attachment (submission TEXT, id TEXT, token TEXT NOT NULL, PRIMARY KEY (submission, id));
CREATE TABLE IF NOT EXISTS event (
    number INTEGER PRIMARY KEY, kase TEXT NOT NULL, submission TEXT NOT NULL, token TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS trouble (number INTEGER PRIMARY KEY, operation TEXT, kind TEXT, left_over INTEGER, detail TEXT);
CREATE INDEX IF NOT EXISTS event_case ON event (kase, number);
"""


class Store:
    """Rows in, rows out; every `with store.change()` is one transaction that waits for its turn."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection().executescript(_TABLES)

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            self._local.connection = connection
        found: sqlite3.Connection = self._local.connection
        return found

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """A transaction; rolled back when anything is raised."""
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """Read."""
        return self._connection().execute(query, values).fetchall()

    def row(self, query: str, *values: Any) -> sqlite3.Row | None:
        """The first row, or None."""
        return next(iter(self.rows(query, *values)), None)

    def setting(self, name: str) -> Any:
        """A remembered value, None where there is none."""
        row = self.row("SELECT value FROM setting WHERE name = ?", name)
        return json.loads(row["value"]) if row else None

    def set(self, name: str, value: Any) -> None:
        """Remember a value, unless there is one already."""
        with self.change() as connection:
            connection.execute("INSERT OR IGNORE INTO setting VALUES (?, ?)", [name, json.dumps(value)])
