"""The pages of the vault, for its owner alone."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import Actor, actor_of, signed_in
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.documents.actions import UploadRefused
from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.registers.actions import own_records
from stadtkern.kernel.registers.blocks import is_hidden
from stadtkern.ui import words

from . import actions
from .facts import level_words
from .forms import ItemForm, ShareForm, register_facts
from .models import Item, Share

SHOWN = 10


def _account(actor: Actor) -> Account:
    assert actor.account is not None  # every view here is for signed-in people
    return actor.account


@signed_in
@never_cache
def overview(request: HttpRequest) -> HttpResponse:
    """What is there, where it comes from, how sure it is, and what is shared now."""
    actor = actor_of(request)
    account = _account(actor)
    now = timezone.now()
    papers = Document.objects.filter(account=account, company=None, shredded_at=None).order_by("-pk")
    context = {
        "person": _facts(account),
        "linked": _linked(account),
        "papers": papers[:SHOWN],
        "items": Item.objects.visible_to(actor).select_related("upload").order_by("-pk"),
        "shares": Share.objects.visible_to(actor).open(now).order_by("expires_at"),
        "ended": Share.objects.visible_to(actor).order_by("-pk")[:SHOWN],
        "now": now,
    }
    return render(request, "vault/overview.html", context)


def _linked(account: Account) -> bool:
    person = getattr(account, "person", None)
    return person is not None and person.register_key is not None


def _facts(account: Account) -> list[dict[str, str]]:
    """Master data as the account has them: value, source, day, level."""
    person = getattr(account, "person", None)
    if person is None:
        return []
    proved = person.register_key is not None
    level = level_words(person.proved_trust) if proved else _("Eigene Angabe, nicht geprüft")
    note = f"{level}, {words.day(person.proved_at)}" if proved and person.proved_at else level
    said = _("Aus Ihrem Konto, eigene Angabe")
    address = f"{person.street} {person.house_number}, {person.postcode} {person.town}".strip(" ,")
    name = f"{person.given_names} {person.family_name}".strip()
    born = words.day(person.birth_date) if person.birth_date else ""
    rows = [(_("Name"), name, note), (_("Geburtsdatum"), born, note), (_("Anschrift"), address, said)]
    rows.append((_("E-Mail"), account.email, _("Aus Ihrem Konto, durch einen Code bestätigt")))
    return [{"label": label, "value": value, "note": note} for label, value, note in rows if value]


@signed_in
@never_cache
def registers(request: HttpRequest) -> HttpResponse:
    """What the registers say now; asked when the person opens this page, shown, not stored."""
    actor = actor_of(request)
    found = own_records(actor)
    context = {
        "registers": [_register(one) for one in found if not one.more_trust],
        "locked": [str(one.type.title) for one in found if one.more_trust],
        "linked": _linked(_account(actor)),
    }
    return render(request, "vault/registers.html", context)


def _register(one: Any) -> dict[str, Any]:
    """One register in words: its records as label and value."""
    entries = []
    for entry in one.evidence.records if one.evidence else []:
        rows = [
            {"label": str(one.type.fields[name].label), "value": _said(name, one.type.fields[name].kind, value)}
            for name, value in entry.items()
            if value not in ("", None)
        ]
        entries.append(rows)
    return {
        "title": str(one.type.title), "source": str(one.type.short), "problem": one.problem,
        "entries": entries, "at": one.evidence and one.evidence.asked_at,
        "provider": one.evidence and one.evidence.provider,
    }  # fmt: skip


def _said(name: str, kind: str, value: Any) -> str:
    if name == "sex":  # as the residents register writes it
        told = {"w": _("weiblich"), "m": _("männlich"), "d": _("divers"), "x": _("ohne Angabe")}
        return str(told.get(value, value))
    if isinstance(value, bool):
        return _("Ja") if value else _("Nein")
    if kind == "date" and isinstance(value, str) and len(value) == 10:
        year, month, day = value.split("-")
        return f"{day}.{month}.{year}"
    return str(value)


@signed_in
@never_cache
def add(request: HttpRequest) -> HttpResponse:
    """Put a document of one's own into the vault."""
    form = ItemForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            actions.add_item(
                actor_of(request), kind=said["kind"], title=said["title"], valid_until=said["valid_until"],
                file_name=said["file"].name, data=said["file"].read(),
            )  # fmt: skip
        except UploadRefused as refused:
            form.add_error("file", str(refused))
        except actions.Full:
            form.add_error(
                None, _("In Ihrem Tresor liegen schon 100 Unterlagen. Löschen Sie eine, die Sie nicht mehr brauchen.")
            )
        else:
            messages.info(request, _("„%(title)s“ liegt jetzt in Ihrem Tresor.") % {"title": said["title"]})
            return redirect("vault:overview")
    return render(request, "vault/add.html", {"form": form}, status=422 if form.errors else 200)


