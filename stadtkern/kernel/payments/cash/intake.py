"""A file of the bank on its way in: handed in, read by a job, and what came of it."""

from datetime import timedelta

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts.access import actor_of

from .. import actions
from ..desk import cashier
from ..models import BankLine, Intake

MOST_BYTES = 25_000_000
SHOWN = timedelta(days=7)  # a refused file stands on the page of the statements so long
SLOW = timedelta(minutes=5)  # without a movement read


@cashier
@never_cache
def intake(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the job is; the page asks by itself until there is an end."""
    row = get_object_or_404(Intake.objects.defer("sealed").select_related("file"), pk=pk)
    context = {
        "intake": row, "slow": row.state == Intake.State.WAITING and row.moved_at < timezone.now() - SLOW,
        "statements": list(row.file.statements.all()) if row.file else [], "summary": _came(row) if row.file else "",
    }  # fmt: skip
    return render(request, "payments/cash/intake.html", context)


def handed_in(request: HttpRequest) -> HttpResponse:
    """An upload: kept at once, so that the page does not wait."""
    upload = request.FILES.get("datei")
    if upload is None or not upload.size:
        messages.warning(request, _("Wählen Sie die Datei mit dem Auszug aus (camt.053 oder ZIP)."))
        return redirect("payments:cash_statements")
    if upload.size > MOST_BYTES:
        messages.warning(request, _("Die Datei ist zu groß (höchstens 25 MB)."))
        return redirect("payments:cash_statements")
    row = actions.hand_in(upload.name or "Auszug", upload.read(), actor_key=actor_of(request).key)
    return redirect("payments:cash_intake", row.pk)


def unfinished() -> QuerySet[Intake]:
    """What is being read, and what was refused lately."""
    rows = Intake.objects.exclude(state=Intake.State.TAKEN).filter(moved_at__gte=timezone.now() - SHOWN)
    return rows.defer("sealed").order_by("-pk")[:10]


def summary(lines: int, assigned: int, asked: int) -> str:
    """What came of a file, in one sentence."""
    text = ngettext("Ein Umsatz eingelesen", "%(count)s Umsätze eingelesen", lines) % {"count": lines}
    return _("%(text)s, %(assigned)s von selbst zugeordnet, %(asked)s zu klären.") % {
        "text": text, "assigned": assigned, "asked": asked,
    }  # fmt: skip


def _came(row: Intake) -> str:
    lines = BankLine.objects.filter(statement__file=row.file)
    receipts = lines.filter(kind=BankLine.Kind.RECEIPT, why="")
    return summary(lines.count(), receipts.count(), lines.exclude(why="").count())
