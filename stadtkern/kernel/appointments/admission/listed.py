"""Which contested times open when: the door to the queues."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from stadtkern.kernel.accounts.access import everyone

from ..models import Wave


@everyone
def waves(request: HttpRequest) -> HttpResponse:
    """The waves of today and the next ones, soonest first."""
    return render(request, "appointments/queue/waves.html", {"waves": Wave.objects.listed(timezone.now())})
