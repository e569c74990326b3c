"""What for, with whom, how and where, when: three pages, everything chosen in the address, nothing written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from ..models import Matter, Wave
from ..need import need_of
from ..refusals import Refused
from ..wish import Free, Wish

EARLIEST, DAYS = 4, 14


@everyone
def matters(request: HttpRequest) -> HttpResponse:
    """What do you come for? One or several matters."""
    words = request.GET.get("q", "").replace("\x00", "")[:80]
    chosen = asked.keys_of(request.GET)
    if "weiter" in request.GET and chosen and len(chosen) <= asked.MOST:
        return redirect(f"{reverse('appointments:how')}?{asked.query(asked.wish_of(request.GET))}")
    context = {
        "matters": queries.matters(words, chosen),
        "words": words,
        "chosen": chosen,
        "none_chosen": "weiter" in request.GET and not chosen,
        "too_many": len(chosen) > asked.MOST,
    }
    return render(request, "appointments/matters.html", context)


@everyone
def how(request: HttpRequest) -> HttpResponse:
    """How many persons, which way, where; skipped where there is nothing to choose."""
    wish = asked.wish_of(request.GET)
    known = queries.chosen([key for key, _count in wish.matters])
    if not known or len(known) != len(wish.matters):
        return redirect("appointments:matters")
    ways, places = queries.channels(known), queries.places(known)
    nothing = all(matter.persons_max == 1 for matter in known) and len(ways) == 1 and len(places) == 1
    channel = wish.channel if wish.channel in ways else next(iter(ways), "")
    if ("weiter" in request.GET or nothing) and ways and places:
        return redirect(f"{reverse('appointments:times')}?{asked.query(replace(wish, channel=channel))}")
    counts = dict(wish.matters)
    context = {
        "rows": [
            {"matter": one, "persons": counts[one.key], "choices": range(1, one.persons_max + 1)} for one in known
        ],
        "ways": [(one, say.CHANNELS[one]) for one in ways],
        "channel": channel,
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
    if wave := queries.queue_for(wish):
        return redirect("admission:queue", wave.pk)
    change = f"{reverse('appointments:how')}?{asked.query(wish)}"
    return show_times(request, wish, change=change, waiting=f"{reverse('appointments:join')}?{asked.query(wish)}")


def show_times(
    request: HttpRequest, wish: Wish, *, status: int = 200, action: str = "", page: str = "", **more: Any
) -> HttpResponse:
    """The free times for a wish; also for moving an appointment, within a form, and after somebody else was faster.

    `action` takes the button, `page` is the address of the calendar itself.
    """
    calendar = Calendar(wish, page or reverse("appointments:times"))
    context: dict[str, Any] = {"action": action or reverse("appointments:hold"), "fields": asked.pairs(wish)}
    try:
        need = need_of(wish)
        context |= calendar.days(asked.day_of(request.GET.get("ab")), asked.day_of(request.GET.get("tag")))
    except Refused as refused:
        more.setdefault("refused", str(refused))
        return render(request, "appointments/times.html", {**context, **more}, status=status if status != 200 else 422)
    context |= calendar.filters(need.matters)
    context |= {"matters": _summary(need.matters, wish), "minutes": say.minutes(need.minutes)}
    context["waves"] = Wave.objects.listed(timezone.now()).filter(matter__in=need.ids)[:1]
    return render(request, "appointments/times.html", {**context, **more}, status=status)


def _summary(known: Sequence[Matter], wish: Wish) -> str:
    counts = dict(wish.matters)
    parts = [one.title + (f" ({say.people(counts[one.key])})" if counts[one.key] > 1 else "") for one in known]
    return ", ".join(parts)


@dataclass(frozen=True)
class Calendar:
    """The calendar of one wish, at an address."""

    wish: Wish
    page: str

    def days(self, first: date | None, day: date | None) -> dict[str, Any]:
        """The earliest times, two weeks of days, the times of the chosen day."""
        today, last, wish = timezone.localdate(), horizon(), self.wish
        earliest = search.free(wish, today, last, limit=EARLIEST)
        asked_for = first is not None
        first = max(today, min(first or today, last))
        found = search.days(wish, first, self._end(first, last))
        if not found and earliest and not asked_for:
            first = earliest[0].starts_at.date()  # nothing for two weeks: begin where something is
            found = search.days(wish, first, self._end(first, last))
        day = day if day in found else next(iter(found), None)
        earlier, later = max(today, first - timedelta(days=DAYS)), first + timedelta(days=DAYS)
        rows = [{"day": one, "count": count, "here": one == day, "url": self.at(first, one)} for one, count in found.items()]
        return {
            "earliest": earliest,
            "days": rows,
            "day": day,
            "times": by_place(search.free(wish, day, day)) if day else [],
            "earlier": self.at(earlier) if first > today else "",
            "later": self.at(later) if later <= last else "",
        }

    def filters(self, known: Sequence[Matter]) -> dict[str, Any]:
        """Other ways and places of the same wish, as links."""
        ways = queries.channels(known)
        places = queries.places(known, self.wish.channel)
        anywhere = replace(self.wish, places=())
        at = [self._chip(replace(self.wish, places=(one.key,)), one.title) for one in places]
        return {
            "how": say.CHANNELS[self.wish.channel],
            "at_desk": self.wish.channel == "desk",
            "ways": [self._chip(replace(self.wish, channel=one), say.CHANNELS[one]) for one in ways] if len(ways) > 1 else [],
            "anywhere": self._chip(anywhere, "") if len(places) > 1 else None,
            "places": at if len(places) > 1 else [],
        }

    def at(self, first: date | None = None, day: date | None = None) -> str:
        """The address of this calendar at a day."""
        more = [("ab", first.isoformat())] if first else []
        more += [("tag", day.isoformat())] if day else []
        return f"{self.page}?{urlencode([*asked.pairs(self.wish), *more])}" + ("#zeiten" if day else "")

    def _chip(self, wish: Wish, title: Any) -> dict[str, Any]:
        return {"title": title, "url": f"{self.page}?{asked.query(wish)}", "here": wish == self.wish}

    @staticmethod
    def _end(first: date, last: date) -> date:
        return min(first + timedelta(days=DAYS - 1), last)


def by_place(found: Sequence[Free]) -> list[dict[str, Any]]:
    """Times of one day, a list for each place."""
    groups: dict[int, dict[str, Any]] = {}
    for one in found:
        groups.setdefault(one.place.pk, {"place": one.place, "times": []})["times"].append(one)
    return sorted(groups.values(), key=lambda group: str(group["place"].title))
