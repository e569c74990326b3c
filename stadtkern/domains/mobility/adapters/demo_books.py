"""What the demo operator knows: offers, bookings, rides, its journal. Files of its own, so that pages and worker see the same.

Vehicles whose number ends in 13 were just taken when somebody books them; those that end in 00 exist for nobody.
"""

import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from stadtkern.lib.files import alone, put

JUST_TAKEN, UNHEARD_OF = "13", "00"
OFFER, PENDING = timedelta(minutes=5), timedelta(minutes=5)
LONGEST = timedelta(hours=24)  # then the operator ends a ride by itself
LIVE = ("PENDING", "CONFIRMED", "STARTED")
Row = dict[str, Any]


class Refusal(Exception):
    """Answered with this HTTP status."""

    def __init__(self, status: int, title: str) -> None:
        super().__init__(title)
        self.status, self.title = status, title


@dataclass(frozen=True)
class Tariff:
    """Gross cents: the start, each begun minute after the free ones, each begun minute of a pause, at most."""

    start: int = 100
    minute: int = 19
    free: int = 0
    pause: int = 5
    most: int = 1500
    vat: int = 19  # per cent
    hold: int = 10  # minutes a vehicle is kept for whoever reserved it

    def cost(self, seconds: int, paused: int) -> int:
        ridden, stood = -(-max(0, seconds - paused - self.free * 60) // 60), -(-paused // 60)
        return min(self.most, self.start + ridden * self.minute + stood * self.pause)


class Books:
    """One operator's bookings. Everything happens alone: two who want one vehicle come one after the other."""

    def __init__(self, folder: Path, tariff: Tariff, clock: Callable[[], datetime]) -> None:
        self.folder, self.tariff, self.now = folder, tariff, clock
        for name in ("bookings", "vehicles"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    def offer(self, vehicle: str, place: Row) -> Row | None:
        """A booking in state NEW; None where nothing can be had."""
        with alone(self.folder):
            if vehicle.endswith(UNHEARD_OF) or self._holder(vehicle):
                return None
            number, now = str(uuid.uuid4()), self.now()
            row: Row = {"id": number, "leg": f"{number}-1", "vehicle": vehicle, "from": place, "state": "NEW", "paused": 0}
            row |= {"leg_state": "NOT_STARTED", "until": (now + OFFER).isoformat(), "entries": []}
            return self._keep(row)

    def book(self, number: str) -> Row:
        with alone(self.folder):
            row = self._row(number)
            if row["state"] in LIVE:
                return row
            if row["state"] != "NEW":
                raise Refusal(410, "the offer is over")
            if row["vehicle"].endswith(JUST_TAKEN) or self._holder(row["vehicle"]):
                raise Refusal(409, "the vehicle is taken")
            self._place("vehicles", row["vehicle"]).write_text(number, encoding="utf-8")
            row |= {"state": "PENDING", "until": (self.now() + PENDING).isoformat()}
            return self._keep(row)

    def operate(self, number: str, operation: str) -> Row:
        """COMMIT or CANCEL; 403 where the state does not allow it, 410 where it is over."""
        with alone(self.folder):
            row = self._row(number)
            if row["state"] in ("EXPIRED", "NEW"):
                raise Refusal(410, "the booking has expired")
            if operation == "COMMIT" and row["state"] == "PENDING":
                row |= {"state": "CONFIRMED", "until": (self.now() + timedelta(minutes=self.tariff.hold)).isoformat()}
            elif operation == "CANCEL" and row["state"] in ("PENDING", "CONFIRMED"):
                row |= {"state": "CANCELLED", "leg_state": "CANCELLED"}
                self._free(row)
            else:
                raise Refusal(403, f"not in state {row['state']}")
            return self._keep(row)

    def move(self, leg: str, event: str) -> Row:
        """PREPARE, SET_IN_USE, PAUSE, FINISH. The same event again changes nothing."""
        with alone(self.folder):
            row, now = self._row(leg.removesuffix("-1")), self.now()
            if row["leg"] != leg:
                raise Refusal(404, "no such leg")
            allowed = {
                "PREPARE": ("NOT_STARTED", "PREPARING"),
                "SET_IN_USE": ("NOT_STARTED", "PREPARING", "PAUSED", "IN_USE"),
                "PAUSE": ("IN_USE", "PAUSED"),
                "FINISH": ("IN_USE", "PAUSED", "FINISHED"),
            }
            if row["state"] not in ("CONFIRMED", "STARTED", "FINISHED") or row["leg_state"] not in allowed.get(event, ()):
                raise Refusal(403, f"not in state {row['state']}, {row['leg_state']}")
            return self._keep(self._moved(row, event, now))

    def find(self, number: str) -> Row:
        with alone(self.folder):
            return self._row(number)

    def journal(self) -> list[Row]:
        """Every entry, the oldest first."""
        with alone(self.folder):
            rows = [self._row(json.loads(file.read_text(encoding="utf-8"))["id"]) for file in self._bookings()]
        return sorted((one for row in rows for one in row["entries"]), key=lambda one: (one["at"], one["journalId"]))

    def _moved(self, row: Row, event: str, now: datetime) -> Row:
        target = {"PREPARE": "PREPARING", "SET_IN_USE": "IN_USE", "PAUSE": "PAUSED", "FINISH": "FINISHED"}[event]
        if row["leg_state"] == target:
            return row
        if row["leg_state"] == "PAUSED":
            row["paused"] += int((now - datetime.fromisoformat(row.pop("stands"))).total_seconds())
        if event == "SET_IN_USE":
            row |= {"state": "STARTED", "began": row.get("began", now.isoformat())}
        if event == "PAUSE":
            row["stands"] = now.isoformat()
        if event == "FINISH":
            row |= {"state": "FINISHED", "ended": now.isoformat()}
            self._free(row)
            seconds = int((now - datetime.fromisoformat(row["began"])).total_seconds())
            cents = self.tariff.cost(seconds, row["paused"])
            entry = {"journalId": row["leg"], "journalSequenceId": "1", "category": "FARE", "at": now.isoformat()}
            row["entries"].append(entry | {"cents": cents, "usedTime": seconds})
        row["leg_state"] = target
        return row

    def _row(self, number: str) -> Row:
        try:
            row: Row = json.loads(self._place("bookings", number).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            raise Refusal(404, "no such booking") from None
        return self._aged(row)

    def _aged(self, row: Row) -> Row:
        """What the clock did: holds end, and rides nobody ends are ended."""
        now, waiting = self.now(), row["state"] in ("NEW", "PENDING", "CONFIRMED")
        if waiting and datetime.fromisoformat(row["until"]) <= now:
            row["state"] = "EXPIRED"
            self._free(row)
            self._keep(row)
        elif row["state"] == "STARTED" and (over := datetime.fromisoformat(row["began"]) + LONGEST) <= now:
            self._keep(self._moved(row, "FINISH", over))
        return row

    def _holder(self, vehicle: str) -> str:
        try:
            number = self._place("vehicles", vehicle).read_text(encoding="utf-8")
            return number if self._row(number)["state"] in LIVE else ""
        except (FileNotFoundError, Refusal):
            return ""

    def _free(self, row: Row) -> None:
        place = self._place("vehicles", row["vehicle"])
        if place.exists() and place.read_text(encoding="utf-8") == row["id"]:
            place.unlink()

    def _keep(self, row: Row) -> Row:
        put(self._place("bookings", row["id"]), json.dumps(row).encode())
        return row

    def _bookings(self) -> list[Path]:
        return [file for file in (self.folder / "bookings").iterdir() if not file.name.startswith(".")]

    def _place(self, kind: str, name: str) -> Path:
        return self.folder / kind / hashlib.sha256(name.encode()).hexdigest()[:32]
