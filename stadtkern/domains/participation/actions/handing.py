"""A report goes to a neighbouring city: sent once, its number kept, its state followed. Nothing about who reported it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.events.actions import record
from stadtkern.lib.georeport.shapes import Request

from ..adapters import Declined, Receipt, Server, Unavailable, server
from ..models import Attachment, Contribution, Handover, Report, ReportStep
from ..open311.configuration import Neighbour, chosen
from .guard import Refused, tidy
from .reports import locked_report, move

TRIES = 8
STUCK, LOOK = timedelta(minutes=15), timedelta(hours=1)
State = Handover.State
BATCH, MOST_AWAY = 50, 3


@transaction.atomic
def hand_over(actor: Actor, row: Report, neighbour: Neighbour) -> Handover:
    """A clerk of the office sends a report on; the job does it within minutes."""
    made, contribution, staff = locked_report(actor, row)
    if made.closed_at is not None:
        raise Refused(_("Diese Meldung ist schon abgeschlossen."))
    return _ask(made, contribution, neighbour, actor.key, staff.pk)


@transaction.atomic
def hand_over_by_place(contribution_id: int) -> Handover | None:
    """A report that lies in a neighbour's area goes there by itself, once what it says has been looked at."""
    made = Report.objects.select_for_update(of=("self",)).select_related("contribution").filter(pk=contribution_id).first()
    if made is None or made.source in ("import", "neighbour") or made.district or made.suspect or made.closed_at:
        return None
    where = made.contribution
    found = (
        chosen().neighbour_at(where.lat, where.long, made.category)
        if where.lat is not None and where.long is not None
        else None
    )
    if found is None:
        return None
    if not made.shown and (where.text or Attachment.objects.filter(contribution=where).exists()):
        return None  # report.checked comes
    if Handover.objects.filter(contribution=where).exists():
        return None
    return _ask(made, where, found, SYSTEM, None)


def _ask(made: Report, where: Contribution, neighbour: Neighbour, actor: str, staff: int | None) -> Handover:
    if Handover.objects.filter(contribution=where).exists():
        raise Refused(_("Diese Meldung ist schon weitergegeben. Ihr Stand steht bei den Nachbarstädten."))
    if not neighbour.code_of(made.category):
        raise Refused(
            _("Für diese Kategorie ist bei %s nichts hinterlegt. Das richtet ein, wer die Anlage betreibt.") % neighbour.title
        )
    row = Handover.objects.create(contribution=where, neighbour=neighbour.key, asked_by_id=staff)
    ReportStep.objects.create(
        report=made,
        what=ReportStep.What.FORWARDED,
        text=_("Weitergegeben an: %s.") % neighbour.title,
        public=True,
        staff_id=staff,
    )
    record("report.handed_over", subject=str(where), actor=actor, data={"neighbour": neighbour.key, "handover": row.pk})
    return row


@transaction.atomic
def try_again(actor: Actor, pk: int) -> Handover:
    """A clerk says so, having looked whether it arrived."""
    row = Handover.objects.select_related("contribution").get(pk=pk)
    locked_report(actor, Report.objects.get(pk=row.contribution_id))
    row = Handover.objects.select_for_update().get(pk=pk)
    if row.state not in (State.UNSURE, State.REFUSED, State.FAILED, State.WAITING):
        raise Refused(_("Diese Meldung ist schon dort."))
    row.state, row.tries, row.error, row.next_at = State.WAITING, 0, "", timezone.now()
    row.save()
    record("report.handover_retried", subject=f"contribution:{row.contribution_id}", actor=actor.key, data={"handover": pk})
    return row


def fields_of(report: Report, neighbour: Neighbour) -> dict[str, str]:
    """What they get: what, where, our number, and text and pictures anybody may see. No name, no way to reach anybody."""
    where = report.contribution
    known = _("Meldung %(number)s der Stadt %(city)s") % {"number": where.reference, "city": city().name}
    text = where.text[:3800] if report.shown else ""
    fields = {"service_code": neighbour.code_of(report.category), "description": f"{text}\n\n{known}".strip()}
    if where.lat is not None and where.long is not None:
        fields |= {"lat": f"{where.lat:.7f}", "long": f"{where.long:.7f}"}
    if where.address:
        fields["address_string"] = where.address
    if report.shown:
        photo = (
            Attachment.objects.filter(contribution=where, role="before", width__gt=0)
            .order_by("pk")
            .values_list("key", flat=True)
        )
        fields |= {"media_url": settings.BASE_URL + reverse("participation:open311_picture", args=[photo[0]])} if photo else {}
    return fields


def send_due(now: datetime) -> int:
    """Everything that waits; each is claimed before it is sent, so that two workers never send the same."""
    _give_up_stuck(now)
    done = 0
    while done < BATCH and (row := _claim(now)) is not None:
        done += 1
        neighbour = chosen().neighbour(row.neighbour)
        try:
            if neighbour is None:
                raise Declined(_("Diese Nachbarstadt steht nicht mehr in city.toml."))
            report = Report.objects.select_related("contribution").get(pk=row.contribution_id)
            told: Receipt | Exception = server(neighbour).send(
                fields_of(report, neighbour), report.contribution.reference or ""
            )
        except (Unavailable, Declined) as problem:
            told = problem
        _note(row.pk, told, now)
    return done


