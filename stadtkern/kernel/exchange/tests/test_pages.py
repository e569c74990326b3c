"""The callback, the pages of clerk and operator, and the jobs behind them."""

import json
import time

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.exchange import actions
from stadtkern.kernel.exchange.models import Heard, Reception, Transmission
from stadtkern.lib.fitconnect import callbacks
from stadtkern.lib.fitconnect.tests import parts

from .conftest import sent_in
from .test_receiving import deliver
from .test_sending import begin, land_answers


def call(body: bytes, secret: str = "callback-city", moved: int = 0, **more) -> int:
    now = int(time.time()) + moved
    headers = {"callback-timestamp": str(now), "callback-authentication": callbacks.signature(secret, now, body), **more}
    return Client(enforce_csrf_checks=True).post(
        "/austausch/rueckruf/", body, content_type="application/json", headers=headers
    ).status_code  # fmt: skip


@pytest.mark.django_db
def test_only_a_genuine_callback_sets_something_going(town):
    body = json.dumps({"type": callbacks.NEW_SUBMISSIONS, "submissionIds": ["x"]}).encode()
    assert call(body, "guess") == call(body, "") == call(body, moved=-400) == call(body, moved=400) == 401
    assert call(body, **{"callback-authentication": "\xe4"}) == call(body, **{"callback-timestamp": "x"}) == 401
    assert not Heard.objects.exists() and not ProcrastinateJob.objects.filter(task_name="exchange.poll").exists()
    assert call(body) == 200
    assert ProcrastinateJob.objects.filter(task_name="exchange.poll", status="todo").count() == 1
    assert Client().get("/austausch/rueckruf/").status_code == 405
    assert call(b"x" * 1_000_001) == 413


@pytest.mark.django_db
def test_the_same_callback_again_says_nothing_new(town):
    now = int(time.time())
    headers = {"callback-timestamp": str(now), "callback-authentication": callbacks.signature("callback-city", now, b"{}")}
    for _time in range(3):
        answer = Client().post("/austausch/rueckruf/", b"{}", content_type="application/json", headers=headers)
        assert answer.status_code == 200
    assert Heard.objects.count() == 1


@pytest.mark.django_db
def test_the_service_calls_back_as_we_check_it(town, citizen):
    """What the fake sends passes our check, for the receiver and for the sender."""
    deliver(town)
    row = actions.advance(begin(citizen).pk)
    land_answers(town)
    assert row.submission in town.called[-1][1].decode()
    for url, body, headers in (town.called[0], town.called[-1]):
        assert url.endswith("/callback") or url == "http://stadt.example/austausch/rueckruf/"
        callbacks.check("callback-city", headers["callback-timestamp"], headers["callback-authentication"], body)


@pytest.mark.django_db(transaction=True)
def test_everything_by_jobs(town, citizen, run_jobs, monkeypatch):
    """From the click of the applicant to the confirmation, and the other way: nothing but the queue and the clock."""
    from stadtkern.kernel.exchange import reactions

    deliver(town)
    case = sent_in(citizen)
    reactions.look_soon()
    reactions.look_soon()
    run_jobs()
    assert Transmission.objects.get(case=case).state == "SUBMITTED"
    assert Reception.objects.get().state == "ACCEPTED" and Case.objects.filter(service="nachbar").count() == 1
    land_answers(town)
    Transmission.objects.update(next_try_at="2026-01-01T00:00:00Z")
    reactions.look_soon()
    run_jobs()
    case.refresh_from_db()
    assert (Transmission.objects.get(case=case).state, case.status) == ("ACCEPTED", "CLOSED")


@pytest.mark.django_db
def test_pages_are_for_their_people(town, citizen, clerk, other_clerk, operator, login):
    row = begin(citizen)
    assert row.case.reference in login(operator.account).get("/austausch/betrieb/").content.decode().replace(" ", "")
    mine = login(clerk.account).get("/austausch/").content.decode()
    theirs = login(other_clerk.account).get("/austausch/").content.decode()
    assert row.case.reference in mine and row.case.reference not in theirs
    assert login(other_clerk.account).post(f"/austausch/vorgang/{row.case.reference}/erneut/").status_code == 404
    assert login(citizen).get("/austausch/betrieb/").status_code == 403
    assert login(operator.account).post(f"/austausch/betrieb/ausgang/{row.pk}/jetzt/").status_code == 302
    assert login(operator.account).post(f"/austausch/betrieb/eingang/{10**30}/jetzt/").status_code == 302


def test_the_demo_makes_its_keys_and_the_land_answers(settings, tmp_path, offices, citizen, monkeypatch):
    """The adapter of the demo as it is, keys and all (made once, kept for the next run)."""
    import shutil

    from stadtkern.kernel.exchange import sample
    from stadtkern.kernel.exchange.adapters import demo

    home = parts.folder() / "demo"
    (home / "fitconnect" / "zustelldienst.sqlite").unlink(missing_ok=True)
    shutil.rmtree(home / "outage", ignore_errors=True)
    settings.HOME = home
    demo._connect.cache_clear()
    sample.deliver()
    actions.look_for()
    row = actions.receive(Reception.objects.get().pk)
    assert row.state == "ACCEPTED" and row.case.service == "fundsache_melden", (row.trouble, row.problems)
    demo.heartbeat()
    assert oct((home / "fitconnect" / "stadt-sign.json").stat().st_mode)[-3:] == "600"
    demo._connect.cache_clear()
