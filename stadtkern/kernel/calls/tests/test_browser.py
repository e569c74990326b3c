"""Two real browsers hold a call: directly, and over a relay; a third is refused; a dead relay is said within ten seconds."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from stadtkern.kernel.calls.models import Call, Seat, Signal
from stadtkern.kernel.city.profile import city
from stadtkern.ui.testing import CHROMIUM, Tab, sign_in

from .conftest import link_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FAKE = ["--use-fake-device-for-media-stream=fps=15", "--use-fake-ui-for-media-stream"]
FRAMES = 15  # decoded of the other side's picture
SPY = """
window.peers = [];
const Real = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Real { constructor(...all) { super(...all); window.peers.push(this); } };
"""
STATS = """async () => {
  const found = {frames: 0, energy: 0, pair: []};
  const live = window.peers.filter((one) => one.connectionState === "connected").pop();
  if (!live) return found;
  const stats = await live.getStats();
  stats.forEach((one) => {
    if (one.type === "inbound-rtp" && one.kind === "video") found.frames += one.framesDecoded || 0;
    if (one.type === "inbound-rtp" && one.kind === "audio") found.energy += one.totalAudioEnergy || 0;
    if (one.type === "transport" && one.selectedCandidatePairId) {
      const pair = stats.get(one.selectedCandidatePairId);
      found.pair = [stats.get(pair.localCandidateId).candidateType, stats.get(pair.remoteCandidateId).candidateType];
      found.srtp = one.srtpCipher; found.dtls = one.dtlsState;
    }
  });
  return found;
}"""


@pytest.fixture(scope="module")
def chromium(browser: Browser) -> Iterator[Browser]:
    """One browser for this module, with a camera and a microphone that are not there."""
    started = browser.browser_type.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", *FAKE])
    yield started
    started.close()


@pytest.fixture
def tabs(chromium: Browser, live_server: Any) -> Iterator[Any]:
    opened: list[Tab] = []

    def tab(account: Any = None, width: int = 1280) -> Tab:
        context = chromium.new_context(viewport={"width": width, "height": 800}, locale="de-DE", reduced_motion="reduce")
        context.add_init_script(SPY)
        if account is not None:
            sign_in(context, live_server.url, account)
        opened.append(Tab(context, live_server.url))
        return opened[-1]

    yield tab
    for one in opened:
        one.context.close()
    for one in opened:
        one.check()


def through_the_door(tab: Tab) -> None:
    """Agree, test the devices, go in."""
    tab.page.get_by_role("button", name="Einverstanden, weiter").click()
    tab.page.get_by_role("button", name="Kamera und Mikrofon einschalten").click()
    tab.page.get_by_role("button", name=re.compile("In den (Warter|R)aum")).click()
    tab.page.get_by_role("heading", name="Warteraum").wait_for()


def connected(page: Page, words: str) -> None:
    page.get_by_text(words).wait_for(timeout=9_000)


def media(page: Page) -> dict[str, Any]:
    """Wait until enough of the other side was seen and heard."""
    until = time.monotonic() + 8
    while True:
        found: dict[str, Any] = page.evaluate(STATS)
        if (found["frames"] > FRAMES and found["energy"] > 0) or time.monotonic() > until:
            return found
        page.wait_for_timeout(150)


def wide(page: Page) -> int:
    """The width of the shown screen, as soon as a picture of it has come."""
    for _turn in range(50):
        if found := int(page.locator("[data-at=screen]").evaluate("(one) => one.videoWidth")):
            return found
        page.wait_for_timeout(100)
    return 0


def both_inside(row: Any, guest: Tab, desk: Tab) -> float:
    """From the link and from the desk into the room; returns the moment the door was opened."""
    guest.go(link_of(row))
    guest.page.get_by_role("button", name="Weiter zum Videotermin").click()
    through_the_door(guest)
    guest.page.get_by_text("Im Amt ist noch niemand im Raum").wait_for()
    desk.go(f"/video/termin/{row.pk}/")
    through_the_door(desk)
    desk.page.get_by_role("button", name="Einlassen").click()
    return time.monotonic()


def test_two_hold_a_call_and_a_third_is_refused(tabs, book, clerk):
    row = book()
    guest, desk = tabs(width=390), tabs(clerk.account)
    began = both_inside(row, guest, desk)
    for side in (guest, desk):
        connected(side.page, "Verbunden, direkt von Gerät zu Gerät")
    print(f"direct: connected on both sides {time.monotonic() - began:.2f} s after the door was opened")
    for side in (guest, desk):
        seen = media(side.page)
        print("direct:", seen)
        assert seen["frames"] > FRAMES and seen["energy"] > 0 and "relay" not in seen["pair"] and seen["dtls"] == "connected"
        assert side.overflow() <= 0
    assert guest.axe() == []
    digits = [side.page.locator("[data-at=digits]").text_content() for side in (guest, desk)]
    assert re.fullmatch(r"\d{3} \d{3}", digits[0]) and digits[0] == digits[1]
    # Whoever else has the link stays outside, and the two notice nothing.
    third = tabs(width=320)
    third.go(link_of(row))
    third.page.get_by_role("button", name="Weiter zum Videotermin").click()
    third.page.get_by_role("heading", name="In diesem Gespräch sind schon zwei").wait_for()
    assert third.axe() == [] and third.overflow() <= 0 and Seat.objects.count() == 2
    assert all(side.page.evaluate("window.peers.at(-1).connectionState") == "connected" for side in (guest, desk))
    # A page loaded again is back in the call by itself.
    guest.page.reload()
    for side in (guest, desk):
        connected(side.page, "Verbunden, direkt von Gerät zu Gerät")
    assert media(guest.page)["frames"] > FRAMES
    # The clerk shows the screen: negotiated anew in the running call. Typed lines pass through no server.
    desk.page.get_by_role("button", name="Bildschirm zeigen").click()
    guest.page.get_by_text("Das Amt zeigt den Bildschirm").wait_for()
    assert wide(guest.page) > 0
    guest.page.get_by_text("Nachrichten und Sicherheit").click()
    guest.page.get_by_label("Nachricht schreiben").fill("<b>Guten Tag</b>")
    guest.page.get_by_role("button", name="Senden").click()
    desk.page.get_by_text("Nachrichten und Sicherheit").click()
    desk.page.get_by_text("<b>Guten Tag</b>").wait_for()
    # The clerk ends it; nothing the browsers told each other is left.
    desk.page.get_by_role("button", name="Gespräch beenden").click()
    desk.page.get_by_role("heading", name="Das Gespräch ist beendet").wait_for()
    guest.page.get_by_role("heading", name="Das Gespräch ist beendet").wait_for(timeout=8_000)
    call = Call.objects.get()
    assert (Signal.objects.count(), Seat.objects.count(), call.relayed, call.ended_by) == (0, 0, False, "STAFF")


@pytest.fixture
def relay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """coturn on this machine for this test, and a city whose every call goes over it."""
    if not shutil.which("turnserver"):
        pytest.skip("coturn is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    file = tmp_path / "turnserver.conf"
    file.write_text(
        f"listening-port={port}\nlistening-ip=127.0.0.1\nrelay-ip=127.0.0.1\nmin-port=49160\nmax-port=49400\n"
        "use-auth-secret\nstatic-auth-secret=nur-im-test\nrealm=musterstadt.example\nallow-loopback-peers\nno-cli\n"
        f"no-tls\nno-dtls\nlog-file=stdout\npidfile={tmp_path}/pid\nuserdb={tmp_path}/db\n"
    )
    settings.TURN_SECRET = "nur-im-test"
    monkeypatch.setitem(city().raw, "calls", {"turn": [f"turn:127.0.0.1:{port}?transport=udp"], "relay_only": True})
    running = subprocess.Popen(["turnserver", "-c", str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 5
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield running
    running.kill()
    running.wait()


def test_over_the_relay_and_what_is_said_when_it_is_dead(tabs, book, citizen, clerk, relay):
    row = book(citizen)
    guest, desk = tabs(width=390), tabs(clerk.account)
    began = both_inside(row, guest, desk)
    for side in (guest, desk):
        connected(side.page, "Verbunden über den Vermittlungsserver")
    print(f"relayed: connected on both sides {time.monotonic() - began:.2f} s after the door was opened")
    for side in (guest, desk):
        seen = media(side.page)
        print("relayed:", seen)
        assert seen["frames"] > FRAMES and seen["energy"] > 0 and seen["pair"] == ["relay", "relay"]
    guest.page.wait_for_timeout(400)
    assert Call.objects.get().relayed is True
    relay.kill()
    relay.wait()
    for side in (guest, desk):
        side.page.reload()
    began = time.monotonic()
    for side in (guest, desk):
        side.page.get_by_role("alert").get_by_text("Es kommt keine Verbindung zustande").wait_for(timeout=10_000)
    took = time.monotonic() - began
    print(f"relay dead: said on both sides after {took:.2f} s")
    assert took < 10
    assert guest.page.get_by_role("alert").get_by_role("link", name="0123 456-100").is_visible()
    assert desk.page.get_by_role("alert").get_by_role("link", name="0123 777").is_visible()
    assert guest.overflow() <= 0
