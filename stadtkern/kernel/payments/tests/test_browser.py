"""The payer's pages in a real browser: accessible in light and dark, narrow and wide, by keyboard, without scripts."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from stadtkern.kernel.payments import actions
from stadtkern.kernel.payments.adapters import ProviderUnavailable
from stadtkern.kernel.payments.adapters import TransactionStatus as Word
from stadtkern.kernel.payments.models import Payment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
S = Payment.Status


def begun(payment, live_server):
    actions.begin(payment, live_server.url + reverse("payments:back", args=[payment.pk]), "account:1")
    return payment


@pytest.fixture
def one_of_each(transactional_db, provider, outage, open_one, citizen, live_server):
    """A payment in every state, by what a person sees."""
    rows = {}
    for number, (name, word) in enumerate(
        {"open": None, "running": Word.INITIAL, "paid": Word.PAYED, "failed": Word.FAILED, "given up": Word.CANCELED}.items()
    ):
        rows[name] = open_one(citizen, f"case:{number}")
        if word:
            begun(rows[name], live_server)
        if word and word != Word.INITIAL:
            provider.press(rows[name].transaction_id, word)
            actions.refresh(rows[name])
    rows["doubled"] = open_one(citizen, "case:90")
    Payment.objects.filter(pk=rows["doubled"].pk).update(status=S.SURPLUS, completed_at=timezone.now())
    rows["unanswered"] = open_one(citizen, "case:91")
    outage("")
    with pytest.raises(ProviderUnavailable):
        begun(rows["unanswered"], live_server)
    outage(None)
    return rows


def test_no_violations_and_no_sideways_scrolling(open_tab, one_of_each, citizen, operator):
    tab = open_tab(account=citizen)
    paths = [reverse("payments:show", args=[payment.pk]) for payment in one_of_each.values()]
    paths += [reverse("payments:receipt", args=[one_of_each["paid"].pk]), reverse("payments:list")]
    paths += [reverse("payments:demo", args=[one_of_each[name].transaction_id]) for name in ("running", "paid")]
    for path in paths:
        assert tab.go(path).status == 200
        assert (path, tab.everywhere()) == (path, [])
    desk = open_tab(account=operator.account)
    assert desk.go(reverse("payments:operate")).status == 200
    assert desk.everywhere() == []


@pytest.mark.parametrize("scripts", [True, False])
def test_by_keyboard_alone_with_and_without_scripts(open_tab, transactional_db, payment, citizen, scripts):
    tab = open_tab(account=citizen, scripts=scripts)
    tab.go(reverse("payments:show", args=[payment.pk]))
    tab.page.get_by_role("button", name="12,50\xa0€ bezahlen").press("Enter")
    tab.page.wait_for_url("**/demo-anbieter/**")
    assert tab.page.title() == "Demo-Bezahldienst"
    tab.page.get_by_role("button", name="Mit dem Girokonto bezahlen").press("Enter")
    tab.page.wait_for_url("**/zahlung/*/")
    assert tab.page.inner_text("h1") == "Bezahlt"


def test_the_waiting_page_notices_by_itself(open_tab, transactional_db, payment, provider, citizen, live_server):
    begun(payment, live_server)
    tab = open_tab(account=citizen)
    tab.go(reverse("payments:show", args=[payment.pk]))
    assert tab.page.inner_text("h1") == "Ihre Zahlung läuft"
    provider.press(payment.transaction_id, Word.PAYED)
    Payment.objects.update(checked_at=timezone.now() - timedelta(minutes=1))
    tab.page.get_by_role("heading", name="Bezahlt", exact=True).wait_for(timeout=15_000)


def test_another_site_is_reached_although_forms_may_not_lead_there(open_tab, transactional_db, payment, citizen, monkeypatch):
    """CSP form-action 'self' would block a redirect of the form to the provider; the page in between does not."""
    monkeypatch.setattr(actions, "begin", lambda *args: "https://pay.example/p/77?a=1&b=2")
    tab = open_tab(account=citizen)
    tab.page.route("https://pay.example/**", lambda route: route.fulfill(body="<h1>pay page</h1>", content_type="text/html"))
    tab.go(reverse("payments:show", args=[payment.pk]))
    tab.page.get_by_role("button", name="12,50\xa0€ bezahlen").click()
    tab.page.wait_for_url("https://pay.example/p/77?a=1&b=2")
    assert all(url.startswith("https://pay.example/") for url in tab.foreign)
    tab.foreign.clear()
