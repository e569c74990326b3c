"""A whole application at once, as programs send it: checked by the same form, written in one go."""

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.documents import actions as documents
from stadtkern.kernel.documents.models import Upload
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.services import actions as services
from stadtkern.kernel.services.catalogue import Service
from stadtkern.lib import ids
from stadtkern.lib.forms.model import Answers, Field, Kind, fields
from stadtkern.lib.forms.shape import clean, find
from stadtkern.lib.forms.walk import Walk

from ..models import Case
from ..queries import place
from .draft import MOST_BYTES, Saved, is_uuid, plain
from .guard import Incomplete, MoreTrustNeeded, Refused, covered, locked_draft, store
from .submission import announce, enter, search_vector


class OtherContent(Refused):
    """The same key came with another application."""


def apply(
    actor: Actor,
    service: Service,
    answers: Mapping[str, Any],
    *,
    once: str = "",
    office: Office | None = None,
    draft_key: str | None = None,
) -> tuple[Case, bool]:
    """Begin, fill in and send in one transaction and one diary line; returns the case and whether it is new.

    `answers`: typed JSON by path; what the form does not ask is dropped, files cannot be among them (begin a draft for
    those). `once`: key of the program's request, digested; a repetition returns the case of the first time, and
    OtherContent when service or answers differ. `office`: another one than the service names (a department that routes).
    `draft_key`: digest of the browser's secret, where nobody is signed in.
    Raises Incomplete with problems, MoreTrustNeeded, Refused.
    """
    if service.retired:
        raise Refused(_("Diese Leistung nimmt keine neuen Anträge mehr an."))
    covered(actor, service.key)
    if service.anonymous:
        raise Refused(_("Diese Meldung geht nur auf der Seite der Stadt, ohne Konto."))
    if actor.trust < service.trust:
        raise MoreTrustNeeded(_("Für diese Leistung müssen Sie sich ausweisen. Das geht nur auf der Seite der Stadt."))
    key = f"{actor.account.pk}:{once}" if once and actor.account else None
    if key and (known := _known(actor, key)):
        return _same(known, service, answers), False
    kept = _typed(service, answers)
    if problems := service.problems(kept):
        raise Incomplete(_("Einige Angaben fehlen noch oder passen nicht."), list(problems))
    found = place(service, office)
    if found is None:
        raise Refused(_("Für diese Leistung ist noch keine zuständige Stelle eingetragen. Bitte rufen Sie uns an."))
    for _attempt in range(5):
        row = Case(
            reference=ids.reference(str(city().raw.get("reference_prefix", "MS"))),
            service=service.key,
            account=actor.owner,
            company=actor.company,
            mandate=actor.mandate,
            draft_key=None if actor.owner else draft_key,
            office=found[0],
            trust=actor.trust,
            once=key,
        )
        row.edition_id = found[1]  # type: ignore[assignment]  # None: published in _write
        try:
            return _write(actor, row, service, kept), True
        except IntegrityError:  # the reference exists, or the same request came twice at the same moment
            if key and (known := _known(actor, key)):
                return _same(known, service, answers), False
    raise RuntimeError("no free reference found")


def attach(actor: Actor, case: Case, path: str, file: "UploadedFile[Any]") -> Saved:
    """Answer a file question of a draft; an earlier file in its place is thrown away. Raises documents.UploadRefused."""
    service = case.begun_on
    field = find(service.form, path)
    asked = {visit.path for visit in Walk(service.form, case.answers).visits()}
    if not isinstance(field, Field) or field.kind is not Kind.FILE or path not in asked:
        raise Refused(_("An dieser Stelle fragt der Antrag nicht nach einer Datei."))
    if not case.is_draft:
        raise Refused(_("Dieser Antrag ist schon abgeschickt. Dateien hängen Sie bitte an eine Nachricht an."))
    most = field.max_bytes or MOST_BYTES
    upload = documents.receive(
        about=str(case),
        path=path,
        account=case.account,
        mandate=case.mandate,
        file_name=(file.name or "")[:255],
        data=file.read(most + 1),  # one byte too many is enough to be refused
        media_types=field.media_types,
        max_bytes=most,
    )
    with transaction.atomic():
        row = locked_draft(actor, case)
        old = Upload.objects.filter(about=str(row), key__in=[row.answers.get(path)] if is_uuid(row.answers.get(path)) else [])
        for earlier in old:
            documents.discard(actor.key, earlier)
        row.answers = {**row.answers, path: str(upload.key)}
        store(row, "answers")
        record("case.file_attached", subject=str(row), actor=actor.key, data={"upload": upload.pk})
    return Saved(row, service.problems(row.answers))


@transaction.atomic
def _write(actor: Actor, row: Case, service: Service, answers: Answers) -> Case:
    if row.edition_id is None:
        row.edition = services.publish(service)
    enter(row, service, answers)
    row.search = search_vector(row)
    row.save(force_insert=True)
    announce(actor, row, service)
    return row


def _known(actor: Actor, key: str) -> Case | None:
    return Case.objects.of_citizen(actor).select_related("office").filter(once=key).first()


def _same(known: Case, service: Service, answers: Mapping[str, Any]) -> Case:
    if known.service != service.key or known.answers != _typed(service, answers):
        raise OtherContent(_("Dieser Schlüssel (Idempotency-Key) gehört schon zu einem anderen Antrag."))
    return known


def _typed(service: Service, answers: Mapping[str, Any]) -> Answers:
    kept = clean(service.form, {path: plain(value) for path, value in answers.items()})
    if not any(field.kind is Kind.FILE for _path, field in fields(service.form)):
        return kept
    files = {path for path, field in fields(service.form) if field.kind is Kind.FILE}
    return {path: value for path, value in kept.items() if _without_places(path) not in files}


def _without_places(path: str) -> str:
    """`dog[1]/proof` → `dog/proof`."""
    return "/".join(part.partition("[")[0] for part in path.split("/"))
