"""Reminders: the list before anything is sent, the run, and what holds a claim back."""

from datetime import date, timedelta

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.kernel.documents.views import response_for
from stadtkern.kernel.privacy.actions import note_owned

from .. import actions
from ..desk import cashier
from ..levels import rules
from ..models import Dunning, DunningStop, Receivable

PAGE = 200
PAPER = timedelta(days=30)
REASONS = {
    "OBJECTION": gettext_lazy("Widerspruch"),
    "DEFERRAL": gettext_lazy("Stundung"),
    "INSOLVENCY": gettext_lazy("Insolvenz: ein Mensch entscheidet"),
    "CHECK": gettext_lazy("Die Stadtkasse prüft"),
}
HELD = {f"stop:{key}": text for key, text in REASONS.items()} | {
    "small": gettext_lazy("Kleinbetrag"),
    "debit": gettext_lazy("Eine Lastschrift läuft"),
    "provider": gettext_lazy("Wird gerade online bezahlt"),
    "unexplained": gettext_lazy("Das Geld liegt vielleicht bei den ungeklärten Einzahlungen"),
    "nobody": gettext_lazy("Kein Name und keine Anschrift bekannt"),
}


@cashier
@never_cache
def preview(request: HttpRequest) -> HttpResponse:
    """Who would be reminded today, and who not and why; sent is only what stays ticked."""
    today = timezone.localdate()
    if request.method == "POST":
        done, refused = actions.dun_all(_chosen(request), actor_of(request).key)
        messages.success(request, _("%(count)s Mahnungen sind auf dem Weg.") % {"count": done})
        if refused:
            text = _("%(count)s wurden nicht gemahnt: Sie sind inzwischen bezahlt, angehalten oder schon gemahnt.")
            messages.warning(request, text % {"count": refused})
        return redirect("payments:cash_dunning")
    steps = actions.next_steps(today)
    note_owned(
        actor_of(request), [step.claim for step in steps[:PAGE]], source="payments", fields=("payment",), purpose="dunning"
    )
    context = {
        "steps": [step for step in steps if not step.held][:PAGE],
        "held": [(step, HELD[step.held]) for step in steps if step.held][:PAGE],
        "rules": rules(),
        "letters": _on_paper().order_by("-pk")[:PAGE],
        "stops": DunningStop.objects.live(today).select_related("receivable").order_by("-pk")[:PAGE],
    }
    return render(request, "payments/cash/dunning.html", context)


@cashier
@never_cache
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter of a reminder: for the printer where nobody has a post box, and to see what was written."""
    row = get_object_or_404(Dunning.objects.select_related("receivable", "document"), pk=pk, document__isnull=False)
    assert row.document is not None
    note_owned(actor_of(request), [row.receivable], source="payments", fields=("payment", "name"), purpose="dunning")
    return response_for(row.document, actor_of(request), purpose="dunning")


def _on_paper() -> QuerySet[Dunning]:
    """Letters of the last weeks that somebody has to print: their debtors have no post box here."""
    rows = Dunning.objects.filter(receivable__account=None, receivable__company=None, document__isnull=False)
    return rows.filter(day__gte=timezone.localdate() - PAPER).select_related("receivable")


@cashier
@never_cache
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Hold one claim back, or everything of its debtor."""
    claim = get_object_or_404(Receivable, pk=pk)
    note_owned(actor_of(request), [claim], source="payments", fields=("payment",), purpose="dunning")
    wrong = ""
    if request.method == "POST":
        try:
            until = date.fromisoformat(text) if (text := request.POST.get("bis", "").strip()) else None
            everything = request.POST.get("alles") == "1"
            actions.stop_dunning(
                claim, request.POST.get("grund", ""), actor_of(request).key, until=until, everything=everything
            )
            return redirect("payments:cash_dunning")
        except ValueError:
            wrong = _("Geben Sie den Tag so ein: 2026-12-31, oder lassen Sie das Feld leer.")
        except actions.Refused as refused:
            wrong = str(refused)
    context = {"claim": claim, "reasons": REASONS.items(), "wrong": wrong, "today": timezone.localdate()}
    return render(request, "payments/cash/stop.html", context, status=422 if wrong else 200)


@cashier
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Reminders go on."""
    row = get_object_or_404(DunningStop, pk=pk)
    if request.method == "POST":
        actions.lift_stop(row, actor_of(request).key)
        messages.success(request, _("Die Pause ist beendet."))
    return redirect("payments:cash_dunning")


def _chosen(request: HttpRequest) -> list[tuple[int, int]]:
    found = []
    for text in request.POST.getlist("mahnen")[: 5 * PAGE]:
        pk, _colon, level = text.partition(":")
        if pk.isascii() and pk.isdigit() and level.isascii() and level.isdigit():
            found.append((int(pk[:18]), int(level[:3])))
    return found
