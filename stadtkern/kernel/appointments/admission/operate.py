"""For the operator: how long the queues are, how fast they move, and the switch."""

import time
from typing import Any

from django.contrib import messages
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import actor_of, staff
from stadtkern.kernel.accounts.models import Role

from ..actions import admission as actions
from ..models import Wave

MOST_RATE = 5000
operators = staff(Role.OPERATOR)
_BOOKED = """
SELECT count(*), count(*) FILTER (WHERE booked_at > now() - interval '60 seconds'), max(booked_at) - min(booked_at)
FROM appointments_appointment WHERE matter_id = %s AND date BETWEEN %s AND %s AND booked_at >= %s
AND status IN ('BOOKED', 'ARRIVED', 'CALLED', 'DONE')
"""


@operators
@never_cache
def queues(request: HttpRequest) -> HttpResponse:
    """Every queue of today and the next ones, with figures of numbers only: nobody is named."""
    rows = [_figures(wave) for wave in Wave.objects.listed(timezone.now())]
    return render(request, "appointments/queue/operate.html", {"rows": rows, "most": MOST_RATE})


@operators
@require_POST
def switch(request: HttpRequest, wave: int) -> HttpResponse:
    """Hold the queue, let it go on, or change how many are called each second."""
    row = get_object_or_404(Wave, pk=wave)
    typed = request.POST.get("rate", "")[:6].strip()
    rate = int(typed) if typed.isascii() and typed.isdigit() else 0
    if not 1 <= rate <= MOST_RATE:
        text = _("Geben Sie eine ganze Zahl von 1 bis %(most)s ein, zum Beispiel 400.")
        messages.warning(request, text % {"most": MOST_RATE})
        return redirect("admission:operate")
    paused = request.POST.get("stand") == "angehalten"
    actions.switch(actor_of(request).key, row, paused=paused, rate=float(rate))
    messages.info(request, _("Gespeichert. Alle Seiten der Warteschlange wissen es in einer Sekunde."))
    return redirect("admission:operate")


def _figures(wave: Wave) -> dict[str, Any]:
    known = actions.advance(wave.pk)
    with connection.cursor() as cursor:
        cursor.execute(_BOOKED, [wave.matter_id, wave.first, wave.last, wave.opens_at])
        booked, lately, took = cursor.fetchone()
    seconds = took.total_seconds() if took else 0
    return {
        "wave": wave,
        "known": known,
        "rate": round(wave.rate),
        "not_called": max(0, known.waiting - known.called) if known else 0,
        "booked": booked,
        "lately": lately,
        "speed": round(booked / seconds, 1) if seconds >= 1 else None,
        "opened": known is not None and known.opens_at <= time.time(),
    }
