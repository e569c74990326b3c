"""The note at the end of a video appointment: from the clerk into the file, and nowhere else."""

import json

import pytest
from django.db import connection

from stadtkern.kernel.calls.models import Call
from stadtkern.kernel.calls.tests.conftest import Side, book  # noqa: F401  the fixture
from stadtkern.kernel.cases.models import Note, Status
from stadtkern.kernel.events.models import Event

from .factories import case_in

pytestmark = pytest.mark.usefixtures("probe")


def test_the_note_goes_into_the_file_and_nowhere_else(book, citizen, clerk, login, run_jobs) -> None:  # noqa: F811
    case = case_in(Status.IN_REVIEW, citizen)
    row = book(citizen, about=str(case))
    guest, desk = Side(login(citizen), row).enter(), Side(login(clerk.account), row).enter()
    assert desk.client.post(f"{desk.base}vermerk/", {"note": "zu früh"}).status_code == 409
    desk.post("einlassen")
    desk.client.post(f"{desk.base}beenden/")
    assert desk.client.post(f"{desk.base}vermerk/", {"note": " \0 "}).status_code == 422
    assert guest.client.post(f"{guest.base}vermerk/", {"note": "x"}).status_code == 403
    assert desk.client.post(f"{desk.base}vermerk/", {"note": "Geheim-Abrede 17"}).status_code == 302
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM calls_call WHERE note LIKE '%%Abrede%%'")
        assert cursor.fetchone() == (0,), "sealed while it waits"
    run_jobs()
    note = Note.objects.get()
    assert (note.case_id, note.staff, note.body) == (case.pk, clerk, "Geheim-Abrede 17")
    assert bytes(Call.objects.get().note) == b"" and "Abrede" not in json.dumps(
        list(Event.objects.values_list("data", flat=True))
    )
    assert desk.client.post(f"{desk.base}vermerk/", {"note": "noch einmal"}).status_code == 409
