"""Eight o'clock: 10,000 people, 600 appointments, the real server. Then stocktaking. `make rush`.

An installation of its own (PostgreSQL, gunicorn and worker as the demo starts them) in a temporary folder. 10,000 accounts
with signed-in browsers line up before the opening or come late; at the opening they are drawn by lot, called up, click once,
and read their confirmation, or that all are gone. Everything goes over HTTP with session, CSRF token, queue and booking; the
client is one thread on the same machine. Before, between and after, the bare view (rushing/bare.py) gives away as many slots
through the same server settings, connections and client.

* bookings_per_s: slots divided by the time from the first click on "book" to the last confirmation read; median of the rushes.
* bare_view_per_s: the same of the bare view, median. ratio_to_bare: median of the ratios of neighbouring runs.
* raw_per_s: pgbench with the booking statement alone, 8 connections, prepared.
* p99_ms: of all pages of all rushes together, waiting for a free connection included.

--kill (KILL=1 with make) adds a rush in which server and database are killed with -9 in the middle; it prints a line of its own.
Ends with 0 only if nobody got two, no slot twice, every slot was given, everybody else was told, no answer was a 5xx.
"""

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from crash import STANDSTILL, free_port, say
from rushing import humans, world
from rushing.plant import BareServer, RushPlant
from rushing.wire import Crowd

COUNTERS, CONNECTIONS = 25, 48
IMPATIENT, LATE = 0.05, 0.1  # shares of people who reload all the time, and who come after the opening
JOINS = 300.0  # people who arrive each second before the opening


def main() -> int:
    options = arguments()
    plant = RushPlant(Path(tempfile.mkdtemp(prefix="stadtkern-rush-")), free_port())
    try:
        plant.prepare()
        return Rush(plant, options).run()
    finally:
        plant.stop(keep=options.keep)
        if options.keep:
            print(f"kept: {plant.home}")


