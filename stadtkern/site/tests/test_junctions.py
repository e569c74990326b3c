"""The demo's signal study: as simulated, by the bars of the gate as it is; a person releases, not the machine."""

import json

import pytest
from django.conf import settings

from stadtkern.domains.mobility.models import SignalPlan
from stadtkern.kernel.accounts.models import Account, Staff
from stadtkern.kernel.city.models import Office
from stadtkern.lib.traffic import gate
from stadtkern.site import junctions


@pytest.mark.django_db
def test_the_plan_for_buses_passed_and_is_released_by_the_head_of_the_office():
    office = Office.objects.create(key="tiefbauamt", title="Tiefbauamt")
    people = [Account.objects.create(email=f"{role}@stadt.example", name=role) for role in ("CLERK", "LEAD")]
    clerk = Staff.objects.create(account=people[0], office=office, role="CLERK")
    assert junctions.play() == 4 and set(SignalPlan.objects.values_list("state", flat=True)) == {
        "PROPOSED"
    }  # nobody to release
    SignalPlan.objects.get(source="priority").study.delete()
    lead = Staff.objects.create(account=people[1], office=office, role="LEAD")
    assert junctions.play() == 4 and junctions.play() == 0
    released = SignalPlan.objects.get(state="RELEASED")
    assert (released.source, released.decided_by, released.study.staff) == ("priority", lead, clerk)


def test_what_is_stored_of_it_passes_the_gate_as_it_is_today():
    """The rows of the file against the gate's own bars: a gate made stricter would show here."""
    told = json.loads((settings.CITY_FOLDER / "mobility" / "signals" / "study.json").read_text(encoding="utf-8"))
    for plan in told["plans"]:
        found = []
        for row in plan["rows"]:
            kept = {name: value for name, value in row.items() if name not in ("gain", "bus_gain")}
            found += gate.against(gate.Row(**kept), len(gate.UNSEEN), buses=plan["source"] == "priority")
        assert (found, plan["reasons"], plan["passed"], len(plan["rows"])) == ([], [], True, len(gate.SCALES)), plan["source"]
