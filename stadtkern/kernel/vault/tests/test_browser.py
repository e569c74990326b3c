"""The pages of the vault: accessible, narrow enough, one heading; for the owner and for the receiver."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.vault import actions

from .test_vault import picture

pytestmark = pytest.mark.browser


def test_every_page_is_accessible_and_fits(transactional_db, open_tab, citizen, resident):
    actor = Actor(citizen)
    item = actions.add_item(
        actor, kind="HOME", title="Mietvertrag Lindenstraße", valid_until=None, file_name="m.png", data=picture().read()
    )
    row, secret, code = actions.share(
        actor, fact="ITEM", recipient="Stadtbücherei", purpose="Büchereiausweis", lasts=timedelta(days=1), item=item
    )
    owner, stranger = open_tab(account=citizen), open_tab()
    stranger.go(reverse("vault:look", args=[secret]))
    stranger.page.get_by_label("Code").fill(code)
    stranger.page.get_by_role("button", name="Ansehen").click()
    assert "Von der Stadt nicht geprüft" in stranger.page.inner_text("main")
    assert stranger.everywhere() == []
    places = [reverse(f"vault:{name}") for name in ("overview", "registers", "add", "share")]
    for path in [*places, reverse("vault:shared", args=[row.pk]), reverse("vault:remove", args=[item.pk])]:
        assert owner.go(path).status == 200, path
        assert owner.everywhere() == [], path
        assert owner.page.locator("h1").count() == 1
    owner.go(reverse("vault:share"))
    owner.page.get_by_label("Was möchten Sie zeigen?").select_option("ADULT")
    owner.page.get_by_label("Wem?").fill("Kino am Markt")
    owner.page.get_by_label("Wofür?").fill("Altersprüfung")
    owner.page.get_by_role("button", name="Link erzeugen").click()
    told = owner.page.inner_text("main")
    assert re.search(r"\d{3} \d{3}", told) and "/tresor/geteilt/" in told
    assert owner.axe() == [] and owner.overflow() <= 0
