"""My proofs and tickets: look, show, take into the wallet, delete."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stadtkern.kernel.accounts.access import actor_of, signed_in
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.credentials import actions, cards, codes, kinds, metadata, places
from stadtkern.kernel.credentials.models import Credential, Grant
from stadtkern.lib import qr

SCHEME = "openid-credential-offer://"


@require_safe
@signed_in
def overview(request: HttpRequest) -> HttpResponse:
    """Everything there is, as cards."""
    found = cards.cards_of(actor_of(request))
    return render(request, "credentials/list.html", {"cards": found})


@require_safe
@signed_in
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One proof: what is in it, where it is, what can be done with it."""
    row = _mine(request, pk)
    kind = kinds.kinds().get(row.kind)
    card = cards.card_of(row)
    context = {
        "row": row,
        "card": card,
        "labels": [kinds.label(name, kind) for name in kind.claims] if kind else [],
        "copies": [copy for copy in row.copies.order_by("pk") if copy.revoked_at is None],
        "can_ask_again": not card.wallet_url and not card.over and not row.claims,
    }
    return render(request, "credentials/show.html", context)


@require_safe
@signed_in
def scan(request: HttpRequest, pk: int) -> HttpResponse:
    """Big, for somebody else's camera: the code of the paper, which says nothing about the person."""
    row = _mine(request, pk)
    if row.document is None or not cards.card_of(row).show_url:
        raise Http404
    url = places.base() + reverse("documents:verify", args=[row.document.verify_code])
    return render(request, "credentials/scan.html", {"row": row, "card": cards.card_of(row), "code": qr.svg(url), "url": url})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a way into the wallet."""
    row = _mine(request, pk)
    if request.method != "POST":
        return render(request, "credentials/take.html", {"row": row, "card": cards.card_of(row), "days": row.open_until})
    try:
        _grant, key = actions.open_way(actor_of(request), row)
    except actions.Refused as refused:
        messages.error(request, str(refused))
        return redirect("credentials:show", row.pk)
    return redirect("credentials:way", key)


@require_safe
@signed_in
def way(request: HttpRequest, key: str) -> HttpResponse:
    """The QR code, the button for the same phone, and the PIN; once the wallet has it, the page says so."""
    grant = Grant.objects.select_related("credential").filter(key_digest=codes.digest(key)).first()
    if grant is None or not Credential.objects.visible_to(actor_of(request)).filter(pk=grant.credential_id).exists():
        raise Http404
    open_ = grant.expires_at > timezone.now() and not grant.exchanged_at and grant.attempts < actions.WRONG_PINS
    context: dict[str, Any] = {"row": grant.credential, "grant": grant, "open": open_}
    if open_:
        code = codes.code_of(key)
        by_reference = f"{SCHEME}?{urlencode({'credential_offer_uri': places.address('offer', key)})}"
        context |= {
            "link": by_reference,
            "by_value": f"{SCHEME}?{urlencode({'credential_offer': metadata.offer_text(grant.credential.kind, code)})}",
            "wallets": _wallets(by_reference),
            "code": qr.svg(by_reference),
            "pin": codes.pin_of(code),
        }
    response = render(request, "credentials/way.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _wallets(by_reference: str) -> list[dict[str, str]]:
    """Wallets that are opened by an address of their own: `[[credentials.wallets]] title, url`."""
    query = by_reference.partition("?")[2]
    listed = city().raw.get("credentials", {}).get("wallets", [])
    return [{"title": one["title"], "url": f"{one['url']}?{query}"} for one in listed if one["url"].startswith("https://")]


@require_POST
@signed_in
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """A new phone: ask whoever offered it."""
    row = _mine(request, pk)
    try:
        actions.want_again(actor_of(request), row)
    except actions.Refused as refused:
        messages.error(request, str(refused))
    else:
        text = _("Wir bereiten den Nachweis noch einmal vor. Das dauert meist nur Sekunden; laden Sie die Seite dann neu.")
        messages.info(request, text)
    return redirect("credentials:show", row.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask first, then delete; copies in wallets stop to hold."""
    row = _mine(request, pk)
    if request.method != "POST":
        return render(request, "credentials/delete.html", {"row": row})
    title = row.title
    actions.delete(actor_of(request), row)
    messages.success(request, _("%(title)s ist gelöscht und gilt nicht mehr.") % {"title": title})
    return redirect("credentials:list")


def _mine(request: HttpRequest, pk: int) -> Credential:
    rows = Credential.objects.visible_to(actor_of(request)).select_related("document").prefetch_related("copies")
    return get_object_or_404(rows, pk=min(pk, 2**63 - 1))
