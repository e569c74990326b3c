"""The demo's signal study: what was simulated once for the town's own streets, entered as a file (make_signals.py made it).

The head of the office releases the plan for buses, if it has passed; the other plans stay proposals.
"""

import gzip
import json
from pathlib import Path

from django.conf import settings

from stadtkern.domains.mobility.actions import signalling
from stadtkern.domains.mobility.models import SignalPlan, SignalStudy
from stadtkern.domains.mobility.traffic import OFFICE
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Staff, Trust


def play() -> int:
    """Returns how many plans were judged in it."""
    folder = Path(settings.CITY_FOLDER) / "mobility" / "signals"
    clerk = Staff.objects.select_related("account", "office").filter(office__key=OFFICE, role="CLERK").first()
    if clerk is None or not (folder / "study.json").is_file() or SignalStudy.objects.exists():
        return 0
    told = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    net, routes = (gzip.decompress((folder / f"{name}.xml.gz").read_bytes()) for name in ("net", "rou"))
    actor = Actor(account=clerk.account, staff=clerk, trust=Trust.BASIC)
    study = signalling.enter(actor, told, net, routes)
    _release(study)
    return int(study.plans.count())


def _release(study: SignalStudy) -> None:
    lead = Staff.objects.select_related("account", "office").filter(office__key=OFFICE, role="LEAD").first()
    plan = study.plans.filter(source="priority", state=SignalPlan.State.PROPOSED).first()
    if lead and plan:
        actor = Actor(account=lead.account, staff=lead, trust=Trust.BASIC)
        why = "Busse und Bahnen warten weniger, alle anderen im Mittel auch."
        signalling.decide(actor, plan.pk, release=True, because=why)
