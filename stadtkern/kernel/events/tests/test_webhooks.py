"""Webhooks against a real receiver on this machine: signed, in order, again until accepted, never into private networks."""

import base64
import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from stadtkern.kernel.events import outgoing
from stadtkern.kernel.events.actions import record, webhooks
from stadtkern.kernel.events.models import Delivery, Event, Webhook, secret_sealer


class Receiver(HTTPServer):
    """Remembers what it was sent and answers what the test wants."""

    def __init__(self):
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/eingang?key=1"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.requests.append(({key.lower(): value for key, value in self.headers.items()}, body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 204)
        self.send_header("location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def receiver():
    server = Receiver()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def register(url, names=("test.*",)) -> Webhook:
    return webhooks.register(actor_key="staff:1", title="Kreis Musterland", url=url, names=names)


def happen(name="test.happened", number=1) -> Event:
    with transaction.atomic():
        return record(name, subject=f"test:{number}", actor="staff:7", data={"number": number})


def test_a_line_arrives_signed_and_says_nothing_about_the_clerk(transactional_db, receiver, run_jobs):
    webhook = register(receiver.url)
    event = happen()
    run_jobs()
    ((headers, body),) = receiver.requests
    assert webhook.secret not in str(Webhook.objects.values().get(pk=webhook.pk)), "the database knows it sealed only"
    key = base64.b64decode(webhook.secret.removeprefix("whsec_"))
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    assert headers["webhook-signature"] == "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    assert headers["webhook-id"] == f"event_{event.pk}"
    assert headers["host"] == f"127.0.0.1:{receiver.server_port}"
    content = json.loads(body)
    assert (content["type"], content["data"]["subject"], content["data"]["actor"]) == ("test.happened", "test:1", "staff")
    assert Delivery.objects.get().delivered_at


def test_only_matching_names_are_sent_once_each(transactional_db, receiver, run_jobs):
    register(receiver.url, ["test.happened", "other.*"])
    for number in range(3):
        happen(number=number)
    happen("test.ignored")
    happen("other.thing")
    run_jobs()
    assert [json.loads(body)["type"] for _, body in receiver.requests] == ["test.happened"] * 3 + ["other.thing"]
    run_jobs()
    assert len(receiver.requests) == 4


def test_a_refused_line_is_tried_again_while_others_pass(transactional_db, receiver, run_jobs):
    webhook = register(receiver.url)
    receiver.answers = [500]
    for number in range(2):
        happen(number=number)
    run_jobs()
    assert list(Delivery.objects.order_by("id").values_list("attempts", "last_error")) == [(1, "Antwort 500"), (1, "")]
    run_jobs()
    assert len(receiver.requests) == 2, "the pause has not passed"
    webhooks.try_now(webhook)
    run_jobs()
    assert not Delivery.objects.filter(delivered_at=None).exists()
    assert receiver.requests[0][0]["webhook-id"] == receiver.requests[2][0]["webhook-id"], "receivers can drop repeats"


def test_a_redirect_is_not_followed(transactional_db, receiver, run_jobs):
    register(receiver.url)
    receiver.answers = [302]
    happen()
    run_jobs()
    assert Delivery.objects.get().last_error == "Antwort 302"


def test_a_dead_receiver_costs_one_try_and_one_waiting_job(transactional_db, run_jobs):
    register("http://127.0.0.1:9/")
    for number in range(5):
        happen(number=number)
    run_jobs()
    assert sorted(Delivery.objects.values_list("attempts", flat=True)) == [0, 0, 0, 0, 1]
    assert ProcrastinateJob.objects.filter(status="todo").count() == 1


def test_a_lost_wake_up_is_made_up_for(transactional_db, receiver, run_jobs):
    webhook = register(receiver.url)
    Delivery.objects.create(webhook=webhook, event=happen("unheard.of"))
    run_jobs()
    assert not receiver.requests
    webhooks.wake_waiting()
    run_jobs()
    assert len(receiver.requests) == 1


def test_a_stopped_receiver_keeps_what_waits_and_gets_it_later(transactional_db, receiver, run_jobs):
    webhook = register(receiver.url)
    receiver.answers = [503]
    happen()
    run_jobs()
    webhooks.stop(webhook, actor_key="staff:1")
    happen(number=2)
    webhooks.try_now(webhook)
    run_jobs()
    assert len(receiver.requests) == 1
    webhooks.resume(webhook, actor_key="staff:1")
    run_jobs()
    assert len(receiver.requests) == 2


@pytest.mark.parametrize(
    "url",
    ["ftp://x.example/", "file:///etc/passwd", "javascript:alert(1)", "https://", "https:///pfad", "//x.example", "x",
     "https://user:pw@x.example/", "https://x.example:99999/", "https://[::1",
     "https://x.example:0/", "https://" + "ü" * 80 + ".example"],
)  # fmt: skip
def test_addresses_that_cannot_be_called_are_refused(db, url):
    with pytest.raises(webhooks.WebhookRefused):
        register(url)


@pytest.mark.parametrize("names", [[], [""], ["case"], ["*.*"], ["case.x y"], ["Case.submitted"], ["a.b"] * 3 + ["(.*)"]])
def test_names_that_match_nothing_are_refused(db, names):
    with pytest.raises(webhooks.WebhookRefused):
        register("https://x.example/", names)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0",
     "[::1]", "[::ffff:127.0.0.1]",
     "[fe80::1]", "[fd00::1]", "2130706433", "0x7f.1", "224.0.0.1", "100.64.0.1", "[2002:7f00:1::]"],
)  # fmt: skip
def test_outside_the_demo_no_line_enters_a_private_network(db, settings, receiver, host):
    settings.MODE = "production"
    sealed = secret_sealer().encrypt(outgoing.new_secret().encode()).decode()
    webhook = Webhook(url=f"http://{host}:{receiver.server_port}/", sealed_secret=sealed)
    sent = outgoing.send(webhook, Event(pk=1, name="test.happened", subject="test:1", actor="system"))
    assert sent.error and sent.unreachable
    assert not receiver.requests


def test_a_public_address_is_allowed_and_called_by_number(settings, monkeypatch):
    settings.MODE = "production"
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", lambda *a, **k: [(2, 1, 6, "", ("93.184.216.34", 443))])
    assert outgoing.resolve(outgoing.check_address("https://kreis.example/ein")) == "93.184.216.34"
    mixed = [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("10.0.0.5", 443))]
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", lambda *a, **k: mixed)
    with pytest.raises(outgoing.Forbidden):
        outgoing.resolve(outgoing.check_address("https://kreis.example/ein"))
