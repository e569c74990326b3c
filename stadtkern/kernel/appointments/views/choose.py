"""What for, with whom, how and where, when: three pages, everything chosen in the address, nothing written."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts.access import everyone

from .. import asked, queries, say, search
from ..actions.opening import horizon
from ..models import Matter
from ..need import need_of
from ..refusals import Refused
from ..wish import Free, Wish

EARLIEST, DAYS = 4, 14


@everyone
def matters(request: HttpRequest) -> HttpResponse:
    """What do you come for? One or several matters."""
    words = request.GET.get("q", "").replace("\x00", "")[:80]
    chosen = asked.keys_of(request.GET)
    context = {
        "matters": queries.matters(words),
        "words": words,
        "chosen": chosen,
        "none_chosen": "weiter" in request.GET and not chosen,
        "too_many": len(chosen) > asked.MOST,
    }
    if "weiter" in request.GET and chosen and len(chosen) <= asked.MOST:
        return redirect(f"{reverse('appointments:how')}?{asked.query(asked.wish_of(request.GET))}")
    return render(request, "appointments/matters.html", context)


@everyone
def how(request: HttpRequest) -> HttpResponse:
    """How many persons, which way, where; skipped where there is nothing to choose."""
    wish = asked.wish_of(request.GET)
    known = queries.chosen([key for key, _count in wish.matters])
    if not queries.wish_fits(wish, known):
        return redirect("appointments:matters")
    ways, places = queries.channels(known), queries.places(known)
    nothing = all(matter.persons_max == 1 for matter in known) and len(ways) == 1 and len(places) == 1
    if ("weiter" in request.GET or nothing) and ways and places:
        channel = wish.channel if wish.channel in ways else ways[0]
        return redirect(f"{reverse('appointments:times')}?{asked.query(Wish(wish.matters, channel, wish.places))}")
    context = {
        "rows": [{"matter": matter, "persons": count, "choices": range(1, matter.persons_max + 1)}
                 for matter, (_key, count) in zip(known, wish.matters, strict=True)],
        "ways": [(one, say.CHANNELS[one]) for one in ways],
        "channel": wish.channel if wish.channel in ways else next(iter(ways), ""),
        "places": places,
        "place": next(iter(wish.places), ""),
        "impossible": not ways or not places,
        "back": f"{reverse('appointments:matters')}?{asked.query(wish)}",
    }  # fmt: skip
    return render(request, "appointments/how.html", context)


@everyone
@never_cache
def times(request: HttpRequest) -> HttpResponse:
    """Days with free times, the earliest first; the times of one day as buttons."""
    wish = asked.wish_of(request.GET)
    if not wish.matters:
        return redirect("appointments:matters")
    return show_times(request, wish)


def show_times(
    request: HttpRequest, wish: Wish, *, status: int = 200, action: str = "", page: str = "", **more: Any
) -> HttpResponse:
    """The page of free times for a wish; also for moving an appointment, and after somebody else was faster."""
    page = page or reverse("appointments:times")
    base = {key: value for key, value in request.GET.items() if key in ("verschieben",)}
    context: dict[str, Any] = {"wish": wish, "action": action or reverse("appointments:hold"), "fields": asked.pairs(wish)}
    try:
        need = need_of(wish)
        context |= _calendar(request, wish, page, base)
    except Refused as refused:
        more.setdefault("refused", str(refused))
        return render(request, "appointments/times.html", {**context, **more}, status=status if status != 200 else 422)
    context |= {
        "matters": _summary(need.matters, wish),
        "minutes": say.minutes(need.minutes),
        "how": say.CHANNELS[wish.channel],
        "place": next(iter(queries.places(need.matters)), None) if wish.places else None,
        "change": f"{reverse('appointments:how')}?{asked.query(wish)}",
        "waiting": f"{reverse('appointments:join')}?{asked.query(wish)}",
        "in_form": [(name, value) for name, value in asked.pairs(wish)],
    }
    if wish.places:
        context["place"] = next((one for one in queries.places(need.matters) if one.key in wish.places), None)
    return render(request, "appointments/times.html", {**context, **more}, status=status)


def _summary(known: Sequence[Matter], wish: Wish) -> str:
    counts = dict(wish.matters)
    parts = (
        f"{one.title} ({say.people(counts[one.key])})" if counts.get(one.key, 1) > 1 else one.title for one in known
    )
    return ", ".join(parts)


def _calendar(request: HttpRequest, wish: Wish, page: str, base: dict[str, str]) -> dict[str, Any]:
    """The earliest times, two weeks of days, the times of the chosen day."""
    today, last = timezone.localdate(), horizon()
    first = asked.day_of(request.GET.get("ab")) or today
    first = max(today, min(first, last))
    found = search.days(wish, first, min(first + timedelta(days=DAYS - 1), last))
    earliest = search.free(wish, today, last, limit=EARLIEST)
    if not found and earliest and "ab" not in request.GET:
        first = earliest[0].starts_at.date()  # nothing for two weeks: begin where something is
        found = search.days(wish, first, min(first + timedelta(days=DAYS - 1), last))
    day = asked.day_of(request.GET.get("tag"))
    day = day if day in found else next(iter(found), None)

    def at(**changed: str) -> str:
        return f"{page}?{urlencode([*asked.pairs(wish), *base.items(), *changed.items()])}"

    earlier = max(today, first - timedelta(days=DAYS))
    later = first + timedelta(days=DAYS)
    return {
        "earliest": earliest,
        "days": [
            {"day": one, "count": count, "here": one == day, "url": at(ab=first.isoformat(), tag=one.isoformat()) + "#zeiten"}
            for one, count in found.items()
        ],
        "day": day,
        "times": by_place(search.free(wish, day, day)) if day else [],
        "earlier": at(ab=earlier.isoformat()) if first > today else "",
        "later": at(ab=later.isoformat()) if later <= last else "",
        "first": first,
        "until": min(first + timedelta(days=DAYS - 1), last),
    }


def by_place(found: Sequence[Free]) -> list[dict[str, Any]]:
    """Times of one day, a list for each place."""
    groups: dict[int, dict[str, Any]] = {}
    for one in found:
        groups.setdefault(one.place.pk, {"place": one.place, "times": []})["times"].append(one)
    return sorted(groups.values(), key=lambda group: str(group["place"].title))


def chosen_time(text: str) -> tuple[str, str]:
    """ "buergeramt 2026-12-02T10:20:00+01:00" of a button."""
    place, _space, at = text.partition(" ")
    return place[:60], at[:40]


def first_day(text: str | None) -> date | None:
    """A day of the address."""
    return asked.day_of(text)
