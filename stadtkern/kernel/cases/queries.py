"""Reads of the API in plain SQL, where building the query by the ORM cost more than asking it: one case, one page of them."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import DESK_ROLES
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.registers.blocks import HIDDEN_SQL, mask
from stadtkern.kernel.services.catalogue import Service

_MOMENT = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""


def _case(*names: str) -> dict[str, str]:
    return {name: _MOMENT.format(f"k.{name}") if name.endswith("_at") else f"k.{name}" for name in names}


# One row of a list or the head of a case; moments and days are text already.
HEAD = {
    **_case("id", "reference", "service", "status", "fee_cents", "applicant"),
    **_case("created_at", "updated_at", "submitted_at", "decided_at", "closed_at"),
    "due_date": "k.due_date::text",
    "office__key": "o.key",
}
DETAIL = {
    **HEAD,
    **_case("answers", "sources", "steps_done"),
    "account": "k.account_id",
    "assisted_by": "k.assisted_by_id",
    **{f"decision__{name}": f"d.{name}" for name in ("outcome", "reason", "legal_basis", "automatic")},
    "decision__made_at": _MOMENT.format("d.made_at"),
}
_JSON = ("answers", "sources", "steps_done")
_ONE = f"""
SELECT {", ".join(DETAIL.values())}
FROM cases_case k LEFT JOIN city_office o ON o.id = k.office_id LEFT JOIN cases_decision d ON d.case_id = k.id
WHERE k.reference = %s AND """  # noqa: S608 - columns of ours
_QUEUE = {
    **HEAD,
    "clerk__name": "ca.name",
    "decision__id": "d.id",
    "decision__made": "d.made_at IS NOT NULL",
    "hidden": HIDDEN_SQL.format("k.account_id"),
}
_DESK = f"""
SELECT {", ".join(_QUEUE.values())}
FROM cases_case k LEFT JOIN city_office o ON o.id = k.office_id LEFT JOIN cases_decision d ON d.case_id = k.id
LEFT JOIN accounts_staff c ON c.id = k.clerk_id LEFT JOIN accounts_account ca ON ca.id = c.account_id
WHERE k.id = ANY(%s)"""  # noqa: S608 - columns of ours
_MINE = f"""
SELECT {", ".join(HEAD.values())}
FROM cases_case k LEFT JOIN city_office o ON o.id = k.office_id
WHERE """  # noqa: S608 - columns of ours


def one(actor: Actor, reference: str) -> dict[str, Any] | None:
    """The values of DETAIL of a case this actor may see (`CaseQuerySet.visible_to`), or None."""
    visible, values = _visible(actor)
    with connection.cursor() as cursor:
        cursor.execute(f"{_ONE}({visible})", [reference, *values])
        found = cursor.fetchone()
    if found is None:
        return None
    row = dict(zip(DETAIL, found, strict=True))
    return row | {name: json.loads(row[name]) for name in _JSON}


def page(actor: Actor, after: int | None, states: list[str] | None, limit: int) -> list[dict[str, Any]]:
    """The values of HEAD of the actor's own cases (`CaseQuerySet.of_citizen`), newest first, below the id `after`."""
    own, values = _own(actor)
    where, wanted = f"{_MINE}({own})", list(values)
    if after:
        where, wanted = f"{where} AND k.id < %s", [*wanted, after]
    if states:
        where, wanted = f"{where} AND k.status = ANY(%s)", [*wanted, states]
    with connection.cursor() as cursor:
        cursor.execute(f"{where} ORDER BY k.id DESC LIMIT %s", [*wanted, limit])
        return [dict(zip(HEAD, row, strict=True)) for row in cursor.fetchall()]


def on_desk(keys: Sequence[int]) -> list[dict[str, Any]]:
    """HEAD, `clerk__name`, `decision__id`, `decision__made` of these cases in this order; who may see them was asked before.

    A list names no hidden person (§ 51 BMG), whoever reads it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DESK, [list(keys)])
        found = {row[0]: dict(zip(_QUEUE, row, strict=True)) for row in cursor.fetchall()}
    for row in found.values():
        if row.pop("hidden"):
            row["applicant"] = mask()
    return [found[key] for key in keys if key in found]


_PLACE = """
SELECT o.id, o.key, o.title, (SELECT e.id FROM services_edition e WHERE e.service = %s AND e.digest = %s)
FROM city_office o WHERE o.key = %s
"""


def place(service: Service, office: Office | None = None) -> tuple[Office, int | None] | None:
    """The competent office and the id of the edition an application is begun on (None: not published yet), in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, [service.key, service.digest, office.key if office else service.office])
        found = cursor.fetchone()
    if found is None:
        return None
    return Office.from_db(connection.alias, ["id", "key", "title"], found[:3]), found[3]


def _visible(actor: Actor) -> tuple[str, list[Any]]:
    own, values = _own(actor)
    if actor.staff is None or actor.staff.role not in DESK_ROLES:
        return own, values
    opened = f"(k.clerk_id = %s OR NOT {HIDDEN_SQL.format('k.account_id')})"
    desk = f"(k.office_id = %s AND k.status <> 'DRAFT' AND {opened}) OR k.assisted_by_id = %s"
    return f"{own} OR {desk}", [*values, actor.staff.office_id, actor.staff.pk, actor.staff.pk]


def _own(actor: Actor) -> tuple[str, list[Any]]:
    parts, values = [], list[Any]()
    if actor.mandate:
        parts.append("k.mandate_id = %s")
        values.append(actor.mandate.pk)
    elif actor.account:
        parts.append("k.company_id = %s" if actor.company else "(k.account_id = %s AND k.company_id IS NULL)")
        values.append(actor.company.pk if actor.company else actor.account.pk)
    if actor.draft_keys:
        parts.append("(k.account_id IS NULL AND k.draft_key = ANY(%s))")
        values.append(list(actor.draft_keys))
    return " OR ".join(parts) or "FALSE", values
