"""In a real browser: a contest from the entry on a phone over the jury's desk to the prize."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from stadtkern.domains.participation import actions
from stadtkern.domains.participation.models import Contribution, Juror, Phase, Prize
from stadtkern.domains.participation.templating import template
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.payments.models import Disbursement

pytestmark = pytest.mark.browser


def test_a_contest_from_the_call_to_the_prize(make_process, citizen, other_citizen, moderator, second_moderator, open_tab):
    cache.clear()
    settings = template("ideenwettbewerb").defaults() | {"moderation": "after", "least_jurors": 1, "place": "none"}
    process = make_process("sommer", kind="ideenwettbewerb", title="Kühler Sommer", settings=settings)
    clerk, ada = Actor(moderator.account, moderator), Account.objects.create(email="ada@volk.example", name="Ada Strenge")
    actions.add_prize(clerk, process, "1. Preis", 100_000)
    actions.contribute(Actor(other_citizen), process, {"title": "Sonnensegel", "text": "Über der Marktstraße, im Sommer."})
    phone = open_tab(width=390, account=citizen, scripts=False)
    phone.go("/beteiligung/sommer/")
    phone.page.get_by_role("link", name="Idee einreichen").click()
    phone.page.get_by_label("Idee in einem Satz").fill("Trinkbrunnen am Rathausplatz")
    phone.page.get_by_label("Beschreibung").fill("An heißen Tagen gibt es dort kein Wasser.")
    phone.page.get_by_label("Grün").check()
    phone.page.get_by_role("button", name="Absenden").click()
    row = Contribution.objects.get(account=citizen)
    Phase.objects.filter(process=process).update(allows=["judge"])
    desk = open_tab(width=1280, account=moderator.account)
    board = "/beteiligung/verwaltung/sommer/wettbewerb/"
    desk.go(board)
    desk.page.get_by_text("Mitglied einladen").click()
    desk.page.get_by_label("Name, wie er öffentlich steht").fill("Ada Strenge")
    desk.page.get_by_role("button", name="Platz anlegen").click()
    jury = open_tab(width=1280, account=ada)
    jury.go(f"/beteiligung/sommer/jury/einladung/{Juror.objects.get().code}/")
    jury.page.get_by_role("button", name="Ich sage zu").click()
    desk.page.get_by_role("button", name="Wertung eröffnen").click()
    for points in ("9", "6"):
        jury.go("/beteiligung/sommer/jury/")
        jury.page.get_by_role("link", name="Idee", exact=False).first.click()
        assert citizen.name not in jury.page.content()
        for label in ("Nutzen für viele", "Umsetzbar", "Neu"):
            jury.page.get_by_label(label).fill(points)
        pages = [jury.axe(), jury.overflow() <= 0]
        jury.page.get_by_role("button", name="Speichern").click()
        assert pages == [[], True]
    jury.page.get_by_role("button", name="Wertung abschließen").click()
    Phase.objects.filter(process=process).update(ends_at=timezone.now() + timedelta(days=1))
    desk.go(board)
    desk.page.get_by_role("button", name="Wertung schließen und auszählen").click()
    prize = Prize.objects.get()
    desk.page.get_by_text("Vorschlagen 1. Preis").click()
    desk.page.get_by_label("Warum? Das lesen alle").fill("Er hilft allen, auch Hunden.")
    desk.page.get_by_label("Idee", exact=True).select_option(str(row.pk))
    desk.page.get_by_role("button", name="Vorschlagen", exact=True).click()
    lead = open_tab(width=1280, account=second_moderator.account)
    lead.go(board)
    lead.page.get_by_role("button", name="So entscheiden").click()
    lead.page.get_by_label("Wie hat die Jury entschieden?", exact=False).fill(
        "Die Jury hat lange beraten und dann entschieden."
    )
    lead.page.get_by_role("button", name="Ergebnis veröffentlichen").click()
    phone.go(f"/beteiligung/sommer/{row.reference}/")
    phone.page.get_by_role("link", name="auszahlen lassen").click()
    phone.page.get_by_label("IBAN").fill("DE02 1203 0000 0000 2020 51")
    phone.page.get_by_role("button", name="Auszahlen lassen").click()
    assert "DE02 … 2051" in phone.page.content() and Disbursement.objects.get().cents == prize.cents
    for path in ("", "gruppe/", "preise/", f"{row.reference}/"):
        small = phone.go(f"/beteiligung/sommer/{path}")
        assert (small.status, phone.overflow() <= 0) == (200, True), path
    desk.go(board)
    assert desk.axe() == [] and desk.overflow() <= 0
