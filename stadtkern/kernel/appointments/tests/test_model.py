"""Three thousand steps of people and clerks against the tables, each followed by a look at all of them.

Never a double, never a lost time, never a person with two where one is allowed, nothing offered twice, nobody dropped.
`STEPS=200000 python -m pytest …/test_model.py` goes further (`make test-full`: 50,000), with other dice each time
(`--hypothesis-seed=7`: with these). Without STEPS they are always the same.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, time, timedelta

from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.appointments import actions, search
from stadtkern.kernel.appointments.actions import opening
from stadtkern.kernel.appointments.models import Appointment, Counter, Hours, Matter, Place, SpecialDay, Waiting
from stadtkern.kernel.appointments.refusals import Refused, Taken, TooMany
from stadtkern.kernel.appointments.tests.conftest import MONDAY, NOW
from stadtkern.kernel.appointments.tests.town import BERLIN, Desk, Hope, Kind, Town, Visit
from stadtkern.kernel.appointments.wish import Window, Wish
from stadtkern.kernel.events import queue

STEPS = int(os.environ.get("STEPS", "3000"))
LENGTH = 50
PHASES = [Phase.generate, Phase.shrink] if os.environ.get("SHRINK") else [Phase.generate]  # shrinking takes minutes
DAYS = [MONDAY, MONDAY + timedelta(days=1)]
KINDS = [Kind("pass", 15, 10, 0, 0, 1), Kind("move", 10, 5, 0, 0, 2), Kind("wedding", 30, 5, 10, 5, 0)]
WISHES = [
    (("pass", 1),), (("pass", 1),), (("move", 1),), (("move", 2),), (("wedding", 2),), (("pass", 2), ("move", 1)),
    (("pass", 3),),
]  # fmt: skip
HOURS = [((480, 540),), ((480, 510), (525, 600)), ((495, 600),), (), ((450, 480),)]
WAYS = ["desk", "desk", "desk", "video"]
small = st.integers(0, 1000)


class Machine(RuleBasedStateMachine):
    """One life of the town hall; everything is rolled back at the end."""

    hall: "Setting"

    @initialize()
    def begin(self) -> None:
        self.point, self.now = transaction.savepoint(), NOW
        self.town, self.specials = self.hall.town(), list[SpecialDay]()
        self.visits: dict[int, Visit] = {}
        self.may_change: set[int] = set()
        self.done, self.changed, self.seen = 0, -9, -1

    def teardown(self) -> None:
        if hasattr(self, "point"):
            transaction.savepoint_rollback(self.point)

    # ------------------------------------------------------------ people
    @rule(who=small, wish=small, way=small, place=small, day=small, at=small)
    def hold(self, who: int, wish: int, way: int, place: int, day: int, at: int) -> None:
        person, matters, channel = pick(self.hall.people, who), pick(WISHES, wish), pick(WAYS, way)
        where, start = pick(self.hall.places, place), pick(self.town.moments(matters, pick(DAYS, day)), at)
        own = self.holds_of(person)
        self.may_change |= {visit.key for visit in own}
        try:
            row = actions.hold(person.actor, Wish(matters, channel), where, start, holder=person.holder, now=self.now)
        except TooMany:
            assert self.town.has_limit_of(self.visits, person.before_mail, matters)
        except Taken:
            others = [visit for visit in Town.read().values() if visit not in own]
            assert not self.town.fits(matters, channel, where.pk, start, self.town.free(others)) or self.waited_for(own)
        except Refused:
            assert start < self.now + timedelta(minutes=15)
        else:
            self.got(row, person, matters, start, {where.pk})

    @rule(who=small, wish=small, first=small, after=small, twice=st.booleans())
    def hold_any(self, who: int, wish: int, first: int, after: int, twice: bool) -> None:
        person, matters = pick(self.hall.people, who), pick(WISHES, wish)
        window = Window(pick(DAYS, first), DAYS[-1], after=pick([None, time(8, 15), time(9)], after))
        own = self.holds_of(person)
        self.may_change |= {visit.key for visit in own}
        try:
            row = actions.hold_any(person.actor, Wish(matters), window, holder=person.holder, now=self.now)
        except TooMany:
            assert self.town.has_limit_of(self.visits, person.before_mail, matters)
        except Taken:
            free = self.town.free(visit for visit in Town.read().values() if visit not in own)
            later = [
                at for day in DAYS for at in self.town.moments(matters, day)
                if day >= window.first and at >= self.now + timedelta(minutes=15) and at.time() >= (window.after or time(0))
            ]  # fmt: skip
            assert not any(self.town.fits(matters, "desk", None, at, free) for at in later) or self.waited_for(own)
        else:
            self.got(row, person, matters, row.starts_at.astimezone(BERLIN), {place.pk for place in self.hall.places})
            if twice:  # a double click on the very same time
                again = actions.hold(person.actor, Wish(matters), row.place, row.starts_at, holder=person.holder, now=self.now)
                assert again.pk == row.pk

    @rule(which=small)
    def confirm(self, which: int) -> None:
        visit = pick([one for one in self.visits.values() if one.status in ("HELD", "EXPIRED", "BOOKED")], which)
        if visit is None:
            return
        person = self.hall.holder(visit)
        own = {one.key for one in self.holds_of(person)} - {visit.key}
        self.may_change |= {visit.key, *own, *self.replaced_by(visit)}
        mail = visit.email or person.email
        try:
            row = actions.confirm(person.actor, Appointment(pk=visit.key), name=person.holder, email=mail, now=self.now)
        except TooMany:
            assert self.town.has_limit_of(self.visits, person.after_mail, visit.matters, visit.key)
        except Taken:
            assert visit.status == "EXPIRED"
            others = [one for one in self.visits.values() if one.key != visit.key]
            free = self.town.free(others)[visit.counter, visit.date]
            assert visit.cells & ~free
        except Refused:
            assert visit.starts_at <= self.now
        else:
            assert row.status == "BOOKED" and row.starts_at == visit.starts_at and row.counter_id == visit.counter

    @rule(which=small, place=small, day=small, at=small)
    def move(self, which: int, place: int, day: int, at: int) -> None:
        visit = pick([one for one in self.visits.values() if one.status == "BOOKED"], which)
        if visit is None:
            return
        where, start = pick(self.hall.places, place), pick(self.town.moments(visit.matters, pick(DAYS, day)), at)
        self.may_change.add(visit.key)
        try:
            row = actions.move(self.hall.holder(visit).actor, Appointment(pk=visit.key), where, start, now=self.now)
        except Taken:
            others = [one for one in Town.read().values() if one.key != visit.key]
            assert not self.town.fits(visit.matters, visit.channel, where.pk, start, self.town.free(others))
        except Refused:
            assert start < self.now + timedelta(minutes=15) or visit.ends_at <= self.now
        else:
            assert (row.place_id, row.starts_at) == (where.pk, start)

    @rule(which=small)
    def cancel(self, which: int) -> None:
        visit = pick(list(self.visits.values()), which)
        if visit is None:
            return
        self.may_change.add(visit.key)
        try:
            row = actions.cancel(self.hall.holder(visit).actor, Appointment(pk=visit.key), now=self.now)
        except Refused:
            assert visit.status not in ("HELD", "BOOKED") or visit.ends_at <= self.now
        else:
            assert row.status in ("CANCELLED", "EXPIRED")

    # ------------------------------------------------------------ time and counters
    @rule(minutes=st.sampled_from([1, 5, 11, 11, 11, 60, 13 * 60]))
    def clock(self, minutes: int) -> None:
        if self.now < datetime.combine(DAYS[0], time(7), BERLIN):
            self.now += timedelta(minutes=minutes)

    @rule()
    def expire(self) -> None:
        actions.expire_due(self.now)
        assert not [visit for visit in Town.read().values() if visit.lapsed(self.now)]

    @rule(which=small, step=st.sampled_from([actions.arrive, actions.call, actions.finish, actions.miss]))
    def visit(self, which: int, step: Callable[..., Appointment]) -> None:
        visit = pick([one for one in self.visits.values() if one.status in ("BOOKED", "ARRIVED", "CALLED", "MISSED")], which)
        if visit is not None:
            self.may_change.add(visit.key)
            with suppress(Refused):
                step(Actor(), Appointment(pk=visit.key), now=self.now)

    @rule(wish=small, way=small, place=small)
    def look(self, wish: int, way: int, place: int) -> None:
        """What is shown is what is free, all of it and nothing else; holds that are over count as free."""
        matters, channel, where = pick(WISHES, wish), pick(WAYS, way), pick([None, *self.hall.places], place)
        free = self.town.free(visit for visit in self.visits.values() if not visit.lapsed(self.now))
        shown = search.free(Wish(matters, channel, (where.key,) if where else ()), *DAYS, limit=9999, now=self.now)
        wanted = {
            (desk.place, at)
            for day in DAYS for at in self.town.moments(matters, day) if at >= self.now + timedelta(minutes=15)
            for desk in self.town.fits(matters, channel, where.pk if where else None, at, free)
        }  # fmt: skip
        assert {(one.place.pk, one.starts_at) for one in shown} == wanted and len(shown) == len(wanted)

    @rule(desk=small, day=small)
    def mend(self, desk: int, day: int) -> None:
        actions.mend_day(Counter(pk=pick(self.town.desks, desk).key), pick(DAYS, day))

    # ------------------------------------------------------------ opening hours
    @property
    def hours_due(self) -> bool:
        """Clerks change hours now and then, not every minute: it is also what takes longest."""
        return self.done - self.changed > 7

    @precondition(lambda self: self.hours_due)
    @rule(place=small, desk=small, hours=small, then=st.sampled_from(list(actions.Then)))
    def hours(self, place: int, desk: int, hours: int, then: actions.Then) -> None:
        where, spans = pick(self.hall.places, place), pick(HOURS, hours)
        counter = pick([None, None, *(one.key for one in self.town.desks if one.place == where.pk)], desk)
        rows = [(weekday, clock_of(a), clock_of(b)) for weekday in range(5) for a, b in spans]
        entered = (self.now.date(), spans)
        table, key = (self.town.own_hours, counter) if counter else (self.town.hours, where.pk)
        former = list(table.get(key, []))

        def enter() -> None:
            table[key] = [*(one for one in former if one[0] < entered[0]), entered]

        def undo() -> None:
            table[key] = former
            if not former:
                del table[key]

        self.change(where, then, enter, undo, lambda: actions.change_hours(
            Actor(), where, rows, counter=Counter(pk=counter) if counter else None, then=then, now=self.now))  # fmt: skip

    @precondition(lambda self: self.hours_due)
    @rule(place=small, desk=small, first=small, hours=small, then=st.sampled_from(list(actions.Then)))
    def exception(self, place: int, desk: int, first: int, hours: int, then: actions.Then) -> None:
        where, spans, day = pick(self.hall.places, place), pick(HOURS, hours), pick(DAYS, first)
        counter = pick([None, *(one.key for one in self.town.desks if one.place == where.pk)], desk)
        entered = (where.pk, counter, day, DAYS[-1], spans)
        times = [(clock_of(a), clock_of(b)) for a, b in spans]
        self.change(
            where, then, lambda: self.town.exceptions.append(entered), self.town.exceptions.pop,
            lambda: actions.set_exception(
                Actor(), where, day, DAYS[-1], times, counter=Counter(pk=counter) if counter else None, then=then, now=self.now
            ),
        )  # fmt: skip

    @precondition(lambda self: self.hours_due)
    @rule(which=small)
    def usual_again(self, which: int) -> None:
        rows = list(SpecialDay.objects.select_related("place").order_by("pk"))
        self.changed = self.done
        if rows:
            actions.remove_exception(Actor(), rows[which % len(rows)], now=self.now)
            del self.town.exceptions[which % len(rows)]

    # ------------------------------------------------------------ the waiting list
    @rule(who=small, wish=small, place=small, first=small, after=small, instead=small)
    def join(self, who: int, wish: int, place: int, first: int, after: int, instead: int) -> None:
        if sum(hope.status in ("WAITING", "OFFERED") for hope in self.town.hopes.values()) >= 4:
            return  # no precondition: which counter is given is the database's own lot, and may differ when a life is repeated
        person, matters = pick(self.hall.people, who), pick(WISHES, wish)
        where, day, since = pick([None, *self.hall.places], place), pick(DAYS, first), pick([None, time(8, 30)], after)
        own = [one for one in self.visits.values() if one.status == "BOOKED" and self.hall.holder(one) == person]
        replaces = pick([None, *(one.key for one in own)], instead)
        try:
            entry = actions.join_waiting(
                person.actor, Wish(matters, "desk", (where.key,) if where else ()), Window(day, DAYS[-1], since),
                holder=person.holder, name=person.holder, email=person.email, now=self.now,
                replaces=Appointment.objects.get(pk=replaces) if replaces else None,
            )  # fmt: skip
        except Refused:
            return
        begin = since.hour * 60 + since.minute if since else 0
        hope = Hope(entry.pk, matters, "desk", where.pk if where else None, day, DAYS[-1], begin, 24 * 60, replaces=replaces)
        self.town.hopes[entry.pk] = hope

    @rule(which=small, answer=st.sampled_from([actions.accept_offer, actions.decline_offer, actions.leave_waiting]))
    def answer(self, which: int, answer: Callable[..., object]) -> None:
        hope = pick([one for one in self.town.hopes.values() if one.status in ("WAITING", "OFFERED")], which)
        if hope is None:
            return
        entry = Waiting.objects.get(pk=hope.key)
        offer = self.visits.get(hope.offer or 0)
        if offer:
            person = self.hall.holder(offer)
            self.may_change |= {offer.key, hope.replaces or 0, *(one.key for one in self.holds_of(person))}
        try:
            answer(Actor(), entry, now=self.now)
        except TooMany:
            person = self.hall.holder(offer)
            assert self.town.has_limit_of(self.visits, person.after_mail, hope.matters, offer.key)
        except Refused:
            assert hope.status == "WAITING" or offer.starts_at <= self.now

    # ------------------------------------------------------------ what must hold after each step
    @invariant()
    def all_is_well(self) -> None:
        if not hasattr(self, "point"):
            return
        self.hall.steps += 1
        self.done += 1
        if self.hall.asked != self.seen:  # where nobody has asked the database anything, it says what it said
            self.rest, fresh = Town.rest(), Town.read()
            self.seen = self.hall.asked
        else:
            fresh = self.visits
        free = self.town.free(fresh.values())
        self.town.check_no_double(fresh)
        self.town.check_nothing_lost(free, self.rest.days)
        self.town.check_limits(fresh, self.now)
        self.town.check_waiting(self.rest.waits, fresh, free, self.now)
        self.check_nobody_else_changed(fresh)
        self.visits, self.may_change = fresh, set()

    def check_nobody_else_changed(self, fresh: dict[int, Visit]) -> None:
        """A step changes what it is about, ends holds whose time is over, and makes offers; nothing else."""
        for key, was in self.visits.items():
            now = fresh[key]
            if key in self.may_change or (was.lapsed(self.now) and now.status == "EXPIRED"):
                continue
            assert now._replace(offered_to=None) == was._replace(offered_to=None), f"{was} became {now}"
        for key in fresh.keys() - self.visits.keys():
            assert key in self.may_change or fresh[key].offered_to or fresh[key].status == "EXPIRED"

    # ------------------------------------------------------------ bits of rules
    def got(self, row: Appointment, person: "Person", matters: tuple, start: datetime, places: set[int]) -> None:
        """What was given is what was asked for, at a counter that serves it."""
        self.may_change.add(row.pk)
        desk = next(one for one in self.town.desks if one.key == row.counter_id)
        assert desk.place in places and {key for key, _count in matters} <= desk.serves and row.channel in desk.channels
        minutes, before, after, step = self.town.need(matters)
        assert row.starts_at == start and (start.hour * 60 + start.minute) % step == 0
        assert (row.ends_at - row.starts_at, row.before, row.after) == (timedelta(minutes=minutes), before, after)
        kept = Town.read()[row.pk]
        assert (kept.status, kept.holder, kept.counter, kept.starts_at) == (
            "HELD",
            person.holder,
            row.counter_id,
            row.starts_at,
        )

    def change(self, where: Place, then: actions.Then, enter: Callable, undo: Callable, do: Callable) -> None:
        """New hours: appointments that lie outside are named, and stay or move as wished."""
        self.changed, before = self.done, self.outside(where)
        enter()
        now_outside = self.outside(where)
        fresh = now_outside - before
        if then == actions.Then.MOVE:
            self.may_change |= fresh
        try:
            listed = {row.pk for row in do()}
        except actions.InTheWay as refusal:
            undo()
            assert then == actions.Then.REFUSE and fresh and {row.pk for row in refusal.rows} == fresh
            return
        assert then != actions.Then.REFUSE or not fresh
        after = Town.read()
        dropped = {
            key for key in fresh if after[key].status != self.visits[key].status and not self.visits[key].lapsed(self.now)
        }
        assert not dropped, "an appointment was dropped"
        assert all(after[key].date >= self.visits[key].date for key in fresh), "on an earlier day than planned"
        assert listed == self.outside(where, after) and (then == actions.Then.MOVE or listed == now_outside)

    def outside(self, where: Place, visits: dict[int, Visit] | None = None) -> set[int]:
        rows = (self.visits if visits is None else visits).values()
        is_open = {(desk.key, day): self.town.open_cells(desk, day) for desk in self.town.desks for day in DAYS}
        return {
            visit.key for visit in rows
            if visit.place == where.pk and visit.status in ("HELD", "BOOKED", "ARRIVED") and visit.date >= self.now.date()
            and visit.cells & ~is_open[visit.counter, visit.date]
        }  # fmt: skip

    def holds_of(self, person: "Person") -> list[Visit]:
        return [
            visit for visit in self.visits.values()
            if visit.status == "HELD" and visit.offered_to is None
            and (visit.holder == person.holder or (visit.account and visit.account == person.account))
        ]  # fmt: skip

    def waited_for(self, own: list[Visit]) -> bool:
        """Times given back on the way go to those who wait; then what overlaps them is not to be had."""
        free = self.town.free(visit for visit in Town.read().values() if visit not in own)
        return any(
            self.town.something_for(hope, free, self.now) for hope in self.town.hopes.values() if hope.status == "WAITING"
        )

    def replaced_by(self, visit: Visit) -> set[int]:
        return {hope.replaces for hope in self.town.hopes.values() if hope.replaces} if visit else set()


class Person:
    """Somebody with an account, or a guest with a browser and an address."""

    def __init__(self, holder: str, email: str, actor: Actor = Actor()) -> None:  # noqa: B008
        self.holder, self.email, self.actor = holder, email, actor
        self.account = actor.account.pk if actor.account else None
        self.before_mail = f"account {self.account}" if self.account else f"browser {holder}"
        self.after_mail = f"account {self.account}" if self.account else f"mail {email.strip().lower()}"


class Setting:
    """Rows that every life begins with: two places, three counters, three matters."""

    def __init__(self, office, citizen, other) -> None:
        self.steps = self.asked = 0
        matters = {
            kind.key: Matter.objects.create(
                key=kind.key, title=kind.key, minutes=kind.minutes, per_person=kind.more, before=kind.before, after=kind.after,
                per_person_limit=kind.limit, persons_max=5, channels=["desk", "video"],
            )
            for kind in KINDS
        }  # fmt: skip
        self.places = [Place.objects.create(key=key, title=key, office=office, state="NW") for key in ("centre", "north")]
        told = [
            (0, {"pass", "move"}, ["desk"]), (0, {"pass", "move", "wedding"}, ["desk", "video"]),
            (1, {"pass", "wedding"}, ["desk"]),
        ]  # fmt: skip
        self.desks = []
        for number, (place, serves, channels) in enumerate(told):
            row = Counter.objects.create(place=self.places[place], key=f"c{number}", name="Schalter", channels=channels)
            row.matters.set([matters[key] for key in serves])
            self.desks.append(Desk(row.pk, row.place_id, frozenset(serves), frozenset(channels)))
        for place in self.places:
            for weekday in range(5):
                for opens, closes in HOURS[1]:
                    Hours.objects.create(place=place, weekday=weekday, opens=clock_of(opens), closes=clock_of(closes))
        actions.generate_days(DAYS[0], DAYS[-1])
        self.people = [
            Person("anna", "anna@example.org", Actor(citizen)), Person("otto", "otto@example.org", Actor(other)),
            Person("guest", "guest@example.org"), Person("friend", "Guest@Example.org "), Person("cem", "cem@example.org"),
        ]  # fmt: skip

    def count(self, execute: Callable, sql: str, *more: object) -> object:
        """Every statement that may change something."""
        self.asked += not sql.lstrip().startswith("SELECT")
        return execute(sql, *more)

    def town(self) -> Town:
        return Town(KINDS, self.desks, DAYS, {place.pk: HOURS[1] for place in self.places})

    def holder(self, visit: Visit) -> Person:
        return next(person for person in self.people if person.holder == visit.holder)


def pick(things, number: int):
    return things[number % len(things)] if things else None


def clock_of(minute: int) -> time:
    return time(minute // 60, minute % 60)


def test_thousands_of_steps(offices, citizen, other_citizen, monkeypatch):
    monkeypatch.setattr(queue, "announce", lambda event, listened: None)  # what others do then is not the matter here
    monkeypatch.setattr(opening, "horizon", lambda today=None: DAYS[-1])
    hall = Setting(offices["buergeramt"], citizen, other_citizen)
    chosen = settings(
        max_examples=STEPS // (LENGTH - 9), stateful_step_count=LENGTH, derandomize="STEPS" not in os.environ, deadline=None,
        database=None, phases=PHASES, report_multiple_bugs=False, suppress_health_check=list(HealthCheck), print_blob=False,
    )  # fmt: skip
    with connection.execute_wrapper(hall.count):
        run_state_machine_as_test(type("Life", (Machine,), {"hall": hall}), settings=chosen)
    assert hall.steps >= STEPS
