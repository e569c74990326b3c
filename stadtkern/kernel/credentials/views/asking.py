"""Ask a wallet (OpenID4VP): the page at the counter, the doors for the wallet, the answer."""

import json
import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stadtkern.kernel.accounts.access import actor_of, everyone, signed_in
from stadtkern.kernel.credentials import actions, codes, kinds, places, public, throttle, trust, verifier
from stadtkern.kernel.credentials.models import Query
from stadtkern.kernel.credentials.questions import Question, for_actor, questions
from stadtkern.lib import qr
from stadtkern.lib.sdjwt import Reason, Refused

SCHEME = "openid4vp://"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def ask(request: HttpRequest) -> HttpResponse:
    """Choose a question; staff of the offices named for it, and companies where the city allows it."""
    actor = actor_of(request)
    listed = for_actor(actor)
    if not listed:
        raise Http404  # for everybody else there is no such page
    context: dict[str, Any] = {"questions": listed, "about": request.POST.get("about", "")[:60]}
    try:
        verifier.certificate()
    except verifier.NotConnected:
        return render(request, "credentials/ask.html", {**context, "not_connected": True}, status=503)
    if request.method != "POST":
        return render(request, "credentials/ask.html", context)
    chosen = next((one for one in listed if one.key == request.POST.get("question")), None)
    if chosen is None:
        problem = _("Wählen Sie aus, was Sie wissen müssen.")
        return render(request, "credentials/ask.html", {**context, "problem": problem}, status=422)
    row = actions.ask(actor, chosen, request.POST.get("about", "").encode("utf-8", "replace").decode())
    return redirect("credentials:query", row.pk)


@require_safe
@signed_in
def query(request: HttpRequest, pk: int) -> HttpResponse:
    """The QR code, and then what was shown."""
    actor = actor_of(request)
    row = get_object_or_404(Query.objects.visible_to(actor), pk=min(pk, 2**63 - 1))
    asked = questions().get(row.question)
    context: dict[str, Any] = {"row": row, "question": asked, "waiting": False}
    if row.state == Query.State.OPEN and row.expires_at > timezone.now() and asked:
        address = places.address("request", row.handle)
        link = f"{SCHEME}?{_query(verifier.certificate().client_id, address)}"
        context |= {"waiting": True, "link": link, "code": qr.svg(link)}
    elif row.state == Query.State.ANSWERED and asked and (seen := actions.note_seen(actor, row, asked)):
        context |= {"answer": seen, "facts": _facts(seen)}
    elif row.state == Query.State.FAILED:
        context["finding"] = public.refused(row.why)
    response = render(request, "credentials/query.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _query(client_id: str, request_uri: str) -> str:
    return urlencode({"client_id": client_id, "request_uri": request_uri, "request_uri_method": "post"})


def _facts(seen: Any) -> dict[str, Any]:
    issuer = trust.issuers().get(seen.issuer)
    shown = public.flat(seen.claims)
    return {
        "issuer": issuer.title if issuer else seen.issuer,
        "kind": public.title_of(seen.vct),
        "valid_until": public.until(seen.expires),
        "rows": [(kinds.label(name), public.said(value)) for name, value in shown.items()],
    }


@csrf_exempt
@require_http_methods(["GET", "POST"])
@everyone
def request_object(request: HttpRequest, handle: uuid.UUID) -> HttpResponse:
    """The signed question, fetched by the wallet."""
    row, question = _open(handle)
    nonce = request.POST.get("wallet_nonce", "")[:200]
    text = verifier.request_object(row, question, nonce.encode("ascii", "replace").decode())
    response = HttpResponse(text, content_type=f"application/{verifier.MEDIA_TYPE}")
    response["Cache-Control"] = "no-store"
    return response


def _open(handle: uuid.UUID) -> tuple[Query, Question]:
    row = Query.objects.filter(handle=handle, state=Query.State.OPEN, expires_at__gt=timezone.now()).first()
    question = questions().get(row.question) if row else None
    if row is None or question is None:
        raise Http404
    return row, question


@csrf_exempt
@require_POST
@everyone
def answer(request: HttpRequest, handle: uuid.UUID) -> HttpResponse:
    """direct_post.jwt: what the wallet shows, or that it does not."""
    if throttle.too_many(request, "answer"):
        return _json({"error": "temporarily_unavailable"}, 429)
    try:
        row, question = _open(handle)
    except Http404:
        throttle.miss(request, "answer")
        return _json({"error": "invalid_request", "error_description": "no open question"}, 400)
    try:
        told = _told(request, row)
        if told.get("state") != codes.state_of(str(row.handle)):
            raise Refused(Reason.BINDING, "state")
        if told.get("error"):
            actions.give_up(row.handle)
        else:
            actions.answer(row.handle, question, told.get("vp_token"))
    except Refused as refused:
        throttle.miss(request, "answer")
        return _json({"error": "invalid_request", "error_description": str(refused.reason)}, 400)
    return _json({"redirect_uri": f"{places.address('thanks')}?response_code={codes.secret()}"})


def _told(request: HttpRequest, row: Query) -> dict[str, Any]:
    """The answer, encrypted as we asked for; only a refusal may come in the clear."""
    if "response" in request.POST:
        return verifier.opened(row, request.POST["response"])
    if request.POST.get("error"):
        return {"error": "refused", "state": request.POST.get("state")}
    raise Refused(Reason.MALFORMED, "not encrypted")


@require_safe
@everyone
def thanks(request: HttpRequest) -> HttpResponse:
    """Where the wallet sends the person afterwards."""
    return render(request, "credentials/thanks.html", {})


def _json(data: dict[str, Any], status: int = 200) -> HttpResponse:
    response = HttpResponse(json.dumps(data), content_type="application/json", status=status)
    response["Cache-Control"] = "no-store"
    return response