class Rush:
    """All runs of one call, and what they showed."""

    def __init__(self, plant: RushPlant, options: argparse.Namespace) -> None:
        self.plant, self.options, self.dice = plant, options, random.Random(options.seed)
        self.days = iter(range(1, 400))
        self.faults: list[str] = []
        self.bare: list[float] = []
        self.rushes: list[dict[str, Any]] = []

    def run(self) -> int:
        options = self.options
        say(f"An installation in {self.plant.home} (seed {options.seed}), {os.cpu_count()} cores")
        begun = time.monotonic()
        self.counters = COUNTERS if options.slots % COUNTERS == 0 else min(12, options.slots)
        world.town_hall(self.counters)
        self.people = world.people(options.people)
        say(f"{options.people} people with accounts and sessions ({time.monotonic() - begun:.0f} s, not measured)")
        self.analyse()
        self.plant.start()
        with BareServer(self.plant, free_port()) as self.bare_server:
            self.run_bare(warm=True)
            self.run_rush(min(options.people, 4 * self.counters), warm=True)
            self.run_bare(warm=True)
            sizes = [options.people] + [min(options.people, options.slots * 3)] * (options.repeat - 1)
            self.run_bare()
            for size in sizes:
                self.rushes.append(self.run_rush(size))
                self.run_bare()
                self.drain()
            raw = self.raw() if options.raw else 0.0
        killed = self.run_rush(options.people, kill=True) if options.kill else None
        return self.report(raw, killed)

    def analyse(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        connection.close()

    def drain(self, patience: float = 90.0) -> None:
        """Confirmations of one rush are written before the next begins: a city opens once a morning, not once a minute."""
        from django.db import connection

        until = time.monotonic() + patience
        while time.monotonic() < until:
            with connection.cursor() as cursor:
                cursor.execute("SELECT (SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND queue_name"
                               " = 'reactions') + (SELECT count(*) FROM events_unspread)")  # fmt: skip
                if not cursor.fetchone()[0]:
                    return
            time.sleep(0.5)

    def run_bare(self, warm: bool = False) -> None:
        """As many slots as in the rush, as fast as the connections allow."""
        ahead = next(self.days)
        morning = world.morning(f"bare{ahead}", ahead, self.options.slots)
        day, crowd = humans.Day(self.bare_server.processes()), Crowd(self.bare_server.port, CONNECTIONS)
        for number in range(morning.slots):
            crowd.add(humans.bare(self.people[number % len(self.people)], morning, self.bare_server.port, day))
        crowd.run()
        crowd.close()
        rate = len(day.confirmed) / (day.last_confirmed - day.first_click)
        if not warm:
            self.bare.append(rate)
            client = crowd.cpu / len(day.confirmed) * 1e3
            say(f"  bare view: {rate:.0f}/s; CPU of one booking: {day.cpu()}, client {client:.2f} ms")
        if len(day.confirmed) != morning.slots:
            self.faults.append(f"the bare view gave {len(day.confirmed)} of {morning.slots}")

    def run_rush(self, count: int, kill: bool = False, warm: bool = False) -> dict[str, Any]:
        """One opening from the first who lines up to the last who is told."""
        from django.db import connection

        ahead = next(self.days)
        before = max(2.0, count * (1 - LATE) / self.options.joins) + 2.0
        morning = world.morning(f"rush{ahead}", ahead, self.counters if warm else self.options.slots, opens_in=before)
        day, crowd = humans.Day(self.plant.processes()), Crowd(self.plant.port, CONNECTIONS)
        chosen = self.dice.sample(self.people, count)
        for human in chosen:
            late = self.dice.random() < LATE
            arrives = before + self.dice.random() * 8.0 if late else self.dice.random() * (before - 2.0)
            impatient = self.dice.random() < IMPATIENT
            crowd.add(humans.person(human, morning, day, self.dice, self.plant.port, impatient), arrives)
        waits = crowd.living
        for kind, path, who in (("start page", "/", None), ("my city", "/meine-stadt/", chosen[0])):
            crowd.add(humans.looker(kind, path, who, day, self.plant.port, 1.0))
        murderer = threading.Thread(target=self.murder, args=(day, morning), daemon=True) if kill else None
        if murderer:
            murderer.start()
        wall = moved = time.perf_counter()
        served = 0

        def done() -> bool:
            nonlocal moved, served
            if (now := len(day.confirmed) + len(day.told)) > served:
                moved, served = time.perf_counter(), now
            day.over = served >= waits
            return time.perf_counter() - max(moved, wall + before) > STANDSTILL

        crowd.run(done)
        wall = time.perf_counter() - wall
        crowd.close()
        if kill:
            self.plant.wait_until_up(60)
            connection.close()
        if warm:
            return {}
        return self.judge(morning, day, crowd, count, wall, kill)

    def murder(self, day: humans.Day, morning: world.Morning) -> None:
        """kill -9 for everything when a third of the slots is given, and once more during the telling."""
        for share in (0.3, 0.7):
            while len(day.confirmed) < morning.slots * share and not day.over:
                time.sleep(0.005)
            self.plant.kill_everything()
            time.sleep(1.0)

    def judge(
        self, morning: world.Morning, day: humans.Day, crowd: Crowd, count: int, wall: float, kill: bool
    ) -> dict[str, Any]:
        """Compare what people read with what stands in the database."""
        stock, tally = world.take_stock(morning), crowd.tally
        lost = [number for number, account in day.confirmed.items() if stock.numbers.get(number) != account]
        silent = count - len(day.confirmed) - len(day.told)
        both = set(day.confirmed.values()) & day.told
        for name, number in (
            ("doubles", stock.double), ("confirmations that are not in the database", len(lost)),
            ("people who were told nothing", silent), ("people who were told both", len(both)),
            ("slots not given", morning.slots - stock.booked), ("free cells left", stock.free_left),
            ("appointments without a line in the diary", stock.booked - stock.events),
            ("lines whose reactions nobody will wake", stock.waking), ("5xx", tally.errors_5xx), ("odd answers", len(day.odd)),
        ):  # fmt: skip
            if number:
                self.faults.append(f"{morning.key}: {number} {name} {day.odd if name == 'odd answers' else ''}")
        seconds = day.last_confirmed - day.first_click
        found = {
            "people": count, "slots": morning.slots, "booked": stock.booked, "double": stock.double,
            "errors_5xx": tally.errors_5xx, "bookings_per_s": round(len(day.confirmed) / seconds, 1),
            "p99_ms": round(tally.milliseconds(0.99), 1), "told": len(day.told), "lost": len(lost),
        }  # fmt: skip
        if kill:
            found |= {"killed": dict(self.plant.killed), "broken_connections": tally.statuses.get(0, 0)}
        pages = sum(len(one) for one in tally.latencies.values())
        say(f"  rush of {count}: {found['bookings_per_s']}/s; CPU while booking, for each: {day.cpu()}; {len(day.told)} told, the last {day.last_told - day.last_confirmed:.1f} s after"
            f" the last booking; {pages} pages in {wall:.0f} s, client {crowd.cpu / wall * 100:.0f} % of a core, statuses {tally.statuses}")  # fmt: skip
        for kind in sorted(tally.latencies):
            figures = ", ".join(f"p{share * 100:.0f} {tally.milliseconds(share, kind):.0f} ms" for share in (0.5, 0.95, 0.99))
            say(f"    {kind:10} {len(tally.latencies[kind]):6}  {figures}")
        found["latencies"] = sorted(s for one in tally.latencies.values() for s in one)
        return found

    def raw(self) -> float:
        """pgbench: the booking statement with literals, a random person each time, days enough for all of them."""
        from django.utils import timezone
        from rushing import bare

        first, amount = next(self.days), 20
        for _ in range(amount):
            next(self.days)
        mornings = [world.morning(f"raw{first}", first, 1800)]
        from stadtkern.kernel.appointments.models import Day

        rows = list(Day.objects.filter(matters__contains=[mornings[0].matter]))
        for more in range(1, amount):
            Day.objects.bulk_create(
                Day(counter_id=r.counter_id, place_id=r.place_id, date=r.date + timezone.timedelta(days=more), open=r.open,
                    free=r.free, matters=r.matters, channels=r.channels, opens_at=r.opens_at) for r in rows
            )  # fmt: skip
        given = bare.parameters(mornings[0].matter, mornings[0].day)
        given["dates"] = [mornings[0].day + timezone.timedelta(days=more) for more in range(amount)]
        script = self.plant.home / "book.sql"
        script.write_text(literal(bare.BOOK, given))
        command = [
            str(self.plant.binary("pgbench")),
            "-n",
            "-M",
            "prepared",
            "-c",
            "8",
            "-j",
            "1",
            "-t",
            "1500",
            "-f",
            str(script),
        ]
        done = subprocess.run([*command, self.plant.dsn()], capture_output=True, text=True, check=False)
        found = re.search(r"tps = ([0-9.]+)", done.stdout)
        if not found:
            self.faults.append(f"pgbench: {done.stderr[-300:]}")
            return 0.0
        say(f"  pgbench, the booking statement alone: {float(found[1]):.0f}/s")
        return float(found[1])

    def report(self, raw: float, killed: dict[str, Any] | None) -> int:
        """The faults, the line of the killed rush, the last line."""
        first = self.rushes[0]
        rates = [one["bookings_per_s"] for one in self.rushes]
        ratios = [rate / statistics.mean(self.bare[number : number + 2]) for number, rate in enumerate(rates)]
        every = sorted(s for one in self.rushes for s in one["latencies"])
        for one in [*self.rushes, *([killed] if killed else [])]:
            one.pop("latencies")
        say(f"  rushes {rates}, bare {[round(one) for one in self.bare]}, ratios {[round(one, 2) for one in ratios]},"
            f" load {os.getloadavg()[0]:.1f}")  # fmt: skip
        for fault in self.faults:
            print(f"  FAULT {fault}")
        if killed:
            print(json.dumps({"killed": killed.pop("killed")} | killed))
        print(json.dumps({
            "people": first["people"], "slots": first["slots"], "booked": first["booked"],
            "double": sum(one["double"] for one in self.rushes), "errors_5xx": sum(one["errors_5xx"] for one in self.rushes),
            "bookings_per_s": round(statistics.median(rates), 1), "bare_view_per_s": round(statistics.median(self.bare), 1),
            "ratio_to_bare": round(statistics.median(ratios), 3), "raw_per_s": round(raw, 1),
            "p99_ms": round(every[min(len(every) - 1, int(len(every) * 0.99))] * 1000, 1),
        }))  # fmt: skip
        return 1 if self.faults else 0


def literal(statement: str, given: dict[str, Any]) -> str:
    """The statement for pgbench: values written in, person and number random."""

    def written(found: "re.Match[str]") -> str:
        name, value = found[1], given[found[1]]
        if name == "number":
            return "('T-' || left(md5((:n)::text), 9))"
        if name == "limits":
            return "int8multirange(int8range((:n)::bigint, (:n)::bigint + 1))"
        if isinstance(value, list):
            return "ARRAY[" + ", ".join(f"'{one}'" if not isinstance(one, int) else str(one) for one in value) + "]"
        return "NULL" if value is None else str(value) if isinstance(value, int) else f"'{value}'"

    text = re.sub(r"%\((\w+)\)s", written, statement)
    return "\\set n random(1, 4000000000000000000)\n" + " ".join(text.split()) + ";\n"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--slots", type=int, default=600)
    parser.add_argument(
        "--repeat", type=int, default=3, help="rushes; the first with all people, the others with three times the slots"
    )
    parser.add_argument("--joins", type=float, default=JOINS, help="people who arrive each second before the opening")
    parser.add_argument("--kill", action="store_true", help="one more rush with kill -9 of server and database")
    parser.add_argument(
        "--quick", action="store_true", help="60 people, 12 slots, one rush with a kill; no pgbench: for the test suite"
    )
    parser.add_argument("--no-raw", dest="raw", action="store_false")
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    parser.add_argument("--keep", action="store_true", help="leave the folder for a look")
    options = parser.parse_args()
    if options.quick:
        options.people, options.slots, options.repeat, options.kill, options.raw = 60, 12, 1, True, False
    return options


if __name__ == "__main__":
    sys.exit(main())
