"""Resident parking permit: begun on a desktop, scanned and finished on the phone, paid, issued, checked offline by a warden."""

import io
import json
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import zxingcpp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from PIL import Image

from stadtkern.kernel.accounts.actions.means import link_identity
from stadtkern.kernel.accounts.adapters import Identity
from stadtkern.kernel.accounts.models import Pairing, Trust
from stadtkern.kernel.cases.models import Case, Status
from stadtkern.kernel.documents import codes
from stadtkern.kernel.documents.models import Content, Document
from stadtkern.kernel.privacy.models import Consent
from stadtkern.kernel.registers.models import ParkingPermit
from stadtkern.ui.testing import Tab

pytestmark = pytest.mark.browser
MOST_ACTIONS, MOST_SECONDS = 9, 120
PLATE = "MST-ZC 42"


class Hand:
    """A person at one device; every press, choice and typing of one field is counted, scanning is not."""

    def __init__(self, tab: Tab) -> None:
        self.tab, self.done = tab, []

    def press(self, words: str, *, exact: bool = False) -> None:
        main = self.tab.page.locator("main")
        found = main.get_by_role("button", name=words, exact=exact).or_(main.get_by_role("link", name=words, exact=exact))
        assert found.count() == 1, f"{found.count()} × {words!r} on {self.tab.page.url}:\n{self.tab.page.inner_text('body')}"
        found.click()
        self.tab.page.wait_for_load_state()
        self.done.append(words)

    def choose(self, words: str) -> None:
        self.tab.page.get_by_label(words).check()
        self.done.append(f"wählt {words}")

    def type(self, label: str, text: str) -> None:
        self.tab.page.get_by_label(label, exact=True).fill(text)
        self.done.append(f"tippt {label}")


def codes_on(picture: bytes) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))]


def test_from_the_scan_to_the_permit_and_the_warden(town, open_tab, run_jobs, heading, settings, live_server):
    settings.BASE_URL = live_server.url
    zoe, warden = town("zoe"), town("bulent")
    # A known resident: she has signed in with BundID before.
    link_identity(zoe, "bundid", Identity(None, Trust.SUBSTANTIAL, subject="SIM-BPK2-zoe"), zoe.person.register_key)
    desktop, phone = open_tab(width=1280), open_tab(width=390)
    hand, begun = Hand(phone), time.monotonic()
    the_code_is_scanned(desktop, phone)
    hand.press(desktop.page.inner_text("#zahl"))  # the number of the first screen
    assert heading(phone) == "Dürfen wir Ihre Daten übernehmen?"
    desktop.page.get_by_text("Bestätigt").wait_for()
    hand.press("Ja, Daten übernehmen")
    hand.press("Weiter mit: BundID")  # nobody is signed in on the phone
    phone.page.get_by_role("heading", name="BundID").wait_for()
    hand.choose("Online-Ausweis")
    hand.press("Anmelden", exact=True)  # as the first of the invented people, who is chosen already
    phone.page.wait_for_url("**/vorgang/**")
    assert heading(phone) == "Das wurde abgerufen" and PLATE in phone.page.inner_text("main")
    hand.press("Übernehmen")
    assert heading(phone) == "Stimmt alles?", "nothing is left to ask"
    assert "Lindenstraße" in phone.page.inner_text("main") and "30,70" in phone.page.inner_text("main")
    hand.press("Abschicken und 30,70\xa0€ bezahlen")
    hand.press("Mit Karte bezahlen")
    run_jobs()
    case = Case.objects.get()
    assert (case.status, case.decision.automatic) == (Status.CLOSED, "§ 45 Abs. 1b StVO i. V. m. § 35a VwVfG NRW")
    seconds = time.monotonic() - begun
    print(f"{len(hand.done)} actions in {seconds:.1f} s: {hand.done}")
    assert len(hand.done) <= MOST_ACTIONS and seconds < MOST_SECONDS
    desktop.page.get_by_text("Auf dem Handy fertig").wait_for()
    assert Pairing.objects.get().state == "FINISHED"
    assert set(Consent.objects.values_list("evidence", flat=True)) == {"residents", "vehicles"}

    permit = ParkingPermit.objects.get()
    assert (permit.plate, permit.zone, permit.about) == (PLATE, "B", str(case))
    token = the_paper_carries_it(permit)
    the_warden_checks(open_tab(width=390, account=warden), permit, token)


def the_code_is_scanned(desktop: Tab, phone: Tab) -> None:
    """The phone opens what stands in the picture on the first screen."""
    desktop.go("/leistungen/bewohnerparkausweis/")
    desktop.page.get_by_role("link", name="Auf dem Handy weitermachen").click()
    desktop.page.locator("#zahl").wait_for()
    (address,) = codes_on(desktop.page.screenshot())
    assert address.startswith(f"{desktop.base}/handy/c/")
    phone.go(urlsplit(address).path)
    desktop.page.get_by_text("Auf dem Handy geöffnet").wait_for()


