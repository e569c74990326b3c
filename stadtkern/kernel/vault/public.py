"""The page a receiver opens: link and code, then exactly one fact. Says the same to everybody who has not both."""

import re
from ipaddress import ip_network

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts.access import everyone
from stadtkern.kernel.accounts.throttle import network_of
from stadtkern.kernel.documents import throttle
from stadtkern.kernel.documents.views import response_for_shared
from stadtkern.kernel.registers.actions import NotFound, RegisterUnavailable

from . import actions
from .facts import show
from .models import Share, Use

TICKET, TICKET_SECONDS = "vault file", 600

BROWSERS = ("Firefox", "Edg", "OPR", "Chrome", "Safari")
SYSTEMS = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS": "Mac", "Linux": "Linux"}


@everyone
@never_cache
def look(request: HttpRequest, secret: str) -> HttpResponse:
    """GET asks for the code whether or not there is such a link; POST shows the fact, or the file of a shared document."""
    if request.method != "POST":
        return _page(request, "vault/look.html", {})
    if ticket := request.POST.get("ticket"):
        return _file(request, secret, ticket)
    code = re.sub(r"\D", "", request.POST.get("code", "")[:20])
    try:
        share, use = actions.open_share(secret, code, device=_device(request), network=_network(request))
    except actions.Over:
        if throttle.another_miss(request):
            return _page(request, "documents/too_many.html", {}, 429)
        problem = _(
            "Link und Code passen nicht zusammen, oder die Freigabe ist beendet. Fragen Sie die Person, die sie geschickt hat."
        )
        return _page(request, "vault/look.html", {"problem": problem}, 404)
    try:
        shown = show(share)
    except (NotFound, LookupError):
        return _page(request, "vault/gone.html", {}, 410)
    except RegisterUnavailable:
        actions.take_back(use)
        problem = _("Das Register antwortet gerade nicht. Versuchen Sie es in einigen Minuten noch einmal.")
        return _page(request, "vault/look.html", {"problem": problem}, 503)
    context = {"share": share, "shown": shown, "left": _left(share)}
    if shown.document or shown.item:  # the file belongs to this look and does not count again
        context["ticket"] = signing.dumps(use.pk, salt=TICKET)
    return _page(request, "vault/fact.html", context)


def _file(request: HttpRequest, secret: str, ticket: str) -> HttpResponse:
    """The file of a shared document, within ten minutes of the look, as long as the share was not ended."""
    try:
        number = signing.loads(ticket, salt=TICKET, max_age=TICKET_SECONDS)
    except signing.BadSignature:
        return _page(request, "vault/look.html", {"problem": _("Geben Sie den Code noch einmal ein.")}, 410)
    use = Use.objects.select_related("share__document", "share__item__upload").filter(pk=number).first()
    if use is None or use.share.digest != actions.digest_of(secret) or use.share.revoked_at:
        return _page(request, "vault/gone.html", {}, 410)
    item = use.share.item
    return response_for_shared(use.share.document or (item.upload if item else None))


def _left(share: Share) -> int | None:
    return None if share.most_uses is None else share.most_uses - share.uses


def _page(request: HttpRequest, template: str, context: dict[str, object], status: int = 200) -> HttpResponse:
    response = render(request, template, context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _device(request: HttpRequest) -> str:
    """ "Firefox, Android": what a person recognises, without versions that would tell devices apart."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    browser = next((name for name in BROWSERS if name in agent), "")
    system = next((word for name, word in SYSTEMS.items() if name in agent), "")
    return ", ".join(part for part in ({"Edg": "Edge", "OPR": "Opera"}.get(browser, browser), system) if part)


def _network(request: HttpRequest) -> str:
    """Half of the address: enough to see that it was somebody else, too little to find a household."""
    known = network_of(request)
    return str(ip_network(f"{known}/{32 if ':' in known else 16}", strict=False)) if known else ""
