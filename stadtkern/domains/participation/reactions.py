"""What participation does when a case moves, when a process goes on, and when the clock strikes."""

from contextlib import suppress
from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from stadtkern.kernel.cases.reactions import case_of
from stadtkern.kernel.events.models import Event

from .actions import (
    Refused,
    announcing,
    computing,
    confirming,
    counting,
    handing,
    incentives,
    keeping,
    merging,
    opining,
    origins,
    petition_clock,
    polling,
    remembering,
    reports_keep,
    reports_telling,
    running,
    settling,
)
from .actions.reports import SERVICE


def _ours(event: Event) -> int | None:
    return case_of(event) if event.data.get("service") in settling.services() else None


def take_in(event: Event) -> None:
    """An idea that was sent through the catalogue."""
    if (pk := _ours(event)) is not None:
        settling.take_in(pk)


def settle(event: Event) -> None:
    """Decided at the desk."""
    if (pk := _ours(event)) is not None:
        settling.settle(pk)


def settle_withdrawn(event: Event) -> None:
    """Taken back on the page of the case."""
    if (pk := _ours(event)) is not None:
        settling.settle_withdrawn(pk)


def announce_phase(event: Event) -> None:
    """Followers hear that a phase has begun."""
    announcing.announce_phase(int(event.subject.removeprefix("process:")), event.data.get("phase"))


def announce_result(event: Event) -> None:
    """Followers hear what came out."""
    announcing.announce_result(int(event.subject.removeprefix("process:")))


def announce_link(event: Event) -> None:
    """Followers of a contribution hear what became of it."""
    announcing.announce_link(int(event.data["link"]))


def count_poll(event: Event) -> None:
    """An urn is shut: the count, as a job of its own."""
    counting.count(int(event.subject.removeprefix("poll:")))


def tell_outcome(event: Event) -> None:
    """Authors and members hear what the jury decided."""
    remembering.tell_outcome(int(event.data["judging"]))


def _about(event: Event) -> int:
    return int(event.subject.removeprefix("contribution:"))


def report_received(event: Event) -> None:
    """Who watches the area hears of it; an address that was left is asked whether it is real."""
    reports_telling.tell_watchers(_about(event))
    reports_telling.ask_reporter(_about(event))


def report_changed(event: Event) -> None:
    """Followers of a report hear what is new."""
    reports_telling.tell_state(_about(event), event.data.get("step"))


def report_checked(event: Event) -> None:
    """What was held back is public now: who watches the area hears of it."""
    if event.data.get("fresh"):
        reports_telling.tell_watchers(_about(event))


def report_hidden(event: Event) -> None:
    """Who reported it reads why."""
    reports_telling.tell_hidden(_about(event), int(event.data["moderation"]))


def report_followed(event: Event) -> None:
    """Is the address real?"""
    reports_telling.ask_confirmation("f", int(event.data["follow"]))


def area_watched(event: Event) -> None:
    """Is the address real?"""
    reports_telling.ask_confirmation("w", int(event.subject.removeprefix("areawatch:")))


def take_in_report(event: Event) -> None:
    """A report that was sent through the catalogue."""
    if event.data.get("service") == SERVICE and (pk := case_of(event)) is not None:
        reports_keep.take_in(pk)


def settle_report(event: Event) -> None:
    """Decided on the page of the case."""
    if event.data.get("service") == SERVICE and (pk := case_of(event)) is not None:
        reports_keep.settle(pk)


def withdraw_report(event: Event) -> None:
    """Taken back on the page of the case."""
    if event.data.get("service") == SERVICE and (pk := case_of(event)) is not None:
        reports_keep.settle_withdrawn(pk)


def confirm_statement(event: Event) -> None:
    """A statement about a plan has arrived."""
    if event.data.get("kind") == "STATEMENT":
        confirming.confirm(_about(event))


def tell_statement(event: Event) -> None:
    """The council has decided."""
    confirming.tell_outcome_of(_about(event), int(event.data["staff"]))


def seal_table(event: Event) -> None:
    """The table everybody may read."""
    confirming.seal_table(int(event.subject.removeprefix("process:")))


def announce_petition(event: Event) -> None:
    """Author and signers who wished so hear how it goes on."""
    petition_clock.announce(int(event.subject.removeprefix("contribution:")), event.name.removeprefix("petition."))


