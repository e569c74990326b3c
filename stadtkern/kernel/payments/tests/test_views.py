"""The payer's pages: own payments only, double clicks, forged returns, outages."""

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from stadtkern.kernel.accounts import draft_cookie
from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.payments import actions
from stadtkern.kernel.payments.adapters import TransactionStatus as Word
from stadtkern.kernel.payments.models import Payment
from stadtkern.lib import ids

from .conftest import RETURN

S = Payment.Status
PAGES = ["show", "state", "start", "back", "cancel", "retry", "receipt"]


@pytest.fixture
def browser(login, citizen):
    return login(citizen)


def at(name, payment):
    return reverse(f"payments:{name}", args=[payment.pk])


def started(browser, payment):
    page = browser.post(at("start", payment))
    payment.refresh_from_db()
    assert page.status_code == 302
    return page.url


def test_click_pay_return(browser, payment):
    assert "12,50" in browser.get(at("show", payment)).text
    pay_page = started(browser, payment)
    shown = browser.get(pay_page)
    assert "Es fließt kein Geld" in shown.text
    assert payment.purpose in shown.text
    home = browser.post(pay_page, {"press": "giro"}).url
    assert "status=PAYED" in home
    end = browser.get(home, follow=True)
    assert "Ihre Zahlung ist angekommen" in end.text
    assert payment.purpose in browser.get(at("receipt", payment)).text
    assert "Bezahlt" in browser.get(reverse("payments:list")).text


def test_a_forged_return_changes_nothing(browser, payment):
    started(browser, payment)
    end = browser.get(at("back", payment) + "?status=PAYED&transactionId=77", follow=True)
    payment.refresh_from_db()
    assert payment.status == S.STARTED
    assert "Ihre Zahlung läuft" in end.text
    assert not Event.objects.filter(name="payment.completed").exists()


def test_a_double_click_ends_at_the_same_pay_page(browser, payment):
    assert started(browser, payment) == started(browser, payment)


@pytest.mark.parametrize(("press", "status", "word"), [
    ("cancel", S.CANCELLED, "abgebrochen"), ("fail", S.FAILED, "nicht geklappt"),
])  # fmt: skip
def test_it_does_not_work_and_again(browser, payment, press, status, word):
    home = browser.post(started(browser, payment), {"press": press}).url
    assert word in browser.get(home, follow=True).text
    payment.refresh_from_db()
    assert payment.status == status
    pay_page = browser.post(at("retry", payment)).url
    assert browser.post(at("retry", payment)).url == pay_page, "a second click leads to the same attempt"
    browser.get(browser.post(pay_page, {"press": "card"}).url)
    assert list(Payment.objects.order_by("pk").values_list("status", flat=True)) == [status, S.PAID]


def test_a_silent_provider_leaves_it_open_and_it_can_be_given_up(browser, payment):
    pay_page = started(browser, payment)
    assert browser.post(pay_page, {"press": "silent"}).status_code == 504
    assert "Wir warten auf die Bestätigung" in browser.get(at("show", payment)).text
    assert "abgebrochen" in browser.post(at("cancel", payment), follow=True).text


def test_a_finished_pay_page_cannot_be_pressed_again(browser, payment):
    pay_page = started(browser, payment)
    browser.post(pay_page, {"press": "cancel"})
    browser.post(pay_page, {"press": "card"})
    assert "abgeschlossen" in browser.get(pay_page).text
    actions.refresh(payment)
    assert payment.status == S.CANCELLED


def test_an_outage_is_said_and_nothing_is_lost(browser, payment, outage):
    outage("")
    page = browser.post(at("start", payment), follow=True)
    assert "antwortet gerade nicht" in page.text
    outage(None)
    started(browser, payment)


def test_waiting_pages_do_not_press_a_failing_provider(browser, payment, outage, monkeypatch):
    started(browser, payment)
    Payment.objects.update(checked_at=timezone.now() - timedelta(minutes=1))
    outage("")
    assert "antwortet gerade nicht" in browser.get(at("state", payment)).text

    def never(*args):
        raise AssertionError("asked again too soon")

    monkeypatch.setattr(actions, "refresh", never)
    browser.get(at("state", payment))


