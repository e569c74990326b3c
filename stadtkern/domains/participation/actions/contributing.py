"""The author's side: keep a draft, send it, change it, take it back. A contribution that is sent is a case."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.contrib.postgres.search import SearchVector
from django.db import transaction
from django.db.models import Value
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases.models import QUEUE, Case, search_text
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.geo.queries import district_of, find_address
from stadtkern.kernel.registers.blocks import is_hidden
from stadtkern.kernel.services import catalogue

from ..models import Category, Contribution, ContributionQuerySet, Follow, Process
from ..templating import template
from .guard import Refused, locked, now_allows, tidy

TITLE, TEXT, NAME = 120, 5000, 60
State = Contribution.State


def contribute(
    actor: Actor, process: Process, values: Mapping[str, Any], *, draft: Contribution | None = None, draft_key: str = ""
) -> Contribution:
    """Send a contribution to a process: checked, given a reference, a case, and (where the process says so) published.

    `values`: title, text, category (key), lat, long, address, district, geometry, cost_cents, author ("name", "pseudonym",
    "none"), pseudonym, keep_text, details; everything else is dropped. `draft`: the draft it was, of the same author.
    `draft_key`: digest of the browser's secret, where nobody is signed in. Raises Refused.
    """
    with transaction.atomic():
        phase = now_allows(actor, process, "contribute")
        row = _draft_or_new(actor, process, draft, draft_key)
        if row.state != State.DRAFT:
            return row  # a double click: it is sent already
        kind = template(process.kind)
        _not_too_many(row, process)
        fill(actor, row, values, process)
        complete(row, process)
        row.kind, row.phase = Contribution.Kind(kind.contribution), phase
        row.submitted_at = timezone.now()
        row.state = State.SUBMITTED
        if process.settings.get("moderation", "before") == "after":
            row.state, row.published_at = State.PUBLISHED, row.submitted_at
        open_case(actor, row, kind.service, process.office, answers_of(row, process))
        store_new(row)
        if row.account_id:  # whoever wrote it hears what becomes of it
            Follow.objects.create(account_id=row.account_id, contribution=row)
        data: dict[str, Any] = {"process": process.pk, "kind": row.kind}
        record("contribution.submitted", subject=str(row), actor=actor.key, data=data)
        if row.state == State.PUBLISHED:
            record("contribution.published", subject=str(row), actor=actor.key, data=data)
        return row


def _draft_or_new(actor: Actor, process: Process, draft: Contribution | None, draft_key: str) -> Contribution:
    if draft is not None:
        row = locked(draft.pk, Contribution.objects.of_author(actor))
        if row.process_id != process.pk:
            raise Contribution.DoesNotExist
        return row
    return Contribution(process=process, account=actor.owner, draft_key="" if actor.owner else draft_key)


def _not_too_many(row: Contribution, process: Process) -> None:
    most = process.settings.get("most_per_person") or 0
    if not most or row.account_id is None:
        return
    # Two tabs at once: whoever comes second waits here for the first.
    Process.objects.select_for_update().get(pk=process.pk)
    sent = Contribution.objects.filter(process=process, account=row.account_id).exclude(
        state__in=[State.DRAFT, State.WITHDRAWN]
    )
    if sent.count() >= most:
        raise Refused(
            _("In diesem Verfahren sind je Person höchstens %s Beiträge möglich. Sie können einen zurückziehen.") % most
        )


def fill(actor: Actor, row: Contribution, values: Mapping[str, Any], process: Process | None) -> None:
    """Take the known values over, and nothing else; writes nothing."""
    row.title, row.text = tidy(values.get("title"), TITLE), tidy(values.get("text"), TEXT)
    row.address, row.district = tidy(values.get("address"), 200), tidy(values.get("district"), 60)
    row.lat, row.long = _coordinates(values.get("lat"), values.get("long"))
    _locate(row)
    geometry, details, cost = values.get("geometry"), values.get("details"), values.get("cost_cents")
    row.geometry = geometry if isinstance(geometry, dict) else None
    row.details = dict(details) if isinstance(details, Mapping) else {}
    row.cost_cents = cost if isinstance(cost, int) and 0 <= cost < 10**15 else None
    row.keep_text = bool(values.get("keep_text", True))
    key = tidy(values.get("category"), 60)
    row.category = Category.objects.filter(process=process, key=key).first() if key else None
    row.author_shown = _shown(actor, values, process)


def _locate(row: Contribution) -> None:
    """An address that there is once gets its point, a point its district (key)."""
    if row.lat is None and row.address:
        houses = find_address(row.address, 2)
        if len(houses) == 1:
            row.lat, row.long = houses[0].point
    if row.lat is not None and row.long is not None and not row.district:
        found = district_of(row.lat, row.long)
        row.district = found.key if found else ""


def _coordinates(lat: Any, long: Any) -> tuple[float | None, float | None]:
    try:
        place = float(lat), float(long)
    except (TypeError, ValueError, OverflowError):
        return None, None
    return place if -90 <= place[0] <= 90 and -180 <= place[1] <= 180 else (None, None)


def _shown(actor: Actor, values: Mapping[str, Any], process: Process | None) -> str:
    """Who others read as author. Never the name of somebody who is hidden (§ 51 BMG), whatever was chosen."""
    if process is not None and process.settings.get("names") == "none":
        return ""
    if values.get("author") == "pseudonym":
        return tidy(values.get("pseudonym"), NAME)
    if values.get("author") == "name" and actor.owner and not is_hidden(actor.owner.pk):
        return tidy(actor.owner.name, 120)
    return ""


def complete(row: Contribution, process: Process) -> None:
    """Everything there that is needed. Raises Refused with the field."""
    if len(row.title) < 5:
        raise Refused(_("Schreiben Sie in einem Satz, worum es geht, zum Beispiel „Mehr Bänke im Stadtpark“."), "title")
    if len(row.text) < 10:
        raise Refused(_("Beschreiben Sie es etwas genauer, damit andere es verstehen."), "text")
    if process.settings.get("place") == "required" and row.lat is None and not row.address:
        raise Refused(_("Sagen Sie, wo: auf der Karte oder mit Straße und Hausnummer."), "address")


def answers_of(row: Contribution, process: Process) -> dict[str, Any]:
    """What stands in the file; the same questions as in the service folder."""
    answers = {"title": row.title, "text": row.text, "process": process.title, "place": row.address or row.district}
    answers["category"] = row.category.title if row.category else ""
    return {key: value for key, value in answers.items() if value}


def open_case(
    actor: Actor, row: Contribution, service: str, office: Office | None, answers: Mapping[str, Any], *, once: str = ""
) -> Case:
    """The contribution becomes a case of this service, in the office that is in charge; it takes over the reference."""
    try:
        case, _fresh = cases.apply(
            actor, catalogue.find(service), answers, office=office, draft_key=row.draft_key or None, once=once
        )
    except cases.Refused as refused:
        raise Refused(str(refused), sign_in=isinstance(refused, cases.MoreTrustNeeded)) from refused
    row.case, row.reference = case, case.reference
    return case


def store_new(row: Contribution) -> None:
    """Write the row, new or a draft until now, with its words for the search."""
    row.search = vector(row)
    row.save()


def vector(row: Contribution) -> SearchVector:
    """Title, reference, address and text as the search reads them; the title weighs most."""
    head, body = search_text(f"{row.title} {row.reference or ''}"), search_text(f"{row.address} {row.district} {row.text}")
    return SearchVector(Value(head), config="simple", weight="A") + SearchVector(Value(body), config="simple", weight="C")


@transaction.atomic
def save_draft(
    actor: Actor, process: Process, values: Mapping[str, Any], draft: Contribution | None = None, draft_key: str = ""
) -> Contribution:
    """Keep what was typed so far; nothing is checked. One per person and process: a second tab goes on with the first."""
    now_allows(actor, process, "contribute")
    if draft is None and actor.owner is None and not draft_key:
        raise Refused(_("Ihr Browser nimmt keine Cookies an. Schicken Sie den Beitrag gleich ab, oder melden Sie sich an."))
    if draft is None:
        draft = draft_of(Contribution.objects.all(), actor, process, draft_key)
    row = _draft_or_new(actor, process, draft, draft_key)
    if row.state != State.DRAFT:
        return row
    fill(actor, row, values, process)
    row.kind, row.created_at = Contribution.Kind(template(process.kind).contribution), timezone.now()
    fresh = row.pk is None
    row.save()
    if fresh:
        record("contribution.drafted", subject=str(row), actor=actor.key, data={"process": process.pk})
    return row


def draft_of(rows: ContributionQuerySet, actor: Actor, process: Process, draft_key: str = "") -> Contribution | None:
    """The draft this person (or this browser) has in this process."""
    drafts = rows.filter(process=process, state=State.DRAFT).defer("search")
    if actor.owner:
        return drafts.filter(account=actor.owner.pk).order_by("-pk").first()
    return drafts.filter(account=None, draft_key=draft_key).order_by("-pk").first() if draft_key else None


@transaction.atomic
def discard(actor: Actor, contribution: Contribution) -> None:
    """Throw a draft away."""
    row = locked(contribution.pk, Contribution.objects.of_author(actor))
    if row.state != State.DRAFT:
        raise Refused(_("Dieser Beitrag ist schon abgeschickt. Sie können ihn zurückziehen."))
    record("contribution.discarded", subject=str(row), actor=actor.key, data={"process": row.process_id})
    row.delete()


def editable(row: Contribution) -> bool:
    """Others have agreed to, or answered, the text they read: from then on it stays."""
    return row.state == State.SUBMITTED or (row.state == State.PUBLISHED and not row.supports and not row.comments)


@transaction.atomic
def edit(actor: Actor, contribution: Contribution, values: Mapping[str, Any], version: int) -> Contribution:
    """The author changes the text while the phase runs and nobody has answered; moderators read it again."""
    row = locked(contribution.pk, Contribution.objects.of_author(actor))
    process = row.process
    if process is None or not editable(row):
        raise Refused(
            _("Andere haben schon auf Ihren Beitrag geantwortet. Schreiben Sie einen Kommentar, wenn sich etwas ändert.")
        )
    now_allows(actor, process, "contribute")
    if row.version != version:
        raise Refused(_("Der Beitrag wurde inzwischen an anderer Stelle geändert. Laden Sie die Seite neu."))
    fill(actor, row, {"details": row.details, "geometry": row.geometry, **values}, process)
    complete(row, process)
    row.version, row.edited_at, row.checked_at = row.version + 1, timezone.now(), None
    if process.settings.get("moderation", "before") == "before":
        row.state = State.SUBMITTED
    store_new(row)
    record("contribution.edited", subject=str(row), actor=actor.key, data={"version": row.version})
    return row


@transaction.atomic
def withdraw(actor: Actor, contribution: Contribution) -> Contribution:
    """The author takes it back: it can no longer be read. A second time changes nothing."""
    row = locked(contribution.pk, Contribution.objects.of_author(actor))
    if row.state == State.WITHDRAWN:
        return row
    if row.state not in (State.SUBMITTED, State.PUBLISHED):
        raise Refused(_("Diesen Beitrag können Sie nicht mehr zurückziehen."))
    row.state = State.WITHDRAWN
    row.save(update_fields=["state"])
    case = Case.objects.filter(pk=row.case_id, status__in=QUEUE).first() if row.case_id else None
    if case is not None:
        with suppress(cases.Refused, Case.DoesNotExist):
            cases.withdraw(actor, case)
    record("contribution.withdrawn", subject=str(row), actor=actor.key, data={"process": row.process_id})
    return row
