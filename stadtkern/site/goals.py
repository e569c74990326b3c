"""The demo's targets, from `seed/targets.toml`, and its first measurement: of today alone, from the demo's own data."""

import tomllib

from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Role, Staff, Trust
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.metrics import actions, definitions
from stadtkern.kernel.metrics.models import KPITarget, KPIValue


def play() -> int:
    """Set targets where there are none, measure once; returns how many figures could be measured."""
    mayor = Staff.objects.select_related("account", "office").filter(role=Role.MAYOR).first()
    if mayor and not KPITarget.objects.exists():
        actor = Actor(account=mayor.account, staff=mayor, trust=Trust.BASIC)
        wanted = tomllib.loads((city().folder / "seed" / "targets.toml").read_text(encoding="utf-8"))
        for key, _group, kpi in definitions.every():
            if key in wanted["targets"]:
                actions.set_target(actor, key, kpi, float(wanted["targets"][key]), wanted["because"])
    today = timezone.localdate()
    actions.measure(today)
    return KPIValue.objects.filter(day=today, state=KPIValue.State.MEASURED).count()
