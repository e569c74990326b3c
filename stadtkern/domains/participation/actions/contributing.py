"""A contribution is sent: checked, filed as a case, shown at once or once somebody has read it."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.contrib.postgres.search import SearchVector
from django.db import connection, transaction
from django.db.models import Value
from django.db.models.expressions import Combinable
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases.models import Case, search_text
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.geo.queries import district_of, find_address
from stadtkern.kernel.registers.blocks import is_hidden
from stadtkern.kernel.services import catalogue

from .. import petitionforms
from ..consultations import asking, rules, shapes
from ..models import Category, Contribution, Follow, Process
from ..templating import template
from . import stating
from .guard import Refused, now_allows, tidy
from .teaming import agreed_by_all

TITLE, TEXT, NAME = 120, 5000, 60
STATEMENT = 200  # letters of a statement others agree to or not
SAME = timedelta(hours=1)
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
        if (known := said_already(actor, process, values, draft_key)) is not None:
            return known  # a double click, the back button: it is sent already
        row = draft_or_new(actor, process, draft, draft_key)
        kind = template(process.kind)
        not_too_many(row, process)
        fill(actor, row, values, process)
        complete(row, process)
        agreed_by_all(row)
        row.kind, row.phase = Contribution.Kind(kind.contribution), phase
        row.submitted_at = timezone.now()
        row.state = State.SUBMITTED
        if process.settings.get("moderation", "before") == "after":
            row.state, row.published_at = State.PUBLISHED, row.submitted_at
        stating.keep_back(row, process)
        open_case(actor, row, kind.service, process.office, answers_of(row, process))
        store_new(row)
        stating.attach(row, process)
        if row.account_id:  # whoever wrote it hears what becomes of it
            Follow.objects.create(account_id=row.account_id, contribution=row)
        data: dict[str, Any] = {"process": process.pk, "kind": row.kind}
        record("contribution.submitted", subject=str(row), actor=actor.key, data=data)
        if row.state == State.PUBLISHED:
            record("contribution.published", subject=str(row), actor=actor.key, data=data)
        return row


def said_already(actor: Actor, process: Process, values: Mapping[str, Any], draft_key: str) -> Contribution | None:
    """The same words of the same author in the last hour. Two requests at once wait for each other here."""
    author = f"account:{actor.owner.pk}" if actor.owner else draft_key
    if not author:
        return None
    number = int.from_bytes(hashlib.sha256(f"{process}:{author}".encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
    mine = Contribution.objects.filter(process=process, submitted_at__gt=timezone.now() - SAME)
    mine = mine.filter(account=actor.owner.pk) if actor.owner else mine.filter(account=None, draft_key=draft_key)
    same = mine.filter(title=tidy(values.get("title"), TITLE), text=tidy(values.get("text"), longest(process)))
    known = same.exclude(state=State.WITHDRAWN).order_by("pk").values_list("pk", flat=True).first()
    return Contribution.objects.select_related("process").defer("search").get(pk=known) if known else None


def draft_or_new(actor: Actor, process: Process, draft: Contribution | None, draft_key: str) -> Contribution:
    """The draft, where it is still one of this author in this process; otherwise a new row."""
    if draft is not None:
        rows = Contribution.objects.of_author(actor).filter(pk=draft.pk, process=process, state=State.DRAFT)
        if found := rows.select_for_update(of=("self",)).select_related("process").first():
            return found
    return Contribution(process=process, account=actor.owner, draft_key="" if actor.owner else draft_key)


def not_too_many(row: Contribution, process: Process) -> None:
    """The process may say how many each person sends. Raises Refused."""
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
    row.title, row.text = tidy(values.get("title"), TITLE), tidy(values.get("text"), longest(process))
    row.address, row.district = tidy(values.get("address"), 200), tidy(values.get("district"), 60)
    row.lat, row.long = _coordinates(values.get("lat"), values.get("long"))
    _locate(row)
    details, cost = values.get("details"), values.get("cost_cents")
    _draw(row, values.get("geometry"))
    row.details = dict(details) if isinstance(details, Mapping) else {}
    if process is not None and petitionforms.asks(process):
        row.details = {key: tidy(value, 5000) for key, value in petitionforms.details_of(process, row.details).items()}
    row.cost_cents = cost if isinstance(cost, int) and 0 <= cost < 10**15 else None
    row.keep_text = bool(values.get("keep_text", True))
    key = tidy(values.get("category"), 60)
    row.category = next((one for one in _categories(process) if one.key == key), None) if key else None
    row.author_shown = _shown(actor, values, process)


def _categories(process: Process | None) -> Iterable[Category]:
    """Of the process, read once where the page has done so already; of reports, the city's."""
    return process.categories.all() if process is not None else Category.objects.filter(process=None)


def _locate(row: Contribution) -> None:
    """An address that there is once gets its point, a point its district (key)."""
    if row.lat is None and row.address:
        houses = find_address(row.address, 2)
        if len(houses) == 1:
            row.lat, row.long = houses[0].point
    if row.lat is not None and row.long is not None and not row.district:
        found = district_of(row.lat, row.long)
        row.district = found.key if found else ""


def _draw(row: Contribution, given: Any) -> None:
    """A drawn shape, with a point that stands for it where no other was named."""
    try:
        row.geometry = shapes.drawn(given)
    except shapes.NoShape as error:
        raise Refused(str(error), "geometry") from error
    if row.geometry is not None and row.lat is None:
        row.lat, row.long = shapes.middle(row.geometry)


def longest(process: Process | None) -> int:
    """Letters of a text; statements about a plan may be longer."""
    return rules.LONGEST if rules.is_consultation(process) else TEXT


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
    if template(process.kind).is_map and len(row.text) > STATEMENT:
        raise Refused(_("Eine Aussage hat höchstens %s Zeichen: ein Satz, ein Gedanke.") % STATEMENT, "text")
    if process.settings.get("place") == "required" and row.lat is None and not row.address:
        raise Refused(_("Sagen Sie, wo: auf der Karte oder mit Straße und Hausnummer."), "address")
    if missing := petitionforms.missing(process, row.details):
        raise Refused(missing[1], missing[0])


def answers_of(row: Contribution, process: Process) -> dict[str, Any]:
    """What stands in the file; the same questions as in the service folder."""
    answers = {"title": row.title, "text": row.text, "process": process.title, "place": row.address or row.district}
    answers["category"] = row.category.title if row.category else ""
    answers |= petitionforms.details_of(process, row.details)
    answers |= asking.file_of(process, row.details)
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


def vector(row: Contribution) -> Combinable:
    """Title, reference, address and text as the search reads them; the title weighs most."""
    head, body = search_text(f"{row.title} {row.reference or ''}"), search_text(f"{row.address} {row.district} {row.text}")
    return SearchVector(Value(head), config="simple", weight="A") + SearchVector(Value(body), config="simple", weight="C")
