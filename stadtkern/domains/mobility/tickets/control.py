"""The inspectors' page for the phone: works without network once keys and revocations are loaded; the server says the same."""

import base64
import hashlib
import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from stadtkern.kernel.accounts import throttle
from stadtkern.kernel.accounts.access import actor_of, everyone, staff
from stadtkern.kernel.accounts.models import Role
from stadtkern.lib.uic import Known, Verdict, aztec, inspect, schema
from stadtkern.ui import installed
from stadtkern.ui.permissions import policy

from ..actions import inspections as actions
from ..models import Ticket, TicketCopy
from . import by_number, keys
from .products import office, tariff

PROOFS = 120  # seconds; a proof holds 60, and 20 for clocks
LIVES = timedelta(hours=12)  # of the lists on a phone
BIGGEST = 8_000_000  # bytes of a picture
MOST = 100_000
inspectors = staff(Role.CLERK, Role.LEAD, office=office())


def words() -> dict[str, list[str]]:
    """State -> level, word, sentence; also handed to the page, so that online and offline speak alike."""
    return {
        "valid": ["success", _("Gültig"), _("Unterschrift, Zeit und Zone stimmen.")],
        "again": [
            "warning",
            _("Schon geprüft"),
            _("Echt und gültig, aber vor Kurzem schon einmal gezeigt. Ist es dieselbe Person?"),
        ],
        "expired": ["danger", _("Abgelaufen"), _("Der Fahrschein ist echt, gilt aber nicht mehr.")],
        "early": ["danger", _("Gilt noch nicht"), _("Der Fahrschein ist echt, beginnt aber erst später.")],
        "zone": ["danger", _("Andere Zone"), _("Der Fahrschein ist echt, gilt aber nicht in dieser Zone.")],
        "forged": ["danger", _("Unterschrift falsch"), _("Der Inhalt passt nicht zur Unterschrift: gefälscht oder verändert.")],
        "unknown_key": [
            "warning",
            _("Aussteller unbekannt"),
            _("Den Schlüssel dieses Ausstellers haben wir nicht. Ob der Fahrschein echt ist, wissen wir damit nicht."),
        ],
        "revoked": ["danger", _("Gesperrt"), _("Zurückgegeben, verloren gemeldet oder vom Amt gesperrt.")],
        "replay": [
            "danger",
            _("Bildschirmfoto"),
            _("Der Code ist nicht von diesem Augenblick. Lassen Sie sich die Anzeige auf dem Handy selbst zeigen."),
        ],
        "renew": ["warning", _("Zu lange ohne Netz"), _("Echt, aber das Handy muss den Fahrschein erst wieder laden.")],
        "specimen": ["danger", _("Muster"), _("Ein Muster zum Üben, kein Fahrschein.")],
        "format": [
            "warning",
            _("Nicht lesbar"),
            _("Das ist kein Fahrschein, den wir lesen können, zum Beispiel ein VDV-Ticket."),
        ],
        **by_number.words(),
    }


def _more_words() -> dict[str, str]:
    return {
        "age": _("Stand {time}"),
        "none": _("Noch keine Schlüssel auf diesem Gerät. Laden Sie sie, solange Sie Netz haben."),
        "old": _("Die Listen sind älter als eine Stunde. Laden Sie sie neu, sobald Sie Netz haben."),
        "clock": _("Die Uhr dieses Geräts geht falsch. Wir rechnen mit der Uhr der Stadt; stellen Sie sie trotzdem."),
        "gone": _("Die Listen waren zu alt und sind gelöscht. Laden Sie neue."),
        "offline": _("Kein Netz. Wir prüfen mit dem, was auf dem Gerät ist."),
        "signed_out": _("Sie sind abgemeldet. Die Listen sind von diesem Gerät gelöscht."),
        "waiting": _("Prüfungen, die auf Netz warten: {n}"),
        "no_code": _("Auf dem Bild ist kein Code zu lesen. Gehen Sie näher heran, und meiden Sie Spiegelungen."),
        "no_camera": _("Die Kamera lässt sich nicht öffnen. Nehmen Sie ein Bild auf."),
        "until": _("gültig bis {time}"),
        "from": _("gültig ab {time}"),
        "zone": _("Zone"),
        "ago": _("zuletzt vor {n} Min."),
        "id": _("Gilt nur für {name}. Ausweis ansehen."),
        "kid": _("Ermäßigt: {tariff}. Alter ansehen."),
        "right": _("Ermäßigt: {tariff}. Nachweis ansehen."),
    }


