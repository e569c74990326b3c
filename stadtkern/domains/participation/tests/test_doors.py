"""The other doors: the API, open data, the report and the erasure of a person, a case decided elsewhere."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from stadtkern.domains.participation import actions, datasets, report
from stadtkern.domains.participation.actions import keeping, settling
from stadtkern.domains.participation.models import Contribution
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.actions import create_token
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.privacy import erasure
from stadtkern.kernel.services import catalogue

from .test_pages import IDEA, published

API = "/api/v1/participation"


def test_the_api_reads_public_things_and_writes_with_a_key(process, citizen, make_process):
    make_process("intern", audience="staff")
    rows = published(process, 3)
    page = Client().get(f"{API}/processes/altstadt/contributions?limit=2").json()
    assert [one["title"] for one in page["items"]] == ["Idee 2", "Idee 1"] and page["next"] == str(rows[1].pk)
    rest = Client().get(f"{API}/processes/altstadt/contributions?limit=2&after={page['next']}").json()
    assert [one["title"] for one in rest["items"]] == ["Idee 0"] and rest["next"] is None
    assert [one["key"] for one in Client().get(f"{API}/processes").json()["items"]] == ["altstadt"]
    assert Client().get(f"{API}/processes/altstadt").json()["phases"][0]["who"] == "alle mit einem Konto"
    assert Client().get(f"{API}/processes/intern").status_code == 404
    body = json.dumps({"title": IDEA["title"], "text": IDEA["text"], "category": "gruen"})
    where = f"{API}/processes/altstadt/contributions"
    assert Client().post(where, body, content_type="application/json").status_code == 401
    _row, secret = create_token(Actor(citizen), "Programm", 30)
    key = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    made = Client().post(where, body, content_type="application/json", **key)
    assert made.status_code == 201 and made.json()["state"] == "SUBMITTED"
    refused = Client().post(where, json.dumps({"title": "Kurz", "text": ""}), content_type="application/json", **key)
    assert refused.status_code == 422 and "in einem Satz" in refused.json()["detail"]
    support = f"{API}/contributions/{rows[0].reference}/support"
    assert [Client().put(support, **key).status_code for _again in range(2)] == [204, 204]
    rows[0].refresh_from_db()
    assert rows[0].supports == 1
    assert Client().delete(support, **key).status_code == 204


def test_open_data_is_what_everybody_can_read(process, make_process, citizen):
    published(process, 2)
    published(make_process("intern", audience="staff"), 1)
    actions.contribute(Actor(citizen), process, IDEA)  # waits for a moderator
    rows = list(datasets.contributions())
    assert [row["title"] for row in rows] == ["Idee 0", "Idee 1"] and "account_id" not in rows[0]


def test_a_person_reads_what_is_held_and_can_go(process, citizen, settings, tmp_path):
    settings.HOME = tmp_path
    row = actions.contribute(Actor(citizen), process, {**IDEA, "author": "name"})
    Contribution.objects.filter(pk=row.pk).update(state="PUBLISHED", published_at=timezone.now())
    assert report.report(Actor(citizen))["contributions"][0]["title"] == IDEA["title"]
    assert any("Ihren Beiträgen" in line for line in erasure.preview(citizen).goes)


def test_a_decision_at_the_ordinary_desk_is_the_decision(process, citizen, moderator):
    row = actions.contribute(Actor(citizen), process, IDEA)
    case = Case.objects.get(pk=row.case_id)
    cases.decide(Actor(moderator.account, moderator), case, "REJECTED", "Das gehört zum Kreis.")
    settling.settle(case.pk)
    settling.settle(case.pk)
    row.refresh_from_db()
    assert row.state == "REJECTED"
    other = actions.contribute(Actor(citizen), process, {**IDEA, "title": "Ein Brunnen am Markt"})
    cases.withdraw(Actor(citizen), Case.objects.get(pk=other.case_id))
    settling.settle_withdrawn(other.case_id)
    other.refresh_from_db()
    assert other.state == "WITHDRAWN"


def test_an_idea_sent_through_the_catalogue_arrives_in_the_process_it_names(process, citizen, bureau):
    service = catalogue.find("idee_einreichen")
    answers = {"title": "Mehr Bänke", "text": "Es gibt keine Bank.", "process": "ideen für die altstadt"}
    case, _fresh = cases.apply(Actor(citizen), service, answers)
    settling.take_in(case.pk)
    settling.take_in(case.pk)
    assert Contribution.objects.get().reference == case.reference
    stray, _fresh = cases.apply(Actor(citizen), service, {**answers, "process": "Gibt es nicht"})
    settling.take_in(stray.pk)
    assert Contribution.objects.count() == 1


@pytest.mark.parametrize(("state", "days", "gone"), [("DRAFT", 31, True), ("DRAFT", 29, False), ("REJECTED", 366, True)])
def test_what_nobody_needs_any_more_goes(process, citizen, state, days, gone):
    before = timezone.now() - timedelta(days=days)
    Contribution.objects.create(
        process=process, kind="IDEA", state=state, title="Alt", text="Alter Text", account=citizen, created_at=before,
        submitted_at=before if state != "DRAFT" else None,
    )  # fmt: skip
    keeping.tidy_up(timezone.now())
    assert Contribution.objects.exclude(text="").exists() is not gone
