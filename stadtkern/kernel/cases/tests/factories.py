"""A small service of its own for the tests of a case, and cases in every state."""

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Staff, Trust
from stadtkern.kernel.cases import actions
from stadtkern.kernel.cases.models import Case, Decision, Status
from stadtkern.kernel.services import catalogue

PROBE = """
title = "Probe"
teaser = "Zum Ausprobieren."
description = "Eine Leistung für die Tests."
leika = "99000000000000"
office = "buergeramt"
for = ["citizens"]
drives = ["living"]
life_events = ["tier"]
trust = "{trust}"
cost = ""
needs = []
synonyms = ["Probe"]
legal_basis = "§ 1 Probengesetz"

[prefill]
"person/given_names" = "residents.given_names"
"person/family_name" = "residents.family_name"
town = "residents.town"

[[steps]]
key = "sie"
title = "Über Sie"
fields = [
  {{ name = "person", label = "Person", kind = "group", fields = [
    {{ name = "given_names", label = "Vornamen", autocomplete = "given-name" }},
    {{ name = "family_name", label = "Familienname", autocomplete = "family-name" }},
  ] }},
  {{ name = "town", label = "Ort", optional = true }},
]

[[steps]]
key = "sache"
title = "Die Sache"
fields = [
  {{ name = "wish", label = "Was wünschen Sie?", kind = "long_text" }},
  {{ name = "more", label = "Mehr angeben?", kind = "yes_no" }},
  {{ name = "extra", label = "Was noch?", when = {{ more = true }} }},
  {{ name = "things", label = "Dinge", kind = "group", min = 0, max = 3, fields = [ {{ name = "what", label = "Was?" }} ] }},
  {{ name = "proof", label = "Nachweis", kind = "file", optional = true }},
]

{fee}

[decision]
by = "buergeramt"
within = "10 days"
title = "Probenbescheid"
{decision}

[keep]
years = 3
because = "Probe"
"""
STEP_1 = {"person/given_names": ["Zoë"], "person/family_name": ["Çelik-Müller"], "town": ["Musterstadt"]}
STEP_2 = {"wish": ["Ein Wunsch\nmit zwei Zeilen"], "more": ["false"]}
ANSWERS = {"person/given_names": "Zoë", "person/family_name": "Çelik-Müller", "town": "Musterstadt", "wish": "x", "more": False}


def city_with(folder: Path, key: str = "probe", *, fee: int = 0, trust: str = "basic", decision: str = "") -> Path:
    """A copy of the city's folder with one service more."""
    city = folder / "stadt"
    if not city.exists():
        shutil.copytree(settings.CITY_FOLDER, city, ignore=shutil.ignore_patterns("seed"))
    place = city / "services" / key
    place.mkdir(parents=True, exist_ok=True)
    text = PROBE.format(trust=trust, fee=f"[fee]\namount = {fee}" if fee else "", decision=decision)
    (place / "service.toml").write_text(text, encoding="utf-8")
    return city


def actor_for(account: Account, trust: Trust = Trust.BASIC) -> Actor:
    return Actor(account, getattr(account, "staff", None), None, trust)


def clerk_actor(staff: Staff) -> Actor:
    return Actor(staff.account, staff, None, Trust.BASIC)


def draft(account: Account | None, key: str = "probe", **changes: Any) -> Case:
    """A complete draft of the probe."""
    actor = actor_for(account) if account else Actor(draft_keys=("k" * 64,))
    case, _secret = actions.start(actor, catalogue.find(key))
    actions.fill(actor, case, ANSWERS)
    if changes:
        Case.objects.filter(pk=case.pk).update(**changes)
    case.refresh_from_db()
    return case


def case_in(status: Status, account: Account, clerk: Staff | None = None) -> Case:
    """A case of the probe in this state, as the actions would have left it."""
    case = draft(account)
    if status == Status.DRAFT:
        return case
    now = timezone.now()
    changes: dict[str, Any] = {"status": status, "submitted_at": now, "due_date": date.today() + timedelta(days=10)}
    if status == Status.AWAITING_PAYMENT:
        changes["fee_cents"] = 1200
    if status == Status.AWAITING_CITIZEN:
        changes |= {"asked_at": now - timedelta(days=4), "clerk": clerk}
    if status in (Status.DECIDED, Status.CLOSED):
        changes |= {"decided_at": now}
        Decision.objects.create(case=case, outcome="GRANTED", proposed_by=clerk, made_by=clerk, made_at=now)
    if status in (Status.CLOSED, Status.WITHDRAWN):
        changes |= {"closed_at": now, "keep_until": date.today() + timedelta(days=365)}
    Case.objects.filter(pk=case.pk).update(**changes)
    case.refresh_from_db()
    return case
