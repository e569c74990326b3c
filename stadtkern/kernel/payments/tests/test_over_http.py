"""The real client against the provider's own server over HTTP: outages, lost answers, tokens, a kill in the middle."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from stadtkern.kernel.payments import actions
from stadtkern.kernel.payments.actions import asking
from stadtkern.kernel.payments.adapters import ProviderError, ProviderUnavailable
from stadtkern.kernel.payments.adapters import TransactionStatus as Word
from stadtkern.kernel.payments.adapters.demo_run import serve
from stadtkern.kernel.payments.adapters.demo_server import House
from stadtkern.kernel.payments.adapters.xbezahldienste import XBezahldienste
from stadtkern.kernel.payments.models import Payment

RETURN = "https://stadt.example/zahlung/1/zurueck/"
ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def house(home):
    made = House(
        home=home, address="", clients={"stadt": "geheim"}, originators=("stadtkern",), endpoints=("05999000",), pause=1
    )
    server = serve(made, 0)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


def client_of(address, **more):
    facts = {"client_id": "stadt", "secret": "geheim", "originator": "stadtkern", "endpoint": "05999000"} | more
    client = XBezahldienste(base=f"{address}/api", token_url=f"{address}/token", **facts)
    client._http.timeout = httpx.Timeout(0.7)
    return client


@pytest.fixture
def client(house, monkeypatch):
    made = client_of(house.address)
    monkeypatch.setattr(asking, "provider", lambda: made)
    return made


def press(url, button):
    answer = httpx.post(url, data={"press": button})
    assert answer.status_code == 303 and answer.headers["location"].startswith(RETURN)


def test_from_the_click_to_the_money(payment, client):
    url = actions.begin(payment, RETURN, "account:1")
    assert payment.purpose in httpx.get(url).text
    assert actions.begin(payment, RETURN, "account:1") == url
    assert actions.refresh(payment).status == Payment.Status.STARTED
    press(url, "paid")
    assert actions.refresh(payment).status == Payment.Status.PAID and payment.method == "CREDITCARD"


@pytest.mark.parametrize("button", ["cancel", "fail"])
def test_no_money_and_a_second_attempt(payment, client, button):
    press(actions.begin(payment, RETURN, "account:1"), button)
    assert actions.refresh(payment).status in (Payment.Status.CANCELLED, Payment.Status.FAILED)
    again = actions.reopen(payment, "account:1")
    press(actions.begin(again, RETURN, "account:1"), "paid")
    assert actions.refresh(again).status == Payment.Status.PAID


@pytest.mark.parametrize("mood", ["slow", "lost", "broken", "busy", "garbled", "strange"])
@pytest.mark.parametrize("strict", [True, False])
def test_an_outage_at_the_beginning_loses_nothing(payment, house, client, mood, strict):
    house.strict, house.mood = strict, mood
    with pytest.raises(ProviderUnavailable):
        actions.begin(payment, RETURN, "account:1")
    assert Payment.objects.get().status == Payment.Status.OPEN
    house.mood = ""
    press(actions.begin(payment, RETURN, "account:1"), "paid")
    assert actions.refresh(payment).status == Payment.Status.PAID


@pytest.mark.parametrize("mood", ["slow", "lost", "broken", "busy", "garbled", "strange"])
def test_an_outage_after_paying_loses_nothing(payment, house, client, mood):
    press(actions.begin(payment, RETURN, "account:1"), "paid")
    house.mood = mood
    with pytest.raises(ProviderUnavailable):
        actions.refresh(payment)
    assert Payment.objects.get().last_error
    house.mood = ""
    assert actions.refresh(payment).status == Payment.Status.PAID


def test_tokens_end_are_renewed_and_a_wrong_secret_is_a_refusal(payment, house, client):
    url = actions.begin(payment, RETURN, "account:1")
    house.tokens.clear()  # the provider was restarted
    press(url, "paid")
    assert actions.refresh(payment).status == Payment.Status.PAID
    house.mood = "forgetful"
    house.tokens.clear()
    with pytest.raises(ProviderError):
        client_of(house.address).fetch(payment.transaction_id)
    house.mood = ""
    for more in ({"secret": "falsch"}, {"client_id": "x"}, {"originator": "fremd"}, {"endpoint": "05999001"}):
        with pytest.raises(ProviderError):
            client_of(house.address, **more).fetch(payment.transaction_id)


@pytest.mark.parametrize(("change", "code"), [
    ({"purpose": "x" * 28}, "VALIDATION_ERROR"),
    ({"currency": "USD"}, "VALIDATION_ERROR"), ({"grosAmount": 1.0}, "CALCULATION_ERROR"),
    ({"grosAmount": 1_000_000.0}, "VALIDATION_ERROR"),
    ({"items": []}, "VALIDATION_ERROR"), ({"items": None}, "VALIDATION_ERROR"),
    ({"requestId": 7}, "VALIDATION_ERROR"),
])  # fmt: skip
def test_the_server_refuses_what_the_standard_forbids(payment, house, client, change, code):
    with pytest.raises(ProviderError) as refused:
        client.create(asking._request(payment, RETURN) | change)
    assert refused.value.code == code


def test_the_same_request_id_twice(payment, house, client):
    request = asking._request(payment, RETURN)
    first = client.create(request)
    with pytest.raises(ProviderError, match="PAYMENT_EXISTS"):
        client.create(request)
    house.strict = False
    assert client.create(request).transactionId == first.transactionId
    with pytest.raises(ProviderError, match="PAYMENT_EXISTS"):
        client.create(request | {"description": "anders"})


def test_doors_without_key(house):
    api = f"{house.address}/api/paymenttransaction/stadtkern/05999000"
    assert httpx.post(api, json={}).status_code == 401
    assert httpx.get(f"{house.address}/gibtsnicht").status_code == 404
    assert httpx.post(f"{house.address}/token", data={"grant_type": "password"}).status_code == 400
    assert httpx.get(f"{house.address}/pay/00000000-0000-0000-0000-000000000000").status_code == 404


def start_server(home, mood="", port=0):
    command = [sys.executable, "manage.py", "pay_provider", "--port", str(port), "--home", str(home), "--mood", mood]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ | {"STADTKERN_MODE": "test"}
    )
    return process, process.stdout.readline().split()[-1]


def test_the_provider_is_killed_in_the_middle(payment, home, monkeypatch):
    """It keeps the transaction and dies before it answers; after the restart there is one payment, paid once."""
    process, address = start_server(home, "die")
    try:
        made = client_of(address, secret="demo")
        monkeypatch.setattr(asking, "provider", lambda: made)
        with pytest.raises(ProviderUnavailable):
            actions.begin(payment, RETURN, "account:1")
        assert process.wait(10) == 137
        process, _ = start_server(home, port=int(address.rsplit(":", 1)[1]))
        press(actions.begin(payment, RETURN, "account:1"), "paid")
        assert actions.refresh(payment).status == Payment.Status.PAID
    finally:
        process.kill()
        process.wait()
    states = [one.status for one in asking_store(home)]
    assert sorted(states) == [Word.INITIAL, Word.PAYED]  # the first one was never shown to anybody


def asking_store(home):
    from stadtkern.kernel.payments.adapters.demo import DemoProvider

    return DemoProvider(home).transactions()
