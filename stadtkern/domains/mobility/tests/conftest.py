"""The demo town's timetable, read once for all tests of this folder, as the job would have left it."""

import shutil
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from stadtkern.domains.mobility.actions import feeds
from stadtkern.domains.mobility.trips import bounded, folder, world
from stadtkern.kernel.accounts.models import Staff


@pytest.fixture(scope="session")
def built(tmp_path_factory, django_db_setup, django_db_blocker):
    """A folder with three days of the demo timetable: yesterday, today, tomorrow."""
    place = tmp_path_factory.mktemp("fahrplan")
    shutil.copyfile(settings.CITY_FOLDER / "mobility" / "gtfs.zip", place / "source")
    job = feeds.job_of("GTFS", place) | {"days": 3}
    with django_db_blocker.unblock():  # it looks after the connection when it has read
        bounded.build(job, lambda step: None)
    return place


@pytest.fixture
def timetable(built, tmp_path, monkeypatch):
    """It counts in this process; other tests see nothing of it."""
    monkeypatch.setattr(settings, "HOME", tmp_path)
    world.forget()
    folder.point_to("fahrplan", {"kind": "GTFS", "number": 1, "folder": str(built), "feed": 0})
    yield built
    world.forget()


@pytest.fixture
def tomorrow():
    return timezone.localdate() + timedelta(days=1)


@pytest.fixture
def planner_of_office(offices, other_citizen):
    """A clerk of the office that looks after timetables."""
    return Staff.objects.create(account=other_citizen, office=offices["ordnungsamt"], role="CLERK")
