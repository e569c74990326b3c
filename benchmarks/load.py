"""A small HTTP/1.1 load generator: keep-alive connections, a request from a function each time, latencies in milliseconds."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def wire(self, host: str) -> bytes:
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(self.body)}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass
class Result:
    """Outcome of one run; `statuses` shows that nothing but the expected answer was counted."""

    name: str
    clients: int
    seconds: float
    latencies: list[float]
    statuses: Counter[int]

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    def at(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def run(name: str, make: Callable[[int], Request], *, port: int, clients: int, seconds: float, expect: int = 200) -> Result:
    """`clients` connections ask as fast as they can for `seconds`; any status but `expect` raises."""
    result = asyncio.run(_run(name, make, port, clients, seconds))
    if set(result.statuses) != {expect}:
        raise RuntimeError(f"{name}: answers were {dict(result.statuses)}, expected only {expect}")
    return result


async def _run(name: str, make: Callable[[int], Request], port: int, clients: int, seconds: float) -> Result:
    latencies: list[float] = []
    statuses: Counter[int] = Counter()
    counter = iter(range(10**9))
    begun = time.perf_counter()

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() - begun < seconds:
            request = make(next(counter))
            sent = time.perf_counter()
            writer.write(request.wire(f"localhost:{port}"))
            status, close = await answer(reader)
            latencies.append((time.perf_counter() - sent) * 1000)
            statuses[status] += 1
            if close:
                writer.close()
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return Result(name, clients, time.perf_counter() - begun, latencies, statuses)


async def answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """Status, and whether the server closes the connection; the body is read and thrown away."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = int(head.split(" ", 2)[1])
    if "transfer-encoding: chunked" in head:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    elif (at := head.find("content-length:")) >= 0:
        await reader.readexactly(int(head[at + 15 :].split("\r\n", 1)[0]))
    return status, "connection: close" in head
