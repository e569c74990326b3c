"""The customer desk: find a ticket by its number, revoke it, check who may ride for less, look at what did not fit."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.kernel.accounts.models import Role
from stadtkern.kernel.privacy.actions import note_owned
from stadtkern.kernel.registers.blocks import blocked_accounts, mask
from stadtkern.lib import ids

from ..actions import inspections, ticket_rights
from ..actions import tickets as actions
from ..models import FareRight, InspectionCount, InspectionFinding, Ticket
from ..sharing.unclear import unclear
from .cards import state_of
from .control import inspectors, words
from .products import tariff
from .quoting import Refused
from .vdv import chosen

REASONS = {
    "misuse": gettext_lazy("Missbrauch"),
    "chargeback": gettext_lazy("Zahlung zurückgeholt"),
    "error": gettext_lazy("irrtümlich ausgegeben"),
    "lost": gettext_lazy("verloren gemeldet"),
}
FINDINGS = {
    "UNKNOWN": gettext_lazy("Echte Unterschrift, aber nie ausgegeben: Schlüssel prüfen, IT rufen"),
    "LATE": gettext_lazy("War schon gesperrt, die Liste auf dem Gerät wusste es noch nicht"),
    "TWICE": gettext_lazy("Derselbe gedruckte Fahrschein in zehn Minuten an zwei Geräten"),
    "CLOCK": gettext_lazy("Außerhalb seiner Zeit angenommen: Uhr des Prüfgeräts stellen"),
}
PAGE = 50


@inspectors
@never_cache
def desk(request: HttpRequest) -> HttpResponse:
    """Look for a number; rights that wait; the last week of inspections."""
    if number := ids.typed(request.GET.get("nummer", "")[:30]):
        if Ticket.objects.filter(number=number).exists():
            return redirect("mobility:ticket_desk_one", number)
        messages.warning(
            request, _("Zu dieser Nummer gibt es keinen Fahrschein. Sie hat neun Zeichen und steht unter dem Code.")
        )
    rules, today = tariff(), timezone.localdate()
    waiting = FareRight.objects.filter(status=FareRight.Status.DECLARED, account__isnull=False)
    masked = waiting.filter(account__in=blocked_accounts())
    rows = list(waiting.exclude(account__in=blocked_accounts()).select_related("account").order_by("pk")[:PAGE])
    hidden = 0 if _leads(request) else masked.count()
    asked = [(row, row.account.name if row.account else "") for row in rows]
    asked += [(row, mask()) for row in masked.order_by("pk")[:PAGE]] if _leads(request) else []
    note_owned(actor_of(request), rows, source="tickets", fields=("name",), purpose="tickets")
    counts: dict[str, int] = {}
    for one in InspectionCount.objects.filter(day__gt=today - timedelta(days=7)):
        counts[one.outcome] = counts.get(one.outcome, 0) + one.count
    said = words()
    open_findings = InspectionFinding.objects.filter(settled_at=None).order_by("-pk")[:PAGE]
    context = {
        "rights": [(row, name, rules.reductions.get(row.reduction)) for row, name in asked],
        "hidden": hidden,
        "counts": [(said[name][1], count) for name, count in sorted(counts.items(), key=lambda pair: -pair[1]) if name in said],
        "unclear": unclear().count(),
        "findings": [(row, FINDINGS[row.kind]) for row in open_findings],
        "vdv": chosen(rules.vdv).words(), "typed": request.GET.get("nummer", "").replace("\x00", "")[:30],
    }  # fmt: skip
    return render(request, "mobility/tickets/desk.html", context)


@inspectors
@never_cache
def one(request: HttpRequest, number: str) -> HttpResponse:
    """One ticket, without its holder's name: the office needs it for nothing here."""
    row = _ticket(request, number)
    problem = ""
    if request.method == "POST":
        reason, more = request.POST.get("grund", ""), request.POST.get("mehr", "").replace("\x00", "").strip()[:200]
        because = ": ".join(part for part in (str(REASONS.get(reason, "")), more) if part) if reason in REASONS else ""
        try:
            actions.revoke(actor_of(request), row, because)
        except Refused as refused:
            problem = str(refused)
        else:
            messages.info(
                request, _("Der Fahrschein ist gesperrt. Auf den Prüfgeräten steht das nach dem nächsten Laden der Listen.")
            )
            return redirect("mobility:ticket_desk_one", row.number)
    word, level = state_of(row, timezone.now())
    context = {
        "ticket": row, "word": word, "level": level, "reasons": REASONS.items(), "problem": problem,
        "copies": row.copies.order_by("serial"), "valid": row.status == Ticket.Status.VALID,
    }  # fmt: skip
    return render(request, "mobility/tickets/desk_one.html", context, status=422 if problem else 200)


@inspectors
@require_POST
def right(request: HttpRequest, pk: int) -> HttpResponse:
    """Yes or no to somebody who wants to ride for less."""
    rows = FareRight.objects.all() if _leads(request) else FareRight.objects.exclude(account__in=blocked_accounts())
    row = get_object_or_404(rows, pk=min(pk, 2**63 - 1))
    if request.POST.get("antwort") in ("ja", "nein"):
        ticket_rights.decide(actor_of(request), row, request.POST["antwort"] == "ja")
    return redirect("mobility:ticket_desk")


@inspectors
@require_POST
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody has looked."""
    inspections.settle(actor_of(request), get_object_or_404(InspectionFinding, pk=min(pk, 2**63 - 1)))
    return redirect("mobility:ticket_desk")


def _leads(request: HttpRequest) -> bool:
    """The head of the office answers hidden people too, without reading a name: the proof says enough."""
    member = actor_of(request).staff
    return member is not None and member.role == Role.LEAD


def _ticket(request: HttpRequest, number: str) -> Ticket:
    """Of people with a block on information nobody sees where they ride; they revoke by themselves (lost phone)."""
    row = Ticket.objects.select_related("order").filter(number=number.replace("\x00", "")[:12]).first()
    if row is None or blocked_accounts().filter(account=row.account_id).exists():
        raise Http404
    note_owned(actor_of(request), [row], source="tickets", fields=("ticket",), purpose="tickets")
    return row
