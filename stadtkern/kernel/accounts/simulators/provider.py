"""The page of an invented identity provider: choose who you are and with what, or let something go wrong."""

from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from ..access import everyone
from ..adapters import load
from ..models import Trust
from ..saml import keys, signatures
from ..saml.partner import Ourselves, Partner, ourselves, partner
from ..saml.request import LEVELS
from ..saml.xml import SAML, SAMLP, Bad, parse, unpack
from . import idp, people

SALT = "accounts.simulator"
SECONDS = 900
CAST = {"bundid": ("people", people.person), "organisation": ("organisations", people.company)}
ENDS = {
    "cancelled": (("Responder", "AuthnFailed"), "Die Anmeldung wurde abgebrochen."),
    "timeout": (("Responder", "AuthnFailed"), "Timeout"),
    "level": (("Responder", "NoAuthnContext"), ""),
    "error": (("Responder",), "Interner Fehler"),
}


@csrf_exempt  # the question comes from another house; the choice is bound to it by a signature
@everyone
@never_cache
def page(request: HttpRequest, name: str) -> HttpResponse:
    them = partner(name) if name in CAST else None
    if them is None or not them.simulated:
        raise Http404
    try:
        if "SAMLRequest" in request.POST:
            asked = _question(request.POST["SAMLRequest"], ourselves(name), them)
            return _choose(request, name, asked | {"relay": request.POST.get("RelayState", "")[:200]})
        asked = signing.loads(request.POST.get("question", ""), salt=SALT, max_age=SECONDS)
    except (Bad, signing.BadSignature):
        return render(request, "accounts/simulator.html", {"means": load(name), "over": True}, status=400)
    return _answer(request, name, asked, them)


def _question(packed: str, us: Ourselves, them: Partner) -> dict[str, str]:
    """Read a request as a provider must: signed by the house it names, to be answered at its registered address only."""
    root = parse(unpack(packed))
    if root.tag != f"{{{SAMLP}}}AuthnRequest" or root.get("Destination") != them.address:
        raise Bad("not for us")
    found = root.findall(signatures.SIGNATURE)
    if len(found) != 1 or root.findtext(f"{{{SAML}}}Issuer") != us.entity:
        raise Bad("unsigned")
    signatures.verify(found[0], (keys.own().certificate,))
    if root.get("AssertionConsumerServiceURL") != us.address:
        raise Bad("address")
    level = root.findtext(f"{{{SAMLP}}}RequestedAuthnContext/{{{SAML}}}AuthnContextClassRef")
    return {"id": str(root.get("ID")), "level": str(level)}


def _choose(request: HttpRequest, name: str, asked: dict[str, str], problem: str = "") -> HttpResponse:
    listed, _told = CAST[name]
    titles = {
        Trust.BASIC: _("Benutzername und Passwort"),
        Trust.SUBSTANTIAL: _("ELSTER-Zertifikat"),
        Trust.HIGH: _("Online-Ausweis"),
    }
    ways = [(int(trust), titles[trust]) for trust in LEVELS if trust <= load(name).TRUST]
    wanted = next((int(trust) for trust, word in LEVELS.items() if word == asked["level"]), 1)
    context = {"means": load(name), "cast": people.of(listed).values(), "ways": ways, "wanted": wanted, "problem": problem,
               "question": signing.dumps(asked, salt=SALT)}  # fmt: skip
    return render(request, "accounts/simulator.html", context, status=400 if problem else 200)


def _answer(request: HttpRequest, name: str, asked: dict[str, str], them: Partner) -> HttpResponse:
    us, now = ourselves(name), timezone.now()
    do = request.POST.get("do", "")
    if do in ENDS:
        words, text = ENDS[do]
        root = idp.response(idp.story(asked["id"], us, them, "", [], now), *words, message=text)
    else:
        listed, tell = CAST[name]
        one = people.of(listed).get(request.POST.get("who", ""))
        level = request.POST.get("level", "")
        if one is None or level not in ("1", "3", "4"):
            return _choose(request, name, asked, _("Wählen Sie, wer Sie sind und womit Sie sich anmelden."))
        trust = Trust(int(level))
        told: Any = idp.story(asked["id"], us, them, LEVELS[trust], tell(one, trust), now)
        root = idp.signed(told, keys.simulator(name))
    fields = {"SAMLResponse": idp.pack(root), "RelayState": asked["relay"]}
    return render(request, "accounts/simulator.html", {"means": load(name), "address": us.address, "fields": fields})
