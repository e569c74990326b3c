"""Days of the journal: every cent by account and by source, the closing, and the file for the finance system."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import actor_of

from .. import actions, journal
from ..desk import cashier
from ..models import DayClosing, Export
from ..receivers import receiver
from .claims import KINDS, WAYS

PAGE = 31


@cashier
@never_cache
def days(request: HttpRequest) -> HttpResponse:
    """What is closed, and what is to be closed."""
    today = timezone.localdate()
    since = actions.open_since()
    closings = list(DayClosing.objects.select_related("export").order_by("-day")[:PAGE])
    context = {
        "closings": closings, "since": since, "yesterday": today - timedelta(days=1), "today": today, "receiver": receiver(),
        "ready": since is not None and since < today,
    }  # fmt: skip
    return render(request, "payments/ledger/days.html", context)


@cashier
@never_cache
def day(request: HttpRequest, day: str) -> HttpResponse:
    """One day (or the days one closing closes), by account and by source; closed by a button once it is over."""
    wanted = _day(day)
    if request.method == "POST":
        try:
            actions.close_day(wanted, actor_of(request).key)
        except actions.Refused as refused:
            messages.warning(request, str(refused))
        return redirect("payments:ledger_day", day)
    closing = DayClosing.objects.filter(day=wanted).first()
    since = closing.since if closing else wanted
    lines = journal.by_account(since, wanted)
    sources = [(KINDS[kind], WAYS.get(by, ""), many, cents) for kind, by, many, cents in journal.by_source(since, wanted)]
    last = DayClosing.objects.order_by("-day").first()
    context = {
        "day": wanted, "since": since, "closing": closing, "lines": lines, "sources": sources,
        "debit": sum(line.debit for line in lines), "credit": sum(line.credit for line in lines),
        "intact": journal.is_intact(closing) if closing else None, "before": wanted - timedelta(days=1),
        "closed_with": DayClosing.objects.filter(day__gt=wanted, since__lte=wanted).first() if not closing else None,
        "can_close": closing is None and wanted < timezone.localdate() and (last is None or last.day < wanted),
    }  # fmt: skip
    return render(request, "payments/ledger/day.html", context)


@cashier
@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """The file of a closing goes to the finance system, once."""
    closing = get_object_or_404(DayClosing, pk=pk)
    try:
        actions.export(closing, actor_of(request).key)
    except actions.Refused as refused:
        messages.warning(request, str(refused))
    return redirect("payments:ledger_days")


@cashier
@never_cache
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """The exported file; its hash is checked, so that nobody reads in something else than was noted."""
    made = get_object_or_404(Export.objects.select_related("closing"), closing=pk)
    data = journal.file_of(made.closing)
    response = HttpResponse(data, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{journal.name_of(made.closing)}"'
    response["X-SHA256"] = made.sha256
    if not journal.is_intact(made.closing):
        messages.warning(request, _("Diese Datei stimmt nicht mehr mit dem Abschluss überein. Holen Sie die IT."))
        return redirect("payments:ledger_days")
    return response


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error
    if not date(2000, 1, 1) <= found <= timezone.localdate():
        raise Http404
    return found
