"""The light pages: stand in the queue, see one's place, book when it is one's turn.

They load no session and no account: the slip says who it is, and the booking statement itself asks whether session and
account still live. Everything else about them is as everywhere: CSRF, headers, a declared access.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from stadtkern.kernel.accounts.access import light
from stadtkern.kernel.accounts.throttle import network_of

from ..actions import at_once, lining_up
from ..plan import BERLIN
from ..refusals import TooMany
from . import about, estimate, pages, slip, state
from .estimate import Snapshot
from .slip import Slip

_doors = threading.Semaphore(2)  # so many join at a time in one process; the other threads go on showing pages
AWAY = (DatabaseError, InterfaceError)
NOWHERE = (state.NoSuchWave, about.NoSuchTopic)


@light
@require_safe
def queue(request: HttpRequest, wave: int) -> HttpResponse:
    """One's place in the queue. The first look takes a ticket; from then on no query is made for this page."""
    return _carefully(request, wave, _look)


@light
@require_POST
def book(request: HttpRequest, wave: int) -> HttpResponse:
    """The one click that books: the next free time, for the account of the slip. Again: the same appointment."""
    return _carefully(request, wave, _click)


def _carefully(request: HttpRequest, wave: int, work: Callable[..., HttpResponse]) -> HttpResponse:
    """Without asking the database first whether it is there: if it is not, once more on a new connection, then patience.

    Both works may be repeated: a ticket is taken once per account, an appointment once per person.
    """
    with pages.spoken(request):
        for attempt in range(2):
            connection.health_check_done = True  # type: ignore[attr-defined]
            try:
                return work(request, state.of(wave), about.of(wave))
            except NOWHERE:
                raise Http404 from None
            except AWAY:
                connection.close()
                if attempt:
                    break
        said = _("Wir sind gleich wieder da. Ihr Platz bleibt Ihnen, und die Seite lädt sich von selbst neu.")
        return _moment(request, wave, "", said, 3)


def _look(request: HttpRequest, known: Snapshot, topic: about.Topic) -> HttpResponse:
    held = slip.of(request, known.wave)
    if known.gone or known.closed or time.time() < known.queue_from or (held and not _passed(known, held)):
        return _shown(request, known, topic, held)
    fresh = _stand_again(request, known, topic, held) if held else _join(request, known, topic)
    if isinstance(fresh, HttpResponse):
        return fresh
    response = _shown(request, known, topic, fresh, moved=held is not None)
    slip.hand_out(response, fresh)
    return response


def _click(request: HttpRequest, known: Snapshot, topic: about.Topic) -> HttpResponse:
    held = slip.of(request, known.wave)
    turn = slip.read_turn(request.POST.get("turn", ""), held) if held else None
    if held is None or turn is None:
        return redirect("admission:queue", known.wave)
    if known.paused or known.closed or not turn[0] <= time.time() <= turn[1]:
        return _shown(request, known, topic, held)
    return _booked(request, known, topic, held, request.POST.get("zeit", ""))


def _booked(request: HttpRequest, known: Snapshot, topic: about.Topic, held: Slip, part: str) -> HttpResponse:
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    try:
        answer = at_once.book(topic, account=held.account, session_key=key, password=held.password, part=part)
    except TooMany as refused:
        return _form(request, "again", known, topic, held, said=str(refused))
    if answer.signed_out:
        return redirect(f"{reverse('account_login')}?next={reverse('admission:queue', args=[known.wave])}")
    if answer.number:
        return _had(request, topic, answer)
    state.forget(known.wave)
    if (fresh := state.of(known.wave)).gone:
        return _shown(request, fresh, topic, held)
    said = _("In dieser Hälfte des Tages ist nichts mehr frei. Wählen Sie bitte eine andere.") if part else _(
        "Gerade ist keine Zeit frei. Bis Ihre Zeit zum Buchen endet, können Sie es noch einmal versuchen."
    )  # fmt: skip
    return _form(request, "again", fresh, topic, held, said=said)


def _had(request: HttpRequest, topic: about.Topic, answer: at_once.Answer) -> HttpResponse:
    name, where = "had" if answer.former else "booked", topic.places.get(answer.place, "")
    return pages.page(
        request, name, matter=topic.title, number=answer.number, where=where, at=_day_and_time(answer.starts_at),
        next=topic.own,
    )  # fmt: skip


def _passed(known: Snapshot, held: Slip) -> bool:
    """Whether the turn of this place is over. While the city holds the queue it is not."""
    turn = estimate.turn_of(known, estimate.place_of(known, held.lot, held.place))
    return turn is not None and turn[1] < time.time() and not known.paused


def _stand_again(request: HttpRequest, known: Snapshot, topic: about.Topic, held: Slip) -> Slip | HttpResponse:
    """A turn that passed: the appointment, if it was booked in another window, else a place behind."""
    if (answer := at_once.own(topic, held.account)).number:
        return _had(request, topic, answer)
    place = estimate.place_of(known, held.lot, held.place)
    return replace(held, place=lining_up.stand_again(known.wave, held.ticket, held.account, place) or place)


