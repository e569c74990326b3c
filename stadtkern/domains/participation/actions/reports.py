"""Reports of something broken: taken in once however often they are sent, routed, and moved from state to state in public."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Staff
from stadtkern.kernel.cases.models import Decision
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.geo import queries as geo
from stadtkern.lib import ids, pictures
from stadtkern.lib.calendar import add_working_days
from stadtkern.lib.earth import Point, metres, readable
from stadtkern.lib.streets import street_key

from ..models import Attachment, Contractor, Contribution, Report, ReportFollow, ReportStep
from ..models.contribution import SHOWN
from ..open311.configuration import chosen
from ..reports.categories import Kind, in_charge, plan
from ..reports.cells import cell_of
from ..reports.states import CLOSED, NEXT, WORDS
from .contributing import open_case, store_new
from .guard import Refused, moderator, tidy
from .publishing import decide_case

SERVICE = "maengel_melden"
TEXT, LONGEST_SIDE, SMALL = 4000, 1600, 360
MOST_PHOTO_PIXELS = pictures.MOST_PIXELS
SENT = timedelta(minutes=1)  # a picture is stored in the transaction that moves its report on, a moment before it
FAR = 25  # metres between two places that one key cannot mean
SOURCES = {"web", "offline", "open311", "phone", "import", "staff"}
State, What = Report.State, ReportStep.What


def report(actor: Actor, values: Mapping[str, Any], *, photo: bytes | None = None, key: str = "") -> Report:
    """Take in a report: checked, routed, promised a day, a case, public. Raises Refused with the field.

    `values`: category (key), lat and long (numbers or text) or address, text, contact (name, email, phone; only without an
    account), source, draft_key (digest of the browser's secret), suspect (look first), told and lines_told (answers to the
    questions of the category), all but category and a place optional.
    `photo`: bytes of an image, written anew here. `key`: the sender's own key; the same key again returns the first report.
    """
    once = ids.digest(f"report:{key}") if key else None
    if once and (known := Report.objects.select_related("contribution").filter(once=once).first()):
        return known
    picture = read_photo(photo) if photo else None
    kind = _kind(values.get("category"))
    point, address, more = _place(values, picture.point if picture else None, kind.key)
    try:
        with transaction.atomic():
            told = {**values, "text": "\n\n".join(part for part in (more, tidy(values.get("text"), TEXT)) if part)}
            return _take_in(actor, told, kind, point, address, picture, once)
    except IntegrityError:  # the same request twice at the same moment
        if once and (known := Report.objects.select_related("contribution").filter(once=once).first()):
            return known
        raise


def _kind(key: object) -> Kind:
    kind = plan().kinds.get(tidy(key, 60))
    if kind is None or kind.hidden:
        raise Refused(_("Wählen Sie aus, was kaputt oder falsch ist."), "category")
    return kind


def is_other(made: Report, values: Mapping[str, Any]) -> bool:
    """Whether `values` mean another report than the one their key brought back: another place, or another category."""
    row, point = made.contribution, readable(values.get("lat"), values.get("long"))
    if point is None and (found := geo.find_address(tidy(values.get("address"), 200), 1)):
        point = found[0].point
    if point and row.lat is not None and row.long is not None and metres(point, (row.lat, row.long)) > FAR:
        return True
    told = tidy(values.get("category"), 60)
    first = str(row.case.answers.get("category") or "") if row.case else ""  # the office may have changed it since
    return told != made.category and plan().title(told) != first


def _place(values: Mapping[str, Any], taken: Point | None, category: str) -> tuple[Point, str, str]:
    """Where it is: the point that was set, else the typed address, else where the photo was taken; and see `known_address`."""
    typed = tidy(values.get("address"), 200)
    point = readable(values.get("lat"), values.get("long"))
    if point is None and typed:
        found = geo.find_address(typed, 1)
        if not found:
            raise Refused(
                _("Diese Adresse finden wir nicht. Schreiben Sie Straße und Hausnummer, zum Beispiel Rathausplatz 1."),
                "address",
            )
        point = found[0].point
    point = point or taken
    if point is None:
        raise Refused(_("Sagen Sie, wo es ist: auf der Karte, mit Ihrem Standort oder mit Straße und Hausnummer."), "address")
    if not geo.in_city(*point) and chosen().neighbour_at(*point, category) is None:  # else it goes on by itself (handing.py)
        where = {"city": city().name}
        raise Refused(_("Dieser Ort liegt nicht in %(city)s. Bitte melden Sie es der Stadt, in der es ist.") % where, "address")
    return point, *known_address(typed, point)


def known_address(typed: str, point: Point) -> tuple[str, str]:
    """An address of the city's own list for a place, as everybody may read it, and what was typed beyond it.

    An address is public at once, so nothing somebody typed goes into it; the rest belongs into the text, which is looked at.
    """
    found = next((one for one in geo.find_address(typed, 1) if metres(one.point, point) <= geo.NEAR), None) if typed else None
    address = str(found or geo.nearest_address(*point) or "")
    if not typed or _folded(typed) == _folded(address):
        return address, ""
    rest = typed[len(address) :]
    if address and typed.casefold().startswith(address.casefold()) and not rest[0].isalnum():
        rest = rest.strip(" ,;.")
        return address, "" if rest.casefold().lstrip("0123456789 ") == city().name.casefold() else rest
    return address, typed


def _folded(address: str) -> tuple[str, str]:
    """The same for "lindenstr. 12" and "Lindenstraße 12"."""
    street, number = re.match(r"(\D*)(.*)", address, re.DOTALL).groups()  # type: ignore[union-attr]  # matches anything
    return street_key(street), "".join(number.split()).casefold()


def _take_in(
    actor: Actor,
    values: Mapping[str, Any],
    kind: Kind,
    point: Point,
    address: str,
    picture: pictures.Picture | None,
    once: str | None,
) -> Report:
    now, suspect = timezone.now(), bool(values.get("suspect"))
    there = geo.district_of(*point)
    district = there.key if there else ""
    charge = in_charge(kind.key, district)
    row = Contribution(
        kind=Contribution.Kind.REPORT, account=actor.owner, draft_key="" if actor.owner else str(values.get("draft_key") or ""),
        title=kind.title[:120], text=tidy(values.get("text"), TEXT), lat=point[0], long=point[1], district=district,
        address=address, submitted_at=now, state=Contribution.State.SUBMITTED if suspect else Contribution.State.PUBLISHED,
        published_at=None if suspect else now, details={"attributes": told} if (told := values.get("told")) else {},
    )  # fmt: skip
    office = Office.objects.filter(key=charge.office).first()
    open_case(actor, row, SERVICE, office, answers_of(row, kind))
    store_new(row)
    source = str(values.get("source") or "web")
    made = Report.objects.create(
        contribution=row, category=kind.key, district=district, team=charge.team,
        office=row.case.office if row.case else office,
        contractor=Contractor.objects.filter(key=charge.contractor, active=True).first() if charge.contractor else None,
        reported_at=now, state_at=now, promised_date=promise(kind), listed=not suspect, suspect=suspect,
        shown=not suspect and picture is None and _known_author(actor), cell=cell_of(point),
        source=source if source in SOURCES else "web", once=once, contact=_contact(actor, values.get("contact")),
    )  # fmt: skip
    ReportStep.objects.create(
        report=made, what=What.STATE, state=State.RECEIVED, text=str(WORDS[State.RECEIVED].text), public=True
    )
    if picture:
        keep_photo(row, picture, "before")
    if lines := values.get("lines_told"):
        text = "\n".join([_("Angaben zur Meldung:"), *lines])
        ReportStep.objects.create(report=made, what=What.NOTE, text=text, public=False)
    _first_follower(actor, made)
    record("report.received", subject=str(row), actor=actor.key, data={"category": kind.key, "source": made.source})
    return made


def answers_of(row: Contribution, kind: Kind) -> dict[str, Any]:
    """What stands in the file; the questions of the service folder."""
    point = f"{row.lat:.6f}, {row.long:.6f}" if row.lat is not None and row.long is not None else ""
    answers = {"category": kind.title, "place": row.address or point, "text": row.text}
    return {name: value for name, value in answers.items() if value}


def _known_author(actor: Actor) -> bool:
    """Somebody with an account of whom a report was looked at, and nothing ever taken away. Everybody else: looked at first."""
    if actor.owner is None:
        return False
    own = Contribution.objects.filter(account=actor.owner)
    looked_at = own.filter(kind=Contribution.Kind.REPORT, state__in=SHOWN, checked_at__isnull=False)
    return looked_at.exists() and not own.filter(state=Contribution.State.HIDDEN).exists()


def promise(kind: Kind, start: date | None = None) -> date:
    """The day by which we promise a result."""
    return add_working_days(start or timezone.localdate(), kind.promise_days, city().state, city().local_holidays)


def _contact(actor: Actor, told: object) -> dict[str, str]:
    """How to reach somebody without an account; who has one is reached there."""
    if actor.owner is not None or not isinstance(told, Mapping):
        return {}
    kept = {name: tidy(told.get(name), most) for name, most in (("name", 120), ("email", 254), ("phone", 40))}
    if kept["email"]:
        checked_email(kept["email"])
    return {name: value for name, value in kept.items() if value}


def checked_email(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError:
        raise Refused(_("Diese E-Mail-Adresse ist nicht vollständig. Sie sieht so aus: name@beispiel.de"), "email") from None


def _first_follower(actor: Actor, made: Report) -> None:
    if actor.owner is not None:
        ReportFollow.objects.create(report=made, account=actor.owner, reporter=True, confirmed_at=made.reported_at)
    elif made.contact.get("email"):
        ReportFollow.objects.create(report=made, email=made.contact["email"].lower(), reporter=True)


def read_photo(data: bytes) -> pictures.Picture:
    """A photo written anew, small enough for a page. Raises Refused with what to do instead."""
    try:
        return pictures.clean(data, most_pixels=MOST_PHOTO_PIXELS, longest_side=LONGEST_SIDE)
    except pictures.NotAPicture as problem:
        raise Refused(str(problem), "photo") from problem


def keep_photo(row: Contribution, picture: pictures.Picture, role: str, alt: str = "") -> Attachment:
    """Store a clean photo and its small copy with a report; notes nothing."""
    small = pictures.clean(picture.bytes, longest_side=SMALL)
    return Attachment.objects.create(
        contribution=row, role=role, media_type=picture.media_type, alt=alt[:300], width=picture.width, height=picture.height,
        size=len(picture.bytes), data=picture.bytes, small=small.bytes,
    )  # fmt: skip


# The office's side


def locked_report(actor: Actor, row: Report) -> tuple[Report, Contribution, Staff]:
    """A report on the desk of this clerk's office, locked. Raises Contribution.DoesNotExist, or Refused for the own one."""
    contribution = Contribution.objects.select_for_update(of=("self",)).select_related("case").defer("search").get(pk=row.pk)
    staff = moderator(actor, contribution)
    made = Report.objects.select_for_update().get(pk=row.pk)
    if made.office_id != staff.office_id:
        raise Contribution.DoesNotExist
    return made, contribution, staff


