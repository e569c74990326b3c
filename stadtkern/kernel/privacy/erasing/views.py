"""Have oneself erased: what goes, what stays and why, then one question; and the certificate afterwards."""

import uuid
from datetime import date
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts.access import actor_of, everyone, signed_in
from stadtkern.kernel.city.profile import city

from .. import erasure
from ..models import Erasure


@reauthentication_required  # type: ignore[untyped-decorator]
def _erase(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    account = actor.account
    assert account is not None
    personas = {persona["email"] for persona in city().raw.get("personas", [])} if settings.DEMO else set()
    context: dict[str, Any] = {"is_staff": actor.staff is not None, "is_persona": account.email in personas}
    if context["is_staff"]:
        return render(request, "privacy/erase.html", context)
    if request.method == "POST" and not context["is_persona"]:
        if request.POST.get("sure") == "yes":
            done = erasure.erase(account, actor)
            logout(request)
            return redirect("privacy:certificate", done.pk)
        context["problem"] = _("Kreuzen Sie an, dass Sie Ihre Daten löschen wollen.")
    context["plan"] = erasure.preview(account)
    return render(request, "privacy/erase.html", context)


@signed_in
@never_cache
def erase(request: HttpRequest) -> HttpResponseBase:
    """Close the account and erase everything that no law keeps, after one more proof of who it is."""
    response: HttpResponseBase = _erase(request)
    return response


@everyone
@never_cache
def certificate(request: HttpRequest, number: uuid.UUID) -> HttpResponse:
    """What was erased and what stays; nobody is named. Whoever has the number may read it: nobody can sign in any more."""
    row = get_object_or_404(Erasure, pk=number)
    kept = [line | {"until": date.fromisoformat(line["until"]) if line["until"] else None} for line in row.kept]
    response = render(request, "privacy/certificate.html", {"erasure": row, "kept": kept})
    response["X-Robots-Tag"] = "noindex"
    return response
