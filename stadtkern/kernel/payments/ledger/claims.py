"""Open items, one claim with its whole journal, and what the cash office does with it."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import Actor, actor_of
from stadtkern.kernel.privacy.actions import note_owned
from stadtkern.kernel.registers.blocks import hidden, mask
from stadtkern.lib.money import from_typed, valid_kassenzeichen

from .. import actions, chart
from ..desk import cashier
from ..models import Entry, Posting, Receivable, Release
from ..models_ledger import FIRST_NUMBER, ReceivableQuerySet, digits_of

PAGE = 50
VIEWS = {
    "offen": gettext_lazy("Offen"),
    "ueberfaellig": gettext_lazy("Überfällig"),
    "erstatten": gettext_lazy("Zu erstatten"),
    "freigabe": gettext_lazy("Zweites Augenpaar"),
    "alle": gettext_lazy("Alle"),
}
KINDS = {
    "CLAIM": gettext_lazy("Forderung"),
    "REDUCTION": gettext_lazy("Ermäßigung"),
    "CANCEL": gettext_lazy("Aufgehoben"),
    "RECEIPT": gettext_lazy("Zahlung"),
    "ASSIGN": gettext_lazy("Zahlung zugeordnet"),
    "REFUND": gettext_lazy("Erstattung"),
    "RETURN": gettext_lazy("Rückbuchung der Bank"),
    "WRITE_OFF": gettext_lazy("Niederschlagung"),
    "PAYOUT": gettext_lazy("Auszahlung"),
    "CLEARING": gettext_lazy("Verrechnung"),
    "REVERSAL": gettext_lazy("Storno"),
}
WAYS = {
    "provider": gettext_lazy("Bezahldienst"),
    "transfer": gettext_lazy("Überweisung"),
    "debit": gettext_lazy("Lastschrift"),
    "counter": gettext_lazy("Karte am Schalter"),
}
REASONS = {
    "small": gettext_lazy("Kleinbetrag"),
    "hopeless": gettext_lazy("Vollstreckung ohne Erfolg"),
    "dead": gettext_lazy("Verstorben, kein Nachlass"),
    "hardship": gettext_lazy("Erlass wegen Härte"),
    "barred": gettext_lazy("Verjährt"),
}
REVERSIBLE = (Entry.Kind.ASSIGN, Entry.Kind.WRITE_OFF)


@cashier
@never_cache
def items(request: HttpRequest) -> HttpResponse:
    """Claims by view or by what somebody typed, the ones due first."""
    view = request.GET.get("ansicht", "offen")
    view = view if view in VIEWS else "offen"
    words = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    rows = _found(words) if words else _of(view)
    if after := re.fullmatch(r"(\d{4}-\d\d-\d\d)\.(\d{1,18})", request.GET.get("nach", "")):
        rows = _after(rows, *after.groups())
    page = _listed(rows)
    older = ""
    if len(page) > PAGE:
        query = QueryDict(mutable=True)
        query.update({"ansicht": view, "q": words, "nach": f"{page[PAGE - 1].due_date.isoformat()}.{page[PAGE - 1].pk}"})
        older = f"?{query.urlencode()}"
    del page[PAGE:]
    note_owned(actor_of(request), page, source="payments", fields=("payment", "name"), purpose="payments")
    if words and len(page) == 1:
        return redirect("payments:ledger_claim", page[0].pk)
    context = {
        "rows": [(row, debtor(row), state(row)) for row in page], "views": VIEWS, "view": view, "words": words, "older": older,
        "misspelled": bool(words and not page and re.search(r"\d", words) and not valid_kassenzeichen(words)),
        "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "payments/ledger/items.html", context)


@cashier
@never_cache
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """One claim: what it is made of, everything that was booked, and what can be done."""
    return _claim(request, _one(pk))


@cashier
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """One booking, by its button; a refusal says why and keeps what was typed."""
    row = _one(pk)
    todo = VERBS.get(request.POST.get("tun", ""))
    if todo is None:
        return redirect("payments:ledger_claim", row.pk)
    try:
        todo(row, request.POST, actor_of(request))
    except actions.Refused as refused:
        messages.warning(request, str(refused))
        return _claim(request, row, typed=request.POST, status=409)
    messages.success(request, _("Gebucht."))
    return redirect("payments:ledger_claim", row.pk)


@cashier
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """A claim by hand (Sollstellung) for what no service asks for."""
    typed = {
        name: request.POST.get(name, "").replace("\x00", "").strip() for name in ("what", "name", "address", "cents", "key")
    }
    problem = ""
    if request.method == "POST":
        cents = from_typed(typed["cents"])
        if cents is None or not typed["what"] or not typed["name"]:
            problem = _("Bitte nennen Sie Zweck, Schuldner und Betrag, zum Beispiel 12,50.")
        else:
            try:
                made = actions.raise_claim(
                    about=f"manual:{request.POST.get('once', '')[:40] or timezone.now().timestamp()}",
                    items=[actions.Item(typed["what"], cents)], description=typed["what"], key="manual",
                    debtor_name=typed["name"], debtor_address=typed["address"], actor_key=actor_of(request).key,
                )  # fmt: skip
            except (ValueError, actions.Refused):
                problem = _("So eine Forderung lässt sich nicht buchen: Der Betrag ist zu hoch, oder sie ist schon gebucht.")
            else:
                return redirect("payments:ledger_claim", made.pk)
    context = {"typed": typed, "problem": problem, "once": request.POST.get("once") or f"{timezone.now():%Y%m%d%H%M%S%f}"}
    return render(request, "payments/ledger/new.html", context, status=422 if problem else 200)


def _claim(request: HttpRequest, row: Receivable, typed: Any = None, status: int = 200) -> HttpResponse:
    note_owned(actor_of(request), [row], source="payments", fields=("payment", "name"), purpose="payments")
    journal = _journal(row)
    release = Release.objects.filter(receivable=row, used_at=None).first()
    actor = actor_of(request)
    context = {
        "row": row, "debtor": debtor(row), "state": state(row), "positions": list(row.positions.all()), "journal": journal,
        "plan": list(row.instalments.all()), "dunnings": list(row.dunnings.all()),
        "attempts": list(row.attempts.order_by("-pk")[:20]), "reasons": REASONS,
        "typed": typed or {}, "today": timezone.localdate(), "release": release,
        "waits": row.refund_cents and not actions.may_go(row, row.refund_cents),
        "mine": bool(release and release.asked_by == actor.key),
        "provider": row.attempts.exclude(completed_at=None).order_by("-pk").values_list("provider", flat=True).first(),
    }  # fmt: skip
    return render(request, "payments/ledger/claim.html", context, status=status)


def debtor(row: Receivable) -> str:
    """Who owes, as staff may read it; "–" where nobody knows."""
    if row.company:
        return row.company.name
    if getattr(row, "is_hidden", False):
        return mask()
    return row.debtor_name or (row.account.name if row.account else "") or "–"


def state(row: Receivable) -> tuple[str, str]:
    """The status in words and its colour."""
    S = Receivable.Status
    return {
        S.OPEN: (_("Offen"), "warning"), S.PARTLY: (_("Teilweise bezahlt"), "warning"), S.PAID: (_("Bezahlt"), "success"),
        S.OVERPAID: (_("Zu erstatten"), "info"), S.WRITTEN_OFF: (_("Niedergeschlagen"), "info"),
        S.CANCELLED: (_("Aufgehoben"), "info"),
    }[row.status]  # fmt: skip


def _one(pk: int) -> Receivable:
    rows = Receivable.objects.select_related("account", "company").annotate(is_hidden=hidden("account"))
    return get_object_or_404(rows, pk=pk)


def _of(view: str) -> ReceivableQuerySet:
    rows = Receivable.objects.all()
    return {
        "offen": rows.open, "ueberfaellig": lambda: rows.overdue(timezone.localdate()), "erstatten": rows.to_refund,
        "freigabe": lambda: rows.filter(pk__in=Release.objects.filter(used_at=None, given_at=None).values("receivable")),
        "alle": rows.all,
    }[view]()  # fmt: skip


def _found(words: str) -> ReceivableQuerySet:
    """By Kassenzeichen (also of the time before the ledger), or by the thing it is about."""
    digits = digits_of(words)
    if valid_kassenzeichen(words) and len(digits) < 20:
        rows = Receivable.objects.filter(pk=int(digits[:-2]) - FIRST_NUMBER)
        return rows if rows.exists() else Receivable.objects.filter(attempts__purpose=words)
    return Receivable.objects.filter(about=words)


def _listed(rows: ReceivableQuerySet) -> list[Receivable]:
    found = rows.select_related("account", "company").annotate(is_hidden=hidden("account"))
    return list(found.order_by("due_date", "pk")[: PAGE + 1])


def _after(rows: ReceivableQuerySet, day: str, pk: str) -> ReceivableQuerySet:
    try:
        last = date.fromisoformat(day)
    except ValueError:
        return rows
    return rows.filter(due_date__gt=last) | rows.filter(due_date=last, pk__gt=int(pk))


def _journal(row: Receivable) -> list[dict[str, Any]]:
    """Every booking about this claim and what was open after it."""
    entries = list(Entry.objects.of(row).prefetch_related("postings"))
    undone = set(Entry.objects.filter(reverses__in=entries).values_list("reverses", flat=True))
    told, left = [], 0
    for entry in entries:
        own = sum(
            line.cents
            for line in entry.postings.all()
            if line.receivable_id == row.pk and line.account in (chart.RECEIVABLES, chart.REFUNDS)
        )
        left += own
        told.append({
            "entry": entry, "kind": KINDS[entry.kind], "by": WAYS.get(entry.by, ""), "cents": own, "left": left,
            "reason": REASONS.get(entry.reason, entry.reason), "undone": entry.pk in undone,
            "lines": [(chart.title(line.account), line.cents) for line in entry.postings.all()],
            "reversible": entry.kind in REVERSIBLE and entry.pk not in undone,
        })  # fmt: skip
    return told


def _cents(typed: Any) -> int:
    cents = from_typed(typed.get("cents", ""))
    if cents is None:
        raise actions.Refused(_("Bitte nennen Sie einen Betrag, zum Beispiel 12,50."))
    return cents


def _reduce(row: Receivable, typed: Any, actor: Actor) -> None:
    actions.reduce(row, _cents(typed), typed.get("reason", ""), actor.key)


def _cancel(row: Receivable, typed: Any, actor: Actor) -> None:
    if not typed.get("reason", "").strip():
        raise actions.Refused(_("Bitte nennen Sie den Grund."))
    actions.cancel_claim(row, typed["reason"], actor.key)


def _write_off(row: Receivable, typed: Any, actor: Actor) -> None:
    actions.write_off(row, typed.get("reason", ""), actor.key)


def _parts(row: Receivable, typed: Any, actor: Actor) -> None:
    try:
        count, first = int(typed.get("count", "")[:3]), date.fromisoformat(typed.get("first", ""))
    except ValueError:
        raise actions.Refused(_("Bitte nennen Sie die Zahl der Raten und den Tag der ersten.")) from None
    actions.agree_instalments(row, count, first, actor.key, by_office=True)


def _refund(row: Receivable, typed: Any, actor: Actor) -> None:
    by = "provider" if typed.get("by") == "provider" else "transfer"
    key = row.attempts.exclude(completed_at=None).order_by("-pk").values_list("provider", flat=True).first() or ""
    if by == "provider" and not key:
        raise actions.Refused(_("Dieses Geld kam nicht über den Bezahldienst."))
    actions.refund(row, by=by, provider=key, actor_key=actor.key)


def _ask(row: Receivable, typed: Any, actor: Actor) -> None:
    actions.ask_release(row, actor)


def _release(row: Receivable, typed: Any, actor: Actor) -> None:
    actions.give_release(get_object_or_404(Release, receivable=row, used_at=None), actor)


def _reverse(row: Receivable, typed: Any, actor: Actor) -> None:
    number = typed.get("entry", "")
    mine = Posting.objects.filter(receivable=row).values("entry")
    wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
    entry = get_object_or_404(Entry, pk=wanted, pk__in=mine, kind__in=REVERSIBLE)
    actions.reverse(entry, actor.key, "mistake")


VERBS: dict[str, Callable[[Receivable, Any, Actor], None]] = {
    "ermaessigen": _reduce, "aufheben": _cancel, "niederschlagen": _write_off, "raten": _parts, "erstatten": _refund,
    "freigabe-erbitten": _ask, "freigeben": _release, "stornieren": _reverse,
}  # fmt: skip
