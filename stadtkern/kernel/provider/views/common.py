"""What the pages and doors of the provider share: leaving to an app, how long ago somebody signed in."""

import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from stadtkern.lib import ids

from ..models import Connection
from ..openid import issuer
from ..request import Asked, Refused


def digest_of(code: str) -> str:
    return ids.digest(code)


def signed_in_at(request: HttpRequest) -> datetime | None:
    """When this session was proved last; where a way to sign in does not say, the moment we saw the visitor before it."""
    proofs = request.session.get("account_authentication_methods", [])
    moments = [float(proof["at"]) for proof in proofs if proof.get("at")]
    moments += [float(request.session["seen_as_visitor"])] if "seen_as_visitor" in request.session else []
    return datetime.fromtimestamp(max(moments), UTC) if moments else None


def remember_visitor(request: HttpRequest) -> None:
    request.session["seen_as_visitor"] = time.time()


def leave(request: HttpRequest, location: str, name: str) -> HttpResponse:
    """Off to the app. Browsers refuse a form that ends elsewhere (form-action), so after one of our forms stands a page."""
    origin = f"{request.scheme}://{request.get_host()}/"
    if request.method == "POST" or request.headers.get("Referer", "").startswith(origin):
        return render(request, "provider/leave.html", {"location": location, "name": name})
    response = HttpResponse(status=302)  # not HttpResponseRedirect: installed apps have schemes of their own
    response["Location"] = location
    return response


def tell(request: HttpRequest, refused: Refused) -> HttpResponse:
    """An error of the standard, to the app."""
    location = refused.asked.back(issuer(), error=refused.code, error_description=refused.text)
    return leave(request, location, refused.asked.client.name)


def app_origin(uri: str) -> str:
    """Where an app lives, for people: its host, or the scheme of an installed app."""
    parts = urlsplit(uri)
    return parts.netloc or f"{parts.scheme}:"


def covers(connection: Connection | None, asked: Asked) -> bool:
    """The person decided about all this before."""
    return connection is not None and connection.live and set(asked.attributes) <= set(connection.asked)
