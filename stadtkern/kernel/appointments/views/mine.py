"""My appointments, and the calendar address of an account."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts import throttle
from stadtkern.kernel.accounts.access import actor_of, everyone, signed_in
from stadtkern.kernel.privacy.actions import note_owned
from stadtkern.lib import ids

from .. import actions, calendar_file, queries, say
from ..models import Appointment, Feed, Waiting
from .manage import DOOR, MISSES, ics_response

PAGE = 25


@signed_in
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """What is to come, what I wait for, what was; three queries whatever there is."""
    actor = actor_of(request)
    coming, past = list(queries.of_person(actor)[:PAGE]), list(queries.past_of_person(actor)[:PAGE])
    note_owned(actor, coming + past, source="appointments", fields=("appointment",))
    titles = say.titles_of(coming + past)
    waiting = Waiting.objects.visible_to(actor).filter(status__in=["WAITING", "OFFERED"]).order_by("pk")[:PAGE]
    context = {
        "coming": [{"row": row, "told": say.told(row, titles)} for row in coming],
        "past": [{"row": row, "told": say.told(row, titles)} for row in past],
        "waiting": waiting,
        "feed": None if actor.company or actor.mandate else Feed.objects.filter(account=actor.account).first(),
        "may_subscribe": not actor.company and not actor.mandate,
        "secret": request.session.pop("termin_feed", ""),
    }
    if context["secret"]:
        path = reverse("appointments:feed", args=[context["secret"]])
        context["address"] = request.build_absolute_uri(path)
        context["webcal"] = "webcal://" + request.get_host() + path
    return render(request, "appointments/mine.html", context)


@signed_in
@require_POST
def subscribe(request: HttpRequest) -> HttpResponse:
    """A new secret address; an old one ends. It is shown once."""
    account = actor_of(request).account
    assert account is not None  # signed in
    if "end" in request.POST:
        actions.end_feed(account.pk, f"account:{account.pk}")
        messages.info(request, _("Die Kalenderadresse gilt nicht mehr."))
    else:
        request.session["termin_feed"] = actions.new_feed(account)
    return redirect(reverse("appointments:mine") + "#kalender")


@everyone
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Whoever has the address sees the appointments of the account; nothing else, and until it is revoked."""
    found = Feed.objects.select_related("account").filter(digest=ids.digest(secret)).first() if len(secret) < 80 else None
    if found is None or not found.account.is_active:
        if throttle.another_miss(request, DOOR, MISSES):
            return render(request, "429.html", status=429)
        return HttpResponse(
            _("Diese Kalenderadresse gilt nicht oder nicht mehr."), status=404, content_type="text/plain; charset=utf-8"
        )
    rows: list[Appointment] = list(queries.of_account(found.account_id))
    response = ics_response(calendar_file.feed_of(rows), "termine.ics", cancelled=False)
    response["Cache-Control"] = f"private, max-age={int(timedelta(minutes=15).total_seconds())}"
    return response
