"""What happens to an installation: kill -9, and outside systems that are away; and what its operator sees meanwhile."""

import contextlib
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .plant import Plant

OUTSIDE = ("mail", "payments", "registers")
KINDS = ("server worker", "worker", "postgres", "server")
WEIGHTS = (30, 30, 25, 15)
LONGEST_REAL = 900  # seconds; longer outages are played with a clock that is moved on


@dataclass(frozen=True)
class Outage:
    outside: str
    at: float  # seconds after the beginning
    seconds: float


def timetable(durations: list[float], gap: float) -> list[Outage]:
    """Every duration for every outside system; the three run side by side, each in another order."""
    plan: list[Outage] = []
    for number, outside in enumerate(OUTSIDE):
        moment = gap / 2 + number * gap / 3
        turned = durations[number % len(durations) :] + durations[: number % len(durations)] if durations else []
        for seconds in turned:
            plan.append(Outage(outside, moment, seconds))
            moment += seconds + gap
    return plan


class Outages(threading.Thread):
    """Turns the switch files as the timetable says."""

    def __init__(self, plant: Plant, plan: list[Outage], say: Callable[[str], None]) -> None:
        super().__init__(daemon=True)
        self.plant, self.plan, self.say = plant, plan, say
        self.length = max((outage.at + outage.seconds for outage in plan), default=0.0)

    def run(self) -> None:
        begun = time.monotonic()
        turns = [(o.at, o.outside, 0.0) for o in self.plan] + [(o.at + o.seconds, o.outside, o.seconds) for o in self.plan]
        for at, outside, seconds in sorted(turns):
            time.sleep(max(0.0, begun + at - time.monotonic()))
            if seconds >= 60:
                with quietly():
                    self.say(f"  {outside} away for {seconds:.0f} s; the operator sees {described(seen_by_operator())}")
            self.plant.switch(outside, off=not seconds)


class Storm(threading.Thread):
    """kill -9 at random moments: server, one of its workers, job worker, postmaster."""

    def __init__(self, plant: Plant, mean: float, dice: random.Random, most: float = float("inf")) -> None:
        super().__init__(daemon=True)
        self.plant, self.mean, self.dice, self.most = plant, mean, dice, most
        self.over = threading.Event()

    def run(self) -> None:
        first = [*KINDS, *KINDS]  # each at least twice
        self.dice.shuffle(first)
        while not self.over.wait(min(self.dice.expovariate(1 / self.mean), 4 * self.mean)):
            if sum(self.plant.killed.values()) >= self.most:
                return
            kind = first.pop() if first else self.dice.choices(KINDS, WEIGHTS)[0]
            with contextlib.suppress(Exception):
                self.plant.kill(kind)


class Watch(threading.Thread):
    """Looks at the operator's lists every two seconds and keeps the largest figures."""

    def __init__(self, plant: Plant) -> None:
        super().__init__(daemon=True)
        self.plant = plant
        self.most: Counter[str] = Counter()
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(2):
            with quietly():
                for name, count in seen_by_operator().items():
                    self.most[name] = max(self.most[name], count)


def seen_by_operator() -> dict[str, int]:
    """What the operator's pages list at this moment."""
    from stadtkern.kernel.events import queries
    from stadtkern.kernel.inbox.models import Echo
    from stadtkern.kernel.payments.models import Payment

    return {
        "jobs that failed and wait": queries.summary().failing,
        "e-mails that wait": Echo.objects.filter(state="WAITING", attempts__gt=0).count(),
        "payments without an answer": Payment.objects.unanswered().count(),
    }


class Clerk(threading.Thread):
    """Decides what no rule may decide (typed by hand while the register was away), in between all the crashes."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.over = threading.Event()
        self.decided = 0

    def run(self) -> None:
        while not self.over.wait(1):
            with quietly():
                self.decided += clear_desk(older_than=60)


def clear_desk(older_than: float) -> int:
    """Grant every case in review that has been there for some seconds; returns how many."""
    from datetime import timedelta

    from django.utils import timezone

    from stadtkern.kernel.accounts.access import Actor
    from stadtkern.kernel.accounts.models import Role, Staff, Trust
    from stadtkern.kernel.cases import actions
    from stadtkern.kernel.cases.models import Case, Status

    staff = Staff.objects.select_related("account", "office").filter(office__key="buergeramt", role=Role.CLERK).first()
    if staff is None:
        raise RuntimeError("nobody works in the Bürgeramt")
    actor, done = Actor(account=staff.account, staff=staff, trust=Trust.BASIC), 0
    late = timezone.now() - timedelta(seconds=older_than)
    for case in Case.objects.filter(status=Status.IN_REVIEW, updated_at__lt=late).order_by("pk")[:50]:
        with contextlib.suppress(actions.Refused):
            actions.decide(actor, case, "GRANTED")
            done += 1
    return done


def reactions_done() -> int:
    """How many reactions have taken effect so far; only grows."""
    from stadtkern.kernel.events.models import Tick

    return Tick.objects.count()


def move_clock(seconds: float, *, age: bool = True) -> None:
    """Let time pass for whatever waits: due times of jobs and payments come nearer by `seconds`, payments grow older."""
    from django.db import connection

    span, older = [seconds], seconds if age else 0
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = scheduled_at - make_interval(secs => %s)"
            " WHERE status = 'todo' AND scheduled_at IS NOT NULL", span,
        )  # fmt: skip
        cursor.execute(
            "UPDATE payments_payment SET next_check_at = next_check_at - make_interval(secs => %s),"
            " started_at = started_at - make_interval(secs => %s) WHERE next_check_at IS NOT NULL", [seconds, older],
        )  # fmt: skip


def long_outage(plant: Plant, seconds: float, ticks: int, say: Callable[[str], None]) -> None:
    """All three outside systems away for `seconds` of simulated time, in `ticks` jumps with real retries in between."""
    for outside in OUTSIDE:
        plant.switch(outside, off=True)
    time.sleep(6)
    for number in range(ticks):
        with quietly():
            move_clock(seconds / ticks)
            ask_provider()
        time.sleep(6)
        if number == ticks // 2:
            with quietly():
                say(f"  in the middle of it the operator sees {described(seen_by_operator())}")
    for outside in OUTSIDE:
        plant.switch(outside, off=False)


def ask_provider() -> None:
    """The minute is over: the clock of the worker would ask now."""
    from procrastinate.exceptions import AlreadyEnqueued

    from stadtkern.kernel.payments.reactions import poll

    with contextlib.suppress(AlreadyEnqueued):
        poll.defer(timestamp=int(time.time()))


def described(figures: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in figures.items())


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """The database may be dead at any moment here; look again later, on a new connection."""
    from django.db import connection

    try:
        yield
    except Exception:
        connection.close()
