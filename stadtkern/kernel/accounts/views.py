"""Pages of the account: overview, own data, companies, keys for programs, the end."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from . import actions
from .access import actor_of, ask_second_factor, lacks_second_factor, signed_in
from .adapters import load, offered
from .forms import ProfileForm, TokenForm
from .models import Account, ExternalIdentity, Person, Token, Trust
from .stepup import word_of


def _account(request: HttpRequest) -> Account:
    account = actor_of(request).account
    assert account is not None  # every view here is for signed-in people
    return account


def _person(account: Account) -> Person | None:
    return Person.objects.filter(account=account).first()


@signed_in
@never_cache
def overview(request: HttpRequest) -> HttpResponse:
    """Everything about the account on one page, like the security list of a bank's app."""
    account = _account(request)
    ways = list(Authenticator.objects.filter(user=account).values_list("type", flat=True))
    context = {
        "person": _person(account),
        "totp": Authenticator.Type.TOTP in ways,
        "keys": ways.count(Authenticator.Type.WEBAUTHN),
        "codes": Authenticator.Type.RECOVERY_CODES in ways,
        "sessions": len(UserSession.objects.filter(user=account).values_list("pk")[:20]),
        "tokens": len(_live_tokens(account)),
        "languages": settings.LANGUAGES,
        "passkeys": sum(key.wrap().is_passwordless for key in Authenticator.objects.filter(user=account, type="webauthn")),
        **_ways(account),
    }
    return render(request, "accounts/overview.html", context)


def _ways(account: Account) -> dict[str, Any]:
    """Sign-ins from elsewhere that open this account, and those that could."""
    rows = list(ExternalIdentity.objects.filter(account=account).select_related("company").order_by("id")[:50])
    known = {row.means for row in rows}
    # A person has one BundID; a workplace is joined by the city's directory itself.
    more = [way for way in offered() if way.SIGNS_IN and way.AUDIENCE != "staff" and way.connected()]
    listed = [{"row": row, "title": load(row.means).TITLE, "level": word_of(Trust(row.trust))} for row in rows]
    return {"identities": listed, "more": [way for way in more if way.NAME not in known or way.AUDIENCE == "companies"]}


@signed_in
@never_cache
def profile(request: HttpRequest) -> HttpResponse:
    account = _account(request)
    person = _person(account)
    form = ProfileForm(person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.save_profile(actor_of(request), form.cleaned_data)
        messages.info(request, _("Ihre Angaben sind gespeichert."))
        return redirect("accounts:overview")
    return render(request, "accounts/profile.html", {"form": form, "person": person})


@signed_in
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the language for this account and this browser."""
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        return redirect("accounts:overview")
    actions.choose_language(actor_of(request), chosen)
    with override(chosen):
        messages.info(request, _("Ihre Sprache ist gespeichert."))
    response = redirect("accounts:overview")
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=365 * 86400, samesite="Lax", secure=settings.PRODUCTION)
    return response


@signed_in
@require_POST
def end_session(request: HttpRequest, number: int) -> HttpResponse:
    """Sign one other device out."""
    session = get_object_or_404(UserSession, pk=number, user=_account(request))
    if session.session_key == request.session.session_key:
        logout(request)
        return redirect("portal:start")
    actions.end_session(actor_of(request), session)
    messages.info(request, _("Das Gerät ist abgemeldet."))
    return redirect("usersessions_list")


def _live_tokens(account: Account) -> list[Token]:
    now = timezone.now()
    return list(Token.objects.filter(account=account, revoked_at=None, expires_at__gt=now).order_by("-id")[:50])


@reauthentication_required  # type: ignore[untyped-decorator]
def _tokens(request: HttpRequest) -> HttpResponse:
    account = _account(request)
    form = TokenForm(request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        try:
            _token, secret = actions.create_token(actor_of(request), form.cleaned_data["title"], form.cleaned_data["days"])
            form = TokenForm()
        except actions.TooManyTokens:
            form.add_error(None, _("Mehr als 20 Schlüssel gehen nicht. Sperren Sie einen, den Sie nicht mehr brauchen."))
    return render(request, "accounts/tokens.html", {"form": form, "tokens": _live_tokens(account), "secret": secret})


@signed_in
@never_cache
def tokens(request: HttpRequest) -> HttpResponseBase:
    """Keys for programs; the secret stands on the answer to the form and nowhere else."""
    if actor_of(request).mandate:
        messages.warning(request, _("Einen Schlüssel können Sie nur für sich selbst erzeugen. Wechseln Sie zuerst."))
        return redirect("accounts:companies")
    if lacks_second_factor(request):  # a key would act as a clerk
        return ask_second_factor(request)
    response: HttpResponseBase = _tokens(request)
    return response


@signed_in
@require_POST
def revoke_token(request: HttpRequest, number: int) -> HttpResponse:
    token = get_object_or_404(Token, pk=number, account=_account(request))
    actions.revoke_token(actor_of(request), token)
    messages.info(request, _("Der Schlüssel ist gesperrt."))
    return redirect("accounts:tokens")


@signed_in
def close(request: HttpRequest) -> HttpResponse:
    """What goes and what a law keeps is told, and done, by privacy; this address stays."""
    return redirect("privacy:erase")
