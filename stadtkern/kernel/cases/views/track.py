"""Where my application is: like a parcel, with the next step on top, messages, papers, and the way out."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import actor_of, everyone
from stadtkern.kernel.documents import actions as documents
from stadtkern.kernel.documents.models import Document, Upload
from stadtkern.kernel.inbox import actions as inbox
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.payments.models import Payment

from .. import actions
from ..letter import answered
from ..models import QUEUE, Case, Decision, Status
from ..nameless import is_nameless
from ..progress import handed_over_words, handover_of, visit_words
from ..progress import track as stages_of
from ..text import Words, status_of
from .reach import begun_on, go_on, own_case, visit_context

MOST_FILES = 5
MOST_BYTES = 10_000_000


@everyone
def track(request: HttpRequest, reference: str) -> HttpResponse:
    """The state of the case; a draft goes on where it was left."""
    case = own_case(request, reference)
    if case.is_draft:
        return go_on(request, case, begun_on(case))
    return _track(request, case)


def _track(request: HttpRequest, case: Case, body: str = "", wrong: str = "", status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    service = begun_on(case)
    decision = Decision.objects.filter(case=case, made_at__isnull=False).first() if case.decided_at else None
    thread = list(Message.objects.thread(str(case)).prefetch_related("documents", "uploads")[:200])
    for letter in thread:
        if letter.direction == Message.Direction.TO_PERSON and letter.read_at is None:
            inbox.mark_read(actor, letter)
    if service.anonymous:
        inbox.mark_fetched(str(case))
    stages = stages_of(case, decision)
    elsewhere = service.send.to and decision is None and case.status in (Status.IN_REVIEW, Status.CLOSED)
    context: dict[str, Any] = {
        "case": case,
        "service": service,
        "words": handed_over_words(case) if elsewhere else _words(case),
        "stages": stages,
        "elsewhere": elsewhere,
        "decision": decision,
        "thread": thread,
        "question": _question(thread) if case.status == Status.AWAITING_CITIZEN else None,
        "documents": Document.objects.filter(about=str(case), shredded_at=None).order_by("-pk"),
        "payment": Payment.objects.filter(about=str(case)).order_by("-pk").first() if case.fee_cents else None,
        "sections": [section for section in answered(case, service) if section.rows],
        "can_withdraw": case.status in QUEUE,
        "can_write": (case.account_id is not None or service.anonymous) and case.status != Status.WITHDRAWN,
        **visit_context(case, service),
        "waits_for_visit": visit_words(case) is not None,
        "body": body,
        "wrong": wrong,
    }
    return render(request, "cases/track.html", context, status=status)


def _words(case: Case) -> Words:
    """What is being made for the person says itself where it is."""
    handed = handover_of(case) if case.status == Status.DECIDED else None
    return handed[1] if handed else visit_words(case) or status_of(case)


def _question(thread: Sequence[Message]) -> Message | None:
    return next((letter for letter in reversed(thread) if letter.direction == Message.Direction.TO_PERSON), None)


@everyone
def message(request: HttpRequest, reference: str) -> HttpResponse:
    """A message to the office; the answer to its question sends the case on."""
    case = own_case(request, reference)
    if request.method != "POST" or case.is_draft:
        return redirect("cases:track", case.reference)
    body = request.POST.get("body", "")
    try:
        uploads = _take_in(case, request)
        case = actions.answer(actor_of(request), case, body, uploads)
    except (actions.Refused, documents.UploadRefused) as refused:
        return _track(request, case, body, str(refused), status=422)
    messages.success(request, _("Ihre Nachricht ist angekommen."))
    return redirect(f"{reverse('cases:track', args=[case.reference])}#nachrichten")


def _take_in(case: Case, request: HttpRequest) -> Sequence[Upload]:
    files = [file for file in request.FILES.getlist("files") if file.size]
    if len(files) > MOST_FILES:
        raise documents.UploadRefused(_("Bitte hängen Sie höchstens %s Dateien an eine Nachricht.") % MOST_FILES)
    return [
        documents.receive(
            about=str(case),
            path="nachricht",
            account=case.account,
            nameless=is_nameless(case.service),
            mandate=case.mandate,
            file_name=(file.name or "")[:255],
            data=file.read(MOST_BYTES + 1),
            media_types=(),
            max_bytes=MOST_BYTES,
        )
        for file in files
    ]


@everyone
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the application back, after saying what that means."""
    case = own_case(request, reference)
    if case.is_draft:
        return redirect("cases:discard", case.reference)
    if request.method != "POST" and case.status in QUEUE:
        return render(request, "cases/withdraw.html", {"case": case, "service": begun_on(case)})
    if request.method == "POST":
        try:
            actions.withdraw(actor_of(request), case, request.POST.get("reason", ""))
            messages.info(request, _("Sie haben den Antrag zurückgenommen."))
        except actions.Refused as refused:
            messages.warning(request, str(refused))
    return redirect("cases:track", case.reference)