@signed_in
@never_cache
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Delete a document of one's own after one question."""
    actor = actor_of(request)
    item = get_object_or_404(Item.objects.visible_to(actor), pk=number)
    if request.method == "POST":
        actions.remove_item(actor, item)
        messages.info(request, _("„%(title)s“ ist gelöscht.") % {"title": item.title})
        return redirect("vault:overview")
    shares = Share.objects.visible_to(actor).open(timezone.now()).filter(item=number).count()
    return render(request, "vault/remove.html", {"item": item, "shares": shares})


@signed_in
@never_cache
def share(request: HttpRequest) -> HttpResponse:
    """Share one fact; link and code stand on the answer and nowhere else."""
    actor = actor_of(request)
    papers = Document.objects.filter(account=actor.account, company=None, shredded_at=None, revoked_at=None).order_by("-pk")[
        :100
    ]
    items = Item.objects.visible_to(actor).order_by("-pk")
    choices = register_facts() if _linked(_account(actor)) else []
    choices += [(f"document:{paper.pk}", f"{paper.kind}, {words.day(paper.issued_at)}") for paper in papers]
    choices += [(f"item:{item.pk}", item.title) for item in items]
    initial = {"what": request.GET.get("was", "")}
    form = ShareForm(choices, request.POST or None, initial=initial)
    context: dict[str, Any] = {"form": form, "nothing": not choices, "hidden": is_hidden(_account(actor).pk)}
    if request.method == "POST" and form.is_valid():
        try:
            made, secret, code = _made(actor, form, {p.pk: p for p in papers}, {i.pk: i for i in items})
        except actions.Full:
            form.add_error(None, _("Sie teilen schon 50 Angaben. Beenden Sie eine, die niemand mehr braucht."))
        else:
            url = settings.BASE_URL.rstrip("/") + reverse("vault:look", args=[secret])
            return render(request, "vault/told.html", {"share": made, "url": url, "code": f"{code[:3]} {code[3:]}"})
    return render(request, "vault/share.html", context, status=422 if form.errors else 200)


def _made(actor: Actor, form: ShareForm, papers: dict[int, Any], items: dict[int, Any]) -> tuple[Share, str, str]:
    said = form.cleaned_data
    kind, _colon, number = said["what"].partition(":")
    return actions.share(
        actor,
        fact=kind.upper() if number else kind,
        recipient=said["recipient"],
        purpose=said["purpose"],
        lasts=form.lasting(),
        most_uses=said["most_uses"],
        with_name=said["with_name"],
        document=papers[int(number)] if kind == "document" else None,
        item=items[int(number)] if kind == "item" else None,
    )


@signed_in
@never_cache
def shared(request: HttpRequest, number: int) -> HttpResponse:
    """One share and everybody who looked."""
    row = get_object_or_404(Share.objects.visible_to(actor_of(request)).select_related("document", "item"), pk=number)
    context = {
        "share": row,
        "uses": row.seen.order_by("-pk")[:100],
        "open": row.is_open(timezone.now()),
        "tries": actions.TRIES,
    }
    return render(request, "vault/shared.html", context)


@signed_in
@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    """Stop sharing at once."""
    actor = actor_of(request)
    row = get_object_or_404(Share.objects.visible_to(actor), pk=number)
    actions.end_share(actor, row)
    messages.info(request, _("Beendet. Der Link zeigt ab sofort nichts mehr."))
    return redirect("vault:shared", number)