REACTIONS = {
    "case.submitted": [take_in, take_in_report],
    "contribution.submitted": [confirm_statement],
    "statement.answered": [tell_statement],
    "consultation.decided": [seal_table],
    "petition.reached": [announce_petition],
    "petition.lapsed": [announce_petition],
    "petition.decided": [announce_petition],
    "case.decided": [settle, settle_report],
    "case.withdrawn": [settle_withdrawn, withdraw_report],
    "process.phase_changed": [announce_phase],
    "process.closed": [announce_result],
    "poll.closed": [count_poll],
    "judging.published": [tell_outcome],
    "contribution.linked": [announce_link],
    "report.received": [report_received],
    "report.state_changed": [report_changed],
    "report.ordered": [report_changed],
    "report.forwarded": [report_changed],
    "report.merged": [report_changed],
    "report.reopened": [report_changed],
    "report.checked": [report_checked],
    "report.hidden": [report_hidden],
    "report.followed": [report_followed],
    "report.area_watched": [area_watched],
}


@app.task(name="participation.turn", queueing_lock="participation.turn", queue="periodic")
def turn(timestamp: int) -> None:
    """Phases begin and end by the clock."""
    while running.turn(timezone.now()):
        pass


@app.task(name="participation.tidy_up", queueing_lock="participation.tidy_up", queue="periodic")
def tidy_up(timestamp: int) -> None:
    """Every night."""
    while keeping.tidy_up(timezone.now()):
        pass
    while remembering.unname_contests(timezone.now()):
        pass


@app.task(name="participation.findings", queueing_lock="participation.findings", queue="periodic")
def findings(timestamp: int) -> None:
    """Pictures of opinion and topics that are out of date."""
    computing.compute_stale(timezone.now())


@app.task(name="participation.find", queue="default")
def find(process: int, what: str) -> None:
    """One of them at once, as a clerk asked."""
    computing.compute(process, what, force=True)


@app.task(name="participation.settle_opinions", queueing_lock="participation.settle_opinions", queue="periodic")
def settle_opinions(timestamp: int) -> None:
    """Every night: proposals nobody answered, voices of processes closed long ago."""
    now = timezone.now()
    while merging.expire_mergings(now):
        pass
    while opining.unname_voices(now - timedelta(days=365)):
        pass


@app.task(name="participation.urns", queueing_lock="participation.urns", queue="periodic")
def urns(timestamp: int) -> None:
    """Urns without paper are shut when the vote is over; those that are open are shaken."""
    for poll in polling.due():
        with suppress(Refused):  # somebody was faster
            polling.close_poll(None, poll.process)
    for poll in polling.open_urns():
        polling.shake(poll)


@app.task(name="participation.reports", queueing_lock="participation.reports", queue="periodic")
def reports(timestamp: int) -> None:
    """Late reports are marked; what is no longer needed about people goes."""
    while reports_keep.escalate(timezone.now()):
        pass
    while reports_keep.forget(timezone.now()):
        pass


@app.task(name="participation.turn_petitions", queueing_lock="participation.turn_petitions", queue="periodic")
def turn_petitions(timestamp: int) -> None:
    """Collections end, clerks are reminded; what is over is forgotten after a year."""
    now = timezone.now()
    for pk in petition_clock.due(now):
        petition_clock.turn_petition(pk, now)
    while petition_clock.forget_old(now):
        pass


SCHEDULE = [("*/5 * * * *", turn), ("17 3 * * *", tidy_up), ("2-59/5 * * * *", urns)]
SCHEDULE += [("*/5 * * * *", findings), ("27 3 * * *", settle_opinions)]
SCHEDULE += [("23 * * * *", reports)]


def hand_over(event: Event) -> None:
    """A report that lies in a neighbour's area goes there: at once, or when somebody has looked at it."""
    handing.hand_over_by_place(_about(event))


REACTIONS["report.received"].append(hand_over)
REACTIONS["report.checked"] = [*REACTIONS.get("report.checked", []), hand_over]


@app.task(name="participation.handovers", queueing_lock="participation.handovers", queue="periodic")
def handovers(timestamp: int) -> None:
    """Reports for neighbours are sent, their state there is looked up."""
    handing.send_due(timezone.now())
    handing.follow_due(timezone.now())


@app.task(name="participation.pull", queueing_lock="participation.pull", queue="periodic")
def pull(timestamp: int) -> None:
    """What neighbours' citizens reported."""
    origins.pull_all()


SCHEDULE += [("1-59/5 * * * *", handovers), ("11,41 * * * *", pull)]
SCHEDULE += [("7 * * * *", turn_petitions)]


def points_of_report(event: Event) -> None:
    """A report led to a repair."""
    incentives.of_report(event)


def points_of_link(event: Event) -> None:
    """An idea became something."""
    incentives.of_link(event)


REACTIONS["report.state_changed"] = [*REACTIONS["report.state_changed"], points_of_report]
REACTIONS["contribution.linked"] = [*REACTIONS["contribution.linked"], points_of_link]


@app.task(name="participation.points", queueing_lock="participation.points", queue="periodic")
def points(timestamp: int) -> None:
    """Vouchers out of time become points again; ledgers nobody uses go."""
    while incentives.tidy_points(timezone.now()):
        pass


SCHEDULE += [("41 4 * * *", points)]
