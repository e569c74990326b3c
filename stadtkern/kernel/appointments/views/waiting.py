"""The waiting list: join with a window of days, see where one stands, answer the offer by link, leave."""

from datetime import date, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts import draft_cookie, throttle
from stadtkern.kernel.accounts.access import actor_of, everyone

from .. import actions, asked, link, queries, reach, say
from ..models import Waiting
from ..refusals import Refused
from ..wish import Window, Wish
from .held import clean, is_mail, uncovered
from .manage import DOOR, MISSES

USUAL = timedelta(days=28)
WEEKDAYS = (0, 1, 2, 3, 4, 5)
HOURS = {"": (None, None), "frueh": (None, time(12)), "spaet": (time(12), None), "abend": (time(16), None)}


@everyone
@never_cache
def join(request: HttpRequest) -> HttpResponse:
    """When would suit you, and how do we reach you? The wish stands in the address as everywhere."""
    wish = asked.wish_of(request.GET)
    known = queries.chosen([key for key, _count in wish.matters])
    if not known or len(known) != len(wish.matters):
        return redirect("appointments:matters")
    actor, holder, secret = reach.with_browser(request)
    replaces = _replaced(request)
    if request.method != "POST":
        account = actor.account
        today = timezone.localdate()
        typed: dict[str, Any] = {"name": actor.owner.name, "email": account.mail} if account and actor.owner else {}
        return _form(request, wish, {**typed, "first": today, "last": today + USUAL, "weekdays": list(WEEKDAYS)})
    typed = _typed(request)
    if wrong := _wrong(typed):
        return _form(request, wish, typed, wrong, 422)
    if refused := uncovered(actor, wish):
        return _form(request, wish, typed, {"": refused}, 409)
    after, before = HOURS[typed["hours"]]
    weekdays = tuple(typed["weekdays"]) if len(typed["weekdays"]) < len(WEEKDAYS) else ()
    try:
        row = actions.join_waiting(
            actor, wish, Window(typed["first"], typed["last"], after, before, weekdays), holder=holder,
            name=typed["name"], email=typed["email"], phone=typed["phone"], replaces=replaces,
        )  # fmt: skip
    except Refused as refused:
        return _form(request, wish, typed, {"": str(refused)}, 409)
    response = redirect("appointments:waiting", row.pk)
    if secret:
        draft_cookie.remember(response, secret)
    return response


@everyone
@never_cache
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Waiting, offered, over: and what can be done."""
    row = reach.waiting(request, pk)
    offer = row.offer if row.status == "OFFERED" and row.offer and row.offer.is_live() else None
    context = {
        "row": row,
        "offer": offer,
        "told": say.told(offer) if offer else None,
        "what": _what(row),
        "taken": row.offer if row.status == "TAKEN" else None,
        "again": asked.query(wish_of(row)),
    }
    return render(request, "appointments/waiting.html", context)


@everyone
@require_POST
@never_cache
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Yes, no, or off the list; a second click shows what the first has done."""
    row, actor, said = reach.waiting(request, pk), actor_of(request), request.POST.get("antwort", "")
    try:
        if said == "ja":
            booked = actions.accept_offer(actor, row)
            messages.success(request, _("Ihr Termin ist gebucht."))
            response = redirect("appointments:show", booked.number)
            reach.keep_open(request, response, link.code_of(booked))
            return response
        if said == "nein":
            actions.decline_offer(actor, row)
            messages.info(request, _("Gut, wir warten auf einen anderen Termin für Sie."))
        elif said == "weg":
            actions.leave_waiting(actor, row)
            messages.info(request, _("Sie stehen nicht mehr auf der Warteliste."))
    except Refused as refused:
        messages.warning(request, str(refused))
    return redirect("appointments:waiting", row.pk)


@everyone
@never_cache
def open_link(request: HttpRequest, code: str) -> HttpResponse:
    """The link of the e-mail."""
    row = Waiting.objects.by_code(code).only("pk").first()
    if row is None:
        if throttle.another_miss(request, DOOR, MISSES):
            return render(request, "429.html", status=429)
        return render(request, "appointments/no_link.html", status=404)
    response = redirect("appointments:waiting", row.pk)
    reach.keep_open(request, response, code)
    return response


def wish_of(row: Waiting) -> Wish:
    """What they wait for, anywhere."""
    return Wish(tuple((key, count) for key, count in row.matters), row.channel)


def _what(row: Waiting) -> str:
    titles = {one.key: one.title for one in queries.chosen([key for key, _count in row.matters])}
    return ", ".join(titles.get(key, key) for key, _count in row.matters)


def _replaced(request: HttpRequest) -> Any:
    """The appointment that an earlier one would replace: one's own, booked."""
    number = request.GET.get("statt", "").upper().replace("\x00", "")[:12]
    if not number:
        return None
    row = reach.appointment(request, number).row
    return row if row.status == "BOOKED" else None


def _typed(request: HttpRequest) -> dict[str, Any]:
    typed: dict[str, Any] = {name: clean(request.POST.get(name, ""), 200) for name in ("name", "email", "phone")}
    typed["first"], typed["last"] = (asked.day_of(request.POST.get(name)) for name in ("first", "last"))
    typed["weekdays"] = [int(text) for text in request.POST.getlist("weekday") if text in {str(day) for day in WEEKDAYS}]
    typed["hours"] = request.POST.get("hours", "") if request.POST.get("hours", "") in HOURS else ""
    return typed


def _wrong(typed: dict[str, Any]) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if typed["first"] is None or typed["last"] is None:
        wrong["first"] = _("Geben Sie beide Tage an.")
    if not typed["weekdays"]:
        wrong["weekday"] = _("Wählen Sie mindestens einen Wochentag.")
    if not typed["name"]:
        wrong["name"] = _("Geben Sie Ihren Namen an.")
    if not is_mail(typed["email"]):
        wrong["email"] = _("Geben Sie eine E-Mail-Adresse an, zum Beispiel name@beispiel.de. Dorthin schreiben wir Ihnen.")
    return wrong


def _form(
    request: HttpRequest, wish: Wish, typed: dict[str, Any], wrong: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    titles = [one.title for one in queries.chosen([key for key, _count in wish.matters])]
    context = {
        "typed": typed,
        "wrong": wrong or {},
        "what": ", ".join(titles),
        "back": asked.query(wish),
        "weekdays": [(day, _weekday(day), day in typed.get("weekdays", [])) for day in WEEKDAYS],
        "hours": [
            ("", _("Jede Uhrzeit")), ("frueh", _("Vormittags")), ("spaet", _("Nachmittags")), ("abend", _("Ab 16 Uhr")),
        ],
        "replaces": request.GET.get("statt", ""),
    }  # fmt: skip
    return render(request, "appointments/join.html", context, status=status)


def _weekday(day: int) -> str:
    monday = date(2024, 1, 1)
    return say.weekday(monday + timedelta(days=day))
