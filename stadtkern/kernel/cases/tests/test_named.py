"""What an appointment belongs to: its number and the way to it, for the clerk's day."""

import pytest
from django.urls import reverse

from stadtkern.kernel.appointments.desk import about

from ..models import Status
from .factories import case_in


@pytest.mark.django_db
def test_the_day_of_the_counter_knows_the_way_to_the_case(probe, citizen, clerk, django_assert_num_queries):
    case, draft = case_in(Status.IN_REVIEW, citizen, clerk), case_in(Status.DRAFT, citizen)
    abouts = [f"case:{case.pk}", f"case:{draft.pk}", "case:x", f"case:{10**30}", "", "case:-1", "vault:3"]
    with django_assert_num_queries(1):
        found = about.named(abouts)
    assert found == {f"case:{case.pk}": (case.reference, reverse("cases:desk_case", args=[case.reference]))}
    with django_assert_num_queries(0):
        assert about.named([""]) == {}
