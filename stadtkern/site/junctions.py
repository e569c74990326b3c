"""The demo's signal study: what was simulated once for the town's own streets, entered as a file (make_signals.py made it)."""

import gzip
import json
from pathlib import Path

from django.conf import settings

from stadtkern.domains.mobility.actions import signalling
from stadtkern.domains.mobility.models import SignalStudy
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
    return int(signalling.enter(actor, told, net, routes).plans.count())
