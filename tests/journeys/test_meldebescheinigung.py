"""A resident gets the certificate of residence: consent, register data, proof of identity, payment, sealed PDF, QR page."""

import subprocess
from pathlib import Path

import pytest
import zxingcpp
from django.conf import settings

from stadtkern.kernel.cases.models import Case, Status
from stadtkern.kernel.documents.actions import revoke
from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.documents.sealing import validate
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.payments.models import Payment
from stadtkern.kernel.privacy.models import Access, Consent

pytestmark = pytest.mark.browser


def apply_for_it(tab, press):
    """From the search to the confirmation page."""
    tab.go("/")
    tab.page.get_by_role("searchbox").first.fill("Meldebestätigung")
    tab.page.keyboard.press("Enter")
    tab.page.get_by_role("link", name="Meldebescheinigung bekommen").first.click()
    tab.page.get_by_role("link", name="Jetzt beginnen").or_(tab.page.get_by_role("button", name="Jetzt beginnen")).click()
    tab.page.get_by_label("Einfache Meldebescheinigung").check()
    tab.page.get_by_label("Wofür brauchen Sie die Bescheinigung?").select_option(label="Bank oder Versicherung")
    press(tab, "Weiter")


def show_card(tab, press, name):
    """The demo identity provider, as on its own site."""
    press(tab, "Weiter mit: Demo-Ausweis")
    tab.page.get_by_label(name).check()
    tab.page.get_by_label("PIN").fill("123456")
    press(tab, "Ausweisen")


@pytest.mark.parametrize("width", [390, 1280])
def test_from_the_search_to_the_sealed_pdf(town, open_tab, press, heading, run_jobs, tmp_path, width):
    zoe = town("zoe")
    tab = open_tab(width=width, account=zoe, accept_downloads=True)
    apply_for_it(tab, press)
    tab.page.wait_for_url("**/daten/")
    assert heading(tab) == "Dürfen wir Ihre Daten übernehmen?"
    press(tab, "Ja, Daten übernehmen")
    show_card(tab, press, "Zoë Łucja Çelik-Große")  # the yes still holds: nobody is asked twice
    # Name and address stand there as facts, with their source.
    assert "Çelik-Große" in tab.page.inner_text("main")
    assert "Melderegister" in tab.page.inner_text("main")
    press(tab, "Weiter")
    assert heading(tab) == "Stimmt alles?"
    assert "11,00\xa0€" in tab.page.inner_text("main")
    press(tab, "Antrag abschicken")
    assert heading(tab) == "Ihr Antrag ist eingegangen"
    case = Case.objects.get()
    assert case.status == Status.AWAITING_PAYMENT
    press(tab, "11,00\xa0€ bezahlen")
    press(tab, "Mit Karte bezahlen")
    run_jobs()
    case.refresh_from_db()
    assert (case.status, case.decision.automatic) == (Status.CLOSED, "§ 18 BMG i. V. m. § 35a VwVfG NRW")
    assert Payment.objects.get().status == Payment.Status.PAID
    assert Consent.objects.get().account == zoe
    assert Access.objects.filter(accounts=[zoe.pk], source="residents").exists()

    message = Message.objects.get(account=zoe)
    assert message.documents.count() == 1
    tab.go("/post/")
    tab.page.get_by_role("link", name=message.title).first.click()
    document = Document.objects.get(about=str(case), kind__icontains="Meldebescheinigung")
    with tab.page.expect_download() as download:
        tab.page.locator(f'a[href*="{document.number}"]').first.click()
    file = tmp_path / "bescheinigung.pdf"
    download.value.save_as(file)

    the_seal_holds(file)
    one_changed_byte_breaks_it(file, tmp_path)
    the_qr_page_tells(tab, file, document, tmp_path, heading)


def the_seal_holds(file: Path) -> None:
    found = validate.check(file.read_bytes())
    assert found.intact and found.ours
    assert "Signature is Valid" in pdfsig(file)


def one_changed_byte_breaks_it(file: Path, tmp_path: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 3] ^= 1
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(data)
    found = validate.check(bytes(data))
    assert not (found.intact and found.ours)
    assert "Signature is Valid" not in pdfsig(broken)


def pdfsig(file: Path) -> str:
    return subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, text=True).stdout


def the_qr_page_tells(tab, file, document, tmp_path, heading) -> None:
    """The code printed on the paper leads to a page without personal data: valid, later revoked."""
    subprocess.run(["pdftoppm", "-r", "200", "-png", "-f", "1", "-l", "1", str(file), str(tmp_path / "page")], check=True)
    from PIL import Image

    codes = [code.text for picture in tmp_path.glob("page*.png") for code in zxingcpp.read_barcodes(Image.open(picture))]
    assert len(codes) == 1 and codes[0].startswith(settings.BASE_URL)
    path = codes[0].removeprefix(settings.BASE_URL)
    tab.go(path)
    page = tab.page.inner_text("main")
    assert "gültig" in page.lower()
    assert "Çelik" not in page and "Zoë" not in page
    revoke("staff:1", document, "Anschrift war falsch")
    tab.go(path)
    assert "widerrufen" in tab.page.inner_text("main").lower()
    assert "Anschrift war falsch" not in tab.page.inner_text("main")
