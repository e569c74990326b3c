"""What people do: line up, look again when the page says so (some more often), click, read the answer."""

import contextlib
import os
import random
import re
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from .wire import BROKEN, Answer, Ask
from .world import Human, Morning

_TURN = re.compile(rb'name="turn" value="([^"]+)"')
_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')
_AGAIN = re.compile(rb'http-equiv="refresh" content="(\d+)"')
_NUMBER = re.compile(rb'id="nummer">([^<]+)<')
GONE = b"Alle Termine sind vergeben"
Steps = Generator[Ask | float, Answer | None, None]


@dataclass
class Day:
    """What happened to everybody in one rush."""

    processes: dict[str, list[int]] = field(default_factory=dict)  # whose CPU is looked at: name -> process ids
    confirmed: dict[str, int] = field(default_factory=dict)  # number the person read -> account
    told: set[int] = field(default_factory=set)  # read that all are gone
    first_click: float = 0.0
    last_confirmed: float = 0.0
    last_told: float = 0.0
    clicks: int = 0
    odd: dict[str, int] = field(default_factory=dict)
    over: bool = False  # the probes may stop
    cpu_before: dict[str, float] = field(default_factory=dict)
    cpu_after: dict[str, float] = field(default_factory=dict)

    def clicked(self) -> None:
        """Somebody presses the button."""
        self.clicks += 1
        if not self.first_click:
            self.cpu_before = {name: cpu_seconds(ids) for name, ids in self.processes.items()}
            self.first_click = time.perf_counter()

    def cpu(self) -> str:
        """Between the first click and the last confirmation, for each booking."""
        used = {name: (self.cpu_after[name] - before) / len(self.confirmed) * 1e3 for name, before in self.cpu_before.items()}
        return ", ".join(f"{name} {ms:.2f} ms" for name, ms in used.items())

    def booked(self, number: str, account: int, at: float) -> None:
        self.confirmed[number] = account
        self.last_confirmed = max(self.last_confirmed, at)
        if len(self.confirmed) % 25 == 0 or len(self.confirmed) < 25:
            self.cpu_after = {name: cpu_seconds(ids) for name, ids in self.processes.items()}

    def note_odd(self, what: str) -> None:
        self.odd[what] = self.odd.get(what, 0) + 1


def cpu_seconds(ids: list[int]) -> float:
    """What these processes have used so far."""
    ticks = 0
    for one in ids:
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(words[11]) + int(words[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def person(human: Human, morning: Morning, day: Day, dice: random.Random, port: int, impatient: bool) -> Steps:
    """Until there is an appointment, or the page says that there is none."""
    cookies = {"sessionid": human.session}
    path = f"/termin/einlass/{morning.wave}/"
    while True:
        answer = yield Ask("queue", _get(path, cookies, human, port))
        assert answer is not None
        if answer.status == BROKEN:
            yield 0.5 + dice.random()
            continue
        _keep(answer, cookies)
        if answer.status != 200:
            day.note_odd(f"{answer.status} queue")
            yield 2.0
            continue
        if turn := _TURN.search(answer.body):
            begins = float(turn[1].split(b"_")[0])  # stands on the page in words, too
            yield max(0.0, begins - time.time()) + 0.3 * dice.random()  # read, move the mouse
            fields = {"csrfmiddlewaretoken": _TOKEN.search(answer.body)[1].decode(), "turn": turn[1].decode(), "zeit": ""}  # type: ignore[index]
            day.clicked()
            answer = yield Ask("book", _post(f"{path}buchen/", fields, cookies, human, port))
            assert answer is not None
            if number := _NUMBER.search(answer.body):
                return day.booked(number[1].decode(), human.account, answer.at)
            if answer.status == BROKEN:
                yield 0.5 + dice.random()
                continue
            if answer.status not in (200, 302):
                day.note_odd(f"{answer.status} book")
        if GONE in answer.body:
            day.last_told = max(day.last_told, answer.at)
            day.told.add(human.account)
            return None
        again = _AGAIN.search(answer.body)
        pause = float(again[1]) if again else 1.0
        yield min(pause, 2.0) if impatient else pause


def looker(kind: str, path: str, human: Human | None, day: Day, port: int, every: float) -> Steps:
    """Somebody who has other business in the city meanwhile."""
    cookies = {"sessionid": human.session} if human else {}
    while not day.over:
        yield Ask(kind, _get(path, cookies, human, port))
        yield every


def bare(human: Human, morning: Morning, port: int, day: Day) -> Steps:
    """One call of the bare view, with the same cookies and as long a body as the form has."""
    cookies = {"sessionid": human.session, "termin_platz": "x" * 120, "csrftoken": "x" * 32}
    fields = {"slot": f'[{morning.matter}, "{morning.day.isoformat()}"]', "csrfmiddlewaretoken": "x" * 64, "turn": "x" * 60}
    wire = _post("/", fields, cookies, human, port)
    day.clicked()
    for _ in range(5):
        answer = yield Ask("bare", wire)
        assert answer is not None
        if answer.body.startswith(b"T-"):
            return day.booked(answer.body.split()[0].decode(), 0, answer.at)
    return None


def _get(path: str, cookies: dict[str, str], human: Human | None, port: int) -> bytes:
    return f"GET {path} HTTP/1.1\r\n{_head(cookies, human, port)}\r\n".encode()


def _post(path: str, fields: dict[str, str], cookies: dict[str, str], human: Human, port: int) -> bytes:
    body = "&".join(f"{name}={quote(value)}" for name, value in fields.items())
    kind = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
    return f"POST {path} HTTP/1.1\r\n{_head(cookies, human, port)}{kind}\r\n{body}".encode()


def _head(cookies: dict[str, str], human: Human | None, port: int) -> str:
    jar = "; ".join(f"{name}={value}" for name, value in cookies.items())
    head = f"Host: 127.0.0.1:{port}\r\nAccept-Language: de\r\n"
    head += f"X-Forwarded-For: {human.address}\r\n" if human else ""
    return head + (f"Cookie: {jar}\r\n" if jar else "")


def _keep(answer: Answer, cookies: dict[str, str]) -> None:
    for name in ("termin_platz", "csrftoken"):
        if value := answer.cookie(name.encode()):
            cookies[name] = value.decode()
