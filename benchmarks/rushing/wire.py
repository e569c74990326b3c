"""The client: thousands of people over a few keep-alive connections, one thread, epoll and generators, nothing else.

A person is a generator. It yields `Ask` and is sent the `Answer`, or yields seconds to wait. Whoever finds all connections
busy stands in line; the time in line counts as part of the latency, as it does in front of a proxy.
"""

import heapq
import select
import socket
import time
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

Person = Generator["Ask | float", "Answer | None", None]
BROKEN = 0  # status of a request that got no answer: refused, or cut off


@dataclass(slots=True)
class Ask:
    """One request, ready for the wire; `kind` sorts the latencies."""

    kind: str
    wire: bytes


@dataclass(slots=True)
class Answer:
    status: int
    head: bytes
    body: bytes
    at: float  # when it was read, perf_counter

    def cookie(self, name: bytes) -> bytes:
        """Value of a cookie that this answer sets; b"" when it sets none."""
        start = self.head.find(b"Set-Cookie: " + name + b"=")
        if start < 0:
            return b""
        start += len(name) + 13
        return self.head[start : self.head.index(b"\r\n", start)].split(b";", 1)[0]

    def header(self, name: bytes) -> bytes:
        start = self.head.find(b"\r\n" + name + b": ")
        if start < 0:
            return b""
        start += len(name) + 4
        return self.head[start : self.head.find(b"\r\n", start)]


@dataclass
class Tally:
    """What the client saw: latencies in seconds by kind of page, statuses, connections that broke."""

    latencies: dict[str, list[float]] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)
    unexpected: dict[str, int] = field(default_factory=dict)

    def note(self, kind: str, status: int, seconds: float) -> None:
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if status != BROKEN:
            self.latencies.setdefault(kind, []).append(seconds)
        if status >= 500:
            self.unexpected[f"{status} {kind}"] = self.unexpected.get(f"{status} {kind}", 0) + 1

    @property
    def errors_5xx(self) -> int:
        return sum(count for status, count in self.statuses.items() if status >= 500)

    def milliseconds(self, share: float, *kinds: str) -> float:
        """The latency that this share of the requests stays under; of all kinds, or of these."""
        found = sorted(s for kind, list_ in self.latencies.items() if not kinds or kind in kinds for s in list_)
        return found[min(len(found) - 1, int(len(found) * share))] * 1000 if found else 0.0


class _Line:
    """One keep-alive connection and whoever uses it."""

    __slots__ = ("asked", "buffer", "fresh", "person", "socket", "wished")

    def __init__(self) -> None:
        self.socket: socket.socket | None = None
        self.buffer = b""
        self.person: Person | None = None
        self.asked: Ask | None = None
        self.wished = 0.0
        self.fresh = True


class Crowd:
    """Runs people until all are done (or `until` says so)."""

    def __init__(self, port: int, connections: int) -> None:
        self.port, self.tally = port, Tally()
        self.cpu = 0.0
        self._epoll = select.epoll()
        self._by_number: dict[int, _Line] = {}
        self._idle = [_Line() for _ in range(connections)]
        self._line: deque[tuple[Person, Ask, float]] = deque()
        self._waiting: list[tuple[float, int, Person]] = []
        self._count = 0
        self.living = 0

    def add(self, person: Person, after: float = 0.0) -> None:
        self.living += 1
        self._later(person, time.perf_counter() + after)

    def run(self, until: Callable[[], bool] = lambda: False) -> None:
        begun = time.thread_time()
        while self.living and not until():
            self._wake()
            self._serve_line()
            rest = self._waiting[0][0] - time.perf_counter() if self._waiting else 0.05
            for number, _ in self._epoll.poll(max(0.0, min(rest, 0.05))):
                if number not in self._by_number:
                    continue  # hung up meanwhile
                self._read(self._by_number[number])
                self._serve_line()
        self.cpu += time.thread_time() - begun

    def close(self) -> None:
        for line in [*self._idle, *self._by_number.values()]:
            self._hang_up(line)
        self._epoll.close()

    def _later(self, person: Person, at: float) -> None:
        self._count += 1
        heapq.heappush(self._waiting, (at, self._count, person))

    def _wake(self) -> None:
        now = time.perf_counter()
        while self._waiting and self._waiting[0][0] <= now:
            self._go_on(heapq.heappop(self._waiting)[2], None)

    def _go_on(self, person: Person, answer: Answer | None) -> None:
        try:
            wish = person.send(answer)
        except StopIteration:
            self.living -= 1
            return
        now = time.perf_counter()
        if not isinstance(wish, Ask):
            self._later(person, now + wish)
        elif self._idle and not self._line:
            self._send(self._idle.pop(), person, wish, now)
        else:
            self._line.append((person, wish, now))

    def _send(self, line: _Line, person: Person, ask: Ask, wished: float) -> None:
        line.person, line.asked, line.wished = person, ask, wished
        try:
            if line.socket is None:
                self._dial(line)
            line.socket.sendall(ask.wire)  # type: ignore[union-attr] # a request fits the buffer of a socket
        except OSError:
            self._broken(line)

    def _dial(self, line: _Line) -> None:
        line.socket = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.socket.settimeout(5)
        line.fresh, line.buffer = True, b""
        self._by_number[line.socket.fileno()] = line
        self._epoll.register(line.socket.fileno(), select.EPOLLIN)

    def _hang_up(self, line: _Line) -> None:
        if line.socket is not None:
            self._by_number.pop(line.socket.fileno(), None)
            self._epoll.unregister(line.socket.fileno())
            line.socket.close()
            line.socket = None

    def _broken(self, line: _Line) -> None:
        """No answer. A kept connection that the server had closed in the meantime is dialled again, as browsers do."""
        person, ask, again = line.person, line.asked, not line.fresh and not line.buffer
        self._hang_up(line)
        line.person = None
        if person is None or ask is None:
            self._idle.append(line)
        elif again:
            line.fresh = True
            self._send(line, person, ask, line.wished)
        else:
            self.tally.note(ask.kind, BROKEN, 0.0)
            self._free(line)
            self._go_on(person, Answer(BROKEN, b"", b"", time.perf_counter()))

    def _free(self, line: _Line) -> None:
        line.person, line.buffer = None, b""
        self._idle.append(line)

    def _serve_line(self) -> None:
        """Whoever stands in line gets the connections that are free."""
        while self._idle and self._line:
            self._send(self._idle.pop(), *self._line.popleft())

    def _read(self, line: _Line) -> None:
        try:
            data = line.socket.recv(262_144)  # type: ignore[union-attr]
        except OSError:
            data = b""
        if not data:
            if line.person is None and line in self._idle:
                return self._hang_up(line)
            return self._broken(line)
        buffer = line.buffer = line.buffer + data
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        start = buffer.find(b"Content-Length: ", 0, end)
        if start < 0:
            raise RuntimeError(f"an answer without length: {buffer[:300]!r}")
        length = int(buffer[start + 16 : buffer.index(b"\r", start)])
        if len(buffer) < end + 4 + length:
            return None
        now = time.perf_counter()
        answer = Answer(int(buffer[9:12]), buffer[: end + 2], buffer[end + 4 :], now)
        person, ask = line.person, line.asked
        assert person is not None and ask is not None
        self.tally.note(ask.kind, answer.status, now - line.wished)
        line.fresh = False
        if b"\r\nConnection: close" in answer.head:
            self._hang_up(line)
        self._free(line)
        self._go_on(person, answer)
        return None
