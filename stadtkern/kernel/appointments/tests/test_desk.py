"""The clerks' pages: the day, who may, what is noted; hours with a choice and undo; roster and absences; plan and actual."""

from datetime import timedelta

from django.urls import reverse

from stadtkern.kernel.appointments.models import (
    Appointment,
)  # fmt: skip
from stadtkern.kernel.privacy.models import Access

from .conftest import MONDAY
from .desk_hall import status

TUESDAY = MONDAY + timedelta(days=1)


def test_the_day_shows_who_comes_when_and_notes_it(hall, clock, due, login, clerk, citizen):
    row = due(9, 30)
    Appointment.objects.filter(pk=row.pk).update(account=citizen, about="case:17")
    browser = login(clerk.account)
    text = browser.get(reverse("counter:day", args=["mitte"])).content.decode()
    assert "Frau anna" in text and "09:30–09:45" in text and "Erwartet" in text and "frei, " in text
    line = Access.objects.get(purpose="appointments")
    assert line.accounts == [citizen.pk] and line.cases == [17] and line.fields == ["name", "appointment"]
    browser.post(reverse("counter:appointment", args=[row.pk, "arrive"]))
    assert status(row) == "ARRIVED"
    assert "Ist da" in browser.get(reverse("counter:day", args=["mitte"])).content.decode()
    printed = browser.get(reverse("counter:print", args=["mitte"])).content.decode()
    assert "Frau anna" in printed and "Tagesliste" in printed