def the_paper_carries_it(permit: ParkingPermit) -> str:
    """Two codes on the sealed PDF: the page for everybody, and the signed one for the wardens."""
    paper = Document.objects.get(number=permit.document_number)
    assert paper.valid_until == permit.valid_until
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ausweis.pdf"
        file.write_bytes(bytes(Content.objects.get(document=paper).data))
        subprocess.run(["pdftoppm", "-r", "200", "-png", str(file), f"{folder}/page"], check=True)
        found = [code for picture in sorted(Path(folder).glob("page*.png")) for code in codes_on(picture.read_bytes())]
    signed = [code for code in found if "#" in code]
    assert len(found) == 2 and len(signed) == 1
    claims = codes.read(signed[0].rpartition("#")[2])
    assert (claims["plate"], claims["zone"], claims["number"]) == (PLATE, "B", permit.number)
    return signed[0]


def forged(token: str, **changed: str) -> str:
    """The same code with other claims, signed with a key of one's own."""
    head, body, _signature = token.rpartition("#")[2].split(".")
    body = codes._pack(json.loads(codes._bytes(body.encode())) | changed)
    r, s = decode_dss_signature(
        ec.generate_private_key(ec.SECP256R1()).sign(f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))
    )
    return f"{head}.{body}.{codes._text(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def with_other_plate(token: str) -> str:
    """The city's own signature over something else."""
    head, body, signature = token.rpartition("#")[2].split(".")
    return f"{head}.{codes._pack(json.loads(codes._bytes(body.encode())) | {'plate': 'MST-XX 1'})}.{signature}"


def the_warden_checks(tab: Tab, permit: ParkingPermit, token: str) -> None:
    """Loaded once, then without network: valid, forged, changed, other zone, unknown; revoked after the next list."""
    tab.go("/mobility/parken/kontrolle/")
    tab.page.locator("#kontrolle[data-ready]").wait_for()
    assert tab.axe() == [] and tab.overflow() <= 0
    tab.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    tab.page.reload()  # through the service worker, which keeps the page
    tab.page.locator("#kontrolle[data-ready]").wait_for()

    def says(text: str, zone: str = "B") -> str:
        tab.page.get_by_label("In welcher Zone stehen Sie?").select_option(zone)
        tab.page.locator("#text").fill(text)
        tab.page.locator("#ergebnis").evaluate("box => box.replaceChildren()")
        tab.page.get_by_role("button", name="Prüfen").click()
        tab.page.locator(".pk-result").wait_for()
        return str(tab.page.locator(".pk-word").inner_text()).strip()

    tab.context.set_offline(True)
    tab.page.reload()
    tab.page.locator("#kontrolle[data-ready]").wait_for()
    assert "Stand " in tab.page.inner_text("#stand")
    assert says(token) == "Gültig" and PLATE in tab.page.inner_text("#ergebnis")
    assert says("mst zc 42") == "Gültig" and says(permit.number, "") == "Gültig"
    assert says(forged(token, plate="MST-XX 1")) == "Gefälscht" and says(forged(token)) == "Gefälscht"
    assert says(with_other_plate(token)) == "Gefälscht"
    assert says(token, "A") == "Andere Zone" and says("MST-QQ 999") == "Nicht gefunden"
    tab.context.set_offline(False)
    revoke_at_the_desk(tab, permit)
    tab.go("/mobility/parken/kontrolle/")
    tab.page.locator("#kontrolle[data-ready]").wait_for()
    tab.context.set_offline(True)
    assert says(token) == "Widerrufen" and says(PLATE) == "Widerrufen"
    tab.context.set_offline(False)
    assert PLATE not in kept_on_the_phone(tab)
    tab.page.get_by_role("button", name="Abmelden und Liste löschen").click()
    tab.page.wait_for_url(f"{tab.base}/")
    assert tab.page.evaluate("caches.keys()") == [] and tab.page.evaluate("indexedDB.databases()") == []


def revoke_at_the_desk(tab: Tab, permit: ParkingPermit) -> None:
    tab.go(f"/mobility/parken/ausweise/{permit.number}/")
    tab.page.get_by_label("anderes Fahrzeug").check()
    tab.page.get_by_role("button", name="Ausweis widerrufen").click()
    tab.page.get_by_text("Der Ausweis ist widerrufen").wait_for()
    assert Document.objects.get(number=permit.document_number).revoked_at


def kept_on_the_phone(tab: Tab) -> str:
    """Everything in the phone's own store, as text."""
    read = """() => new Promise(done => { const open = indexedDB.open("kontrolle", 1); open.onsuccess = () => {
      const all = open.result.transaction("listen").objectStore("listen").getAll();
      all.onsuccess = () => { open.result.close(); done(JSON.stringify(all.result)); }; }; })"""
    return str(tab.page.evaluate(read))
