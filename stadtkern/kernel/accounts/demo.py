"""Only in the demo: become somebody with one click, and a card reader on the screen. Not mounted anywhere else."""

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.city.profile import city

from . import actions
from .access import actor_of, everyone, signed_in
from .adapters import Refused, TimedOut, demo
from .models import Account, DemoCard, Person
from .stepup import safe_next

FACTS = ("given_names", "family_name", "birth_date", "street", "house_number", "postcode", "town")
WRONG_PINS = 3


@everyone
@never_cache
def personas(request: HttpRequest) -> HttpResponse:
    """The people one can become."""
    return render(request, "accounts/personas.html", {"personas": _personas(), "next": safe_next(request, default="")})


def _personas() -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = city().raw.get("personas", [])
    return [{**one, "text": one.get(f"text_{get_language()}", one["text"])} for one in listed]


@everyone
@require_POST
def become(request: HttpRequest) -> HttpResponse:
    """Sign in as a demo person without a password."""
    email = request.POST.get("email", "")
    if email not in {persona["email"] for persona in _personas()}:
        raise Http404
    account = get_object_or_404(Account, email=email, is_active=True)
    login(request, account, backend=settings.AUTHENTICATION_BACKENDS[0])
    actions.note_sign_in(account)
    return HttpResponseRedirect(safe_next(request))


@signed_in
@never_cache
def card_reader(request: HttpRequest) -> HttpResponse:
    """The provider's own page: choose a card, type the PIN, or break off."""
    question = request.POST.get("question") or request.GET.get("question", "")
    try:
        asked = demo.read_question(question)
    except (TimedOut, Refused):
        return render(request, "accounts/card_reader.html", {"over": True}, status=400)
    if request.method != "POST":
        return _reader(request, question)
    if request.POST.get("do") in ("cancelled", "timeout"):
        return HttpResponseRedirect(demo.answer_url(asked, error=request.POST["do"]))
    cards = {card["register_key"]: card for card in _cards(request)}
    card = cards.get(request.POST.get("card", ""))
    if card is None:
        return _reader(request, question, no_card=True)
    if request.POST.get("pin", "").strip() != demo.PIN:
        tried = request.session.get("wrong_pins", 0) + 1
        request.session["wrong_pins"] = tried % WRONG_PINS
        if tried >= WRONG_PINS:
            return HttpResponseRedirect(demo.answer_url(asked, error="pin_blocked"))
        return _reader(request, question, left=WRONG_PINS - tried, chosen=card["register_key"])
    request.session.pop("wrong_pins", None)
    return HttpResponseRedirect(demo.answer_url(asked, card=card))


def _reader(request: HttpRequest, question: str, **more: Any) -> HttpResponse:
    context = {"question": question, "cards": _cards(request), "pin": demo.PIN, **more}
    return render(request, "accounts/card_reader.html", context, status=400 if more else 200)


def _cards(request: HttpRequest) -> list[dict[str, str]]:
    """One's own card first, then a few samples lying on the table."""
    account = actor_of(request).account
    cards: list[Person | DemoCard] = list(Person.objects.filter(account=account, register_key__isnull=False))
    cards += DemoCard.objects.filter(holder=account)
    taken = Person.objects.filter(register_key__isnull=False).values("register_key")
    cards += DemoCard.objects.filter(holder=None).exclude(register_key__in=taken).order_by("id")[:5]
    return [_card(card) for card in cards]


def _card(card: Person | DemoCard) -> dict[str, str]:
    return {"register_key": str(card.register_key)} | {name: str(getattr(card, name) or "") for name in FACTS}
