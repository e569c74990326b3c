"""Error pages: what happened, what is safe, what to do."""

import logging
import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import actor_of, everyone
from stadtkern.kernel.city.profile import city

from .context import texts

log = logging.getLogger(__name__)
LAST_WORDS = (
    '<!doctype html><html lang="de"><meta charset="utf-8"><title>Störung</title><h1>Störung</h1>'
    "<p>Bitte versuchen Sie es in einigen Minuten noch einmal. Fehlernummer: %s</p></html>"
)


@everyone
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    visitor = actor_of(request).account is None
    steps = [_("Prüfen Sie, ob Sie mit dem richtigen Konto angemeldet sind oder für die richtige Firma handeln.")]
    if visitor:
        steps = [_("Melden Sie sich an. Danach kommen Sie auf diese Seite zurück.")]
    return _page(
        request,
        403,
        _("Diese Seite ist nicht für Sie freigegeben"),
        _("Sie haben keinen Zugang zu dieser Seite oder dieser Aktion."),
        safe=_("Es wurde nichts geändert."),
        steps=[*steps, _("Brauchen Sie Zugang für Ihre Arbeit? Fragen Sie Ihre Amtsleitung.")],
    )


@everyone
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    steps = [_("Prüfen Sie die Adresse auf Tippfehler."), _("Suchen Sie oben nach dem, was Sie erledigen möchten.")]
    if actor_of(request).account is None:
        steps.append(_("Suchen Sie Ihren eigenen Vorgang? Melden Sie sich an, dann finden Sie ihn unter „Meine Stadt“."))
    return _page(
        request,
        404,
        _("Diese Seite gibt es nicht"),
        _("Unter dieser Adresse finden wir nichts. Vielleicht ist sie umgezogen, oder sie gehört jemand anderem."),
        steps=steps,
    )


@everyone
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token does not fit: an old tab, blocked cookies, or another site that sent the form."""
    log.info("form refused: %s %s", request.path, reason)
    return _page(
        request,
        403,
        _("Bitte senden Sie das Formular noch einmal"),
        _("Die Seite war zu lange offen, oder Sie haben sich in einem anderen Fenster an- oder abgemeldet."),
        safe=_("Was Sie zuletzt eingegeben haben, wurde nicht übernommen. Alle Schritte davor sind gespeichert."),
        steps=[
            _("Gehen Sie im Browser zurück und laden Sie die Seite neu. Senden Sie das Formular dann noch einmal ab."),
            _("Klappt es nicht, erlauben Sie Cookies für diese Website. Wir setzen nur notwendige."),
        ],
    )


def _page(request: HttpRequest, status: int, heading: str, happened: str, *, safe: str = "", steps: list[str]) -> HttpResponse:
    way = {"url": reverse("portal:start"), "title": _("Zur Startseite")}
    if actor_of(request).account:
        way = {"url": reverse("portal:my_city"), "title": _("Zu meiner Stadt")}
    words = {"heading": heading, "happened": happened, "safe": safe, "steps": steps, "way": way}
    return render(request, "errors/_error.html", words, status=status)


# The two below ask neither the database nor the session nor who is there: that may be what failed, or not be known yet.


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _plain(
        400,
        heading=_("Das konnten wir nicht lesen"),
        happened=_("Ihr Browser hat etwas geschickt, das wir nicht verstehen. Vielleicht fehlt ein Stück der Adresse."),
        safe=_("Gespeicherte Anträge sind davon nicht betroffen."),
        steps=[
            _("Gehen Sie zurück und versuchen Sie es noch einmal."),
            _("Geben Sie die Adresse neu ein, statt sie zu kopieren."),
        ],
    )


def broken(request: HttpRequest) -> HttpResponse:
    """Something of ours failed; the number on the page is in the log."""
    number = secrets.token_hex(3).upper()
    log.error("error page %s shown for %s", number, request.path)
    return _plain(
        500,
        number=number,
        heading=_("Da ist bei uns etwas schiefgegangen"),
        happened=_("Der Fehler liegt bei uns, nicht bei Ihnen. Er ist aufgeschrieben."),
        safe=_("Was vor diesem Schritt gespeichert war, ist noch da. Nichts wird doppelt eingereicht oder bezahlt."),
        steps=[
            _("Warten Sie einen Moment und versuchen Sie es noch einmal."),
            _("Bleibt es dabei, rufen Sie an: %s. Nennen Sie die Fehlernummer.") % city().contact.get("phone", ""),
        ],
    )


def _plain(status: int, *, number: str = "", **words: Any) -> HttpResponse:
    try:
        frame = {
            "language": get_language() or "de",
            "city_title": texts().get("title", city().name),
            "sheets": [static("ui/kern.min.css"), static("ui/stadtkern.css"), reverse("portal:look")],
        }
        body: str = render_to_string("errors/_plain.html", {**frame, **words, "number": number})
    except Exception:  # nothing works: plain words are still better than an empty page
        log.exception("error page %s could not be rendered", number)
        body = LAST_WORDS % number
    return HttpResponse(body, status=status)
