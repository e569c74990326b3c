"""The clerk's morning: what is new, late, mine; one report with everything to do about it; several at once; figures."""

import uuid
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Avg, Count, F, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.kernel.accounts.models import DESK_ROLES, Staff
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.geo import queries as geo
from stadtkern.kernel.privacy.actions import note_accesses
from stadtkern.kernel.registers.blocks import is_hidden
from stadtkern.lib.pictures import read_boxes

from ..actions import Refused, reports, reports_desk
from ..models import Attachment, Contractor, Report, ReportQuerySet
from ..models.contribution import SHOWN
from ..open311.configuration import chosen
from ..reasons import REASONS
from ..reports import near
from ..reports.categories import plan
from ..reports.states import WORDS, choices
from .common import clerk, number, pressed, word
from .reports import _photo

PAGE = 50
TABS = ("neu", "spaet", "meine", "pruefen", "offen", "zu")


def _tab(rows: ReportQuerySet, tab: str, staff: Staff) -> ReportQuerySet:
    """What lies behind a chip."""
    if tab == "neu":
        return rows.open().filter(state=Report.State.RECEIVED)
    if tab == "spaet":
        return rows.late()
    if tab == "meine":
        return rows.open().filter(clerk=staff)
    if tab == "pruefen":
        return rows.open().filter(
            Q(state=Report.State.CHECKING) | Q(shown=False, contribution__state__in=["SUBMITTED", "PUBLISHED"])
        )
    return rows.filter(closed_at__isnull=False) if tab == "zu" else rows.open()


