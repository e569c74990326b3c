"""The crash proof: applications over HTTP while everything is killed and everything outside is away; then stocktaking.

    .venv/bin/python benchmarks/crash.py            # 1,000 applications, outages up to an hour: about 25 minutes
    .venv/bin/python benchmarks/crash.py --quick    # 60 applications: about two minutes; part of the test suite

An installation of its own (PostgreSQL, gunicorn with two workers, job worker) in a temporary folder, demo adapters
outside. Citizens go the whole way of the certificate of residence: consent, register, form, check, send, confirmation,
and half of them pay. An application counts as confirmed only when its confirmation page was seen. Meanwhile `kill -9`
hits the server, its workers, the job worker and the postmaster at random moments, and mail, payment service and
register go away, side by side in one timetable; outages over 15 minutes are played with a clock that is moved on.
At the end everything runs again, the queue empties, and what there is is compared with what people saw.
Ends with 0 only if nothing was lost, nothing doubled and nothing half done.
"""

import argparse
import random
import signal
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path

from crashing.citizens import Crowd, Queue, Street
from crashing.plant import Plant
from crashing.weather import LONGEST_REAL, Clerk, Outages, Storm, Watch, timetable

PEOPLE_AT_ONCE = 8
STANDSTILL = 240.0  # seconds without anything done: a busy machine is slow, but something moves


def main() -> int:
    options = arguments()
    durations = [float(word) for word in options.outages.split(",") if word]
    dice = random.Random(options.seed)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Asked to end before the end"))  # then too everything is put away
    plant = Plant(Path(tempfile.mkdtemp(prefix="stadtkern-crash-")), options.port or free_port())
    try:
        return prove(plant, options, durations, dice)
    finally:
        if options.keep:
            print(f"kept: {plant.home}")
        plant.stop(keep=options.keep)


def prove(plant: Plant, options: argparse.Namespace, durations: list[float], dice: random.Random) -> int:
    say(f"An installation in {plant.home} (seed {options.seed})")
    plant.prepare()
    from crashing import people

    citizens = iter(people.admit(options.submissions * 2 + 20))
    plant.start()
    crowd, watch, clerk = Crowd(), Watch(plant), Clerk()
    watch.start()
    clerk.start()
    storm = Storm(plant, options.kill_every, dice, most=10 if options.quick else float("inf"))
    outages = Outages(plant, timetable([d for d in durations if d <= LONGEST_REAL], gap=3 if options.quick else 20), say)
    seconds = max(outages.length, options.submissions / 10, 20)
    say(f"{options.submissions} applications over {seconds:.0f} s; kill -9 every {options.kill_every:.0f} s on average")
    for outside in ("mail", "payments", "registers"):
        plan = [f"{o.seconds:.0f} s at {o.at:.0f}" for o in outages.plan if o.outside == outside]
        say(f"  {outside} away: {', '.join(plan) or 'never'}")
    long = [d for d in durations if d > LONGEST_REAL]
    later = max(15, options.submissions // 20) if long else 0  # come in during the longest outage
    storm.start()
    outages.start()
    applied(plant, citizens, crowd, options.submissions - later, seconds, options.seed)
    outages.join()
    storm.mean *= 2
    for duration in long:
        endure(plant, citizens, crowd, options, duration)
    storm.over.set()
    say(f"The storm is over: {figures(plant.killed)} killed, {figures(plant.restarted)} started again")
    left = settle(plant, crowd, clerk, patience=STANDSTILL)
    watch.over.set()
    return report(plant, crowd, watch, clerk, left)


def applied(plant: Plant, citizens: object, crowd: Crowd, wanted: int, seconds: float, seed: int) -> None:
    """Return when so many applications are confirmed."""
    queue = Queue(citizens, crowd, wanted, seconds)  # type: ignore[arg-type]
    streets = [Street(plant.address, queue, crowd, seed * 1000 + number) for number in range(PEOPLE_AT_ONCE)]
    for street in streets:
        street.start()
    while any(street.is_alive() for street in streets):
        time.sleep(1)
        if sys.stdout.isatty():
            print(f"\r  {crowd.confirmed} confirmed, {sum(plant.killed.values())} kills ", end="", flush=True)
    say(f"{crowd.confirmed} confirmed of {len(crowd.applications)} begun")


def endure(plant: Plant, citizens: object, crowd: Crowd, options: argparse.Namespace, duration: float) -> None:
    """An outage of hours: the rest of the applications come in while nothing outside answers."""
    from crashing.weather import long_outage

    say(f"Mail, payments and registers away for {duration:.0f} s of simulated time, while people go on applying")
    ticks = 3 if options.quick else 12
    waiting = threading.Thread(target=long_outage, args=(plant, duration, ticks, say), daemon=True)
    waiting.start()
    applied(plant, citizens, crowd, options.submissions, 6.0 * ticks, options.seed + 1)
    waiting.join()


def settle(plant: Plant, crowd: Crowd, clerk: Clerk, patience: float) -> list[str]:
    """Let the queue empty; whatever waits for its time may go now. Returns what is left when nothing moves for `patience` s."""
    from crashing import weather

    plant.wait_until_up(120)
    begun = moved = time.monotonic()
    left, before, done = ["not looked yet"], -1, 0
    while left and time.monotonic() < moved + patience:
        with weather.quietly():
            weather.move_clock(600, age=False)
            weather.ask_provider()
            clerk.decided += weather.clear_desk(older_than=3)
            if (now := weather.reactions_done()) > done:
                before, done, moved = now if before < 0 else before, now, time.monotonic()
            left = remaining(crowd)
        time.sleep(2)
    clerk.over.set()
    begins = plant.restarted["worker"]
    say(
        f"{done - before} reactions in the {time.monotonic() - begun:.0f} s after the storm; worker started again {begins} times"
    )
    return left


def remaining(crowd: Crowd) -> list[str]:
    """What is not finished yet, in words."""
    from django.db import connection

    from stadtkern.kernel.cases.models import Case
    from stadtkern.kernel.payments.models import Payment

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name || ' ' || status, count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed')"
            " AND task_name NOT LIKE 'clock.%%' AND task_name <> 'payments.poll' GROUP BY 1"
        )
        left = [f"{count} × {name}" for name, count in cursor.fetchall()]
    if paying := sum(a.confirmed and a.costs and not a.paid for a in crowd.applications):
        left.append(f"{paying} people are still paying")
    if working := Case.objects.filter(status__in=["SUBMITTED", "IN_REVIEW", "DECIDED"]).count():
        left.append(f"{working} cases in work")
    seen = [a.reference for a in crowd.applications if a.paid]
    if waiting := Case.objects.filter(status="AWAITING_PAYMENT", reference__in=seen).count():
        left.append(f"{waiting} paid cases wait for the provider's word")
    if unanswered := Payment.objects.unanswered().exclude(status="CANCELLED").count():
        left.append(f"{unanswered} payments without an answer")
    return left


