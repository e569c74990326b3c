"""Fetch a paper or a file; and the public page that says whether a paper is real and still holds."""

import hashlib
import uuid
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from stadtkern.kernel.accounts.access import Actor, actor_of, everyone, signed_in
from stadtkern.kernel.privacy.keys import KeyShredded

from . import actions, codes, throttle
from .models import Content, Document, Upload, UploadContent
from .public import Answer, answer_for, read_code, shredded
from .sealing import check as check_seal

MOST_BYTES = 10_000_000


@require_GET
@signed_in
def download(request: HttpRequest, number: str) -> HttpResponseBase:
    """The owner fetches their paper."""
    actor = actor_of(request)
    document = get_object_or_404(Document.objects.visible_to(actor), number=_plain(number))
    return response_for(document, actor)


@require_GET
@signed_in
def upload(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """A file back to the person who handed it in."""
    return response_for_upload(get_object_or_404(Upload.objects.visible_to(actor_of(request)).usable(), key=key))


def response_for(document: Document, actor: Actor, *, purpose: str = "", legal_basis: str = "") -> HttpResponse:
    """The paper as a download, noted in the diary. The caller made sure that `actor` may see it (a case of their office)."""
    data = _opened(get_object_or_404(Content, document=document))  # shredded: nothing left
    actions.note_download(actor, document, purpose=purpose, legal_basis=legal_basis)
    return _file(data, document.media_type, f"{document.title or document.kind} {document.number}.{document.ending}")


def response_for_upload(row: Upload) -> HttpResponse:
    """A handed-in file as a download. The caller has made sure that the reader may see it and that it is CLEAN."""
    if row.state != Upload.State.CLEAN:
        raise ValueError(f"{row} has not been checked")
    return _file(_opened(row.content), row.media_type, row.file_name)


def response_for_shared(row: Document | Upload | None) -> HttpResponse:
    """A paper or file as a download for somebody its owner shares it with; the caller has noted that."""
    if isinstance(row, Document):
        data = _opened(get_object_or_404(Content, document=row))
        return _file(data, row.media_type, f"{row.kind} {row.number}.pdf")
    if row is None or row.state != Upload.State.CLEAN:
        raise Http404
    return response_for_upload(row)


def _opened(content: Content | UploadContent) -> bytes:
    """A key that was destroyed leaves nothing to find, even where a restored backup brought the row back."""
    try:
        return content.data
    except KeyShredded:
        raise Http404 from None


def _file(data: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=media_type)
    response["Content-Disposition"] = disposition(name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def disposition(name: str) -> str:
    """RFC 6266: an ASCII name for old programs, the real one by RFC 5987 (DIN 91379 names survive)."""
    safe = "".join(letter for letter in name if letter.isprintable() and letter not in '/\\"%')
    plain = safe.encode("ascii", "replace").decode().replace("?", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"


@require_safe
@everyone
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """What the QR code on a paper leads to. Says nothing about the person."""
    found = None if (plain := read_code(code)) is None else Document.objects.filter(verify_code=plain).first()
    if found is None and throttle.another_miss(request):
        return _too_many(request)
    return _answer(request, answer_for(found), 200 if found else 404)


@require_http_methods(["GET", "HEAD", "POST"])
@everyone
def check(request: HttpRequest) -> HttpResponseBase:
    """Type the code or hand in the PDF; nothing of it is stored."""
    if request.method != "POST":
        return _show(request, "documents/check.html", {})
    if typed := request.POST.get("code", "").strip():
        if plain := read_code(typed):
            return HttpResponseRedirect(reverse("documents:verify", args=[plain]))
        problem = _("Das ist kein Prüfcode. Er hat 27 Zeichen und steht in der Zeile unter dem QR-Code, ganz am Ende.")
        return _show(request, "documents/check.html", {"problem": problem, "typed": typed[:80], "field": "code"}, 422)
    return _check_file(request)


@require_http_methods(["GET", "HEAD", "POST"])
@everyone
def code(request: HttpRequest) -> HttpResponse:
    """Where a signed code leads to when any phone scans it. What it says stands behind the "#", which no server ever sees
    before somebody sends it: the script of the page does, or a person who pastes it."""
    token = request.POST.get("token", "").strip().rpartition("#")[2]
    if request.method != "POST" or not token:
        return _show(request, "documents/code.html", {})
    try:
        claims = codes.read(token)
    except codes.NotGenuine:
        if throttle.another_miss(request):
            return _too_many(request)
        text = _("Diesen Code hat die Stadt nicht ausgestellt, oder jemand hat ihn verändert.")
        return _answer(request, Answer("unknown", _("Nicht echt"), text), 404)
    found = Document.objects.filter(number=_plain(str(claims.get("number", "")))).first()
    return _answer(request, answer_for(found), 200 if found else 404)


def _check_file(request: HttpRequest) -> HttpResponse:
    file = request.FILES.get("file")
    problem = ""
    if file is None:
        problem = _("Geben Sie den Prüfcode ein oder wählen Sie die PDF-Datei aus.")
    elif not file.size or file.size > MOST_BYTES:
        problem = _("Die Datei ist leer oder größer als 10 MB. Dokumente der Stadt sind kleiner.")
    if file is None or problem:
        return _show(request, "documents/check.html", {"problem": problem, "field": "file"}, 422)
    data = file.read()
    found = Document.objects.filter(sha256=hashlib.sha256(data).hexdigest()).first()
    if found is not None:
        return _answer(request, answer_for(found, file=True), 200)
    if throttle.another_miss(request):  # checking the seal of a strange file costs time
        return _too_many(request)
    seal = check_seal(data)
    return _answer(request, answer_for(shredded(seal), seal, file=True), 200)


def _answer(request: HttpRequest, answer: Answer, status: int) -> HttpResponse:
    return _show(request, "documents/verify.html", {"answer": answer, "now": timezone.localtime()}, status)


def _too_many(request: HttpRequest) -> HttpResponse:
    response = _show(request, "documents/too_many.html", {}, 429)
    response["Retry-After"] = str(throttle.WINDOW)
    return response


def _show(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def _plain(text: str) -> str:
    """PostgreSQL does not take NUL bytes."""
    return text.replace("\0", "")
