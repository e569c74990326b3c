"""A town hall that is open in the coming weeks."""

import pytest

from stadtkern.kernel.appointments import actions
from stadtkern.kernel.appointments.tests.conftest import Hall
from stadtkern.kernel.city.models import Office


@pytest.fixture
def open_hall(offices: dict[str, Office]) -> Hall:
    hall = Hall(offices["buergeramt"])
    actions.generate_days()
    return hall
