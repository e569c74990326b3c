"""Statements: taken in, reconciled to the cent, and what a clerk has to decide."""

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.kernel.privacy.actions import note_owned

from .. import actions, bank, chart, feeds
from ..desk import cashier
from ..models import BankLine, Posting, Receivable, Statement
from .intake import handed_in, summary, unfinished

PAGE = 30
Kind = BankLine.Kind
KINDS = {
    Kind.RECEIPT: gettext_lazy("Einzahlung"),
    Kind.DEBITS: gettext_lazy("Lastschriften der Stadt"),
    Kind.RETURN: gettext_lazy("Rücklastschrift"),
    Kind.PAYOUT: gettext_lazy("Erstattung"),
    Kind.PAYOUT_BACK: gettext_lazy("Erstattung kam zurück"),
    Kind.PROVIDER: gettext_lazy("Auszahlung des Bezahldienstes"),
    Kind.COUNTER: gettext_lazy("Kartenzahlungen am Schalter"),
    Kind.COSTS: gettext_lazy("Kosten der Bank"),
    Kind.UNKNOWN_DEBIT: gettext_lazy("Abbuchung ohne Erklärung"),
}
WHY = {
    "none": gettext_lazy("Kein Kassenzeichen gefunden"),
    "closed": gettext_lazy("Die genannte Forderung ist schon bezahlt oder aufgehoben"),
    "amount": gettext_lazy("Kassenzeichen gefunden, aber Betrag und Name passen nicht"),
    "rival": gettext_lazy("Das Kassenzeichen gehört jemand anderem; eine ähnliche Forderung passt besser"),
    "several": gettext_lazy("Mehrere Kassenzeichen, deren Summe nicht passt"),
    "misspelled": gettext_lazy("Das Kassenzeichen ist falsch geschrieben"),
    "undone": gettext_lazy("Eine Zuordnung wurde zurückgenommen"),
    "returned": gettext_lazy("Die Rücküberweisung kam zurück"),
    "debit": gettext_lazy("Geld ging ab, und wir wissen nicht, wofür"),
}
REASONS = {
    "exact": gettext_lazy("Kassenzeichen stimmt"),
    "one_slip": gettext_lazy("Kassenzeichen mit einem Fehler"),
    "two_slips": gettext_lazy("Kassenzeichen mit zwei Fehlern"),
    "three_slips": gettext_lazy("Kassenzeichen mit drei Fehlern"),
    "no_reference": gettext_lazy("ohne Kassenzeichen"),
    "amount": gettext_lazy("Betrag stimmt"),
    "less": gettext_lazy("weniger als offen"),
    "more": gettext_lazy("mehr als offen"),
    "name": gettext_lazy("Name stimmt"),
    "half_name": gettext_lazy("Name stimmt zum Teil"),
    "other_name": gettext_lazy("anderer Name"),
    "no_name": gettext_lazy("Name unbekannt"),
    "closed": gettext_lazy("nichts mehr offen"),
}


@cashier
@never_cache
def overview(request: HttpRequest) -> HttpResponse:
    """Statements, newest first; take one in."""
    if request.method == "POST":
        return handed_in(request)
    rows = Statement.objects.order_by("-closing_on", "-pk")
    before = request.GET.get("vor", "")
    if before.isascii() and before.isdigit():
        rows = rows.filter(pk__lt=int(before[:18]))
    counted = rows.annotate(count=Count("lines"), asked=Count("lines", filter=~Q(lines__why="")))
    page = list(counted.select_related("file")[: PAGE + 1])
    context = {
        "statements": page[:PAGE],
        "older": f"?vor={page[PAGE - 1].pk}" if len(page) > PAGE else "",
        "account": bank.account(),
        "intakes": unfinished(),
        "feed": feeds.chosen(),
        "asked": BankLine.objects.exclude(why="").count(),
    }
    return render(request, "payments/cash/statements.html", context)