def set_state(actor: Actor, row: Report, state: str, text: str = "", *, photo: bytes | None = None) -> Report:
    """A clerk moves a report on; followers read `text`, or what the state says. `photo`: how it looks now."""
    picture = read_photo(photo) if photo else None
    with transaction.atomic():
        made, contribution, staff = locked_report(actor, row)
        if state == made.state and not picture:
            return made
        if state not in NEXT[made.state] or state == State.DUPLICATE:
            raise Refused(_("Von hier aus geht das nicht. Laden Sie die Seite neu; vielleicht war jemand schneller."), "state")
        said = tidy(text, TEXT)
        if WORDS[state].needs_text and not said:
            raise Refused(_("Bitte schreiben Sie dazu, warum. Die Menschen, die es gemeldet haben, lesen das."), "text")
        move(made, state)
        if picture:
            keep_photo(contribution, picture, "after")
        step = ReportStep.objects.create(
            report=made, what=What.STATE, state=state, text=said or str(WORDS[state].text), public=True, staff=staff
        )
        if state in CLOSED:
            outcome = Decision.Outcome.GRANTED if state == State.DONE else Decision.Outcome.REJECTED
            decide_case(actor, contribution, outcome, "" if state == State.DONE else said)
        record("report.state_changed", subject=str(contribution), actor=actor.key, data={"state": state, "step": step.pk})
        return made


def move(made: Report, state: str) -> None:
    """Write the new state and what hangs on it; notes nothing."""
    now = timezone.now()
    if made.state == State.CHECKING and state != State.DONE:  # not accepted: what the firm sent stays with the office
        Attachment.objects.filter(contribution=made.pk, role="after", at__gte=made.state_at - SENT).update(role="inside")
    made.state, made.state_at = State(state), now
    made.closed_at = now if state in CLOSED else None
    if state == State.ACCEPTED and made.promised_date is None:
        made.promised_date = promise(plan().kind(made.category))
    made.save(update_fields=["state", "state_at", "closed_at", "promised_date"])
