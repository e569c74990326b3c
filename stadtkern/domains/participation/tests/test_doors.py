"""The other doors: the API, open data, the report and the erasure of a person, a case decided elsewhere."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from stadtkern.domains.participation import actions, datasets, report
from stadtkern.domains.participation.actions import keeping, settling
from stadtkern.domains.participation.models import Contribution, Process
from stadtkern.domains.participation.views import common
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


@pytest.mark.parametrize("state", ["HIDDEN", "WITHDRAWN"])
def test_what_was_taken_away_today_is_kept_a_year_from_today(process, citizen, moderator, second_moderator, state):
    first, author = Actor(moderator.account, moderator), Actor(citizen)
    row = actions.contribute(author, process, IDEA)
    Contribution.objects.filter(pk=row.pk).update(submitted_at=timezone.now() - timedelta(days=500))
    actions.publish(first, row)
    made = actions.hide(first, row, "spam", "") if state == "HIDDEN" else actions.withdraw(author, row)

    def left(days: int) -> bool:
        keeping.tidy_up(timezone.now() + timedelta(days=days))
        return Contribution.objects.filter(pk=row.pk).exclude(text="").exists()

    assert left(0)
    if state == "HIDDEN":
        actions.appeal(author, made, "Das ist kein Spam.")
        assert left(400)
        actions.answer_appeal(Actor(second_moderator.account, second_moderator), made, True, "Doch.")
    assert not left(400)


def test_a_text_changed_after_the_decision_waits_for_a_reader(process, citizen, moderator):
    row = actions.contribute(Actor(citizen), process, IDEA)
    actions.publish(Actor(moderator.account, moderator), row)
    row.refresh_from_db()
    actions.edit(Actor(citizen), row, {**IDEA, "text": "Niemand hat diesen Text gelesen."}, row.version)
    settling.settle(row.case_id)  # the job about the decision runs late
    row.refresh_from_db()
    assert (row.state, row.checked_at) == ("SUBMITTED", None)


def test_the_catalogue_is_no_way_round_the_rules_of_a_process(make_process, citizen, other_citizen, bureau, monkeypatch):
    process, service = make_process(who={"districts": ["Nirgends"]}), catalogue.find("idee_einreichen")
    answers = {"title": "Mehr Bänke", "text": "Es gibt keine Bank.", "process": process.title}
    rows = Contribution.objects.filter(process__title=process.title)

    def sent(account=citizen, **more) -> int:
        settling.take_in(cases.apply(Actor(account), service, {**answers, **more})[0].pk)
        return rows.count()

    assert sent() == 0  # does not live there
    process.phases.update(who={})
    assert sent(text="Kurz") == 0
    Process.objects.filter(pk=process.pk).update(settings={**process.settings, "most_per_person": 1})
    assert [sent(), sent(title="Noch mehr Bänke"), sent(other_citizen)] == [1, 1, 2]
    Process.objects.filter(pk=process.pk).update(settings=process.settings)
    monkeypatch.setattr(settling, "MOST_WRITES", 1)
    assert sent(title="Und noch mehr Bänke") == 2
    monkeypatch.undo()
    make_process("zwilling")  # of the same title
    assert sent(title="Und noch mehr Bänke") == 2
    Process.objects.filter(key="zwilling").update(kind="meinungskarte")  # its contributions are cases of another service
    assert sent(title="Und noch mehr Bänke") == 3


def test_programs_and_drafts_have_the_same_brake(process, citizen, client, monkeypatch):
    monkeypatch.setattr("stadtkern.domains.participation.views.common.MOST_WRITES", 1)
    _row, secret = create_token(Actor(citizen), "Programm", 30)
    key, where = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}, f"{API}/processes/altstadt/contributions"
    bodies = [json.dumps({"title": title, "text": IDEA["text"]}) for title in ("Ein Brunnen", "Noch ein Brunnen")]
    assert [Client().post(where, body, content_type="application/json", **key).status_code for body in bodies] == [201, 429]
    client.force_login(citizen)
    page = reverse("participation:new", args=[process.key])
    assert client.post(page, {"title": "Entwurf", "_entwurf": "1"}).status_code == 429
    assert not Contribution.objects.filter(state="DRAFT").exists()


def test_where_the_server_knows_no_network_nobody_is_counted(rf, monkeypatch):
    monkeypatch.setattr("stadtkern.kernel.accounts.throttle.network_of", lambda request: "")
    assert [common.counted(rf.get("/"), "opinion.state", 60) for _again in range(2)] == [0, 0]