@transaction.atomic
def _claim(now: datetime) -> Handover | None:
    waiting = Handover.objects.select_for_update(skip_locked=True).filter(state=State.WAITING, next_at__lte=now)
    row = waiting.order_by("next_at").first()
    if row is not None:
        row.state, row.tries, row.next_at = State.SENDING, row.tries + 1, now + STUCK
        row.save(update_fields=["state", "tries", "next_at"])
    return row


@transaction.atomic
def _give_up_stuck(now: datetime) -> None:
    """The process stopped while sending: nobody knows whether it arrived."""
    text = _("Beim Senden wurde unterbrochen. Bitte sehen Sie dort nach, ob die Meldung angekommen ist.")
    Handover.objects.filter(state=State.SENDING, next_at__lt=now).update(state=State.UNSURE, error=text)


@transaction.atomic
def _note(pk: int, told: Receipt | Exception, now: datetime) -> None:
    row = Handover.objects.select_for_update().get(pk=pk)
    if isinstance(told, Receipt):
        row.state, row.foreign_id, row.token, row.error = State.SENT, told.id[:200], told.token[:500], ""
        row.sent_at, row.next_at = now, now + LOOK
        report = Report.objects.select_for_update().get(pk=row.contribution_id)
        if report.closed_at is None and report.state == Report.State.RECEIVED:
            move(report, Report.State.ACCEPTED)
    else:
        row.error = str(told)[:1000]
        if isinstance(told, Declined):
            row.state = State.REFUSED
        elif getattr(told, "arrived", False):
            row.state = State.UNSURE
        else:
            row.state = State.FAILED if row.tries >= TRIES else State.WAITING
            row.next_at = now + timedelta(minutes=2**row.tries)
    row.save()
    data = {"handover": row.pk, "state": row.state}
    record("report.handover_settled", subject=f"contribution:{row.contribution_id}", actor=SYSTEM, data=data)


def follow_due(now: datetime) -> int:
    """What became of reports the neighbours have; fifty of each at a time."""
    done = 0
    for neighbour in chosen().neighbours:
        rows = list(
            Handover.objects.filter(neighbour=neighbour.key, state=State.SENT, next_at__lte=now).order_by("next_at")[:BATCH]
        )
        if not rows:
            continue
        try:
            done += _follow(server(neighbour), rows, now)
        except (Unavailable, Declined) as problem:
            _later(rows, str(problem), now)
    return done


def _follow(there: Server, rows: list[Handover], now: datetime) -> int:
    """One row they say no to keeps no other back."""
    numbers, away = dict[int, str](), 0
    for row in rows:
        try:
            numbers[row.pk] = row.foreign_id or (there.number_behind(row.token) if row.token else "")
        except (Unavailable, Declined) as problem:
            _later([row], str(problem), now)
            if isinstance(problem, Unavailable) and (away := away + 1) >= MOST_AWAY:
                break  # the rest is looked at next time, before these
    rows = [row for row in rows if row.pk in numbers]
    wanted = sorted({one for one in numbers.values() if one})
    told, refused = _told(there, wanted)
    for row in rows:
        if numbers[row.pk] in refused:
            _later([row], refused[numbers[row.pk]], now)
        else:
            _take_back(row.pk, numbers[row.pk], told.get(numbers[row.pk]), now)
    return len(rows)


def _told(there: Server, wanted: list[str]) -> tuple[dict[str, Request], dict[str, str]]:
    """All at once; where one number makes them say no to all, each alone. What they tell, and what they say no to."""
    told, refused = dict[str, Request](), dict[str, str]()
    try:
        return {one.id: one for one in there.some(wanted)} if wanted else {}, {}
    except Declined as problem:
        if len(wanted) == 1:
            return {}, {wanted[0]: str(problem)}
    for number in wanted:
        try:
            told |= {one.id: one for one in there.some([number])}
        except Declined as problem:
            refused[number] = str(problem)
    return told, refused


@transaction.atomic
def _later(rows: list[Handover], error: str, now: datetime) -> None:
    Handover.objects.filter(pk__in=[row.pk for row in rows], state=State.SENT).update(error=error[:1000], next_at=now + LOOK)


@transaction.atomic
def _take_back(pk: int, number: str, told: Request | None, now: datetime) -> None:
    """Their word becomes a line of ours; what they have settled, a clerk looks at before it is settled here."""
    row = Handover.objects.select_for_update().get(pk=pk)
    row.foreign_id, row.next_at, row.error = number[:200], now + LOOK, ""
    neighbour = chosen().neighbour(row.neighbour)
    if told is not None and (told.status, told.status_notes) != (row.foreign_status, row.foreign_notes):
        row.foreign_status, row.foreign_notes = tidy(told.status, 60), tidy(told.status_notes, 4000)
        title = neighbour.title if neighbour else row.neighbour
        report = Report.objects.select_for_update().get(pk=row.contribution_id)
        word = _("dort abgeschlossen") if told.closed else _("dort in Arbeit")
        text = ". ".join(part for part in (f"{title}: {word}", row.foreign_notes) if part)
        step = ReportStep.objects.create(report=report, what=ReportStep.What.FORWARDED, text=text, public=True)
        if told.closed:
            row.state = State.CLOSED
            if report.closed_at is None:
                move(report, Report.State.CHECKING)
        subject = f"contribution:{row.contribution_id}"
        record("report.state_changed", subject=subject, actor=SYSTEM, data={"state": report.state, "step": step.pk})
    row.save()
