"""Take in what other authorities' services deliver: each submission becomes one case, or goes back with reasons."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.documents import actions as documents
from stadtkern.kernel.documents.models import Upload
from stadtkern.kernel.events.actions import record
from stadtkern.lib.fitconnect import events, jose
from stadtkern.lib.fitconnect import metadata as meta
from stadtkern.lib.fitconnect.client import Delivered, Refused, Unavailable, Waiting
from stadtkern.lib.fitconnect.problems import Problem
from stadtkern.lib.fitconnect.problems import read as read_problems

from .. import log
from ..adapters import Connection, NotConnected, connection
from ..models import Parcel, Reception
from ..opening import Fit, fit
from .confirming import note_lines
from .trying import HOURLY, Doubt, one_at_a_time, stumble

State = Reception.State
SECOND_LOOKS = 3  # what looks damaged is fetched again before it is sent back: the line may be to blame
MOST_BYTES = 25_000_000  # of one attachment


@dataclass
class Opened:
    """A submission as we could read it; `problems` where we could not."""

    problems: list[Problem] = field(default_factory=list)
    metadata: meta.Metadata | None = None
    data: bytes = b""
    tags: events.Tags | None = None


@transaction.atomic
def discover(found: Waiting) -> Reception:
    """A submission lies ready: one row, however often it is listed or called out."""
    row, fresh = Reception.objects.get_or_create(
        submission=found.submission, defaults={"kase": found.case, "destination": found.destination}
    )
    if fresh:
        record("exchange.found", subject=str(row), actor="provider:fitconnect", data={"reception": row.pk})
    return row


def receive(pk: int) -> Reception:
    """As many steps as go now; what is in the way is remembered, with the time of the next try."""
    with one_at_a_time(f"exchange.receive:{pk}") as mine:
        row = Reception.objects.get(pk=pk)
        while mine and row.state in _STEPS and _try(row):
            row = Reception.objects.get(pk=pk)
    return Reception.objects.get(pk=pk)


def _try(row: Reception) -> bool:
    try:
        return _STEPS[row.state](row, connection())
    except NotConnected as error:
        stumble(row, str(error), HOURLY)
    except Unavailable as error:
        stumble(row, f"Der Zustelldienst antwortet nicht: {error}", error.retry_after)
    except Doubt as doubt:
        stumble(row, str(doubt), doubt.again)
    except cases.NoOffice as error:
        stumble(row, f"Für diese Leistung ist keine Stelle eingetragen ({error}).", HOURLY)
    except Refused as refused:
        if row.state == State.FOUND and refused.status in (404, 410):
            _store(row, State.GONE, trouble="Der Zustelldienst hat diese Einreichung nicht mehr.")
        else:
            stumble(row, f"Der Zustelldienst verweigert den Zugang: {refused}", HOURLY)
    return False


def _fetch(row: Reception, link: Connection) -> bool:
    """FOUND → OPENED or REFUSED. Everything is checked before anything is kept but the files, which wait under our number."""
    there = link.delivery.fetch(row.submission)
    found = log.read(link, case=row.kase, submission=row.submission, destination=row.destination)
    note_lines(found, reception=row)
    handed_in = found.find(events.SUBMIT)
    if handed_in is None:
        raise Doubt(f"Das Protokoll belegt die Einreichung nicht. {' '.join(found.doubts[:1])}", 60)
    opened = _opened(row, link, there, handed_in.tags)
    if opened.problems and row.looks + 1 < SECOND_LOOKS and _may_be_the_line(opened.problems):
        Reception.objects.filter(pk=row.pk).update(looks=F("looks") + 1)
        raise Doubt(f"Beschädigt angekommen, wird noch einmal geholt: {opened.problems[0].title}", 5)
    if opened.problems or opened.metadata is None:
        _refuse(row, opened)
        return True
    uploads = {one.path: str(one.key) for one in Upload.objects.filter(about=str(row)) if one.state != Upload.State.REFUSED}
    fitting = fit(opened.metadata, opened.data, uploads)
    if isinstance(fitting, list):
        opened.problems = fitting
        _refuse(row, opened)
    else:
        _open_case(row, opened, fitting)
    return True


def _may_be_the_line(problems: list[Problem]) -> bool:
    kinds = {"encryption-issue", "incorrect-authentication-tag", "hash-mismatch", "syntax-violation", "missing-attachment"}
    return all(problem.kind in kinds for problem in problems)


def _opened(row: Reception, link: Connection, there: Delivered, said: events.Tags | None) -> Opened:
    """Decrypt and check; tags first, because they cost nothing."""
    try:
        tags = {"metadata": jose.tag(there.metadata), "data": jose.tag(there.data)}
    except jose.Unreadable:
        return Opened([Problem("encryption-issue", "submission", "Metadaten oder Fachdaten sind kein vollständiges JWE.")])
    files = dict.fromkeys(there.attachments, "")
    if said is not None:
        files.update({key: tag for key, tag in said.attachments.items() if key in files})
    found = Opened(tags=events.Tags(tags["metadata"], tags["data"], files))
    found.problems = events.compare(said, found.tags or events.Tags("", ""))
    if found.problems:
        return found
    metadata = _part(found, there.metadata, "metadata", link)
    found.data = _part(found, there.data, "data", link)
    if found.problems:
        return found
    read = meta.read(metadata)
    if not isinstance(read, meta.Metadata):
        found.problems = read
        return found
    found.metadata = read
    found.problems = meta.hash_problem(read.data_hash, found.data, "data") + meta.compare(read, there.attachments)
    if not found.problems:
        _attachments(row, link, found, read)
    return found


def _part(found: Opened, token: str, instance: str, link: Connection) -> bytes:
    try:
        return jose.decrypt(token, link.decryption)
    except jose.Unreadable as error:
        found.problems.append(Problem("encryption-issue", instance, f"Nicht zu entschlüsseln: {error}"[:300]))
        return b""


def _attachments(row: Reception, link: Connection, found: Opened, metadata: meta.Metadata) -> None:
    """Each file on its own: fetched, opened, checked, kept or put into quarantine; what is there already is left alone."""
    done = set(Upload.objects.filter(about=str(row)).values_list("path", flat=True))
    done |= set(Parcel.objects.filter(reception=row).values_list("part", flat=True))
    for one in metadata.attachments:
        if one.id in done:
            continue
        place = f"attachment:{one.id}"
        token = link.delivery.fetch_attachment(row.submission, one.id)
        if found.tags is None or not token or token.rpartition(".")[2] != found.tags.attachments.get(one.id):
            found.problems.append(Problem("incorrect-authentication-tag", place, "Das Authentication-Tag weicht ab."))
            continue
        content = _part(found, token, place, link)
        found.problems += meta.hash_problem(one.hash, content, place)
        if not found.problems:
            _keep_file(row, one, content, token)


def _keep_file(row: Reception, one: meta.Attachment, content: bytes, token: str) -> None:
    try:
        documents.receive(
            about=str(row), path=one.id, account=None, file_name=one.name, data=content, media_types=(), max_bytes=MOST_BYTES,
            as_is=True,
        )  # fmt: skip
    except documents.UploadRefused as refused:
        with transaction.atomic():  # nobody can open it by accident: it stays encrypted
            Parcel.objects.get_or_create(reception=row, part=one.id, defaults={"token": token})
            row.problems = [*row.problems, {"file": one.name, "id": one.id, "why": str(refused)}]
            row.save(update_fields=["problems"])


@transaction.atomic
def _refuse(row: Reception, opened: Opened) -> None:
    """Kept here until the service has been told."""
    documents.shred_uploads(str(row))
    Parcel.objects.filter(reception=row).delete()
    _facts(row, opened)
    _store(row, State.REFUSED, problems=[problem.as_json() for problem in opened.problems])
    data = {"reception": row.pk, "problems": len(opened.problems)}
    record("exchange.refused", subject=str(row), actor=SYSTEM, data=data)


@transaction.atomic
def _open_case(row: Reception, opened: Opened, fitting: Fit) -> None:
    _facts(row, opened)
    notes = [*_about(row, opened), *fitting.notes]
    notes += [f"Datei „{one['file']}“ ist nicht übernommen und liegt verschlüsselt in Quarantäne: {one['why']}"
              for one in row.problems if "file" in one]  # fmt: skip
    row.case = cases.come_in(
        fitting.service,
        fitting.answers,
        once=f"{cases.INCOMING}{row.submission}",
        files=str(row),
        paths=fitting.files,
        notes=notes,
    )
    _store(row, State.OPENED, "case")
    record("exchange.received", subject=str(row.case), actor="provider:fitconnect", data={"reception": row.pk})


def _facts(row: Reception, opened: Opened) -> None:
    if opened.tags:
        row.tags = opened.tags.as_json()
    if (said := opened.metadata) is not None:
        row.service, row.schema_uri, row.sender_reference = said.service, said.schema_uri, said.sender_reference
        row.reply_channel = dict(said.reply)
    row.save(update_fields=["tags", "service", "schema_uri", "sender_reference", "reply_channel"])


def _about(row: Reception, opened: Opened) -> list[str]:
    """What a clerk must know about where this came from."""
    said = opened.metadata
    lines = ["Über FIT-Connect eingegangen."]
    if said and said.sender_reference:
        lines.append(f"Zeichen des Absenders: {said.sender_reference}.")
    mail = row.reply_channel.get("eMail") if isinstance(row.reply_channel, dict) else None
    if isinstance(mail, dict) and isinstance(mail.get("address"), str):
        lines.append(f"Antwort erbeten per E-Mail: {mail['address'][:200]}")
    elif row.reply_channel:
        lines.append(f"Antwortweg: {', '.join(sorted(map(str, row.reply_channel)))[:200]}")
    if said and said.payment:
        lines.append("Der Absender nennt Zahlungsdaten: bitte prüfen, ob schon bezahlt ist.")
    return [" ".join(lines)]


def _tell(row: Reception, link: Connection) -> bool:
    """OPENED → ACCEPTED, REFUSED → REJECTED: our signed word to the service, which then deletes its copy."""
    accepted = row.state == State.OPENED
    problems = read_problems([one for one in row.problems if "type" in one])
    tags = row.tags or {"metadata": "", "data": "", "attachments": {}}
    token = events.write(
        events.ACCEPT if accepted else events.REJECT, submission=row.submission, case=row.kase, issuer=row.destination,
        key=link.signature, tags=events.Tags(**tags) if accepted else None, problems=problems,
    )  # fmt: skip
    try:
        link.delivery.report(row.kase, token)
    except Refused as refused:
        if refused.status not in (404, 409, 410):
            raise
    found = log.read(link, case=row.kase, submission=row.submission, destination=row.destination)
    note_lines(found, reception=row)
    said = found.find(events.ACCEPT, events.REJECT)
    if said is None:
        raise Doubt("Der Zustelldienst hat unsere Antwort nicht im Protokoll.", 60)
    ours = said.issuer == row.destination and (said.name == events.ACCEPT) == accepted
    with transaction.atomic():
        if ours:
            _store(row, State.ACCEPTED if accepted else State.REJECTED, "confirmed_at", confirmed_at=timezone.now())
            name = "exchange.confirmed" if accepted else "exchange.sent_back"
            record(name, subject=str(row), actor=SYSTEM, data={"reception": row.pk})
        else:
            _store(row, State.UNCONFIRMED, trouble=f"Beim Zustelldienst steht schon: {said.name}.")
    return False


def _store(row: Reception, state: str, *fields: str, trouble: str = "", **changes: object) -> None:
    row.state, row.trouble, row.tries = state, trouble, 0
    row.next_try_at = timezone.now() if state in (State.OPENED, State.REFUSED) else None
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=list({"state", "trouble", "tries", "next_try_at", *fields, *changes}))


_STEPS: dict[str, Callable[[Reception, Connection], bool]] = {
    State.FOUND: _fetch,
    State.OPENED: _tell,
    State.REFUSED: _tell,
}
