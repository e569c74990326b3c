"""The start of the cash office: what waits, in figures."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from .. import actions
from ..desk import cashier
from ..models import BankLine, Receivable, Statement


@cashier
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """Five ways, each with its number."""
    today = timezone.localdate()
    context = {
        "asked": BankLine.objects.exclude(why="").count(),
        "gaps": Statement.objects.filter(gap=True).count(),
        "last": Statement.objects.order_by("-closing_on", "-pk").first(),
        "to_order": len(actions.to_order(today)),
        "overdue": Receivable.objects.overdue(today).filter(cancelled_at=None).count(),
        "to_refund": Receivable.objects.to_refund().count(),
    }
    return render(request, "payments/cash/home.html", context)
