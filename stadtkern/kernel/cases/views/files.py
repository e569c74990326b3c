"""Papers and handed-in files of a case, for whoever may see the case: applicant (also without account) and office."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header

from stadtkern.kernel.accounts.access import actor_of, everyone
from stadtkern.kernel.documents import actions as documents
from stadtkern.kernel.documents.models import Content, Document, Upload, UploadContent
from stadtkern.kernel.privacy.keys import KeyShredded

from .. import actions, nameless
from ..actions.rest import closed_to
from ..models import Case


@everyone
def document(request: HttpRequest, reference: str, number: str) -> HttpResponse:
    """A sealed paper of this case."""
    case = _case(request, reference)
    _not_at_rest(request, case)
    actor = actor_of(request)
    paper = get_object_or_404(
        Document.objects.select_related("content"), about=str(case), number=number, shredded_at=None, content__isnull=False
    )
    documents.note_download(actor, paper, purpose=case.service, legal_basis=case.begun_on.legal_basis)
    return _file(_opened(paper.content), paper.media_type, f"{paper.number}.{paper.ending}")


@everyone
def upload(request: HttpRequest, reference: str, key: str) -> HttpResponse:
    """A file handed in with this case, once it has been found clean."""
    case = _case(request, reference)
    _not_at_rest(request, case)
    found = get_object_or_404(Upload.objects.select_related("content"), about=str(case), key=key, state=Upload.State.CLEAN)
    actions.look(actor_of(request), case, case.begun_on, ("uploads",), channel="document")
    return _file(_opened(found.content), found.media_type, found.file_name)


def _opened(content: Content | UploadContent) -> bytes:
    try:
        return content.data
    except KeyShredded:
        raise Http404 from None


def _case(request: HttpRequest, reference: str) -> Case:
    actor = nameless.reader(request, reference)
    rows = Case.objects.visible_to(actor).select_related("edition").defer("answers", "sources", "edition__files")
    case = rows.filter(reference=reference).first()
    if case is None:
        raise Http404
    if case.draft_key in actor.draft_keys:
        nameless.step_back(request, case.service, actor)
    return case


def _not_at_rest(request: HttpRequest, case: Case) -> None:
    """Data at rest are opened at the desk with a ground first (Art. 18 DSGVO)."""
    actor = actor_of(request)
    if actor.staff and closed_to(actor, case):
        raise Http404


def _file(data: bytes, media_type: str, name: str) -> HttpResponse:
    """Always as a download: nothing a stranger handed in is opened in our pages."""
    response = HttpResponse(data, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