@clerk
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The morning list of an office."""
    actor = actor_of(request)
    assert actor.staff is not None
    tab = request.GET.get("liste", "neu")
    tab = tab if tab in TABS else "neu"
    rows = _filtered(request, _tab(Report.objects.of_office(actor), tab, actor.staff))
    page = number(request.GET.get("seite"))
    order = ("-closed_at",) if tab == "zu" else (F("escalated_at").desc(nulls_last=True), "promised_date", "pk")
    found = list(
        rows.select_related("contribution", "clerk__account")
        .defer("contribution__search")
        .order_by(*order)[(page - 1) * PAGE : page * PAGE + 1]
    )
    query = request.GET.copy()
    query.pop("seite", None)
    known = plan()
    _note_look(actor, found[:PAGE])
    context = {
        "tab": tab, "tabs": _tabs(actor), "rows": [_line(one) for one in found[:PAGE]], "groups": known.grouped(),
        "districts": geo.districts(), "teams": known.teams, "chosen": request.GET, "colleagues": _colleagues(actor.staff),
        "states": [(key, word_) for key, word_ in WORDS.items() if key in ("ACCEPTED", "PLANNED", "IN_PROGRESS", "DONE")],
        "newer": f"?{query.urlencode()}&seite={page - 1}" if page > 1 else "",
        "older": f"?{query.urlencode()}&seite={page + 1}" if len(found) > PAGE else "",
        "back": request.get_full_path(),
    }  # fmt: skip
    return render(request, "participation/reports/desk.html", context)


def _filtered(request: HttpRequest, rows: ReportQuerySet) -> ReportQuerySet:
    for name, field in (("art", "category"), ("stadtteil", "district"), ("team", "team")):
        if value := word(request, name, 60):
            rows = rows.filter(**{field: value})
    if text := word(request, "suche", 60):
        about = Q(contribution__reference__iexact=text) | Q(contribution__address__icontains=text)
        rows = rows.filter(about | Q(contribution__text__icontains=text))
    return rows


def _tabs(actor: Any) -> list[tuple[str, str, int]]:
    titles = {
        "neu": _("Neu"), "spaet": _("Überfällig"), "meine": _("Meine"), "pruefen": _("Nachsehen"), "offen": _("Alle offenen"),
    }  # fmt: skip
    base = Report.objects.of_office(actor)
    counts = {tab: _tab(base, tab, actor.staff).count() for tab in titles}
    return [(tab, title, counts[tab]) for tab, title in titles.items()] + [("zu", _("Abgeschlossen"), -1)]


def _colleagues(staff: Staff) -> list[Staff]:
    return list(
        Staff.objects.filter(office=staff.office_id, role__in=DESK_ROLES)
        .select_related("account")
        .order_by("account__name")[:100]
    )


def _line(one: Report) -> dict[str, Any]:
    return {
        "report": one, "contribution": one.contribution, "title": plan().label(one.category), "state": WORDS[one.state],
        "team": plan().teams.get(one.team, ""), "look": not one.shown and one.contribution.state not in ("WITHDRAWN", "HIDDEN"),
    }  # fmt: skip


@clerk
def one(request: HttpRequest, reference: str) -> HttpResponse:
    """One report with everything to do about it."""
    actor = actor_of(request)
    rows = Report.objects.of_office(actor).select_related("contribution__case", "contractor", "clerk__account", "office")
    row = get_object_or_404(rows.defer("contribution__search"), contribution__reference=reference.upper())
    if request.method == "POST":
        return _act(request, row)
    assert actor.staff is not None
    _note_look(actor, [row])
    contribution, known = row.contribution, plan()
    place = (contribution.lat or 0.0, contribution.long or 0.0)
    around = near.around(Report.objects.of_office(actor).open(), place, 150, 9) if contribution.lat is not None else []
    context = {
        "report": row, "contribution": contribution, "title": known.label(row.category), "state": WORDS[row.state],
        "choices": choices(row.state), "steps": list(row.steps.select_related("staff__account", "contractor").order_by("pk")),
        "words": WORDS, "photos": list(Attachment.objects.filter(contribution=row.pk).defer("data", "small")),
        "around": [
            (other, known.label(other.category), WORDS[other.state], round(far)) for other, far in around if other.pk != row.pk
        ],
        "groups": known.grouped(), "offices": Office.objects.exclude(pk=row.office_id or 0).order_by("title"),
        "contractors": Contractor.objects.filter(office=actor.staff.office_id, active=True),
        "colleagues": _colleagues(actor.staff),
        "reasons": REASONS.items(), "can_hide": contribution.state in ("SUBMITTED", *SHOWN),
        "texts": known.texts, "team": known.teams.get(row.team, ""),
        "contact": {} if is_hidden(contribution.account_id) else row.contact,
        "look": not row.shown and contribution.state != "WITHDRAWN", "data": reverse("participation:report_points"),
        "neighbours": bool(chosen().neighbours) and row.is_open,
    }  # fmt: skip
    return render(request, "participation/reports/work.html", context)


def _note_look(actor: Any, rows: list[Report]) -> None:
    """Whoever reported something with an account reads in the data cockpit that an office has looked."""
    note_accesses(
        actor=actor, accounts=[row.contribution.account_id for row in rows], purpose=reports.SERVICE,
        cases=[row.contribution.case_id for row in rows if row.contribution.account_id],
        legal_basis="Art. 6 Abs. 1 Buchst. e DSGVO", source="participation", fields=["text", "place", "pictures"],
        about=str(rows[0].contribution) if len(rows) == 1 else "",
    )  # fmt: skip


def _act(request: HttpRequest, row: Report) -> HttpResponse:
    """One of the buttons."""
    actor, post = actor_of(request), request.POST
    here = redirect("participation:report_work", row.contribution.reference)
    verb = post.get("was", "")
    acts = {
        "stand": lambda: reports.set_state(actor, row, post.get("state", ""), post.get("text", ""), photo=_photo(request)),
        "notiz": lambda: reports_desk.note(actor, row, post.get("text", "")),
        "zuweisen": lambda: reports_desk.assign(actor, row, number(post.get("clerk"), 2**31) if post.get("clerk") else None),
        "art": lambda: reports_desk.categorise(actor, row, post.get("category", "")),
        "amt": lambda: reports_desk.forward(actor, row, _office(post.get("office", "")), post.get("text", "")),
        "auftrag": lambda: reports_desk.order(actor, row, _firm(post.get("contractor", "")), post.get("text", "")),
        "gesehen": lambda: reports_desk.check(actor, row, photos=post.get("ohne_bild") != "1"),
        "verbergen": lambda: reports_desk.hide(actor, row, post.get("reason", ""), post.get("text", "")),
        "gleich": lambda: reports_desk.merge(actor, row, _other(post.get("into", ""))),
    }
    if verb not in acts:
        raise Http404
    gone = verb in ("amt", "art")
    return pressed(request, acts[verb], _("Gespeichert."), redirect("participation:report_desk") if gone else here)


def _office(key: str) -> Office:
    found = Office.objects.filter(key=key.replace("\0", "")[:60]).first()
    if found is None:
        raise Refused(_("Bitte wählen Sie ein Amt."), "office")
    return found


def _firm(key: str) -> Contractor:
    found = Contractor.objects.filter(key=key.replace("\0", "")[:60]).first()
    if found is None:
        raise Refused(_("Bitte wählen Sie eine Firma."), "contractor")
    return found


def _other(reference: str) -> Report:
    plain = reference.replace("\0", "").strip().upper()[:20]
    found = Report.objects.filter(contribution__reference=plain).first()
    if found is None:
        raise Refused(_("Diese Nummer gibt es nicht. Sie sieht so aus: MS-7F3K-9QXM."), "into")
    return found


@clerk
@require_POST
def many(request: HttpRequest) -> HttpResponse:
    """The same for several reports: assign, move on, merge into the first."""
    actor, post = actor_of(request), request.POST
    picked = [text.upper()[:20] for text in post.getlist("reference")[:PAGE] if "\0" not in text]
    found = {
        one.contribution.reference: one
        for one in Report.objects.of_office(actor).filter(contribution__reference__in=picked).select_related("contribution")
    }
    rows = [found[reference] for reference in picked if reference in found]
    done, problems = 0, []
    for row in rows:
        try:
            if post.get("was") == "zuweisen":
                reports_desk.assign(actor, row, number(post.get("clerk"), 2**31) if post.get("clerk") else None)
            elif post.get("was") == "gleich":
                if row is not rows[0]:
                    reports_desk.merge(actor, row, rows[0])
            else:
                reports.set_state(actor, row, post.get("state", ""), post.get("text", ""))
            done += 1
        except Refused as refused:
            problems.append(f"{row.contribution.reference}: {refused}")
    if done:
        messages.success(request, _("Gespeichert für %s Meldungen.") % done)
    for text in problems[:5] or ([] if rows else [_("Wählen Sie zuerst Meldungen aus.")]):
        messages.warning(request, text)
    back = post.get("back", "")
    place = reverse("participation:report_desk")
    return redirect(back if back.startswith(place) and "\n" not in back and "\r" not in back else place)


@clerk
@require_POST
def blur(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Faces and plates in a picture."""
    actor = actor_of(request)
    photo = get_object_or_404(
        Attachment.objects.select_related("contribution").defer("data", "small", "contribution__search"), key=key
    )
    row = get_object_or_404(Report.objects.of_office(actor), pk=photo.contribution_id)
    boxes = read_boxes(request.POST.get("boxes", "")[:4000])
    back = redirect("participation:report_work", photo.contribution.reference)
    if not boxes:
        messages.warning(request, _("Ziehen Sie zuerst auf dem Bild ein Rechteck über Gesicht oder Kennzeichen."))
        return back
    return pressed(request, lambda: reports_desk.blur_photo(actor, row, photo, boxes), _("Die Stellen sind unkenntlich."), back)