def report(plant: Plant, crowd: Crowd, watch: Watch, clerk: Clerk, left: list[str]) -> int:
    from crashing import inventory, weather

    stock = inventory.take(crowd.applications, plant.home)
    print()
    for name, count in sorted(stock.figures.items()):
        print(f"  {name:56} {count:7}")
    print(f"  {'decided by a clerk':56} {clerk.decided:7}")
    print(f"  answers the citizens' browsers got: {figures(crowd.answers)}")
    print(f"  most the operator saw at once: {weather.described(dict(watch.most))}")
    for title, faults in (("lost", stock.lost), ("doubled", stock.doubled), ("half", stock.half), ("left in the queue", left),
                          ("pages that should not be", [f"{n} × {what}" for what, n in crowd.surprises.items()])):  # fmt: skip
        print(f"  {title:56} {len(faults):7}")
        for fault in faults[:10]:
            print(f"      {fault}")
    fine = stock.clean and not left and not crowd.surprises
    if left:
        print("\nThe end of what the worker said:\n" + plant.said("worker"))
    print("\n" + ("PROVED: 0 lost, 0 doubled, 0 half" if fine else "NOT PROVED"))
    return 0 if fine else 1


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def figures(counter: "dict[str, int]") -> str:
    return ", ".join(f"{count} × {name}" for name, count in sorted(counter.items())) or "nothing"


def say(text: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {text}", flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--submissions", type=int)
    parser.add_argument("--outages", help="seconds, with commas; more than 900 s are simulated")
    parser.add_argument("--kill-every", type=float, help="seconds on average between two kills")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    parser.add_argument("--port", type=int, help="default: a free one")
    parser.add_argument("--keep", action="store_true", help="leave the folder for a look")
    options = parser.parse_args()
    options.submissions = options.submissions or (60 if options.quick else 1000)
    options.outages = options.outages or ("4,9,3600" if options.quick else "10,60,300,600,3600")
    options.kill_every = options.kill_every or (5.0 if options.quick else 12.0)
    return options


if __name__ == "__main__":
    sys.exit(main())
