"""Telling the people concerned: decide, name, write, look, send."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.kernel.city.profile import city

from .. import actions
from ..breaches.forms import kinds
from ..models import Breach
from .breaches import context_of, entry
from .common import officer, pressed


@officer
@require_POST
def persons(request: HttpRequest, pk: int) -> HttpResponse:
    row, post = entry(request, pk), request.POST
    act = lambda: actions.decide_told(actor_of(request), row.pk, post.get("choice", ""), post.get("because", ""))  # noqa: E731
    return pressed(request, act, _("Entschieden und begründet."), "dataprotection:breach", row.pk)


@officer
@require_POST
def name_affected(request: HttpRequest, pk: int) -> HttpResponse:
    """By case numbers, or by a service and days."""
    row, post = entry(request, pk), request.POST
    try:
        since, until = (_day(post.get(name, "")) for name in ("since", "until"))
        count = actions.name_affected(
            actor_of(request), row.pk, references=post.get("references", "")[:100_000], service=post.get("service", "")[:100],
            since=since, until=until,
        )  # fmt: skip
    except actions.Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, ngettext("%s Mensch ist dazugekommen.", "%s Menschen sind dazugekommen.", count) % count)
    return redirect("dataprotection:breach", row.pk)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise actions.Refused(_("Bitte geben Sie die Tage als Datum an.")) from None


@officer
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter, with a proposal that says what Art. 34 Abs. 2 asks for."""
    row = entry(request, pk)
    if request.method == "POST":
        title, body = request.POST.get("title", ""), request.POST.get("body", "")
        try:
            actions.write_letter(actor_of(request), row.pk, title, body)
        except actions.Refused as refused:
            context = {"breach": row, "letter_title": title, "letter_body": body, "refused": str(refused)}
            return render(request, "dataprotection/letter.html", context, status=409)
        return redirect("dataprotection:breach_send", row.pk)
    context = {
        "breach": row,
        "letter_title": row.letter_title or _("Ihre Daten: eine Panne bei uns"),
        "letter_body": row.letter_body or proposal(row),
    }
    return render(request, "dataprotection/letter.html", context)


def proposal(row: Breach) -> str:
    """Text blocks in plain words; what the register does not know yet is a gap to fill."""
    words = kinds()
    privacy = city().raw.get("privacy", {})
    parts = [
        _("Guten Tag,\n\nbei uns ist mit Ihren Daten etwas passiert. Das tut uns leid. Hier steht, was Sie wissen sollten."),
        _("Was passiert ist: %s") % (row.happened or "…"),
        _("Was mit den Daten ist: %s") % ("; ".join(words[kind] for kind in row.kinds if kind in words) or "…"),
        _("Welche Daten: %s") % (row.data or "…"),
        _("Was daraus folgen kann: %s") % (row.consequences or "…"),
        _("Was wir getan haben: %s") % (row.measures or "…"),
        _("Was Sie tun können: …"),
        _("Fragen beantwortet: %(officer)s, %(email)s.")
        % {"officer": privacy.get("officer", ""), "email": privacy.get("email", "")},
    ]
    return "\n\n".join(parts)


@officer
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Look at number and letter once more, then send."""
    row = entry(request, pk)
    if request.method != "POST":
        return render(request, "dataprotection/send.html", context_of(row))
    given = request.POST.get("seen", "")
    seen = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else -1
    act = lambda: actions.order_letters(actor_of(request), row.pk, seen)  # noqa: E731
    return pressed(request, act, _("Die Briefe gehen jetzt in die Postfächer."), "dataprotection:breach", row.pk)
