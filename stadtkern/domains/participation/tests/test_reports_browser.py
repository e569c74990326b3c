"""On a phone: a report without network that is sent later, once; at the desk: a morning with forty reports."""

import io
import time

import pytest
from PIL import Image

from stadtkern.domains.participation.actions import reports
from stadtkern.domains.participation.models import Attachment, Report
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Staff
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.geo import queries as geo
from stadtkern.lib.pictures import leftovers
from stadtkern.lib.pictures.tests.hostile import exif, paint

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HERE = {"latitude": 51.9624, "longitude": 8.0338}


@pytest.fixture
def roads(bureau) -> Office:
    return Office.objects.create(key="tiefbauamt", title="Tiefbauamt")


def noise() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((1200, 900), 90).convert("RGB").save(out, "JPEG", exif=exif((51.0, 57.0, 44.64), (8.0, 2.0, 1.68)))
    return out.getvalue()


OTHERS = """() => new Promise((done) => {
  const asked = indexedDB.open("maengel", 1);
  asked.onsuccess = () => {
    const all = asked.result.transaction(["wartend", "gesendet"], "readwrite");
    const fields = { category: "schlagloch", lat: "51.9624", long: "8.0338", text: "kaputt" };
    all.objectStore("wartend").put({ key: "00000000-0000-4000-8000-000000000000", fields, photo: null, at: 1 });
    all.objectStore("gesendet").put({ key: "alt", reference: "MS-ALT", url: "/maengel/", at: 1 });
    all.oncomplete = () => { asked.result.close(); done(); };
  };
})"""


def broken_once(monkeypatch):
    """The server stumbles over one of the reports."""
    whole = reports.report

    def report(actor, values, **more):
        if values["text"] == "kaputt":
            raise RuntimeError
        return whole(actor, values, **more)

    monkeypatch.setattr(reports, "report", report)


def test_reported_without_network_and_sent_later_once(roads, open_tab, monkeypatch):
    broken_once(monkeypatch)
    tab = open_tab(width=390, height=844, geolocation=HERE, permissions=["geolocation"])
    page = tab.page
    tab.go("/maengel/melden/")
    page.wait_for_selector("#melden[data-ready='1'][data-worked='1']")
    page.wait_for_selector("[data-geo-map][data-ready='1']")
    page.wait_for_function("caches.match('/maengel/melden/').then(Boolean)")
    tab.look("maengel-1-melden")
    tab.context.set_offline(True)
    began = time.monotonic()
    page.set_input_files("#photo", {"name": "foto.jpg", "mimeType": "image/jpeg", "buffer": noise()})
    page.wait_for_selector("#vorschau:not([hidden])")
    page.get_by_role("img", name="Ihr Foto").scroll_into_view_if_needed()
    at = page.locator("#bild").bounding_box()
    page.mouse.move(at["x"] + 60, at["y"] + 60)
    page.mouse.down()
    page.mouse.move(at["x"] + 180, at["y"] + 160)
    page.mouse.up()
    assert page.locator("#verdeckt").inner_text() == "Verdeckte Stellen: 1"
    page.get_by_label("In Ihren Worten").fill("Loch vor der Bäckerei")
    page.locator("#category").select_option("schlagloch")
    page.get_by_role("button", name="Meldung senden").click()
    page.wait_for_selector(".mm-said--success")
    assert "sobald Sie wieder Netz haben" in page.locator("#gesagt").inner_text()
    assert time.monotonic() - began < 40 and not Report.objects.exists()
    tab.look("maengel-2-wartet")
    page.reload()  # the page itself comes from the device
    page.wait_for_selector("#melden[data-ready='1']")
    assert "wartet auf diesem Gerät" in page.locator("#wartezahl").inner_text()
    page.evaluate(OTHERS)  # before it in the queue: one over which the server stumbles; and one sent long ago
    tab.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.evaluate("dispatchEvent(new Event('online'))")  # woken twice
    page.get_by_text("Gesendet. Nummer").wait_for()
    assert "MS-ALT" not in page.locator("#wartende").inner_text()
    page.get_by_text("Nicht gesendet: 500").wait_for()
    page.get_by_role("button", name="Verwerfen").click()
    page.get_by_text("Nicht gesendet: 500").wait_for(state="detached")
    made = Report.objects.get()
    assert (made.source, made.category, made.contribution.text) == ("offline", "schlagloch", "Loch vor der Bäckerei")
    assert made.contribution.lat == pytest.approx(51.9624, abs=1e-4)  # from the photo, read on the device
    photo = bytes(Attachment.objects.get().data)
    assert leftovers(photo) == []
    inside = Image.open(io.BytesIO(photo)).convert("L").crop((250, 230, 480, 420))
    outside = Image.open(io.BytesIO(photo)).convert("L").crop((700, 500, 930, 690))
    assert len(inside.getcolors(1000)) < len(outside.getcolors(1000))
    page.get_by_role("link", name="Meldung ansehen").first.click()
    page.wait_for_selector("[data-geo-map][data-ready='1']")
    tab.look("maengel-3-gesendet")
    expected = ("ERR_INTERNET_DISCONNECTED", "status of 500")
    tab.complaints[:] = [said for said in tab.complaints if not any(word in said for word in expected)]


