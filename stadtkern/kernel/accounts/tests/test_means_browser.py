"""BundID in a real browser: forms between the houses, the content security policy, the narrow screen, no script."""

import pytest
from django.core.cache import cache

from stadtkern.kernel.accounts.models import Account, ExternalIdentity

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False])
def test_sign_in_by_bundid_and_come_back(open_tab, transactional_db, live_server, settings, scripts):
    settings.BASE_URL = live_server.url
    cache.clear()
    tab = open_tab(width=320, scripts=scripts)
    tab.go("/konto/login/?next=/konto/angaben/")
    if scripts:
        assert tab.overflow() <= 0 and tab.axe() == []
    tab.page.get_by_role("button", name="Weiter mit: BundID").click()
    if not scripts:
        tab.page.get_by_role("button", name="Weiter zu BundID").click()
    tab.page.get_by_role("heading", name="BundID (Vorführung)").wait_for()
    tab.page.get_by_label("María José Núñez Peña").check()
    tab.page.get_by_label("Online-Ausweis").check()
    tab.page.get_by_role("button", name="Anmelden", exact=True).click()
    if not scripts:
        tab.page.get_by_role("button", name="Zurück zur Stadt").click()
    tab.page.get_by_role("heading", name="Zum ersten Mal hier").wait_for()
    if scripts:
        assert tab.overflow() <= 0 and tab.axe() == []
    tab.page.get_by_role("button", name="Neues Konto anlegen").click()
    tab.page.wait_for_url("**/konto/angaben/")
    assert ExternalIdentity.objects.get().account == Account.objects.get()
    tab.go("/konto/uebersicht/")
    if scripts:
        assert tab.overflow() <= 0 and tab.axe() == []
    tab.check()
