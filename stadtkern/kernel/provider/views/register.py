"""The operator's page: which apps may sign people in."""

from typing import Any

from allauth.idp.oidc.models import Client
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import actor_of, staff
from stadtkern.kernel.accounts.models import Role

from .. import actions
from ..attributes import LABELS, PROVED
from ..models import Connection
from ..openid import issuer

operators = staff(Role.OPERATOR)
TEXTS = ("name", "purpose", "redirect_uris", "after_logout", "privacy_url")
TICKS = ("public", "stays", "device")


@operators
@never_cache
def clients(request: HttpRequest) -> HttpResponse:
    """All apps, and the form for a new one; its secret stands on the answer and nowhere else."""
    typed: dict[str, Any] = dict.fromkeys(TEXTS, "") | {"trust": "basic", "attributes": []}
    if request.method == "POST":
        typed |= {name: request.POST.get(name, "").replace("\0", "")[:4000] for name in TEXTS}
        typed |= {name: name in request.POST for name in TICKS}
        typed |= {"trust": request.POST.get("trust", "basic"), "attributes": request.POST.getlist("attributes")}
        lists = {name: typed[name].split() for name in ("redirect_uris", "after_logout")}
        try:
            client, secret = actions.register_client(actor_of(request).key, actions.Application(**(typed | lists)))
        except actions.BadClient as problem:
            return _list(request, typed, str(problem), status=422)
        return render(request, "provider/secret.html", {"client": client, "secret": secret, "issuer": issuer()})
    return _list(request, typed)


def _list(request: HttpRequest, typed: dict[str, Any], wrong: str = "", status: int = 200) -> HttpResponse:
    rows = list(Client.objects.order_by("name")[:200])
    used = (
        Connection.objects.filter(client__in=rows).values_list("client").annotate(people=Count("pk", filter=Q(ended_at=None)))
    )
    counted = {name: number for name, number in used if number}
    context = {
        "clients": [{"row": row, "about": row.data or {}, "people": counted.get(row.pk, 0)} for row in rows],
        "typed": typed,
        "wrong": wrong,
        "choices": LABELS.items(),
        "trusts": [(trust.name.lower(), words) for trust, words in PROVED.items() if trust],
        "issuer": issuer(),
    }
    return render(request, "provider/clients.html", context, status=status)


@operators
@require_POST
def renew(request: HttpRequest, key: str) -> HttpResponse:
    client = get_object_or_404(Client, pk=key)
    try:
        secret = actions.renew_secret(actor_of(request).key, client)
    except actions.BadClient as problem:
        messages.warning(request, str(problem))
        return redirect("provider:clients")
    return render(request, "provider/secret.html", {"client": client, "secret": secret, "issuer": issuer()})


@operators
@require_POST
def close(request: HttpRequest, key: str) -> HttpResponse:
    """Close, or open again."""
    client = get_object_or_404(Client, pk=key)
    if (client.data or {}).get("closed"):
        actions.reopen_client(actor_of(request).key, client)
        messages.info(request, _("Die Anwendung ist wieder offen."))
    else:
        actions.close_client(actor_of(request).key, client)
        messages.info(request, _("Die Anwendung ist gesperrt. Ab sofort kann sich niemand mehr über sie anmelden."))
    return redirect("provider:clients")