def test_a_morning_with_forty_reports(roads, open_tab):
    streets = ["Bahnhofstraße", "Lindenstraße", "Königsallee", "Rosenweg", "Nordring", "Auenweg", "Dorfstraße", "Marktstraße"]
    kinds = ["schlagloch", "gehweg", "laterne", "baustelle"]
    for number in range(40):
        where = geo.find_address(f"{streets[number % 8]} {3 * number + 1}")[0]
        values = {"category": kinds[number % 4], "address": str(where), "text": f"Meldung Nummer {number}"}
        reports.report(Actor(), values, photo=paint(size=(300, 200)) if number % 5 == 0 else None)
    twin = reports.report(Actor(), {"category": "schlagloch", "address": "Bahnhofstraße 2", "text": "Schon wieder das Loch"})
    account = Account.objects.create(email="jo@stadt.example", name="Jo Kruse")
    colleague = Account.objects.create(email="mo@stadt.example", name="Mo Adler")
    for one in (account, colleague):
        Staff.objects.create(account=one, office=roads, role="CLERK")
    tab = open_tab(width=1280, account=account)
    page = tab.page
    tab.go("/maengel/schreibtisch/")
    assert page.locator("[data-row]").count() == 41 and page.get_by_role("link", name="Neu 41").is_visible()
    tab.look("maengel-4-schreibtisch", whole=False)
    for key in ("j", "x", "j", "x", "j", "x"):
        page.keyboard.press(key)
    assert page.locator("#gewaehlt").inner_text().startswith("3 /")
    page.locator("#clerk").select_option(label="Mo Adler")
    page.get_by_role("button", name="Zuweisen").click()
    assert page.get_by_text("Gespeichert für 3 Meldungen.").is_visible()
    assert Report.objects.filter(clerk__account=colleague).count() == 3
    page.keyboard.press("/")
    page.keyboard.type("Schon wieder")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Bahnhofstraße 2", exact=False).click()
    page.wait_for_selector("[data-geo-map][data-ready='1']")
    tab.look("maengel-5-bearbeiten")
    page.get_by_role("button", name="Text und Foto zeigen").click()
    page.get_by_role("button", name="Dasselbe: dorthin legen").first.click()
    twin.refresh_from_db()
    assert twin.state == "DUPLICATE" and not twin.listed
    tab.go("/maengel/schreibtisch/?liste=pruefen&art=gehweg")
    page.locator("[data-row] a").first.click()
    reference = page.url.rstrip("/").rpartition("/")[2]
    page.locator("#baustein").select_option(label="Gefahr beseitigt")
    page.locator("#state").select_option("DONE")
    page.set_input_files("#foto", {"name": "danach.png", "mimeType": "image/png", "buffer": paint("PNG", size=(400, 300))})
    page.get_by_role("button", name="Speichern und Bescheid sagen").click()
    done = Report.objects.get(contribution__reference=reference)
    assert done.state == "DONE" and Attachment.objects.filter(contribution=done.pk, role="after").count() == 1
    tab.go("/maengel/schreibtisch/zahlen/")
    tab.look("maengel-6-zahlen")
    phone = open_tab(width=390, height=844)
    phone.go("/maengel/")
    phone.page.wait_for_selector("[data-geo-map][data-ready='1']")
    phone.look("maengel-7-alle")
