"""The clerk's page of permits: find one, see what it says, revoke it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts.access import Actor, actor_of
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.privacy.actions import note_accesses
from stadtkern.kernel.registers.blocks import is_blocked
from stadtkern.kernel.registers.models import ParkingPermit
from stadtkern.lib import plates

from ..actions import parking as actions
from .control import wardens
from .zones import zones

PAGE = 50
SOON = actions.REMIND
REASONS = {
    "moved": gettext_lazy("aus der Zone weggezogen"),
    "car": gettext_lazy("anderes Fahrzeug"),
    "misuse": gettext_lazy("Missbrauch"),
    "error": gettext_lazy("irrtümlich erteilt"),
    "lost": gettext_lazy("Ausweis verloren oder gestohlen"),
}


@wardens
@never_cache
def permits(request: HttpRequest) -> HttpResponse:
    """By plate or number; without words those that end soon."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:40]
    today = timezone.localdate()
    rows = ParkingPermit.objects.without_hidden().order_by("valid_until", "pk")
    if words:
        plate = plates.normal(words)
        rows = rows.filter(plate=plate) if plate else rows.filter(number=words.upper())
    else:
        rows = rows.valid_on(today).filter(valid_until__lte=today + SOON)
    found = list(rows[:PAGE])
    _note(actor_of(request), found)
    context = {
        "permits": [(row, *_state(row)) for row in found],
        "words": words,
        "valid": ParkingPermit.objects.valid_on(today).count(),
        "zones": zones(),
    }
    return render(request, "mobility/permits.html", context)


@wardens
@never_cache
def permit(request: HttpRequest, number: str) -> HttpResponse:
    """One permit, and the way to end it."""
    row = _open_to(request, get_object_or_404(ParkingPermit, number=number.replace("\x00", "")))
    _note(actor_of(request), [row])
    if request.method == "POST":
        return _revoke(request, row)
    return _show(request, row)


def _open_to(request: HttpRequest, row: ParkingPermit) -> ParkingPermit:
    """Of a hidden person (§ 51 BMG) only for the clerk with the case in hand: plate and zone say where somebody lives."""
    staff, case = actor_of(request).staff, actions.case_of(row)
    if not is_blocked(row.person_key):
        return row
    if staff is None or case is None or not Case.objects.of_office(staff).filter(pk=case.pk).exists():
        raise Http404
    return row


def _revoke(request: HttpRequest, row: ParkingPermit) -> HttpResponse:
    reason, more = request.POST.get("reason", ""), request.POST.get("more", "").strip()[:200]
    because = ": ".join(part for part in (str(REASONS.get(reason, "")), more) if part) if reason in REASONS else ""
    try:
        actions.revoke(actor_of(request), row, because)
    except actions.Refused as refused:
        return _show(request, row, str(refused), 422)
    messages.info(
        request, _("Der Ausweis ist widerrufen. Auf den Geräten der Kontrolle steht das nach dem nächsten Laden der Liste.")
    )
    return redirect("mobility:permit", row.number)


def _show(request: HttpRequest, row: ParkingPermit, wrong: str = "", status: int = 200) -> HttpResponse:
    case = actions.case_of(row)
    word, level = _state(row)
    context = {
        "permit": row,
        "word": word,
        "level": level,
        "zone": zones().get(row.zone),
        "case": case,
        "reasons": REASONS.items(),
        "wrong": wrong,
    }
    return render(request, "mobility/permit.html", context, status=status)


def _state(row: ParkingPermit) -> tuple[str, str]:
    today = timezone.localdate()
    if row.revoked_at:
        return _("widerrufen"), "danger"
    if row.valid_until < today:
        return _("abgelaufen"), "warning"
    if row.valid_from > today:
        return _("gilt noch nicht"), "info"
    if row.valid_until <= today + SOON:
        return _("läuft bald ab"), "warning"
    return _("gültig"), "success"


def _note(actor: Actor, rows: list[ParkingPermit]) -> None:
    """Whoever holds one of these can read that the office looked."""
    note_accesses(
        actor=actor,
        person_keys=[row.person_key for row in rows],
        purpose="bewohnerparkausweis",
        legal_basis="§ 45 Abs. 1b StVO",
        source="parking",
        fields=["plate", "zone", "valid_from", "valid_until", "permit_number"],
    )
