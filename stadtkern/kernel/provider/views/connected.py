"""Connected services: which app sees what since when, and how to end it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import actor_of, signed_in
from stadtkern.kernel.privacy.purposes import field_words

from .. import actions
from ..models import Connection


@signed_in
@never_cache
def connected(request: HttpRequest) -> HttpResponse:
    mine = Connection.objects.filter(account=actor_of(request).account)
    rows = mine.select_related("client", "consent").order_by("-id")[:100]
    listed = [{"row": row, "about": row.client.data or {}, "granted": field_words(row.granted)} for row in rows]
    return render(request, "provider/connected.html", {"connections": listed})


@signed_in
@require_POST
def disconnect(request: HttpRequest, number: int) -> HttpResponse:
    actor = actor_of(request)
    row = get_object_or_404(Connection.objects.select_related("client"), pk=number, account=actor.account)
    actions.disconnect(actor, row)
    text = _("%(name)s bekommt ab sofort nichts mehr. Was der Dienst schon hat, löscht er auf Ihr Verlangen.")
    messages.info(request, text % {"name": row.client.name})
    return redirect("provider:connected")
