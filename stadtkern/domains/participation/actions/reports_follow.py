""" "Me too", subscriptions of an area, and "it is not repaired": by account, or by an address confirmed by mail."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.geo import queries as geo
from stadtkern.lib.earth import readable

from ..models import AreaWatch, Contribution, Report, ReportFollow, ReportStep
from ..models.contribution import SHOWN
from ..reports.categories import plan
from .contributing import open_case
from .guard import Refused, tidy
from .reports import SERVICE, answers_of, checked_email, move, promise

REOPEN = timedelta(days=28)
RADII = (100, 250, 500, 1000, 2000)
MOST_WATCHES = 20
State, What = Report.State, ReportStep.What


@transaction.atomic
def follow(actor: Actor, row: Report, email: str = "") -> ReportFollow:
    """ "Me too": one per person, counted; an address counts once it is confirmed. A second time changes nothing."""
    made = Report.objects.public().select_for_update(of=("self",)).select_related("contribution").get(pk=row.pk)
    if actor.owner is not None:
        one, fresh = ReportFollow.objects.get_or_create(
            report=made, account=actor.owner, defaults={"confirmed_at": timezone.now()}
        )
    else:
        address = tidy(email, 254).lower()
        if not address:
            raise Refused(
                _("Sagen Sie uns Ihre E-Mail-Adresse, oder melden Sie sich an. Dann schreiben wir Ihnen, wenn sich etwas tut."),
                "email",
            )
        checked_email(address)
        one, fresh = ReportFollow.objects.get_or_create(report=made, email=address)
    if fresh or one.confirmed_at is None:  # asked again, the mail goes out again
        _count(made)
        record("report.followed", subject=str(made.contribution), actor=actor.key, data={"follow": one.pk})
    return one


@transaction.atomic
def confirm_follow(pk: int) -> ReportFollow | None:
    """The address is real: the link in the mail was opened and the button pressed."""
    one = ReportFollow.objects.select_for_update(of=("self",)).select_related("report__contribution").filter(pk=pk).first()
    if one is not None and one.confirmed_at is None:
        one.confirmed_at = timezone.now()
        one.save(update_fields=["confirmed_at"])
        _count(one.report)
        record("report.follow_confirmed", subject=str(one.report.contribution), actor="anonymous", data={"follow": one.pk})
    return one


@transaction.atomic
def unfollow(actor: Actor, row: Report) -> None:
    """No more post about it."""
    if actor.owner is not None and ReportFollow.objects.filter(report=row, account=actor.owner).delete()[0]:
        _count(row)
        record("report.unfollowed", subject=str(row.contribution), actor=actor.key)


@transaction.atomic
def end_follow(pk: int) -> None:
    """By the link in the mail."""
    one = ReportFollow.objects.select_related("report__contribution").filter(pk=pk).first()
    if one is not None:
        one.delete()
        _count(one.report)
        record("report.unfollowed", subject=str(one.report.contribution), actor="anonymous")


def _count(row: Report) -> None:
    many = ReportFollow.objects.filter(report=row, reporter=False, confirmed_at__isnull=False).count()
    Report.objects.filter(pk=row.pk).update(followers=many)


@transaction.atomic
def watch(actor: Actor, values: Mapping[str, Any]) -> AreaWatch:
    """Hear of every report in a district, or around a point; `values`: district or lat, long, radius; categories, email."""
    area: dict[str, Any] = {"district": tidy(values.get("district"), 60)}
    if area["district"]:
        if geo.district(area["district"]) is None:
            raise Refused(_("Bitte wählen Sie einen Stadtteil."), "district")
    else:
        area |= _circle(values)
    known = plan().kinds
    area["categories"] = [key for key in values.get("categories") or [] if key in known]
    if actor.owner is not None:
        rows = AreaWatch.objects.filter(account=actor.owner)
        who: dict[str, Any] = {"account": actor.owner, "confirmed_at": timezone.now()}
    else:
        address = tidy(values.get("email"), 254).lower()
        if not address:
            raise Refused(_("Sagen Sie uns Ihre E-Mail-Adresse, oder melden Sie sich an."), "email")
        checked_email(address)
        rows, who = AreaWatch.objects.filter(email=address), {"email": address}
    if rows.count() >= MOST_WATCHES:
        raise Refused(_("Sie haben schon %s Gebiete. Beenden Sie zuerst eines.") % MOST_WATCHES)
    made = AreaWatch.objects.create(**area, **who)
    record("report.area_watched", subject=str(made), actor=actor.key)
    return made


def _circle(values: Mapping[str, Any]) -> dict[str, Any]:
    point = readable(values.get("lat"), values.get("long"))
    if point is None and (found := geo.find_address(tidy(values.get("address"), 200), 1)):
        point = found[0].point
    if point is None or not geo.in_city(*point):
        raise Refused(_("Wählen Sie einen Stadtteil, oder sagen Sie uns eine Adresse in der Stadt."), "address")
    radius = str(values.get("radius") or "")
    metres = int(radius) if radius.isascii() and radius.isdigit() and len(radius) < 6 else 0
    return {"lat": point[0], "long": point[1], "radius": metres if metres in RADII else 500}


@transaction.atomic
def confirm_watch(pk: int) -> AreaWatch | None:
    """The address is real."""
    one = AreaWatch.objects.select_for_update().filter(pk=pk).first()
    if one is not None and one.confirmed_at is None:
        one.confirmed_at = timezone.now()
        one.save(update_fields=["confirmed_at"])
        record("report.area_confirmed", subject=str(one), actor="anonymous")
    return one


@transaction.atomic
def unwatch(pk: int, actor: Actor | None = None) -> None:
    """No more post about an area: by the link in the mail, or (with an actor) one's own."""
    rows = AreaWatch.objects.filter(pk=pk)
    if actor is not None:
        rows = rows.filter(account=actor.owner) if actor.owner else rows.none()
    if rows.delete()[0]:
        record("report.area_unwatched", subject=f"areawatch:{pk}", actor=actor.key if actor else "anonymous")


@transaction.atomic
def reopen(actor: Actor, row: Report, text: str) -> Report:
    """Who reported it (the page has checked the link) says that it is not repaired: it comes back, with a fresh case."""
    contribution = Contribution.objects.select_for_update().defer("search").get(pk=row.pk)
    made = Report.objects.select_for_update().get(pk=row.pk)
    if made.closed_at is None:
        return made
    if contribution.state not in SHOWN:
        raise Refused(_("Von hier aus geht das nicht. Laden Sie die Seite neu; vielleicht war jemand schneller."))
    if made.state == State.DUPLICATE or timezone.now() - made.closed_at > REOPEN:
        raise Refused(_("Diese Meldung ist länger als vier Wochen abgeschlossen. Bitte melden Sie es neu."))
    kind, said = plan().kind(made.category), tidy(text, 4000)
    reference = contribution.reference
    open_case(actor, contribution, SERVICE, made.office, answers_of(contribution, kind))
    contribution.reference = reference
    contribution.save(update_fields=["case"])
    move(made, State.RECEIVED)
    made.reopened, made.promised_date, made.escalated_at = made.reopened + 1, promise(kind), None
    made.save(update_fields=["reopened", "promised_date", "escalated_at"])
    if said:
        ReportStep.objects.create(report=made, what=What.REPORTER, text=said)
    words = _("Wieder offen: Es ist noch nicht behoben.")
    ReportStep.objects.create(report=made, what=What.STATE, state=State.RECEIVED, text=words, public=True)
    record("report.reopened", subject=str(contribution), actor=actor.key, data={"times": made.reopened})
    return made
