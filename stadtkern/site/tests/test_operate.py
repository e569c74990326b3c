"""The operator's pages: what waits and why, webhooks, outages; and the two addresses of the machine that watches."""

import re

import pytest
from django.db import connection, transaction
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.actions import create_token
from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.events import queue
from stadtkern.kernel.events.actions import record, webhooks
from stadtkern.kernel.events.models import Event, Failure, Webhook
from stadtkern.kernel.events.tests.test_rescue import work
from stadtkern.site.operate import state


def fail(event):
    raise ConnectionRefusedError("mail server")


@pytest.fixture
def failing(transactional_db, monkeypatch):
    """One job that does not get through."""
    monkeypatch.setitem(queue.REACTIONS, "test.happened", [fail])
    with transaction.atomic():
        record("test.happened", subject="test:1", actor="system")
    work()
    return ProcrastinateJob.objects.get().pk


def heartbeat(seconds_ago=0):
    with connection.cursor() as cursor:
        cursor.execute("SELECT procrastinate_register_worker_v1()")
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - make_interval(secs => %s)", [seconds_ago])


def test_the_page_says_what_waits_and_why(failing, operator, login):
    text = login(operator.account).get(reverse("operate:home")).text
    assert "ConnectionRefusedError: mail server" in text
    assert "Kein Arbeiter meldet sich" in text
    heartbeat()
    assert "Kein Arbeiter meldet sich" not in login(operator.account).get(reverse("operate:home")).text


def test_the_operator_hurries_and_drops_a_job(failing, operator, login):
    client = login(operator.account)
    client.post(reverse("operate:again", args=[failing]))
    assert ProcrastinateJob.objects.get().scheduled_at is None
    assert Event.objects.filter(name="job.hurried", actor=f"staff:{operator.pk}").exists()
    client.post(reverse("operate:drop", args=[failing]))
    assert not ProcrastinateJob.objects.exists()
    assert not Failure.objects.exists()
    again = client.post(reverse("operate:drop", args=[failing]), follow=True)
    assert "wartet nicht mehr" in again.text


def test_only_the_operator_may_look(failing, citizen, clerk, lead, mayor, operator, client, login):
    webhook = webhooks.register(actor_key="system", title="Kreis", url="https://kreis.example/", names=["case.*"])
    pages = [reverse("operate:home"), reverse("operate:webhooks")]
    buttons = [reverse(f"operate:{name}", args=[failing]) for name in ("again", "drop")]
    buttons += [reverse(f"operate:{name}", args=[webhook.pk]) for name in ("stop", "resume", "remove", "send_now")]
    buttons += [reverse("operate:switch", args=["mail"])]
    for account in (citizen, clerk.account, lead.account, mayor.account):
        browser = login(account)
        assert {browser.get(page).status_code for page in pages} == {403}
        assert {browser.post(button).status_code for button in buttons} == {403}
    assert {client.get(page).status_code for page in pages} == {302}
    assert {login(operator.account).get(button).status_code for button in buttons} == {405}
    assert ProcrastinateJob.objects.filter(pk=failing).exists()
    assert Webhook.objects.get().active


def test_the_secret_is_shown_once(transactional_db, operator, login):
    client = login(operator.account)
    form = {"title": "Kreis <b>", "url": "https://kreis.example/ein", "names": "case.submitted\n case.closed "}
    text = client.post(reverse("operate:webhooks"), form).text
    webhook = Webhook.objects.get()
    assert webhook.secret in text
    assert webhook.names == ["case.submitted", "case.closed"]
    listed = client.get(reverse("operate:webhooks")).text
    assert webhook.secret not in listed
    assert "Kreis &lt;b&gt;" in listed


@pytest.mark.parametrize(
    "wrong", [{"url": "ftp://x"}, {"title": ""}, {"names": ""}, {"names": "\x00"}, {"title": "x" * 200}, {"url": ""}]
)
def test_a_wrong_entry_is_explained_and_kept(db, operator, login, wrong):
    form = {"title": "Kreis", "url": "https://kreis.example/ein", "names": "case.*", **wrong}
    response = login(operator.account).post(reverse("operate:webhooks"), form)
    assert response.status_code == 422
    assert 'role="alert"' in response.text
    assert not Webhook.objects.exists()


