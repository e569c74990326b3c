"""The office's side of reports beyond their state: who works on it, notes, other offices, contractors, duplicates, pictures."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.models import DESK_ROLES, Staff
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases.models import Case, Decision
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.events.actions import record
from stadtkern.lib import ids, pictures

from ..models import Attachment, Contractor, Contribution, Link, Moderation, Report, ReportFollow, ReportStep
from ..models.contribution import SHOWN
from ..reports.categories import in_charge, plan
from .guard import Refused, tidy
from .publishing import decide_case, reasoned
from .reports import SMALL, TEXT, keep_photo, locked_report, move, promise, read_photo

State, What = Report.State, ReportStep.What


@transaction.atomic
def assign(actor: Actor, row: Report, clerk: int | None) -> Report:
    """A colleague of the office works on it from now on; None: nobody in particular."""
    made, contribution, staff = locked_report(actor, row)
    found = Staff.objects.filter(pk=clerk, office=staff.office_id, role__in=DESK_ROLES).first() if clerk else None
    if clerk and found is None:
        raise Refused(_("Diese Person arbeitet nicht in Ihrem Amt."), "clerk")
    made.clerk = found
    made.save(update_fields=["clerk"])
    record("report.assigned", subject=str(contribution), actor=actor.key, data={"clerk": found.pk if found else None})
    return made


@transaction.atomic
def note(actor: Actor, row: Report, text: str) -> ReportStep:
    """A note that only the office reads."""
    made, contribution, staff = locked_report(actor, row)
    said = tidy(text, TEXT)
    if not said:
        raise Refused(_("Bitte schreiben Sie etwas."), "text")
    step = ReportStep.objects.create(report=made, what=What.NOTE, text=said, staff=staff)
    record("report.noted", subject=str(contribution), actor=actor.key, data={"step": step.pk})
    return step


@transaction.atomic
def categorise(actor: Actor, row: Report, category: str) -> Report:
    """It is something else: another category, and the office, team and day that go with it."""
    made, contribution, _staff = locked_report(actor, row)
    kind = plan().kinds.get(category)
    if kind is None or kind.hidden:
        raise Refused(_("Bitte wählen Sie eine Kategorie."), "category")
    if made.category == kind.key:
        return made
    charge = in_charge(kind.key, made.district)
    made.category, made.team, contribution.title = kind.key, charge.team, kind.title
    made.promised_date = promise(kind, timezone.localdate(made.reported_at))
    made.save(update_fields=["category", "team", "promised_date"])
    contribution.save(update_fields=["title"])
    _to_office(actor, made, contribution, Office.objects.filter(key=charge.office).first())
    record("report.categorised", subject=str(contribution), actor=actor.key, data={"category": kind.key})
    return made


@transaction.atomic
def forward(actor: Actor, row: Report, office: Office, text: str = "") -> Report:
    """Another office of the city is in charge: report and case lie on its desk from now on."""
    made, contribution, staff = locked_report(actor, row)
    if office.pk == made.office_id:
        raise Refused(_("Die Meldung liegt schon bei diesem Amt."), "office")
    made.team = ""
    _to_office(actor, made, contribution, office)
    said = _("Weitergegeben an: %s.") % office.title
    ReportStep.objects.create(report=made, what=What.FORWARDED, text=said, public=True, staff=staff)
    if inside := tidy(text, TEXT):
        ReportStep.objects.create(report=made, what=What.NOTE, text=inside, staff=staff)
    record("report.forwarded", subject=str(contribution), actor=actor.key, data={"office": office.pk})
    return made


def _to_office(actor: Actor, made: Report, contribution: Contribution, office: Office | None) -> None:
    if office is None or office.pk == made.office_id:
        return
    case = Case.objects.filter(pk=contribution.case_id).first() if contribution.case_id else None
    if case is not None:
        try:
            cases.move_to(actor, case, office)
        except cases.Refused as refused:
            raise Refused(str(refused)) from refused
    made.office, made.clerk, made.contractor = office, None, None
    made.save(update_fields=["office", "clerk", "contractor", "team"])


@transaction.atomic
def check(actor: Actor, row: Report, *, photos: bool = True) -> Report:
    """Somebody has looked: text and pictures (without `photos`: the text alone) may be read by everybody."""
    made, contribution, staff = locked_report(actor, row)
    now = timezone.now()
    if contribution.state not in (*SHOWN, Contribution.State.SUBMITTED, Contribution.State.HIDDEN):
        raise Refused(_("Von hier aus geht das nicht. Laden Sie die Seite neu; vielleicht war jemand schneller."))
    if not photos:
        Attachment.objects.filter(contribution=contribution, role="before").delete()
    made.shown, made.listed, made.suspect = True, made.state != State.DUPLICATE, False
    made.save(update_fields=["shown", "listed", "suspect"])
    fresh = contribution.state == Contribution.State.SUBMITTED
    contribution.checked_at = now
    if fresh or contribution.state == Contribution.State.HIDDEN:
        merged = made.state == State.DUPLICATE
        contribution.state = Contribution.State.MERGED if merged else Contribution.State.PUBLISHED
        contribution.published_at = contribution.published_at or now
    contribution.save(update_fields=["state", "checked_at", "published_at"])
    told = {"photos": photos, "by": staff.pk, "fresh": fresh}
    record("report.checked", subject=str(contribution), actor=actor.key, data=told)
    return made


@transaction.atomic
def hide(actor: Actor, row: Report, reason: str, text: str = "") -> Moderation:
    """Nobody but the office and who reported it sees it any more; the work goes on. `check` shows it again."""
    made, contribution, staff = locked_report(actor, row)
    if contribution.state not in (*SHOWN, Contribution.State.SUBMITTED):
        raise Refused(_("Von hier aus geht das nicht. Laden Sie die Seite neu; vielleicht war jemand schneller."))
    reasoned(reason, text)
    contribution.state, contribution.checked_at = Contribution.State.HIDDEN, timezone.now()
    contribution.save(update_fields=["state", "checked_at"])
    made.listed, made.shown = False, False
    made.save(update_fields=["listed", "shown"])
    kept = Moderation.objects.create(
        contribution=contribution, what=Moderation.What.HIDDEN, reason=reason, text=tidy(text, 2000), by=staff
    )
    record("report.hidden", subject=str(contribution), actor=actor.key, data={"moderation": kept.pk})
    return kept


@transaction.atomic
def blur_photo(actor: Actor, row: Report, photo: Attachment, boxes: Iterable[pictures.Box]) -> Attachment:
    """Faces and plates made unknowable; the picture without the boxes is gone for good."""
    made, contribution, _staff = locked_report(actor, row)
    known = Attachment.objects.select_for_update().filter(pk=photo.pk, contribution=contribution).first()
    if known is None:
        raise Contribution.DoesNotExist
    fresh = pictures.blur(bytes(known.data), boxes)
    known.data, known.size = fresh.bytes, len(fresh.bytes)
    known.small = pictures.clean(fresh.bytes, longest_side=SMALL).bytes
    known.save(update_fields=["data", "size", "small"])
    record("report.photo_blurred", subject=str(contribution), actor=actor.key, data={"attachment": known.pk, "report": made.pk})
    return known


@transaction.atomic
def order(actor: Actor, row: Report, contractor: Contractor, text: str) -> Report:
    """A contractor gets it: place, category, picture and this text, and nothing about who reported it."""
    made, contribution, staff = locked_report(actor, row)
    if contractor.office_id != staff.office_id or not contractor.active:
        raise Refused(_("Diese Firma arbeitet nicht für Ihr Amt."), "contractor")
    if made.closed_at:
        raise Refused(_("Diese Meldung ist abgeschlossen."), "contractor")
    made.contractor, made.order = contractor, tidy(text, TEXT)
    made.save(update_fields=["contractor", "order"])
    move(made, State.ORDERED)
    ReportStep.objects.create(
        report=made, what=What.ORDERED, state=State.ORDERED, text=_("Eine Firma hat den Auftrag."), public=True, staff=staff
    )
    record("report.ordered", subject=str(contribution), actor=actor.key, data={"contractor": contractor.pk})
    return made


@transaction.atomic
def open_door(actor: Actor, contractor: Contractor) -> str:
    """A new secret link for a contractor; the one before no longer opens anything."""
    staff = actor.staff
    known = Contractor.objects.select_for_update().get(pk=contractor.pk)
    if staff is None or staff.role not in DESK_ROLES or known.office_id != staff.office_id:
        raise Contractor.DoesNotExist
    secret = ids.secret()
    known.secret = ids.digest(secret)
    known.save(update_fields=["secret"])
    record("report.contractor_linked", subject=str(known), actor=actor.key)
    return secret


def report_back(contractor: Contractor, row: Report, text: str, photo: bytes | None = None) -> Report:
    """The contractor says what was done, with a picture; the office looks at it before it is "done"."""
    picture = read_photo(photo) if photo else None
    with transaction.atomic():
        made = (
            Report.objects.select_for_update(of=("self",))
            .select_related("contribution")
            .filter(pk=row.pk)
            .ordered_from(contractor)
            .first()
        )
        if made is None:
            raise Report.DoesNotExist
        if made.state not in (State.ORDERED, State.IN_PROGRESS):
            raise Refused(_("Dieser Auftrag ist nicht mehr offen."))
        if picture:
            keep_photo(made.contribution, picture, "after")
        move(made, State.CHECKING)
        said = tidy(text, TEXT)
        if said:
            ReportStep.objects.create(report=made, what=What.CONTRACTOR, text=said, contractor=contractor)
        ReportStep.objects.create(
            report=made, what=What.STATE, state=State.CHECKING, public=True, contractor=contractor,
            text=_("Die Arbeit ist als fertig gemeldet. Wir sehen nach."),
        )  # fmt: skip
        record("report.state_changed", subject=str(made.contribution), actor=str(contractor), data={"state": State.CHECKING})
        return made


@transaction.atomic
def merge(actor: Actor, row: Report, into: Report) -> Report:
    """The same thing was reported before: this one closes, and whoever follows it follows the other from now on."""
    if row.pk == into.pk:
        raise Refused(_("Eine Meldung kann nicht mit sich selbst zusammengelegt werden."), "into")
    first, second = sorted((row.pk, into.pk))
    list(Contribution.objects.select_for_update().filter(pk__in=(first, second)).order_by("pk").values_list("pk", flat=True))
    made, contribution, staff = locked_report(actor, row)
    target = Report.objects.select_for_update(of=("self",)).select_related("contribution").get(pk=into.pk)
    if target.office_id != staff.office_id:
        raise Contribution.DoesNotExist
    hidden_there = contribution.state in SHOWN and target.contribution.state not in SHOWN
    if made.closed_at or target.state == State.DUPLICATE or hidden_there:
        raise Refused(_("Das geht nur mit offenen Meldungen. Laden Sie die Seite neu."), "into")
    said = _("Diese Stelle war schon gemeldet. Es geht weiter unter %s.") % target.contribution.reference
    move(made, State.DUPLICATE)
    made.listed = False
    made.save(update_fields=["listed"])
    if contribution.state == Contribution.State.PUBLISHED:  # one that is held back stays so until somebody has looked
        contribution.state = Contribution.State.MERGED
        contribution.save(update_fields=["state"])
    made_link, _fresh = Link.objects.get_or_create(source=contribution, target=target.contribution, kind=Link.Kind.MERGED_INTO)
    ReportStep.objects.create(report=made, what=What.STATE, state=State.DUPLICATE, text=said, public=True, staff=staff)
    _follow_there(made, target)
    decide_case(actor, contribution, Decision.Outcome.PARTLY, said)
    record("report.merged", subject=str(contribution), actor=actor.key, data={"into": target.pk, "link": made_link.pk})
    return made


def _follow_there(made: Report, target: Report) -> None:
    """Followers hear of the other one; who follows both does so once."""
    for one in ReportFollow.objects.filter(report=made):
        where = {"account": one.account} if one.account_id else {"email": one.email}
        ReportFollow.objects.get_or_create(report=target, **where, defaults={"confirmed_at": one.confirmed_at})
    target.followers = ReportFollow.objects.filter(report=target, reporter=False, confirmed_at__isnull=False).count()
    target.save(update_fields=["followers"])


@transaction.atomic
def enter_contractors(listed: Iterable[Mapping[str, Any]]) -> int:
    """Firms from the city's file: entered or refreshed by key, never given a link; returns how many."""
    many = 0
    for one in listed:
        office = Office.objects.filter(key=one["office"]).first()
        if office is not None:
            told = {"title": one["title"], "office": office, "email": one.get("email", "")}
            Contractor.objects.update_or_create(key=one["key"], defaults=told)
            many += 1
    record("report.contractors_entered", subject="participation", actor=SYSTEM, data={"rows": many})
    return many