@inspectors
@never_cache
@csp_update({"worker-src": [SELF], "manifest-src": [SELF], "script-src": [SELF, "'wasm-unsafe-eval'"]})
def control(request: HttpRequest) -> HttpResponse:
    """The page itself; without JavaScript it asks the server with a picture."""
    rules = tariff()
    verdict, problem = None, ""
    if request.method == "POST":
        verdict, problem = by_number.asked(request) if "nummer" in request.POST else _asked(request)
    context: dict[str, Any] = {
        "zones": rules.zones.values(), "zone": request.POST.get("zone", "")[:10], "verdict": verdict, "problem": problem,
        "said": words()[verdict.state] if verdict else None, "tariff": rules, "layout": schema.layout(),
        "words": {"states": words(), **_more_words()}, "typed": request.POST.get("nummer", "").replace("\x00", "")[:30],
    }  # fmt: skip
    response = render(request, "mobility/tickets/control.html", context)
    response["Permissions-Policy"] = policy("camera")
    return response


def _asked(request: HttpRequest) -> tuple[Verdict | None, str]:
    file = request.FILES.get("bild")
    if file is None or not file.size or file.size > BIGGEST:
        return None, _("Nehmen Sie ein Bild des Codes auf, höchstens 8 MB.")
    try:
        codes = aztec.read(file.read())
    except aztec.NoPicture:
        return None, _("Das ist kein Bild, das wir öffnen können. Nehmen Sie ein Foto als JPEG oder PNG.")
    if not codes:
        return None, _("Auf dem Bild ist kein Code zu lesen. Gehen Sie näher heran, und meiden Sie Spiegelungen.")
    rules, now = tariff(), datetime.now(UTC)
    numbers = [one.number for one in rules.zones.values() if str(one.number) == request.POST.get("zone", "")]
    known = Known(revoked=frozenset(revoked()))
    verdict = inspect(codes[0], known_keys(), known, now, numbers[0] if numbers else None)
    if any(_shown_before(proof) for proof in known.proofs):
        verdict = Verdict("replay", verdict.content)
    accepted = verdict.content.reference if verdict.content and verdict.state in actions.ACCEPTED else ""
    actions.hand_in(actor_of(request), uuid.uuid4(), [actions.Row(verdict.state, now, accepted)])
    return verdict, ""


def _shown_before(proof: bytes) -> bool:
    """A proof of a moment is accepted once by all who ask the server; only its digest is kept, as long as it could hold."""
    return throttle.count(f"ticket_proof:{hashlib.sha256(proof).hexdigest()}", PROOFS) > 1


def known_keys() -> dict[tuple[str, int], Any]:
    """Keys of tickets that are still about."""
    return {(tariff().issuer, one.number): one.private.public_key() for one in keys.ring()}


def revoked() -> list[str]:
    """Numbers of tickets and of single copies that hold no more, as long as anybody could show them."""
    # In the night clocks go back, a barcode holds an hour longer than its ticket (lib/uic/content.py).
    now = timezone.now() - timedelta(hours=2)
    alive = Ticket.objects.exclude(until__lt=now)
    ended = alive.exclude(status=Ticket.Status.VALID).order_by("number").values_list("number", flat=True)
    copies = TicketCopy.objects.exclude(ended_at=None).exclude(ticket__until__lt=now).select_related("ticket")
    return [*ended[:MOST], *sorted(copy.reference for copy in copies[:MOST])]


@inspectors
@never_cache
@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """Keys and revocations for one shift."""
    rules, now = tariff(), timezone.now()
    return JsonResponse({
        "made": int(now.timestamp()), "ends": int((now + LIVES).timestamp()), "issuer": rules.issuer, "revoked": revoked(),
        "keys": [{"number": one.number, "point": base64.b64encode(one.point).decode()} for one in keys.ring()],
    })  # fmt: skip


@inspectors
@never_cache
@require_POST
def hand_in(request: HttpRequest) -> HttpResponse:
    """What a device noted while it had no network; JSON."""
    try:
        told = json.loads(request.body[:400_000])
        rows = [_row(one) for one in told["rows"][: actions.MOST]]
        key = uuid.UUID(str(told["batch"]))
    except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError, AttributeError):
        return JsonResponse({"problem": _("Diese Prüfungen lassen sich nicht lesen.")}, status=422)
    return JsonResponse({"new": actions.hand_in(actor_of(request), key, rows)})


def _row(told: dict[str, Any]) -> actions.Row:
    reference = str(told.get("reference", ""))[:20].replace("\x00", "").encode("ascii", "ignore").decode()
    at = datetime.fromtimestamp(int(told["at"]), UTC)
    return actions.Row(str(told["outcome"])[:12], at, reference, bool(told.get("paper")))


@everyone
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker; its address decides that it governs this page and no other."""
    return installed.worker(request, "mobility/tickets/control_sw.js")


@everyone
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What the phone needs to put the page on its home screen."""
    return installed.manifest(_("Fahrscheine prüfen"), _("Prüfen"), reverse("mobility:ticket_control"), "mobility/control.svg")
