"""Every night the figures of all departments are measured; the demo begins with what its own data say today."""

import pytest
from django.utils import timezone

from stadtkern.kernel.metrics import actions, definitions
from stadtkern.kernel.metrics.definitions import KPI, Group
from stadtkern.kernel.metrics.models import KPITarget, KPIValue
from stadtkern.site import goals, jobs


def test_the_job_of_the_night_keeps_the_others_and_tells_the_operator(db, monkeypatch):
    group = Group("eins", "Eins", (KPI("wrong", "A", "", "Amt", lambda: 1 / 0), KPI("right", "B", "", "Amt", lambda: 3.0)))
    monkeypatch.setattr(definitions, "GROUPS", [group])
    assert jobs.measure in [task for _cron, task in jobs.SCHEDULE]
    with pytest.raises(RuntimeError, match=r"eins\.wrong"):
        jobs.measure(0)
    assert dict(KPIValue.objects.values_list("key", "value")) == {"eins.wrong": None, "eins.right": 3.0}


def test_every_department_is_asked(db):
    """Nothing goes wrong in an empty city, and there is a value or a reason for each figure."""
    assert actions.measure(timezone.localdate()) == []
    listed = [(key, kpi) for key, _group, kpi in definitions.every()]
    values = dict(KPIValue.objects.values_list("key", "value"))
    assert {key.split(".")[0] for key, _kpi in listed} >= {"administration", "mobility", "participation", "dataprotection"}
    assert set(values) == {key for key, _kpi in listed}
    assert [key for key, kpi in listed if values[key] is None and not kpi.missing] == []


def test_the_demo_sets_targets_once_and_measures_today_alone(db, mayor):
    for _twice in range(2):
        goals.play()
    assert set(KPIValue.objects.values_list("day", flat=True)) == {timezone.localdate()}
    keys = list(KPITarget.objects.values_list("key", flat=True))
    assert len(keys) == len(set(keys)) == 6 and set(keys) < {key for key, _group, _kpi in definitions.every()}
