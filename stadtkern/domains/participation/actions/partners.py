"""Keys of other systems, and what they send: reports and what happened to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import DESK_ROLES, Staff
from stadtkern.kernel.events.actions import record
from stadtkern.lib import ids, pictures

from ..models import Contribution, Report, ReportStep, SenderKey
from . import reports
from .guard import Refused, tidy

MOST_KEYS, MOST_PICTURES, MOST_UPDATES = 200, 5, 500


@dataclass(frozen=True)
class Sender:
    """Who sends, as the actor of an action: a key, nobody's account."""

    key: SenderKey

    @property
    def actor(self) -> str:
        return f"senderkey:{self.key.pk}"


def _office_of(actor: Actor) -> Staff:
    staff = actor.staff
    if staff is None or staff.role not in DESK_ROLES:
        raise SenderKey.DoesNotExist
    return staff


@transaction.atomic
def make_key(actor: Actor, values: Mapping[str, Any]) -> tuple[SenderKey, str]:
    """A new key and its secret, which nobody can read again."""
    staff = _office_of(actor)
    title = tidy(values.get("title"), 120)
    if len(title) < 3:
        raise Refused(_("Schreiben Sie, wer den Schlüssel bekommt, zum Beispiel „App der Nachbarstadt“."), "title")
    contact = tidy(values.get("contact"), 254)
    if contact:
        reports.checked_email(contact)
    if SenderKey.objects.filter(revoked_at=None).count() >= MOST_KEYS:
        raise Refused(_("Es gibt schon sehr viele Schlüssel. Bitte sperren Sie zuerst einen, den niemand mehr braucht."))
    secret = ids.secret()
    made = SenderKey.objects.create(
        title=title, contact=contact, digest=ids.digest(secret), hint=secret[:4], office=staff.office, made_by=staff,
        trusted=bool(values.get("trusted")), updates=bool(values.get("updates")),
    )  # fmt: skip
    data = {"trusted": made.trusted, "updates": made.updates}
    record("senderkey.made", subject=str(made), actor=actor.key, data=data)
    return made, secret


@transaction.atomic
def revoke_key(actor: Actor, pk: int) -> SenderKey:
    """From now on nothing is taken with it; what came stays."""
    staff = _office_of(actor)
    row = SenderKey.objects.select_for_update().get(pk=pk, office=staff.office_id)
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        record("senderkey.revoked", subject=str(row), actor=actor.key)
    return row


def key_of(secret: str) -> SenderKey | None:
    """The live key behind what somebody sent."""
    return SenderKey.objects.filter(digest=ids.digest(secret), revoked_at=None).first() if 20 <= len(secret) <= 200 else None


@transaction.atomic
def receive(key: SenderKey, values: Mapping[str, Any], photos: Sequence[bytes] = (), once: str = "") -> Report:
    """A report from another system. `values` as actions.reports.report, and attributes (code to words), look (look first)."""
    clean = [reports.read_photo(one) for one in photos[:MOST_PICTURES]]
    given = {**values, "source": "open311", "suspect": values.get("look")}
    name = f"{key}:{once}" if once else ""
    with transaction.atomic():  # the same again at the same moment waits here until the first one is complete
        made = reports.report(Actor(), given, key=name)
        if "sender" in made.contribution.origin:
            return made
        for picture in clean:
            reports.keep_photo(made.contribution, picture, "before")
        _keep_details(made, key, values)
        today = timezone.localdate()
        if key.used_date != today:
            SenderKey.objects.filter(pk=key.pk).update(used_date=today)
    return made


def _keep_details(made: Report, key: SenderKey, values: Mapping[str, Any]) -> None:
    row, told = made.contribution, dict(values.get("attributes") or {})
    row.origin = {"sender": key.pk}
    row.details = {**row.details, "attributes": told} if told else row.details
    row.save(update_fields=["origin", "details"])
    if lines := values.get("lines"):
        text = "\n".join([_("Angaben zur Meldung:"), *lines])
        ReportStep.objects.create(report=made, what=ReportStep.What.NOTE, text=text, public=False)
    if key.trusted and not made.suspect:
        made.shown = True
        made.save(update_fields=["shown"])


@transaction.atomic
def receive_update(key: SenderKey, reference: str, values: Mapping[str, Any]) -> ReportStep:
    """What another system knows about a report; the same update_id again is the same line. A clerk decides what follows."""
    row = Contribution.objects.select_for_update(of=("self",)).defer("search").get(reference=reference)
    report = Report.objects.select_for_update().get(pk=row.pk)
    name, seen = f"{key.pk}:{tidy(values.get('update_id'), 100)}", dict(row.details.get("updates", {}))
    if values.get("update_id") and name in seen:
        return ReportStep.objects.get(pk=seen[name], report=report)
    if len(seen) >= MOST_UPDATES:
        raise Refused("too many updates of this request")
    text = tidy(values.get("description"), reports.TEXT)
    status = tidy(values.get("status"), 60)
    said = "\n".join(part for part in (text, _("Dort ist der Stand: %s.") % status if status else "") if part)
    step = ReportStep.objects.create(
        report=report, what=ReportStep.What.REPORTER, text=f"{key.title}: {said}", public=bool(key.trusted and text)
    )
    if values.get("update_id"):
        row.details = {**row.details, "updates": {**seen, name: step.pk}}
        row.save(update_fields=["details"])
    record("report.update_received", subject=str(row), actor=Sender(key).actor, data={"step": step.pk})
    return step


def read_picture(data: bytes) -> pictures.Picture:
    """Checked before anything is stored."""
    return reports.read_photo(data)
