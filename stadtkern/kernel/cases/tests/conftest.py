"""Every test of this room has the probe service in its city."""

import pytest

from .factories import city_with


@pytest.fixture
def probe(settings, tmp_path, offices):
    """The probe: free of charge, for people who are signed in."""
    settings.CITY_FOLDER = city_with(tmp_path)
    return "probe"


@pytest.fixture
def costly(settings, tmp_path, offices):
    """The same for 12 euros."""
    settings.CITY_FOLDER = city_with(tmp_path, "costly", fee=1200)
    return "costly"
