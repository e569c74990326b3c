"""Reads of a contest for its pages: how far each juror is, the published outcome, prizes with what became of the idea."""

from collections.abc import Sequence
from typing import Any

from stadtkern.kernel.registers.blocks import hidden
from stadtkern.lib.judging import Rules

from ..actions.judging import entries, partial_about
from ..models import Contribution, Judging, Juror, Link, Prize, Process, Sheet
from .explain import figure, how, why


def judging_of(process: Process) -> Judging | None:
    return Judging.objects.filter(process=process.pk).first()


def jurors_of(process: Process) -> Sequence[Juror]:
    """Who said yes, as the public reads them: of hidden people (§ 51 BMG) no name."""
    rows = list(Juror.objects.filter(process=process.pk, accepted_at__isnull=False).annotate(veiled=hidden()))
    for row in rows:
        if row.veiled:
            row.name = row.role = ""
    return rows


def progress(process: Process) -> list[dict[str, Any]]:
    """Each juror with how many entries they have judged, of how many they may."""
    whole = set(entries(process).values_list("pk", flat=True))
    rows = []
    for juror in process.jurors.select_related("process").prefetch_related("conflicts__contribution", "sheets"):
        partial = partial_about(juror) & whole
        done = {sheet.contribution_id for sheet in juror.sheets.all()} & whole - partial
        rows.append({"juror": juror, "done": len(done), "of": len(whole - partial), "partial": len(partial)})
    return rows


def todo(juror: Juror) -> list[dict[str, Any]]:
    """The juror's list: what is to be judged, what is done, where they are partial."""
    partial = partial_about(juror)
    declared = {one.contribution_id: one for one in juror.conflicts.all()}
    sheets = {one.contribution_id: one for one in juror.sheets.all()}
    rows = entries(juror.process).defer("search").select_related("category").order_by("pk")
    return [
        {"row": row, "sheet": sheets.get(row.pk), "partial": row.pk in partial, "conflict": declared.get(row.pk)}
        for row in rows
    ]


def outcome_of(process: Process, judging: Judging) -> dict[str, Any]:
    """The ranking with titles and sentences; a fixed number of queries."""
    rules, rows = Rules.of(judging.rules), (judging.outcome or {}).get("rows", [])
    known = {
        row.reference: row
        for row in Contribution.objects.filter(process=process.pk, reference__in=[one["entry"] for one in rows]).only(
            "pk", "reference", "title", "state"
        )
    }
    shown = {str(key): row.title for key, row in known.items() if row.state in ("PUBLISHED", "MERGED")}
    ranked = [
        {**one, "title": shown.get(one["entry"], ""), "figure": figure(one["score"]), "why": why(one, rules, shown)}
        for one in rows
    ]
    ordered = [
        {"pk": known[one["entry"]].pk, "label": f"{one['place'] or '–'}. {one['title']} ({one['entry']})"}
        for one in ranked
        if one["title"]
    ]
    return {"rules": how(rules), "rows": ranked, "ordered": ordered}


def prizes_of(process: Process) -> list[dict[str, Any]]:
    """Decided prizes with their entries and what they were realised as."""
    rows = list(Prize.objects.filter(process=process.pk).select_related("contribution", "proposed_by__account"))
    won = [row.contribution_id for row in rows if row.contribution_id]
    links = Link.objects.filter(source__in=won, target__state="PUBLISHED").select_related("target__process").order_by("pk")
    became: dict[int, list[Link]] = {}
    for link in links:
        became.setdefault(link.source_id, []).append(link)
    return [{"prize": row, "became": became.get(row.contribution_id or 0, [])} for row in rows]


def opened_sheets(judging: Judging, contribution: Contribution) -> list[Sheet]:
    """All sheets of an entry, for jurors and clerks once nothing changes any more."""
    if judging.closed_at is None:
        return []
    rows = Sheet.objects.filter(juror__process=judging.process_id, contribution=contribution.pk)
    return list(rows.select_related("juror").order_by("juror"))