@cashier
def fetch(request: HttpRequest) -> HttpResponse:
    """Ask the feed for new files."""
    if request.method == "POST":
        taken, problems = feeds.take_all(actor_of(request).key)
        for problem in problems:
            messages.warning(request, problem)
        if taken:
            figures = (sum(values) for values in zip(*((one.lines, one.assigned, one.asked) for one in taken), strict=True))
            messages.success(request, summary(*figures))
        elif not problems:
            messages.info(request, _("Es liegt kein neuer Auszug bereit."))
    return redirect("payments:cash_statements")


@cashier
@never_cache
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """Every cent of a statement: what it was booked as, and whether journal and bank agree."""
    row = get_object_or_404(Statement.objects.select_related("file"), pk=pk)
    lines = list(row.lines.select_related("entry"))
    shown = _shown(request, lines[:500])
    context = {"statement": row, "lines": shown, "sums": _sums(lines), "total": row.closing_cents - row.opening_cents,
               "booked": _booked(lines), "more": len(lines) > 500}  # fmt: skip
    return render(request, "payments/cash/statement.html", context)


@cashier
@never_cache
def asked(request: HttpRequest) -> HttpResponse:
    """What waits for a clerk, oldest first, with proposals to confirm in one click."""
    lines = list(BankLine.objects.exclude(why="").select_related("entry", "statement")[: PAGE + 1])
    context = {
        "lines": _shown(request, lines[:PAGE]),
        "more": len(lines) > PAGE,
        "count": BankLine.objects.exclude(why="").count(),
    }
    return render(request, "payments/cash/asked.html", context)


@cashier
@never_cache
def line(request: HttpRequest, pk: int) -> HttpResponse:
    """One movement: proposals, what was assigned, and the way to undo it."""
    row = get_object_or_404(BankLine.objects.select_related("entry", "statement"), pk=pk)
    if request.method == "POST":
        return _acted(request, row)
    return render(request, "payments/cash/line.html", {"shown": _shown(request, [row])[0], "typed": "", "wrong": ""})


def _acted(request: HttpRequest, row: BankLine) -> HttpResponse:
    act, key = request.POST.get("tun", ""), actor_of(request).key
    typed = request.POST.get("kassenzeichen", "").replace("\x00", "")[:40]
    try:
        if act == "zuordnen":
            claim = _claim(request.POST.get("forderung", ""), typed)
            actions.assign_line(row, claim, key)
            messages.success(request, _("Zugeordnet zu %(reference)s.") % {"reference": claim.reference})
        elif act == "zurueck":
            actions.send_line_back(row, key)
            messages.success(request, _("Zur Rücküberweisung vorgemerkt."))
        elif act == "loesen":
            actions.undo_assignment(row, _entry(row, request.POST.get("buchung", "")), key)
            messages.success(request, _("Die Zuordnung ist zurückgenommen."))
        elif act == "kosten":
            actions.explain_debit(row, chart.BANK_COSTS, key)
            messages.success(request, _("Als Kosten der Bank gebucht."))
    except actions.Refused as refused:
        context = {"shown": _shown(request, [row])[0], "typed": typed, "wrong": str(refused)}
        return render(request, "payments/cash/line.html", context, status=422)
    return redirect("payments:cash_asked" if request.POST.get("von") == "liste" else "payments:cash_line", *(
        [] if request.POST.get("von") == "liste" else [row.pk]
    ))  # fmt: skip


def _claim(number: str, typed: str) -> Receivable:
    if number.isascii() and number.isdigit():
        found = Receivable.objects.filter(pk=int(number[:18])).first()
    else:
        plain = "".join(letter for letter in typed if letter.isalnum() or letter == "-").strip()
        found = Receivable.objects.filter(reference__iexact=plain).first() if plain else None
        if found is None and len(digits := "".join(filter(str.isdigit, typed))) >= 10 and digits.isascii():
            found = Receivable.objects.filter(reference__endswith=f"{digits[:-6]}-{digits[-6:-2]}-{digits[-2:]}").first()
    if found is None:
        raise actions.Refused(_("Dieses Kassenzeichen gibt es nicht. Es sieht so aus: 1000-0123-80."))
    return found


