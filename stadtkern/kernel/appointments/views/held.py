"""Hold a time, say who comes, confirm. What the server holds counts; the clock on the page only tells of it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts import draft_cookie, throttle
from stadtkern.kernel.accounts.access import Actor, actor_of, everyone

from .. import actions, asked, queries, reach, say
from ..models import Appointment, Channel, Place
from ..refusals import MustQueue, Refused, Taken, TooMany
from ..wish import Wish
from .choose import show_times

TYPED = "termin_typed"  # in the session: what was typed before a time was lost
MOST_HOLDS, WINDOW = 60, 600  # clicks on a time from one address without an account, seconds
UNFIT = dict.fromkeys([*range(32), *range(127, 160), *range(0xD800, 0xE000)])


@everyone
@require_POST
@never_cache
def hold(request: HttpRequest) -> HttpResponse:
    """A button of the times page. A second click, another tab and the back button end at the same hold."""
    wish = asked.wish_of(request.POST)
    actor, holder, secret = reach.with_browser(request)
    place, at = place_and_time(request)
    if place is None or at is None:
        return redirect("appointments:matters")
    if actor.account is None and throttle.miss(request, "appointments.holds", WINDOW) > MOST_HOLDS:
        return render(request, "429.html", status=429)
    if refused := uncovered(actor, wish):
        return show_times(request, wish, status=409, refused=refused)
    if wave := queries.queue_for(wish, timezone.localdate(at)):
        return redirect("admission:queue", wave.pk)
    _keep_typed(request)
    try:
        row = actions.hold(actor, wish, place, at, holder=holder)
    except Taken as taken:
        return lost(request, wish, taken)
    except TooMany as refused:
        return show_times(request, wish, status=409, refused=str(refused), has_one=True)
    except Refused as refused:
        return show_times(request, wish, status=409, refused=str(refused))
    response = redirect("appointments:data", row.number)
    if secret:
        draft_cookie.remember(response, secret)
    return response


def uncovered(actor: Actor, wish: Wish) -> str:
    """A mandate for some services is not one for others; the sentence that says so, "" where all is well."""
    if actor.mandate is None or not actor.mandate.services:
        return ""
    known = queries.chosen([key for key, _count in wish.matters])
    if all(actor.mandate.covers(matter.service) for matter in known):
        return ""
    text = _("Ihre Vertretung für %(name)s gilt dafür nicht. Wechseln Sie oben, oder handeln Sie für sich selbst.")
    return text % {"name": actor.mandate.title}


def times_or(
    act: Callable[[Place, datetime], object],
    request: HttpRequest,
    wish: Wish,
    around: dict[str, Any],
    *,
    queued: str = "",
    also: tuple[type[Exception], ...] = (),
) -> HttpResponse | None:
    """Free times, until a click on one of them went well: then None. A refusal (`also`: of the room above) shows them again."""
    if request.method != "POST":
        return show_times(request, wish, **around)
    place, at = place_and_time(request)
    if place is None or at is None:
        return redirect(around["action"])
    refusals: tuple[type[Exception], ...] = (Refused, *also)
    try:
        act(place, at)
    except MustQueue as refused:
        return show_times(request, wish, status=409, refused=queued or str(refused), **around)
    except Taken as taken:
        return lost(request, wish, taken, **around)
    except refusals as refused:
        return show_times(request, wish, status=409, refused=str(refused), **around)
    return None


def lost(request: HttpRequest, wish: Wish, taken: Taken, **more: Any) -> HttpResponse:
    """Somebody was faster: say so, and show what is nearest."""
    return show_times(request, wish, status=409, refused=str(taken), alternatives=taken.alternatives(), **more)


def place_and_time(request: HttpRequest) -> tuple[Place | None, datetime | None]:
    """What a time button posts; None for what we did not offer."""
    key, _space, text = request.POST.get("zeit", "").replace("\x00", "")[:120].partition(" ")
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None, None
    if at.tzinfo is None or not 2000 < at.year < 2200:
        return None, None
    return Place.objects.filter(key=key, active=True).first(), at


@everyone
@never_cache
def data(request: HttpRequest, number: str) -> HttpResponse:
    """Who comes, and how we reach them; with the clock time until which the appointment is held."""
    row = reach.appointment(request, number).row
    if row.status not in ("HELD", "EXPIRED") or row.booked_at:
        return redirect("appointments:show", row.number)
    if request.method != "POST":
        return _form(request, row, _known(request, row))
    typed: dict[str, Any] = {name: clean(request.POST.get(name, ""), 200) for name in ("name", "email", "phone")}
    typed["names"] = [clean(text, 200) for text in request.POST.getlist("names")][: row.persons - 1]
    if wrong := _wrong(row, typed):
        return _form(request, row, typed, wrong, status=422)
    actor = actor_of(request)
    try:
        actions.confirm(
            actor, row, name=typed["name"], email=typed["email"], phone=typed["phone"],
            names=[text for text in typed["names"] if text],
        )  # fmt: skip
    except Taken as taken:
        request.session[TYPED] = typed
        return lost(request, actions.booking.wish_of(row), taken, typed_kept=True)
    except Refused as refused:
        return _form(request, row, typed, {"": str(refused)}, status=409, has_one=isinstance(refused, TooMany))
    request.session.pop(TYPED, None)
    messages.success(request, _("Ihr Termin ist gebucht."))
    return redirect("appointments:show", row.number)


@everyone
@require_POST
def release(request: HttpRequest, number: str) -> HttpResponse:
    """Not this one after all: the time is free again, and the choice of times comes back."""
    row = reach.appointment(request, number).row
    wish = actions.booking.wish_of(row)
    if row.status == "HELD":
        actions.cancel(actor_of(request), row)
    return show_times(request, wish)


def _form(
    request: HttpRequest,
    row: Appointment,
    typed: Mapping[str, Any],
    wrong: Mapping[str, str] | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    names = [*typed.get("names", []), *[""] * row.persons][: row.persons - 1]
    context = {
        "row": row,
        "told": say.told(row),
        "typed": typed,
        "names": list(enumerate(names, 2)),
        "wrong": wrong or {},
        "over": not row.is_live(),
        "phone_needed": row.channel == Channel.PHONE,
        "signed_in": actor_of(request).account is not None,
        "back": asked.query(actions.booking.wish_of(row)),
        **more,
    }
    return render(request, "appointments/data.html", context, status=status)


def _known(request: HttpRequest, row: Appointment) -> dict[str, Any]:
    """What was typed before, else what the account knows."""
    kept = request.session.get(TYPED)
    if isinstance(kept, dict):
        return kept
    actor: Actor = actor_of(request)
    if actor.account is None:
        return {"name": row.name, "email": row.email, "phone": row.phone, "names": row.names}
    owner = actor.owner or actor.account
    return {"name": row.name or owner.name, "email": row.email or actor.account.mail, "phone": row.phone, "names": row.names}


def _keep_typed(request: HttpRequest) -> None:
    """Nothing typed is lost when the time was: the new one begins with it."""
    if "name" in request.POST:
        request.session[TYPED] = {name: clean(request.POST.get(name, ""), 200) for name in ("name", "email", "phone")}


def clean(text: str, most: int) -> str:
    """One line without control characters, halves of characters and outer blanks."""
    return " ".join(text.translate(UNFIT).split())[:most]


def _wrong(row: Appointment, typed: Mapping[str, Any]) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not typed["name"]:
        wrong["name"] = _("Geben Sie Ihren Namen an, damit wir Sie aufrufen können.")
    if not typed["email"]:
        wrong["email"] = _("Geben Sie eine E-Mail-Adresse an. Dorthin schicken wir die Bestätigung.")
    elif not is_mail(typed["email"]):
        wrong["email"] = _("Schreiben Sie die E-Mail-Adresse vollständig, zum Beispiel name@beispiel.de.")
    digits = sum(letter.isdigit() for letter in typed["phone"])
    if typed["phone"] and not 5 <= digits <= 20:
        wrong["phone"] = _("Schreiben Sie die Telefonnummer mit Vorwahl, zum Beispiel 0123 456789.")
    elif row.channel == Channel.PHONE and not typed["phone"]:
        wrong["phone"] = _("Geben Sie die Telefonnummer an, unter der wir Sie anrufen.")
    return wrong


def is_mail(text: str) -> bool:
    """An address mail can be sent to."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return text.rpartition("@")[0].isascii()
