"""Practices and specialist systems whose keys may use the FHIR door, for the head of an office."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.kernel.accounts.models import Account

from ..fhir import actions, offers
from ..fhir.wire import base
from ..models import Partner
from .pages import head, member_of

SCOPES = {
    Partner.Scope.FREE: gettext_lazy("freie Zeiten sehen"),
    Partner.Scope.BOOK: gettext_lazy("freie Zeiten sehen, eigene Termine buchen, verschieben und absagen"),
    Partner.Scope.OFFICE: gettext_lazy("alle Termine des Amts mit Namen lesen (nur das eigene Fachverfahren)"),
}


@head
def partners(request: HttpRequest) -> HttpResponse:
    """Who is admitted, and one more."""
    if request.method != "POST":
        return _page(request)
    office, title = member_of(request).office, " ".join(request.POST.get("name", "").replace("\0", "").split())[:200]
    email, scope = request.POST.get("mail", "").replace("\0", "").strip()[:254], request.POST.get("umfang", "")
    account = Account.objects.filter(email__iexact=email, is_active=True).first() if email else None
    if not title or account is None or scope not in SCOPES:
        text = _("Nötig sind ein Name, die E-Mail-Adresse eines Kontos, das es hier gibt, und was es darf.")
        return _page(request, refused=text, typed=request.POST, status=422)
    actions.admit(actor_of(request), office, account, title, scope)
    messages.success(request, _("Zugelassen. Den Schlüssel erzeugt die Praxis selbst unter „Konto und Sicherheit“."))
    return redirect("counter:partners")


@head
@require_POST
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Its keys open nothing here any more."""
    partner = Partner.objects.filter(pk=pk, office=member_of(request).office_id).first()
    if partner is None:
        raise Http404
    actions.dismiss(actor_of(request), partner)
    messages.success(request, _("Die Zulassung ist beendet."))
    return redirect("counter:partners")


def _page(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    office = member_of(request).office
    rows = list(Partner.objects.filter(office=office, ended_at=None).order_by("title"))
    for row in rows:
        row.words = SCOPES[Partner.Scope(row.scope)]  # type: ignore[attr-defined]
    context = {
        "office": office, "partners": rows, "scopes": SCOPES.items(), "address": base(), "offers": offers.offers([office.pk]),
        "typed": {},
    }  # fmt: skip
    return render(request, "appointments/desk/partners.html", {**context, **more}, status=status)