def _entry(row: BankLine, number: str) -> Any:
    found = actions.assignments(row).filter(pk=int(number[:18])).first() if number.isascii() and number.isdigit() else None
    if found is None:
        raise actions.Refused(_("Diese Zuordnung gibt es nicht mehr."))
    return found


def _shown(request: HttpRequest, lines: list[BankLine]) -> list[dict[str, Any]]:
    """Lines with who and why, what was assigned, and proposals; looking at people's claims is noted."""
    facts = bank.opened((one.sealed, f"bankline:{one.statement_id}:{one.position}:{one.part}") for one in lines)
    wanted = {int(proposal["claim"]) for one in lines if one.why for proposal in one.proposals}
    given = _given(lines)
    wanted |= {posting.receivable_id for rows in given.values() for posting in rows if posting.receivable_id}
    claims = Receivable.objects.in_bulk(wanted)
    with suppress(ValueError):
        note_owned(actor_of(request), list(claims.values()), source="payments", fields=("payment",), purpose="statement")
    return [
        {
            "line": one, "facts": known, "kind": KINDS[Kind(one.kind)], "why": WHY.get(one.why, ""),
            "given": [(posting, claims.get(posting.receivable_id or 0)) for posting in given.get(one.entry_id, [])],
            "proposals": _proposals(one, claims) if one.why else [],
        }
        for one, known in zip(lines, facts, strict=True)
    ]  # fmt: skip


def _given(lines: list[BankLine]) -> dict[int, list[Posting]]:
    """Money of a line that claims have got: the posting to the claim, by line."""
    by_line: dict[int, list[Posting]] = {}
    ids = [one.entry_id for one in lines if one.kind == Kind.RECEIPT]
    items = dict(Posting.objects.filter(account=chart.SUSPENSE, item__in=ids, cents__gt=0).values_list("entry", "item"))
    undone = set(Posting.objects.filter(entry__reverses__in=items).values_list("entry__reverses", flat=True))
    rows = Posting.objects.filter(entry__in=[pk for pk in items if pk not in undone], receivable__isnull=False)
    seen: set[int] = set()  # a claim that is paid too much has two postings in one booking
    for posting in rows.order_by("pk"):
        if posting.entry_id in seen:
            continue
        seen.add(posting.entry_id)
        by_line.setdefault(items[posting.entry_id], []).append(posting)
    return by_line


def _proposals(one: BankLine, claims: dict[int, Receivable]) -> list[dict[str, Any]]:
    return [
        {"claim": claim, "score": proposal["score"], "cents": proposal["cents"],
         "reasons": [REASONS[word] for word in proposal["reasons"] if word in REASONS]}
        for proposal in one.proposals
        if (claim := claims.get(int(proposal["claim"]))) and not claim.cancelled_at
    ]  # fmt: skip


def _sums(lines: list[BankLine]) -> list[tuple[Any, int, int]]:
    """(kind, how many, cents): receipts divided into assigned, unexplained, sent back."""
    found = []
    for kind, title in KINDS.items():
        rows = [one for one in lines if one.kind == kind]
        if kind == Kind.RECEIPT and rows:
            rest = _rest(rows)
            total = sum(one.cents for one in rows)
            asked = sum(bool(one.why) for one in rows)
            found.append((_("Einzahlungen, zugeordnet oder zurücküberwiesen"), len(rows) - asked, total - rest))
            if rest:
                found.append((_("Einzahlungen, noch ungeklärt"), asked, rest))
        elif rows:
            found.append((str(title), len(rows), sum(one.cents for one in rows)))
    return found


def _rest(rows: list[BankLine]) -> int:
    items = Posting.objects.filter(account=chart.SUSPENSE, item__in=[one.entry_id for one in rows])
    return -int(items.aggregate(sum=Sum("cents"))["sum"] or 0)


def _booked(lines: list[BankLine]) -> int:
    """What the journal says about the bank account for these lines."""
    rows = Posting.objects.filter(account=chart.BANK, entry__in=[one.entry_id for one in lines])
    return int(rows.aggregate(sum=Sum("cents"))["sum"] or 0)
