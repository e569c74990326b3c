"""The public page: is this proof real, and does it hold today? No account, nothing stored."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from stadtkern.kernel.accounts.access import everyone
from stadtkern.kernel.credentials import throttle
from stadtkern.kernel.credentials.public import finding
from stadtkern.lib.sdjwt.strict import MOST_BYTES

# The camera reads QR codes on this page, and only here; the picture does not leave the phone.
PERMISSIONS = "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"


@require_http_methods(["GET", "HEAD", "POST"])
@everyone
def check(request: HttpRequest) -> HttpResponse:
    """Paste it, or hand it in as a file, or scan it."""
    if request.method != "POST":
        return _show(request, "credentials/check.html", {})
    if throttle.too_many(request, "check"):
        response = _show(request, "credentials/too_many.html", {}, 429)
        response["Retry-After"] = str(throttle.WINDOW)
        return response
    text, problem = _handed_in(request)
    if problem:
        return _show(request, "credentials/check.html", {"problem": problem}, 422)
    found = finding(text)
    if found.state != "valid":
        throttle.miss(request, "check")
    return _show(request, "credentials/checked.html", {"found": found, "now": timezone.localtime()})


def _handed_in(request: HttpRequest) -> tuple[str, str]:
    """The text of the proof, or what to do instead."""
    file = request.FILES.get("file")
    if file is not None and (file.size or 0) > MOST_BYTES:
        return "", _("Die Datei ist zu groß für einen Nachweis. Wählen Sie die Textdatei aus Ihrer Wallet.")
    text = file.read().decode("utf-8", "replace") if file is not None else request.POST.get("proof", "")
    plain = "".join(text.split())  # line breaks of mails and messages
    if not plain:
        return "", _("Fügen Sie den Nachweis ein, oder wählen Sie eine Datei aus.")
    if len(plain) > MOST_BYTES:
        return "", _("Das ist zu lang für einen Nachweis. Kopieren Sie nur den Nachweis selbst.")
    return plain, ""


def _show(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    response["Permissions-Policy"] = PERMISSIONS
    return response
