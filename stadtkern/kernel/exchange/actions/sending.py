"""Hand a case to another authority, step by step; every step is remembered before the next, so a kill costs nothing."""

from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases.models import Case, Status
from stadtkern.kernel.events.actions import record
from stadtkern.lib.fitconnect import certificates, events
from stadtkern.lib.fitconnect.client import Refused, Unavailable

from .. import log, packing
from ..adapters import Connection, NotConnected, connection
from ..models import Destination, Parcel, Transmission
from . import confirming
from .trying import HOURLY, Doubt, one_at_a_time, stumble

State = Transmission.State
LIVE = [State.PREPARED, State.PACKED, State.ANNOUNCED, State.SUBMITTED, State.ACCEPTED]


@transaction.atomic
def prepare(case_id: int, actor_key: str = SYSTEM) -> Transmission | None:
    """A new attempt to hand this case over, or the one that is under way; None where nothing is to be handed over."""
    case = Case.objects.select_for_update(of=("self",)).select_related("edition").defer("edition__files").get(pk=case_id)
    to = case.begun_on.send.to
    if not to or case.status != Status.IN_REVIEW or cases.came_in(case):
        return None
    earlier = Transmission.objects.of(case.pk).first()
    if earlier and earlier.state in LIVE:
        return earlier
    destination, title = packing.address(to)
    row = Transmission(
        case=case, attempt=earlier.attempt + 1 if earlier else 1, destination=destination, title=title[:200],
        service=packing.service_urn(case.begun_on)[:100],
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return Transmission.objects.of(case.pk).first()
    record("exchange.prepared", subject=str(case), actor=actor_key, data={"transmission": row.pk, "attempt": row.attempt})
    return row


def advance(pk: int) -> Transmission:
    """As many steps as go now; what is in the way is remembered, with the time of the next try."""
    with one_at_a_time(f"exchange.send:{pk}") as mine:
        row = _read(pk)
        while mine and row.state in _STEPS and _try(row):
            row = _read(pk)
    return _read(pk)


def _read(pk: int) -> Transmission:
    return Transmission.objects.select_related("case__edition", "case__account").defer("case__edition__files").get(pk=pk)


def _try(row: Transmission) -> bool:
    """One step; whether another may follow at once."""
    try:
        if row.case.status == Status.WITHDRAWN and row.state != State.SUBMITTED:
            _end(row, State.CANCELLED, "Der Antrag wurde zurückgenommen.", "exchange.cancelled")
            return False
        return _STEPS[State(row.state)](row, connection())
    except NotConnected as error:
        stumble(row, str(error), HOURLY)
    except Unavailable as error:
        stumble(row, f"Der Zustelldienst antwortet nicht: {error}", error.retry_after)
    except Doubt as doubt:
        stumble(row, str(doubt), doubt.again)
    except packing.NotYet:
        stumble(row, "Eine Datei wird noch auf Schadprogramme geprüft.", 30)
    except Refused as refused:
        return _refused(row, refused)
    return False


def _pack(row: Transmission, link: Connection) -> bool:
    if not row.destination:
        raise Doubt(f"Der Zustellpunkt „{row.title}“ ist in city.toml nicht eingetragen.", HOURLY)
    about = link.delivery.destination(row.destination)
    kid = str(about.get("encryptionKid", ""))
    jwk = link.delivery.key(row.destination, kid)
    try:
        certificates.check_key(jwk, link.roots, "wrapKey")
    except certificates.KeyRefused as refused:
        trouble = f"Der Schlüssel der Behörde darf nicht benutzt werden ({refused})."
        _seen(row, kid, trouble)
        raise Doubt(trouble, HOURLY) from None
    packed = packing.pack(row.case, row.case.begun_on, jwk)
    _seen(row, kid, "")
    with transaction.atomic():
        Parcel.objects.filter(transmission=row).delete()
        for part, token in packed.parts.items():
            Parcel.objects.create(transmission=row, part=part, token=token)
        _forward(row, State.PACKED, tags=packed.tags.as_json())
    return True


@transaction.atomic
def _seen(row: Transmission, kid: str, trouble: str) -> None:
    facts = {"title": row.title, "kid": kid[:100], "checked_at": timezone.now(), "trouble": trouble[:300]}
    Destination.objects.update_or_create(destination=row.destination, defaults=facts)


def _announce(row: Transmission, link: Connection) -> bool:
    files = [part for part in Parcel.objects.filter(transmission=row).values_list("part", flat=True) if len(part) == 36]
    callback = {"url": link.callback_url, "secret": link.callback_secret} if link.callback_secret else None
    name = row.case.begun_on.title
    said = link.delivery.announce(row.destination, row.service, name, files, callback)
    _forward(row, State.ANNOUNCED, submission=said.submission, kase=said.case)
    return True


def _hand_in(row: Transmission, link: Connection) -> bool:
    for parcel in Parcel.objects.filter(transmission=row, sent_at=None).exclude(part__in=["data", "metadata"]).order_by("pk"):
        link.delivery.upload(row.submission, parcel.part, parcel.token)
        Parcel.objects.filter(pk=parcel.pk).update(sent_at=timezone.now())
    tokens = dict(Parcel.objects.filter(transmission=row, part__in=["data", "metadata"]).values_list("part", "token"))
    link.delivery.submit(row.submission, tokens["metadata"], tokens["data"])
    _handed_in(row)
    return True


def _handed_in(row: Transmission) -> None:
    with transaction.atomic():
        _forward(row, State.SUBMITTED, submitted_at=timezone.now())
        cases.note_transfer(row.case)
        data = {"transmission": row.pk, "attempt": row.attempt}
        record("exchange.submitted", subject=str(row.case), actor=SYSTEM, data=data)


def _refused(row: Transmission, refused: Refused) -> bool:
    """The service understood and said no: start over where that helps, else give up with its words."""
    if row.state == State.SUBMITTED:
        stumble(row, f"Das Ereignisprotokoll ist nicht lesbar: {refused}", HOURLY)
        return False
    if refused.status in (401, 403):  # credentials are repaired by people; what is packed stays packed
        stumble(row, f"Der Zustelldienst verweigert den Zugang: {refused}", HOURLY)
        return False
    if row.state == State.ANNOUNCED and refused.status == 409:
        return _was_handed_in(row)
    if row.state == State.ANNOUNCED and refused.status in (404, 410) and row.tries < 5:
        with transaction.atomic():  # announced too long ago: the service has forgotten it
            Parcel.objects.filter(transmission=row).update(sent_at=None)
            _forward(row, State.PACKED, submission="", kase="", tries=row.tries + 1)
        return True
    if row.state == State.ANNOUNCED and refused.kind == "attachments-missing" and row.tries < 5:
        Parcel.objects.filter(transmission=row).update(sent_at=None)
        stumble(row, "Dem Zustelldienst fehlen Anlagen; sie werden noch einmal übertragen.")
        return False
    _end(row, State.FAILED, f"Der Zustelldienst hat abgelehnt: {refused}", "exchange.failed")
    return False


def _was_handed_in(row: Transmission) -> bool:
    """The answer to an earlier try got lost: the log says whether what lies there is ours."""
    try:
        found = log.read(connection(), case=row.kase, submission=row.submission, destination=row.destination)
    except Unavailable as error:
        stumble(row, f"Der Zustelldienst antwortet nicht: {error}", error.retry_after)
        return False
    line = found.find(events.SUBMIT)
    if line is None or line.tags is None:
        stumble(row, "Der Zustelldienst sagt „schon eingereicht“, das Protokoll zeigt es nicht.", 60)
        return False
    if line.tags.as_json() != row.tags:
        _end(row, State.FAILED, "Unter unserer Nummer liegt beim Zustelldienst etwas anderes.", "exchange.failed")
        return False
    _handed_in(row)
    return True


@transaction.atomic
def _forward(row: Transmission, state: str, *, tries: int = 0, **changes: object) -> None:
    """A step is done: remember it; the next may begin at once."""
    row.state, row.tries, row.trouble, row.next_try_at = state, tries, "", timezone.now()
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=["state", "tries", "trouble", "next_try_at", *changes])


@transaction.atomic
def _end(row: Transmission, state: str, trouble: str, line: str) -> None:
    row.state, row.trouble, row.next_try_at = state, trouble[:300], None
    row.save(update_fields=["state", "trouble", "next_try_at"])
    Parcel.objects.filter(transmission=row).delete()
    record(line, subject=str(row.case), actor=SYSTEM, data={"transmission": row.pk})
    if state == State.FAILED:
        confirming.tell_desk(row, f"Die Übergabe an {row.title} ist gescheitert. {trouble}")


_STEPS: dict[str, Callable[[Transmission, Connection], bool]] = {
    State.PREPARED: _pack,
    State.PACKED: _announce,
    State.ANNOUNCED: _hand_in,
    State.SUBMITTED: confirming.ask,
}
