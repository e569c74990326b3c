"""A maker and a locker to try everything with; they keep their own memory in HOME/demo-papers. Nothing is made.

Orders go through the states of the Bundesdruckerei by the clock, minutes instead of weeks. The file HOME/outage/production
(or locker) switches them off; with the word "reject" inside, the maker refuses the picture of new orders.
"""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from stadtkern.lib import ids

from . import Refused, Said, Unavailable, Word

# Minutes after the order; express takes a fifth. In truth two to three weeks, or three to four working days.
STEPS = ((0, Word.ORDERED), (2, Word.IN_PRODUCTION), (6, Word.SENT), (8, Word.DELIVERED))
KINDS = ("id_card", "passport")


def connect_maker() -> "DemoMaker":
    """The maker as the department asks for it."""
    return DemoMaker(settings.HOME)


def connect_locker() -> "DemoLocker":
    """The locker as the department asks for it."""
    return DemoLocker(settings.HOME)


class _Memory:
    """Files of its own: what an outside system remembers when our transaction is rolled back."""

    name = ""

    def __init__(self, home: Path) -> None:
        self.folder, self.switch = home / "demo-papers" / self.name, home / "outage" / self.name

    def _wish(self) -> str:
        """What the switch says; Unavailable where it is plainly off."""
        text = self.switch.read_text().strip() if self.switch.exists() else ""
        if self.switch.exists() and text != "reject":
            raise Unavailable(f"the demo {self.name} is switched off")
        return text

    def _read(self, number: str) -> dict[str, Any] | None:
        file = self._file(number)
        return json.loads(file.read_text()) if file.exists() else None

    def _write(self, number: str, row: Mapping[str, Any]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        new = self._file(number).with_suffix(".new")
        new.write_text(json.dumps(row))
        new.replace(self._file(number))

    def _file(self, number: str) -> Path:
        if not re.fullmatch(r"[A-Za-z0-9-]{1,40}", number):
            raise Refused("not an order number")
        return self.folder / f"{number}.json"


class DemoMaker(_Memory):
    name = "production"

    def order(self, number: str, kind: str, *, express: bool) -> Said:
        """Taken at once; the second time it is the same order."""
        wish = self._wish()
        if kind not in KINDS:
            raise Refused(f"{kind} is not made here")
        if self._read(number) is None:
            self._write(number, {"at": timezone.now().isoformat(), "kind": kind, "express": express, "wish": wish})
        return self.look(number)

    def look(self, number: str) -> Said:
        """Where it is by the clock."""
        self._wish()
        row = self._read(number)
        if row is None:
            raise Refused("no such order")
        if row["wish"] == "reject":
            return Said(Word.REJECTED, "Das Lichtbild ist für die Biometrie nicht geeignet (Gesicht nicht frontal).")
        passed = (timezone.now() - datetime.fromisoformat(row["at"])) / timedelta(minutes=1) * (5 if row["express"] else 1)
        return Said([word for minutes, word in STEPS if minutes <= passed][-1])


class DemoLocker(_Memory):
    name = "locker"
    COMPARTMENTS = 40

    def put_in(self, number: str, until: date) -> str:
        self._wish()
        row = self._read(number)
        if row is None or row["state"] == "empty":
            used = [file for file in self.folder.glob("*.json") if json.loads(file.read_text())["state"] == "full"]
            if len(used) >= self.COMPARTMENTS:
                raise Refused("every compartment is full")
            row = {"code": ids.drawn(8), "until": until.isoformat(), "state": "full", "taken": False}
            self._write(number, row)
        return str(row["code"])

    def collected(self, number: str) -> bool:
        self._wish()
        row = self._read(number)
        return bool(row and row["taken"])

    def take_out(self, number: str) -> None:
        self._wish()
        if row := self._read(number):
            self._write(number, row | {"state": "empty"})

    def open_with(self, code: str) -> str | None:
        """Somebody types the code at the machine; the number of what they get, None for a wrong or used code."""
        for file in self.folder.glob("*.json"):
            row = json.loads(file.read_text())
            if row["code"] == ids.typed(code) and row["state"] == "full":
                self._write(file.stem, row | {"state": "empty", "taken": True})
                return file.stem
        return None
