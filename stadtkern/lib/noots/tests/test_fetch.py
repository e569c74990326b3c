"""The four steps, and every way they may fail, against our own other side: in this process and over a real socket."""

import socketserver
import threading
from contextlib import contextmanager
from wsgiref.simple_server import WSGIRequestHandler, make_server

import httpx
import pytest

from stadtkern.lib.noots import messages
from stadtkern.lib.noots.client import Client
from stadtkern.lib.noots.fake import App

ZOE = messages.Subject("Çelik", "Zoë", "1991-03-14")
QUESTION = messages.Question("05999000", "urn:x", "probe", "§ 1", "05999000", ZOE, ["name"], "7")
FAULTS = {
    "503": messages.Unavailable,
    "not_found": messages.NobodyFound,
    "several": messages.SeveralFound,
    "forbidden": messages.NotAllowed,
    "no_provider": messages.NoProvider,
    "no_json": messages.Unreadable,
    "wrong_person": messages.SomebodyElse,
}


def app(fault="", **more):
    return App(lambda subject: ["12345678901"], lambda code, idnr, fields: [{"name": "Zoë"}], fault=lambda: fault, **more)


def client(other, **more):
    return Client(httpx.Client(base_url="http://x/", transport=httpx.WSGITransport(app=other)), **more)


def test_four_steps_in_their_order_and_no_more_said_than_needed():
    other = app()
    told = client(other).fetch(QUESTION)
    assert told.records == [{"name": "Zoë"}] and told.maturity == "C" and told.provider.title == "Standesamt (Demo)"
    assert [step for step, _ in other.asked] == ["identity", "navigation", "permission", "evidence"]
    said = dict(other.asked)
    assert "subject" not in said["evidence"] and "idnr" not in said["permission"] and "subject" not in said["navigation"]
    assert said["evidence"]["consent"] == "7" and said["evidence"]["preview"] is True


@pytest.mark.parametrize(("fault", "trouble"), FAULTS.items())
def test_every_fault_has_its_name(fault, trouble):
    with pytest.raises(trouble):
        client(app(fault)).fetch(QUESTION)


def test_an_old_answer_is_no_answer():
    other = app()
    asks = client(other)
    asks.fetch(QUESTION)
    other.fault = lambda: "replay"
    with pytest.raises(messages.Unreadable):
        asks.fetch(QUESTION)


def test_a_picture_is_delivered_as_what_it_is():
    told = client(app("immature")).fetch(QUESTION)
    assert told.maturity == "B" and not told.records and told.document.startswith(b"%PDF-")


def test_patience_counts_over_all_steps():
    now = [0.0]
    other = app("slow", pause=lambda seconds: now.__setitem__(0, now[0] + 2))
    with pytest.raises(messages.TooSlow):
        client(other, clock=lambda: now[0]).fetch(QUESTION)
    assert len(other.asked) == 3


@pytest.mark.parametrize(
    "answer",
    [b"[]", b"null", b"{", b'{"matches": 7}', b'{"matches": [7]}', b'{"matches": [{"idnr": ""}]}', b"\xff\xfe", b"[" * 100_000,
     b'{"matches": [{"idnr": "1\\u0000"}]}', b"x" * 2_000_001],
)  # fmt: skip
def test_hostile_answers_are_unreadable(answer):
    http = httpx.Client(
        base_url="http://x/", transport=httpx.MockTransport(lambda request: httpx.Response(200, content=answer))
    )
    with pytest.raises(messages.Unreadable):
        Client(http).fetch(QUESTION)


def test_a_redirect_is_not_followed():
    away = httpx.MockTransport(lambda request: httpx.Response(302, headers={"Location": "http://evil.example/"}))
    with pytest.raises(messages.Unavailable):
        Client(httpx.Client(base_url="http://x/", transport=away)).fetch(QUESTION)


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


@contextmanager
def served(other):
    with make_server("127.0.0.1", 0, other, handler_class=Quiet) as server:
        assert isinstance(server, socketserver.BaseServer)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_over_a_real_socket_with_slowness_and_nobody_there():
    with served(app()) as base:
        assert Client(httpx.Client(base_url=base, trust_env=False)).fetch(QUESTION).records
    with pytest.raises(messages.Unavailable):
        Client(httpx.Client(base_url=base, trust_env=False)).fetch(QUESTION)
    with served(app("slow", seconds=0.3)) as base, pytest.raises(messages.TooSlow):
        Client(httpx.Client(base_url=base, trust_env=False), patience=0.1).fetch(QUESTION)
