"""The cards, the way into the wallet and the public page in a real browser: narrow, by axe, readable by a camera."""

import io
import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from stadtkern.kernel.credentials import actions, codes
from stadtkern.kernel.credentials.models import Grant
from stadtkern.kernel.documents.models import Document
from stadtkern.lib.sdjwt import new_key, public

from .conftest import CLAIMS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_the_card_to_the_code_on_a_phone(open_tab, citizen, live_server, settings):
    zxingcpp = pytest.importorskip("zxingcpp")
    from PIL import Image

    cache.clear()
    settings.BASE_URL = live_server.url
    paper = Document.objects.create(number="2026-X-1", about="case:17", account=citizen, title="M", verify_code="B" * 27)
    row = actions.offer(
        account=citizen, about="case:17", kind="meldebescheinigung", title="Meldebescheinigung", claims=CLAIMS,
        actor_key="system", document=paper, valid_until=timezone.localdate() + timedelta(days=100),
    )  # fmt: skip
    tab = open_tab(account=citizen, width=320)
    for path in ("/nachweise/", f"/nachweise/{row.pk}/", f"/nachweise/{row.pk}/zeigen/", f"/nachweise/{row.pk}/loeschen/"):
        assert tab.go(path).status == 200
        assert tab.axe() == [] and tab.overflow() <= 0, path
    tab.go("/nachweise/")
    tab.page.get_by_role("link", name="In die Wallet übernehmen").click()
    tab.page.get_by_role("button", name="QR-Code anzeigen").click()
    assert tab.axe() == [] and tab.overflow() <= 0
    picture = Image.open(io.BytesIO(tab.page.locator(".cr-code").screenshot()))
    link = tab.page.get_by_role("link", name="In der Wallet öffnen").get_attribute("href")
    assert [one.text for one in zxingcpp.read_barcodes(picture)] == [link]
    grant = Grant.objects.get()
    key = link.rpartition("angebot%2F")[2].removesuffix("%2F")
    assert tab.page.locator(".cr-pin").inner_text() == codes.pin_of(codes.code_of(key))
    token = actions.exchange(codes.code_of(key), codes.pin_of(codes.code_of(key)))
    proof = actions.hand_over(actions.grant_of(token), [public(new_key())], [codes.nonce()]).credentials[0]
    tab.page.get_by_role("link", name="Ist er angekommen?").click()
    assert tab.page.get_by_text("Der Nachweis ist in Ihrer Wallet").is_visible() and grant.pk
    tab.go("/nachweise/pruefen/")
    assert tab.axe() == [] and tab.overflow() <= 0
    tab.page.get_by_label("Der Nachweis als Text").fill(proof)
    tab.page.get_by_role("button", name="Prüfen").click()
    assert tab.page.get_by_text("Echt und gültig").is_visible() and tab.axe() == [] and tab.overflow() <= 0
    assert json.dumps(CLAIMS["family_name"]) and tab.page.get_by_text("Çelik-Müller").count()
    tab.check()