def test_the_waiting_page_notices_the_end(browser, payment, provider):
    started(browser, payment)
    fragment = browser.get(at("state", payment) + "?war=STARTED")
    assert "HX-Refresh" not in fragment
    assert "hx-trigger" in fragment.text
    provider.press(payment.transaction_id, Word.PAYED)
    Payment.objects.update(checked_at=timezone.now() - timedelta(minutes=1))
    assert browser.get(at("state", payment) + "?war=STARTED")["HX-Refresh"] == "true"


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_foreign_payments_do_not_exist(login, other_citizen, clerk, operator, payment, name, method, client):
    for account in (other_citizen, clerk.account, operator.account):
        assert getattr(login(account), method)(at(name, payment)).status_code == 404
    visitor = getattr(client, method)(at(name, payment))
    assert visitor.status_code == 302
    assert "anmelden" in visitor.url or "login" in visitor.url
    payment.refresh_from_db()
    assert payment.status == S.OPEN


def test_get_never_pays_cancels_or_retries(browser, payment):
    for name in ("start", "cancel", "retry"):
        assert browser.get(at(name, payment)).url == at("show", payment)
    payment.refresh_from_db()
    assert payment.status == S.OPEN


def test_who_applied_without_signing_in_may_pay(client, provider, open_one):
    payment = open_one(None, draft_key=ids.digest("a secret"))
    answer = HttpResponse()
    draft_cookie.remember(answer, "a secret")
    client.cookies = answer.cookies
    assert client.get(at("show", payment)).status_code == 200
    assert client.post(at("start", payment)).status_code == 302


def test_the_operator_sees_what_waits_and_what_goes_back(login, operator, citizen, payment, outage, provider):
    outage("")
    with pytest.raises(Exception, match="switched off"):
        actions.begin(payment, RETURN, "account:1")
    outage(None)
    browser = login(operator.account)
    assert payment.purpose in browser.get(reverse("payments:operate")).text
    Payment.objects.update(status=S.SURPLUS, last_error="")
    page = browser.post(reverse("payments:refunded", args=[payment.pk]), follow=True)
    assert payment.purpose not in page.text
    assert login(citizen).get(reverse("payments:operate")).status_code == 403


def test_the_pay_page_of_an_unknown_or_switched_off_provider(client, payment, provider, outage):
    actions.begin(payment, RETURN, "account:1")
    url = reverse("payments:demo", args=[payment.transaction_id])
    assert client.get(url.replace(payment.transaction_id[:8], "00000000")).status_code == 404
    outage("")
    assert client.get(url).status_code == 503


def test_the_list_is_paged_by_key(browser, citizen, open_one):
    for number in range(27):
        open_one(citizen, f"case:{number}")
    assert browser.get(reverse("payments:list")).text.count("Meldebescheinigung") == 25, "what is to be paid stands there once"
    Payment.objects.update(status=S.EXPIRED)
    first = browser.get(reverse("payments:list"))
    assert first.text.count("Meldebescheinigung") == 50
    older = first.context["older"]
    assert browser.get(reverse("payments:list") + older).text.count("Meldebescheinigung") == 2
    for hostile in ("x", "-1", "9" * 5000, "²", "%00"):
        assert browser.get(reverse("payments:list"), {"before": hostile}).status_code == 200


def test_the_receipt_is_one_sealed_paper(browser, payment, provider):
    actions.begin(payment, RETURN, "account:1")
    assert browser.post(at("receipt", payment)).url == at("show", payment), "not before it is paid"
    provider.press(payment.transaction_id, Word.PAYED)
    actions.refresh(payment)
    urls = {browser.post(at("receipt", payment)).url for _ in range(2)}
    assert len(urls) == 1
    pdf = browser.get(urls.pop())
    assert pdf["Content-Type"] == "application/pdf"
    assert b"".join(pdf).startswith(b"%PDF") if pdf.streaming else pdf.content.startswith(b"%PDF")
    assert Document.objects.get().title == f"Quittung {payment.purpose}"
