"""What the data protection officer sees: ids and figures, no content of any case; every look of theirs is logged, too."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts.access import actor_of, staff
from stadtkern.kernel.accounts.models import Role, Staff
from stadtkern.kernel.city.models import Office

from .. import actions
from ..models import Access, Anchor, Emergency, Link, Verification
from ..purposes import field_words, purpose_words
from ..verify import verify
from . import figures

PAGE = 50
MOST_AT_ONCE = 500_000  # rows examined while somebody waits; more is for the night
LAW = "Art. 39 Abs. 1 Buchst. b DSGVO"
officer = staff(Role.PRIVACY)


def note(request: HttpRequest, accesses: Iterable[Access] = (), *, accounts: Iterable[int | None] = ()) -> None:
    """Who is in the lines shown will see that the officer looked."""
    accesses = list(accesses)
    actions.note_accesses(
        actor=actor_of(request),
        accounts=[*accounts, *(account for access in accesses for account in access.accounts)],
        person_keys=[key for access in accesses for key in access.person_keys],
        cases=[case for access in accesses for case in access.cases],
        purpose="oversight",
        legal_basis=LAW,
        source="privacy",
        fields=["log"],
    )


@officer
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """What waits, whether the log is sound, how many marks."""
    context = {
        "waiting": Emergency.objects.filter(reviewed_at=None).count(),
        "last": Verification.objects.order_by("-pk").first(),
        "anchor": Anchor.objects.order_by("-pk").first(),
    }
    return render(request, "oversight/home.html", context)


@officer
@never_cache
def emergencies(request: HttpRequest) -> HttpResponse:
    """Emergencies to review, the oldest first, then the reviewed ones; numbers only, nobody's data."""
    waiting = list(Emergency.objects.filter(reviewed_at=None).order_by("pk")[:PAGE])
    done = list(Emergency.objects.exclude(reviewed_at=None).order_by("-reviewed_at")[:PAGE])
    offices = _offices()
    told = [(row, offices.get(row.office, row.office)) for row in waiting]
    return render(request, "oversight/emergencies.html", {"waiting": told, "done": done})


@officer
@never_cache
def emergency(request: HttpRequest, number: int) -> HttpResponse:
    """The reason, what was looked at, and the officer's answer."""
    row = Emergency.objects.filter(pk=number).first() if number < 2**63 else None
    if row is None:
        raise Http404
    wrong, typed = "", {"remark": ""}
    if request.method == "POST":
        typed["remark"] = request.POST.get("remark", "")[:2000]
        verdict = request.POST.get("justified", "")
        try:
            if verdict not in ("yes", "no"):
                raise actions.Refused(_("Bitte wählen Sie, ob der Grund genügt."))
            actions.review_emergency(actor_of(request), row.pk, justified=verdict == "yes", remark=typed["remark"])
        except actions.Refused as refused:
            wrong = str(refused)
        else:
            messages.info(request, _("Gespeichert. Wo der Grund nicht genügt, liegt eine Nachricht im Postfach der Person."))
            return redirect("oversight:emergencies")
    seen = list(Access.objects.filter(emergency=row.pk, actor=f"staff:{row.staff}", at__gte=row.at).order_by("pk")[:PAGE])
    note(request, seen, accounts=[row.account])
    context = {"row": row, "lines": [_line(access) for access in seen], "wrong": wrong, "typed": typed}
    context["office"] = _offices().get(row.office, row.office)
    return render(request, "oversight/emergency.html", context, status=422 if wrong else 200)


@officer
@never_cache
def statistics(request: HttpRequest) -> HttpResponse:
    """Figures by place of work. The people at these places see that they were looked at."""
    found = figures.places()[:200]
    numbers = [int(place.number) for place in found if place.number.isdecimal()]
    note(request, accounts=Staff.objects.filter(pk__in=numbers).values_list("account", flat=True))
    offices = _offices()
    told = [(place, offices.get(place.office, place.office)) for place in found]
    context = {"places": told, "signs": figures.SIGNS, "days": figures.DAYS, "before": figures.BEFORE}
    return render(request, "oversight/statistics.html", context)


@officer
@never_cache
def lines(request: HttpRequest) -> HttpResponse:
    """The lines behind a figure: ids of people and cases, never names."""
    number, sign = request.GET.get("platz", ""), request.GET.get("merkmal", "")
    before = request.GET.get("before", "")
    if not (number.isascii() and number.isdecimal() and len(number) < 18):
        raise Http404
    older_than = int(before) if before.isascii() and before.isdecimal() and len(before) < 18 else None
    found = figures.lines(f"staff:{number}", sign, older_than, PAGE + 1)
    note(request, found[:PAGE])
    query = f"?platz={number}&merkmal={sign if sign in figures.SIGNS else ''}"
    context = {
        "number": number,
        "sign": figures.SIGNS[sign][1] if sign in figures.SIGNS else "",
        "lines": [_line(access) for access in found[:PAGE]],
        "older": f"{query}&before={found[PAGE - 1].pk}" if len(found) > PAGE else "",
        "newer": query if older_than else "",
    }
    return render(request, "oversight/lines.html", context)


@officer
@never_cache
def log(request: HttpRequest) -> HttpResponse:
    """Whether the log is what was written: the last outcomes, the anchors, and a button to look now."""
    if request.method == "POST":
        ends = Link.objects.order_by("-seq").values_list("seq", flat=True)[:1]
        begins = Link.objects.order_by("seq").values_list("seq", flat=True)[:1]
        if sum(ends) - sum(begins) > MOST_AT_ONCE:
            messages.warning(request, _("Das Protokoll ist zu lang, um darauf zu warten. Es wird in der Nacht geprüft."))
        else:
            actions.note_verification(verify())
        return redirect(reverse("oversight:log"))
    context = {
        "outcomes": list(Verification.objects.order_by("-pk")[:10]),
        "anchors": list(Anchor.objects.order_by("-pk")[:10]),
    }
    return render(request, "oversight/log.html", context)


def _offices() -> dict[str, str]:
    return dict(Office.objects.values_list("key", "title"))


def _line(access: Access) -> dict[str, Any]:
    """Ids instead of people."""
    people = [_("Konto %s") % number for number in access.accounts]
    people += [_("Register %s") % str(key)[:8] for key in access.person_keys]
    case = access.about.removeprefix("case:")
    return {
        "case": _("Vorgang %s") % case if case != access.about else "",
        "access": access,
        "people": ", ".join(people[:3]) + (f" (+{len(people) - 3})" if len(people) > 3 else ""),
        "purpose": purpose_words(access.purpose),
        "fields": field_words(access.fields),
    }