def test_stop_resume_and_remove(transactional_db, operator, login):
    webhook = webhooks.register(actor_key="system", title="Kreis", url="https://kreis.example/", names=["case.*"])
    client = login(operator.account)
    for button, active in (("stop", False), ("stop", False), ("resume", True), ("send_now", True)):
        client.post(reverse(f"operate:{button}", args=[webhook.pk]))
        webhook.refresh_from_db()
        assert webhook.active is active
    client.post(reverse("operate:remove", args=[webhook.pk]))
    assert not Webhook.objects.exists()
    assert client.post(reverse("operate:remove", args=[webhook.pk])).status_code == 404


def test_outages_can_be_rehearsed_in_the_demo_only(db, operator, login, settings, tmp_path):
    settings.HOME, settings.DEMO = tmp_path, True
    client = login(operator.account)
    client.post(reverse("operate:switch", args=["mail"]), {"away": "1"})
    assert (tmp_path / "outage" / "mail").exists()
    assert "zur Probe abgeschaltet" in client.get(reverse("operate:home")).text
    client.post(reverse("operate:switch", args=["mail"]))
    assert not (tmp_path / "outage" / "mail").exists()
    assert client.post(reverse("operate:switch", args=["etc"])).status_code == 404
    settings.DEMO = False
    assert client.post(reverse("operate:switch", args=["mail"]), {"away": "1"}).status_code == 404


def test_alive_asks_no_database(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert client.get(reverse("operate:alive")).json() == {"alive": True}


def test_ready_only_with_a_living_worker(transactional_db, client):
    response = client.get(reverse("operate:ready"))
    assert (response.status_code, response.json()["worker"]) == (503, False)
    heartbeat()
    response = client.get(reverse("operate:ready"))
    assert (response.status_code, response.json()) == (200, {"database": True, "migrations": True, "worker": True})
    heartbeat(seconds_ago=300)
    assert client.get(reverse("operate:ready")).status_code == 503


def test_not_ready_before_migrations(transactional_db, client, monkeypatch):
    monkeypatch.setattr(state, "_migrated", False)
    monkeypatch.setattr(state.MigrationExecutor, "migration_plan", lambda self, targets: ["one is missing"])
    heartbeat()
    assert client.get(reverse("operate:ready")).json() == {"database": True, "migrations": False, "worker": False}


def test_not_ready_without_database(client, monkeypatch, db):
    from django.db import OperationalError

    def away():
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(state.connection, "ensure_connection", away)
        assert client.get(reverse("operate:ready")).status_code == 503


@pytest.mark.parametrize("address", ["aufgabe/0/nochmal/", "aufgabe/999999999999999999/verwerfen/", "webhooks/7/anhalten/"])
def test_addresses_of_nothing(db, operator, login, address):
    assert login(operator.account).post(f"/betrieb/{address}").status_code in (302, 404)


@pytest.mark.parametrize("address", ["aufgabe/99999999999999999999/nochmal/", "aufgabe/-1/nochmal/", "webhooks/%00/anhalten/"])
def test_addresses_that_are_none(db, operator, login, address):
    assert login(operator.account).post(f"/betrieb/{address}").status_code == 404


def test_by_program(transactional_db, operator, clerk, client):
    def headers(staff):
        return {"authorization": f"Bearer {create_token(Actor(staff.account, staff, None, Trust.BASIC), 'x', 1)[1]}"}

    def post(staff, **data):
        body = {"title": "Kreis", "url": "https://kreis.example/", "names": ["case.*"], **data}
        return client.post(reverse("api:new_webhook"), body, content_type="application/json", headers=headers(staff))

    assert post(clerk).status_code == 403
    assert post(operator, url="javascript:x").status_code == 422
    made = post(operator).json()
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/=]{44}", made["secret"])
    (listed,) = client.get(reverse("api:webhooks"), headers=headers(operator)).json()
    assert "secret" not in listed
    assert client.get(reverse("api:webhooks"), headers=headers(clerk)).status_code == 403
    assert client.get(reverse("api:queue"), headers=headers(operator)).json()["working"] is False
    assert client.get(reverse("api:queue"), headers=headers(clerk)).status_code == 403
    url = reverse("api:remove_webhook", args=[made["id"]])
    assert client.delete(url, headers=headers(clerk)).status_code == 403
    assert client.delete(url, headers=headers(operator)).status_code == 204
    assert client.delete(url, headers=headers(operator)).status_code == 404