@clerk
@require_POST
def contractor_link(request: HttpRequest, pk: int) -> HttpResponse:
    """A new secret link for a firm, shown once."""
    actor = actor_of(request)
    firm = get_object_or_404(Contractor, pk=min(pk, 2**62), office=actor.staff.office_id if actor.staff else 0)
    secret = reports_desk.open_door(actor, firm)
    link = request.build_absolute_uri(reverse("participation:report_orders", args=[secret]))
    messages.success(request, _("Der Link für %(firm)s, nur jetzt zu sehen: %(link)s") % {"firm": firm.title, "link": link})
    return redirect("participation:report_figures")


@clerk
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """What was reported and how long it took, by category and district; and the firms with their links."""
    actor = actor_of(request)
    year = Report.objects.of_office(actor).filter(reported_at__gte=timezone.now() - timedelta(days=365))
    told = {
        "many": Count("pk"), "open": Count("pk", filter=Q(closed_at=None)),
        "late": Count("pk", filter=Q(closed_at=None, promised_date__lt=timezone.localdate())),
        "took": Avg(F("closed_at") - F("reported_at"), filter=Q(state=Report.State.DONE)),
        "kept": Count("pk", filter=Q(state=Report.State.DONE, closed_at__date__lte=F("promised_date"))),
        "done": Count("pk", filter=Q(state=Report.State.DONE)),
    }  # fmt: skip
    counted: Any = year.values("category").annotate(**told)
    rows: list[dict[str, Any]] = [{**one, "title": plan().label(one["category"])} for one in counted.order_by("-many")]
    for one in rows:
        one["days"] = round(one["took"].total_seconds() / 86_400, 1) if one["took"] else None
        one["share"] = round(100 * one["kept"] / one["done"]) if one["done"] else None
    firms = Contractor.objects.filter(office=actor.staff.office_id if actor.staff else 0)
    return render(request, "participation/reports/figures.html", {"rows": rows, "firms": firms})


@clerk
@require_safe
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """From the file of a case to its report."""
    rows = Report.objects.of_office(actor_of(request)).select_related("contribution")
    row = get_object_or_404(rows, contribution__case__reference=reference.upper())
    return redirect("participation:report_work", row.contribution.reference)