def _join(request: HttpRequest, known: Snapshot, topic: about.Topic) -> Slip | HttpResponse:
    """A ticket for the account that is signed in; an answer instead when there is none to be had."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")[:100]
    if not _doors.acquire(blocking=False):
        said = _("Gerade kommen sehr viele auf einmal. Gleich stehen Sie in der Warteschlange, die Seite lädt sich neu.")
        return _moment(request, known.wave, topic.title, said, 2 + round(4 * random.random()))  # noqa: S311 - spreads the looks
    try:
        found = lining_up.join(known.wave, key, _network(request, known.wave)) if key else None
    except lining_up.Crowded:
        said = _(
            "Aus Ihrem Netz stehen schon sehr viele in dieser Warteschlange. Versuchen Sie es über ein anderes Netz, "
            "zum Beispiel über das Mobilfunknetz, oder rufen Sie uns an."
        )
        return _moment(request, known.wave, topic.title, said, 60, 429)
    finally:
        _doors.release()
    if found is None:
        return redirect(f"{reverse('account_login')}?next={request.path}")
    digests = slip.digest(key), slip.digest(found.password)
    return Slip(known.wave, found.ticket, found.account, found.lot, found.place, *digests)


def _network(request: HttpRequest, wave: int) -> str:
    network = network_of(request)
    return slip.network_digest(network, wave) if network else ""


def _moment(request: HttpRequest, wave: int, title: str, said: str, again: int, status: int = 200) -> HttpResponse:
    return pages.page(request, "moment", status, matter=title, said=said, again=again, here=f"{slip.PATH}{wave}/")


def _shown(
    request: HttpRequest, known: Snapshot, topic: about.Topic, held: Slip | None, *, moved: bool = False
) -> HttpResponse:
    """The page that fits; `moved`: to a place behind, just now."""
    now = time.time()
    place = estimate.place_of(known, held.lot, held.place) if held else 0
    again = estimate.look_again(known, place, now, random.random())  # noqa: S311 - only spreads the looks
    common: dict[str, Any] = {
        "matter": topic.title, "here": request.path, "people": max(known.waiting, place), "free": known.free,
        "slots": known.slots, "place": place, "at": _clock(known.read_at), "again": round(again),
        "opens": _day_and_time(datetime.fromtimestamp(known.opens_at, BERLIN)),
    }  # fmt: skip
    if known.gone:
        return pages.page(
            request, "gone", **common | {"given": topic.gone_at(known), "list": topic.waiting_list, "said": topic.next()}
        )
    if known.closed:
        return pages.page(request, "over", **common | {"next": topic.times})
    if held is None:
        return pages.page(request, "early", **common | {"from": _clock(known.queue_from)})
    if not known.drawn_at:
        return pages.page(request, "waiting", **common)
    turn = estimate.turn_of(known, place)
    if known.paused or place == 0:
        said = _("Die Stadt hat die Ausgabe kurz angehalten. Ihr Platz bleibt.") if place else _("Ihr Platz wird ermittelt.")
        return pages.page(request, "moment", **common | {"said": said, "again": 5})
    if turn and now <= turn[1]:
        if turn[0] - now > estimate.SHOW_FORM:
            return pages.page(request, "soon", **common | {"from": _clock(turn[0])})
        return _form(request, "turn", known, topic, held, place=place)
    said = _outlook(known, place, moved or turn is not None)
    return pages.page(request, "behind", **common | {"ahead": estimate.ahead(known, place), "said": said})


def _form(
    request: HttpRequest, name: str, known: Snapshot, topic: about.Topic, held: Slip, place: int = 0, said: str = ""
) -> HttpResponse:
    place = place or estimate.place_of(known, held.lot, held.place)
    begins, ends = estimate.turn_of(known, place) or (0.0, 0.0)
    return pages.page(
        request, name, matter=topic.title, place=place, people=max(known.waiting, place), said=said, title=topic.days,
        until=_clock(ends), token=get_token(request), turn=slip.turn(held, begins, ends),
        book=f"{slip.PATH}{known.wave}/buchen/", here=request.path, **{"from": _clock(begins)},  # type: ignore[arg-type]
    )  # fmt: skip


def _outlook(known: Snapshot, place: int, passed: bool) -> str:
    """What somebody may hope for, honestly."""
    if passed:
        return _("Ihre Zeit zum Buchen ist vorbei. Solange noch etwas frei ist, rücken Sie hinten nach.")
    if place - known.called > known.free:
        return _(
            "Wahrscheinlich reicht es nicht: Vor Ihnen sind mehr Menschen, als noch Termine frei sind. Sobald alle vergeben "
            "sind, steht es hier. Bucht jemand nicht, rücken Sie nach."
        )
    return _("Alle freien Termine sind gerade in den Händen von Menschen vor Ihnen. Bucht jemand nicht, rücken Sie nach.")


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at, BERLIN).strftime("%H:%M:%S")


def _day_and_time(at: datetime | None) -> str:
    return at.astimezone(BERLIN).strftime("%d.%m.%Y, %H:%M Uhr") if at else ""
