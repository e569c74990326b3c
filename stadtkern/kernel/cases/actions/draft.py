"""The application while it is being filled in: nothing typed is lost, nothing wrong gets past."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.appointments import actions as appointments
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.documents import actions as documents
from stadtkern.kernel.documents.models import Upload
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.services import actions as services
from stadtkern.kernel.services.catalogue import Service
from stadtkern.lib import ids
from stadtkern.lib.forms import shape
from stadtkern.lib.forms.check import Problem
from stadtkern.lib.forms.model import Answers, Field, Kind, Step
from stadtkern.lib.forms.read import merged, revealed
from stadtkern.lib.forms.rules.evaluate import Effects
from stadtkern.lib.forms.walk import Walk

from ..models import Case
from ..nameless import is_nameless
from .guard import Refused, covered, locked_draft, store

Files = Mapping[str, Sequence["UploadedFile[Any]"]]
MOST_BYTES = 10_000_000  # of a file, where the form says nothing


@dataclass
class Saved:
    """What came of saving a page."""

    case: Case
    problems: list[Problem] = field(default_factory=list)
    revealed: list[str] = field(default_factory=list)  # fields the answers opened that were not on the page yet
    received: int = 0  # files taken in
    effects: Effects | None = None  # what the rules say of the answers saved


def start(
    actor: Actor, service: Service, *, assisted: bool = False, account: Account | None = None, reference: str | None = None
) -> tuple[Case, str | None]:
    """A new draft, and the secret for the cookie when nobody is signed in and the browser has none yet.

    `reference` (made by the page before the first save) makes a double click one draft. `assisted`: the clerk fills it in
    with somebody at the counter, whose `account` may be known. Raises Refused where the service takes no applications.
    """
    if service.retired:
        raise Refused(_("Diese Leistung nimmt keine neuen Anträge mehr an."))
    covered(actor, service.key)
    if service.anonymous and (actor.account or len(actor.draft_keys) != 1):
        raise Refused(_("Diese Meldung geht nur auf der Seite der Stadt, ohne Konto."))
    office = Office.objects.filter(key=service.office).first()
    if office is None:
        raise Refused(_("Für diese Leistung ist noch keine zuständige Stelle eingetragen. Bitte rufen Sie uns an."))
    if reference and (known := Case.objects.of_applicant(actor).filter(reference=reference, service=service.key).first()):
        return known, None
    secret = None if actor.account or actor.draft_keys else ids.secret()
    key = None if actor.account else ids.digest(secret) if secret else actor.draft_keys[0]
    clerk = actor.staff if assisted else None
    owner = account if clerk else actor.owner
    row = Case(
        service=service.key,
        account=owner,
        company=None if clerk else actor.company,
        mandate=None if clerk else actor.mandate,
        draft_key=key,
        assisted_by=clerk,
        office=office,
    )
    for fresh in (reference, None, None, None, None):
        row.reference = fresh or ids.reference(str(city().raw.get("reference_prefix", "MS")))
        try:
            _insert(row, service, actor)
            return row, secret
        except IntegrityError:  # somebody has this reference already
            row.pk = None
            if fresh and (known := Case.objects.of_applicant(actor).filter(reference=fresh, service=service.key).first()):
                return known, None
    raise RuntimeError("no free reference found")


@transaction.atomic
def _insert(row: Case, service: Service, actor: Actor) -> None:
    row.edition = services.publish(service)
    row.save(force_insert=True)
    record("case.started", subject=str(row), actor=actor.key, data={"service": row.service, "edition": row.edition_id})


def save_step(
    actor: Actor,
    case: Case,
    step_key: str,
    data: Mapping[str, Sequence[str]],
    files: Files | None = None,
    *,
    final: bool = True,
) -> Saved:
    """Keep one page as it was typed and say what is wrong with it.

    `final`: the person went on, so the step is done when nothing is wrong (one diary line per step); otherwise the page
    saved itself meanwhile. Files are taken in before the row is locked: checking them may take a while.
    """
    received, refused = _receive(actor, case, step_key, data, files or {})
    saved = _store_step(actor, case, step_key, data, received, refused, final)
    saved.received = len(received)
    return saved


def _receive(
    actor: Actor, case: Case, step_key: str, data: Mapping[str, Sequence[str]], files: Files
) -> tuple[dict[str, Upload], list[Problem]]:
    step = _step(case, step_key)
    received: dict[str, Upload] = {}
    refused: list[Problem] = []
    if not any(files.values()):
        return received, refused
    answers = merged(step, data, case.answers)
    for visit in Walk(step, answers, case.begun_on.effects(answers)).visits():
        element = visit.element
        given = files.get(visit.path)
        if not isinstance(element, Field) or element.kind is not Kind.FILE or not given or not case.is_draft:
            continue
        upload = given[-1]
        most = element.max_bytes or MOST_BYTES
        try:
            received[visit.path] = documents.receive(
                about=str(case),
                path=visit.path,
                account=case.account,
                mandate=case.mandate,
                file_name=(upload.name or "")[:255],
                nameless=is_nameless(case.service),
                data=upload.read(most + 1),  # one byte too many is enough to be refused
                media_types=element.media_types,
                max_bytes=most,
            )
        except documents.UploadRefused as error:
            refused.append(Problem(visit.path, str(error), element.label))
    return received, refused


@transaction.atomic
def _store_step(
    actor: Actor,
    case: Case,
    step_key: str,
    data: Mapping[str, Sequence[str]],
    received: Mapping[str, Upload],
    refused: list[Problem],
    final: bool,
) -> Saved:
    row = locked_draft(actor, case)
    step = _step(row, step_key)
    answers = merged(step, data, row.answers)
    # A fact from a register is not the browser's to change; "Das stimmt nicht" (contest) opens the field first.
    answers |= {path: row.answers[path] for path in row.sources if path in row.answers}
    replaced = [answers.get(path) for path in received]
    answers |= {path: str(upload.key) for path, upload in received.items()}
    _throw_away(actor, row, replaced)
    row.answers = answers
    effects = row.begun_on.effects(answers)
    if not final:
        store(row, "answers")
        return Saved(row, refused, revealed(step, data, answers, effects), effects=effects)
    told = {problem.path for problem in refused}
    problems = refused + [p for p in row.begun_on.problems(answers, step_key, effects) if p.path not in told]
    saved = Saved(row, problems, revealed(step, data, answers, effects), effects=effects)
    done = [key for key in row.steps_done if key != step_key]
    row.steps_done = done if saved.problems or saved.revealed else [*done, step_key]
    store(row, "answers", "steps_done")
    numbers = {"step": _place(row, step_key), "problems": len(saved.problems)}
    record("case.step_saved", subject=str(row), actor=actor.key, data=numbers)
    return saved


@transaction.atomic
def fill(actor: Actor, case: Case, answers: Mapping[str, Any], *, step: str = "") -> Saved:
    """All answers at once, as a program sends them: typed JSON by path. What the form does not ask is dropped.

    `step`: only the answers of this step are replaced, and only its problems are told.
    """
    row = locked_draft(actor, case)
    service = row.begun_on
    tops = {child.key for child in _step(row, step).children} if step else set()
    if step:
        others = {path: value for path, value in row.answers.items() if _first(path) not in tops}
        answers = others | {path: value for path, value in answers.items() if _first(path) in tops}
    kept = shape.clean(service.form, {path: plain(value) for path, value in answers.items() if isinstance(path, str)})
    before = row.answers
    row.answers = _own_files(row, service, kept)
    row.sources = {path: source for path, source in row.sources.items() if row.answers.get(path) == before.get(path)}
    problems = service.problems(row.answers)
    wrong = {_first(problem.path) for problem in problems}
    row.steps_done = [step.key for step in service.form.steps if not wrong & {child.key for child in step.children}]
    store(row, "answers", "sources", "steps_done")
    record("case.filled", subject=str(row), actor=actor.key, data={"answers": len(row.answers), "problems": len(problems)})
    return Saved(row, [problem for problem in problems if not step or _first(problem.path) in tops])


def plain(value: Any) -> Any:
    """Text PostgreSQL can keep: no NUL, no half surrogates."""
    return value.replace("\x00", "").encode("utf-8", "ignore").decode() if isinstance(value, str) else value


def _own_files(row: Case, service: Service, answers: Answers) -> Answers:
    """Without keys of files that do not belong to this case."""
    named = {path: value for path, value in answers.items() if _is_file(service, path)}
    if not named:
        return answers
    keys = [value for value in named.values() if isinstance(value, str) and is_uuid(value)]
    own = {str(key) for key in Upload.objects.filter(about=str(row), key__in=keys).values_list("key", flat=True)}
    return {path: value for path, value in answers.items() if path not in named or value in own}


def _is_file(service: Service, path: str) -> bool:
    element = shape.find(service.form, path)
    return isinstance(element, Field) and element.kind is Kind.FILE


def is_uuid(text: Any) -> bool:
    """Whether this is the key of a file, as we write it."""
    try:
        return isinstance(text, str) and str(uuid.UUID(text)) == text
    except ValueError:
        return False


@transaction.atomic
def add_entry(actor: Actor, case: Case, step_key: str, path: str) -> Case:
    """One more entry of a list on this page, or an optional group."""
    row = locked_draft(actor, case)
    row.answers = shape.add(_step(row, step_key), row.answers, path)
    store(row, "answers")
    record("case.entry_added", subject=str(row), actor=actor.key, data={"step": _place(row, step_key)})
    return row


@transaction.atomic
def remove_entry(actor: Actor, case: Case, step_key: str, path: str) -> Case:
    """Without this entry, optional group or file; the step must be confirmed again."""
    row = locked_draft(actor, case)
    before = row.answers
    row.answers = shape.remove(_step(row, step_key), before, path)
    row.sources = {place: source for place, source in row.sources.items() if row.answers.get(place) == before.get(place)}
    row.steps_done = [key for key in row.steps_done if key != step_key]
    _throw_away(actor, row, [value for value in before.values() if value not in row.answers.values()])
    store(row, "answers", "sources", "steps_done")
    record("case.entry_removed", subject=str(row), actor=actor.key, data={"step": _place(row, step_key)})
    return row


@transaction.atomic
def contest(actor: Actor, case: Case, path: str) -> Case:
    """ "Das stimmt nicht": the fact from the register becomes a field the applicant fills in; the office sees that."""
    row = locked_draft(actor, case)
    if path in row.sources:
        row.sources = {place: source for place, source in row.sources.items() if place != path}
        row.steps_done = [key for key in row.steps_done if not _asks(row, key, path)]
        store(row, "sources", "steps_done")
        record("case.fact_contested", subject=str(row), actor=actor.key)
    return row


@transaction.atomic
def discard_draft(actor: Actor, case: Case) -> None:
    """Throw the draft and its files away; what has been sent is withdrawn, not discarded."""
    row = locked_draft(actor, case)
    documents.shred_uploads(str(row))
    appointments.call_off(str(row), actor)
    record("case.discarded", subject=str(row), actor=actor.key, data={"service": row.service})
    row.delete()


def _step(case: Case, key: str) -> Step:
    step = case.begun_on.form.step(key)
    if step is None:
        raise Refused(_("Diese Seite gibt es in diesem Antrag nicht."))
    return step


def _place(row: Case, step_key: str) -> int:
    return [step.key for step in row.begun_on.form.steps].index(step_key) + 1


def _asks(row: Case, step_key: str, path: str) -> bool:
    step = row.begun_on.form.step(step_key)
    return step is not None and _first(path) in {child.key for child in step.children}


def _first(path: str) -> str:
    return re.split(r"[/\[]", path, maxsplit=1)[0]


def _throw_away(actor: Actor, row: Case, keys: Sequence[Any]) -> None:
    wanted = [key for key in keys if isinstance(key, str) and is_uuid(key)]
    for upload in Upload.objects.filter(about=str(row), key__in=wanted) if wanted else ():
        documents.discard(actor.key, upload)
