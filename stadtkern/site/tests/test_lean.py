"""The short way through the middleware: what protects is there."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.test import Client
from django.test.client import ClientHandler
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.appointments.admission import about, state
from stadtkern.kernel.appointments.models import Matter, Wave
from stadtkern.site.lean import Lean, doors


class LeanClient(Client):
    """A browser whose requests go the short way, with CSRF checked."""

    def __init__(self, **more: Any) -> None:
        super().__init__(enforce_csrf_checks=True, **more)
        self.handler = _Handler(enforce_csrf_checks=True)


class _Handler(ClientHandler, Lean):
    pass


def test_the_short_way_protects_as_the_long_one(db: None, citizen: Account, login: Callable[[Account], Client]) -> None:
    state.forget(), about.forget()
    soon, today = timezone.now() + timedelta(minutes=5), timezone.localdate()
    matter = Matter.objects.create(key="pass", title="Pass")
    wave = Wave.objects.create(matter=matter, opens_at=soon, queue_from=timezone.now(), first=today, last=today)
    url, hers, short = f"/termin/einlass/{wave.pk}/", login(citizen), LeanClient()
    whole = hers.get(url)
    short.cookies = hers.cookies
    lean = short.get(url)
    assert "Auslosung" in whole.content.decode() and "Auslosung" in lean.content.decode()
    for name in (
        "Content-Security-Policy",
        "Permissions-Policy",
        "X-Frame-Options",
        "X-Content-Type-Options",
        "Referrer-Policy",
    ):
        assert lean[name] == whole[name], name
    assert lean["Cache-Control"] == "private, no-store" and int(lean["Content-Length"]) < 6000
    assert short.post(f"{url}buchen/", {}).status_code == 403, "CSRF holds on the short way, and the error page has its frame"
    assert short.get("/termin/einlass/999999999/").status_code == 404
    assert LeanClient().get(url).status_code == 302
    assert LeanClient().get("/meine-stadt/").status_code in (302, 403), "whatever comes here by mistake is not open"


def test_only_the_pages_of_one_queue_go_the_short_way(db: None) -> None:
    taken: list[str] = []
    door = doors(lambda environ, _start: taken.append(environ["PATH_INFO"]) or [])  # type: ignore[func-returns-value]
    for path in ("/", "/termin/einlass/", "/termin/einlass/betrieb/", "/termin/", "/termin/einlass", ""):
        door({"PATH_INFO": path}, lambda *_: None)
    assert len(taken) == 6
    told: list[str] = []
    asked = {"REQUEST_METHOD": "GET", "PATH_INFO": "/termin/einlass/7x/", "SERVER_NAME": "testserver", "SERVER_PORT": "80"}
    door({**asked, "wsgi.input": BytesIO()}, lambda status, _headers: told.append(status))
    assert len(taken) == 6 and told == ["404 Not Found"], "this one goes the short way"


def test_the_short_way_answers_to_the_names_of_this_server(db: None) -> None:
    assert LeanClient().get("/termin/einlass/1/", headers={"host": "elsewhere.example"}).status_code == 400
