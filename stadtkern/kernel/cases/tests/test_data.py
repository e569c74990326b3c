"""The answers as a file: for the applicant and the office in charge, for nobody else, noted when a clerk takes them."""

import json

import pytest
from django.test import Client
from lxml import etree

from stadtkern.kernel.cases.models import Case, Status
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.privacy.models import Access
from stadtkern.kernel.services import exports
from stadtkern.lib.forms.export.data import from_data, loads
from stadtkern.lib.forms.export.xml import from_xml

from .factories import case_in, draft


@pytest.fixture
def case(probe, citizen) -> Case:
    return case_in(Status.IN_REVIEW, citizen)


def path(case: Case, kind: str) -> str:
    return f"/vorgang/{case.reference}/antrag.{kind}"


def test_both_files_hold_every_answer(case: Case, citizen, login) -> None:
    client, form = login(citizen), case.begun_on.form
    answer = client.get(path(case, "json"))
    assert answer.status_code == 200 and answer["Content-Disposition"] == f'attachment; filename="{case.reference}.json"'
    assert answer["Cache-Control"] == "private, no-store"
    assert from_data(form, loads(answer.content)) == case.answers
    sheet = client.get(path(case, "xml")).content
    assert from_xml(form, sheet, exports.origin(case.begun_on)) == case.answers
    assert etree.fromstring(sheet).tag == "{urn:stadtkern:antrag:probe}probe"
    assert Event.objects.filter(name="case.data_taken", subject=str(case)).count() == 2
    assert not Access.objects.exists()  # the own data
    assert client.post(path(case, "json")).status_code == 405


def test_a_draft_can_be_taken_along_as_well(probe, citizen, login) -> None:
    case = draft(citizen)
    assert json.loads(login(citizen).get(path(case, "json")).content)


def test_the_office_takes_them_and_the_person_sees_that(case: Case, clerk, login) -> None:
    assert login(clerk.account).get(path(case, "xml")).status_code == 200
    seen = Access.objects.get()
    assert seen.accounts == [case.account_id] and "file" in seen.fields


def test_nobody_else(case: Case, other_clerk, login) -> None:
    for client in (Client(), login(other_clerk.account)):
        assert client.get(path(case, "json")).status_code == 404
        assert client.get(path(case, "xml")).status_code == 404
    assert not Event.objects.filter(name="case.data_taken").exists()


def test_programs_get_the_same(case: Case, citizen, login) -> None:
    client, path = login(citizen), f"/api/v1/cases/{case.reference}/data"
    assert from_data(case.begun_on.form, loads(client.get(path).content)) == case.answers
    assert client.get(f"{path}?format=xml&style=versioned")["Content-Type"].startswith("application/xml")
    assert client.get(f"{path}?format=csv").status_code == 422
    assert Client().get(path).status_code == 401
