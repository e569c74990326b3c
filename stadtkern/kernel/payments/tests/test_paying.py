"""Paying without a case, with and without an account; a bill by its Kassenzeichen; one's own claims, instalments, receipts."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.payments import actions, erasure, payables
from stadtkern.kernel.payments.actions import Item
from stadtkern.kernel.payments.adapters import TransactionStatus as Word
from stadtkern.kernel.payments.models import Memo, Payment, Position, Receivable
from stadtkern.kernel.payments.report import report

GIFT = reverse("payments:offer", args=["stadtwald"])
BILL = reverse("payments:bill")
WIDE = "４００１２３４５"  # digits of another script


def claim(account, cents=12000, **more):
    return claim_about(account, "case:17", cents, **more)


def claim_about(account, about, cents=12000, **more):
    return actions.raise_claim(
        about=about, items=[Item("Hundesteuer", cents)], description="Hund anmelden MS-1", actor_key="system",
        account=account, instalments={"most": 4, "least_cents": 2500}, **more,
    )  # fmt: skip


def paid_online(browser, url, provider):
    """Through the pay page and back; returns the page one ends on."""
    start = browser.post(url, follow=True)
    payment = Payment.objects.order_by("-pk").first()
    provider.press(payment.transaction_id, Word.PAYED, "CARD")
    assert "Demo-Bezahldienst" in start.text
    return browser.get(f"/zahlung/{payment.pk}/zurueck/", follow=True)


@pytest.mark.parametrize("with_account", [True, False])
def test_a_donation(db, provider, citizen, login, with_account):
    browser = login(citizen) if with_account else Client()
    assert "25,00" in browser.get(f"{GIFT}?betrag=25,00").text
    page = browser.post(GIFT, {"betrag": "25", "once": "abc"})
    assert browser.post(GIFT, {"betrag": "25", "once": "abc"}).url == page.url, "a double click is one payment"
    row = Receivable.objects.get()
    assert (row.voluntary, row.claimed_cents, row.account) == (True, 2500, citizen if with_account else None)
    end = paid_online(browser, f"{page.url}bezahlen/", provider)
    assert "Bezahlt" in end.text
    receipt = browser.get(reverse("payments:claim_receipt", args=[row.pk]))
    assert "keine Zuwendungsbestätigung" in receipt.text and "25,00" in receipt.text
    assert Client().get(reverse("payments:claim", args=[row.pk])).status_code == 302
    assert not Receivable.objects.overdue(timezone.localdate() + timedelta(days=99)).exists()


@pytest.mark.parametrize(("key", "typed"), [
    ("stadtwald", {"betrag": "0,99"}), ("stadtwald", {"betrag": "10000,01"}), ("stadtwald", {"betrag": "viel\x00"}),
    ("stadtwald", {}), ("schulessen", {"betrag": "20", "angabe": "1234"}), ("schulessen", {"betrag": "20", "angabe": WIDE}),
    ("stadtfuehrung", {"erwachsene": "0", "kinder": "0"}), ("stadtfuehrung", {"erwachsene": "11"}),
    ("stadtfuehrung", {"kinder": "-1"}), ("stadtfuehrung", {"kinder": "²"}),
])  # fmt: skip
def test_what_cannot_be_paid_is_told(db, key, typed):
    page = Client().post(reverse("payments:offer", args=[key]), typed)
    assert page.status_code == 422
    assert not Receivable.objects.exists()


def test_tickets_with_tax(db, provider):
    browser = Client()
    page = browser.post(reverse("payments:offer", args=["stadtfuehrung"]), {"erwachsene": "2", "kinder": "1", "once": "x"})
    assert list(Position.objects.values_list("label", "cents", "tax_cents")) == [
        ("2 × Erwachsene", 1600, 255), ("1 × Kinder von 6 bis 14 Jahren", 400, 64),
    ]  # fmt: skip
    paid_online(browser, f"{page.url}bezahlen/", provider)
    sent = provider.transactions()[0].raw["items"]
    assert [(item["taxRate"], item["totalNetAmount"], item["totalTaxAmount"]) for item in sent] == [
        (19.0, 13.45, 2.55), (19.0, 3.36, 0.64),
    ]  # fmt: skip
    receipt = browser.get(reverse("payments:receipt", args=[Payment.objects.get().pk]))
    assert "3,19" in receipt.text and "19" in receipt.text and "USt-IdNr." in receipt.text


def test_unpaid_offers_go_after_a_month(db):
    Client().post(GIFT, {"betrag": "5", "once": "x"})
    assert actions.forget_offers(timezone.now()) == 0
    assert actions.forget_offers(timezone.now() + timedelta(days=31)) == 1
    assert Receivable.objects.get().status == "CANCELLED"


def test_offers_have_a_brake(db):
    browser = Client()
    answers = [browser.post(GIFT, {"betrag": "0"}).status_code for _ in range(22)]
    assert answers[0] == 422 and answers[-1] == 429


@pytest.mark.parametrize("wrong", [
    'kind = "gift"', "most = 5\nleast = 9", "prize = 3", '[[payables.choices]]\nkey = "a"\nlabel = "A"\ncents = 0\nmost = 1',
])  # fmt: skip
def test_a_wrong_file_is_told(tmp_path, wrong):
    file = tmp_path / "payables.toml"
    head = "" if "kind" in wrong else 'kind = "ticket"\n'
    file.write_text(f'[[payables]]\nkey = "abc"\ntitle = "A"\ntext = "B"\n{head}{wrong}\n')
    with pytest.raises(ValueError, match="abc"):
        payables._read(file)


def test_a_bill_by_letter(db, provider, citizen):
    row = claim(citizen)
    browser = Client()
    for zeichen, betrag in ((row.reference, "119,00"), ("1000-0001-00", "120"), ("x", "120"), ("9" * 40, "120"), ("", "")):
        page = browser.post(BILL, {"zeichen": zeichen, "betrag": betrag})
        assert page.status_code == 422 and "Hund" not in page.text
    show = reverse("payments:bill_show", args=[row.pk])
    assert browser.get(show).status_code == 404
    page = browser.post(BILL, {"zeichen": row.reference.replace("-", " "), "betrag": "120,00"}, follow=True)
    assert "120,00" in page.text and row.reference in page.text
    assert citizen.name not in page.text and "Hund" not in page.text
    leave = browser.post(show)
    assert leave.status_code == 302
    provider.press(Payment.objects.get().transaction_id, Word.PAYED)
    end = browser.get(reverse("payments:bill_back", args=[row.pk]), follow=True)
    assert "alles bezahlt" in end.text
    assert Client().get(show).status_code == 404
    assert browser.get(reverse("payments:claim", args=[row.pk])).status_code == 302, "only the debtor sees what it is about"


def test_a_bill_cannot_be_guessed(db, citizen):
    row = claim(citizen)
    browser = Client()
    answers = [browser.post(BILL, {"zeichen": row.reference, "betrag": f"{n},00"}).status_code for n in range(1, 13)]
    assert answers[0] == 422 and answers[-1] == 429
    assert browser.post(BILL, {"zeichen": row.reference, "betrag": "120,00"}).status_code == 429


def test_my_claims_in_parts(db, login, citizen, other_citizen, provider):
    row = claim(citizen)
    browser, page = login(citizen), reverse("payments:claim", args=[row.pk])
    assert row.reference in browser.get(reverse("payments:list")).text
    assert "4 × 30,00" in browser.get(page).text.replace("\xa0", " ")
    browser.post(reverse("payments:claim_parts", args=[row.pk]), {"raten": "5"})
    assert not row.instalments.exists()
    browser.post(reverse("payments:claim_parts", args=[row.pk]), {"raten": "4"})
    browser.post(reverse("payments:claim_parts", args=[row.pk]), {"raten": "2"})
    assert row.instalments.count() == 4
    attempt = browser.post(reverse("payments:claim_pay", args=[row.pk]))
    assert Payment.objects.get().amount_cents == 3000
    paid_online(browser, f"{attempt.url}bezahlen/", provider)
    assert "bezahlt" in browser.get(page).text
    again = browser.post(reverse("payments:claim_pay", args=[row.pk]))
    assert Payment.objects.count() == 2 and again.url != attempt.url
    assert "Noch offen" in browser.get(reverse("payments:claim_receipt", args=[row.pk])).text
    for path in ("claim", "claim_pay", "claim_parts", "claim_receipt"):
        assert login(other_citizen).post(reverse(f"payments:{path}", args=[row.pk])).status_code == 404


def test_the_receipt_follows_the_journal(db, login, citizen):
    row = claim(citizen)
    browser = login(citizen)
    at = reverse("payments:claim_receipt", args=[row.pk])
    assert browser.get(at).status_code == 302, "no money, no receipt"
    actions.receive(row, cents=12500, by="transfer", source_key="a", booked_on=timezone.localdate())
    for _twice in range(2):
        browser.post(at)
    assert Document.objects.count() == 1
    actions.refund(row, by="transfer", actor_key="staff:1")
    browser.post(at)
    titles = list(Document.objects.order_by("pk").values_list("title", flat=True))
    assert [title.split()[0] for title in titles] == ["Quittung", "Erstattung"]
    assert "-5,00" in browser.get(at).text


def test_closing_an_account_cuts_the_person_not_the_books(db, citizen):
    settled, owed = claim(citizen), claim_about(citizen, "case:18")
    actions.receive(settled, cents=12000, by="transfer", source_key="a")
    kept = erasure.preview(citizen.pk, None).kept
    assert len(kept) == 2 and "Offene Forderungen" in kept[1].what
    erasure.erase(citizen.pk, None)
    settled.refresh_from_db()
    owed.refresh_from_db()
    assert (settled.account, settled.debtor_name) == (None, "")
    assert (owed.account, owed.debtor_name) == (None, citizen.name)
    assert actions.forget_debtors(timezone.localdate()) == 0
    actions.receive(owed, cents=12000, by="transfer", source_key="b")
    assert actions.forget_debtors(timezone.localdate()) == 1
    owed.refresh_from_db()
    assert (owed.debtor_name, owed.claimed_cents, owed.open_cents) == ("", 12000, 0)


def test_after_ten_years_nobody_is_behind_the_books(db, citizen):
    row = claim(citizen)
    actions.receive(row, cents=12000, by="transfer", source_key="a", memo="Miete")
    today = timezone.localdate()
    Receivable.objects.update(created_at=timezone.now() - timedelta(days=365 * 12))
    assert actions.forget_debtors(today) == 0, "its money moved this year"
    assert actions.forget_debtors(today.replace(year=today.year + 11)) == 1
    row.refresh_from_db()
    assert row.account is None and not Memo.objects.exists()


def test_the_report_tells_claims(db, citizen, other_citizen):
    row = claim(citizen)
    told = report(Actor(account=citizen))
    assert [(one["reference"], one["status"], one["items"]) for one in told] == [
        (row.reference, "OPEN", [{"label": "Hundesteuer", "cents": 12000}])
    ]  # fmt: skip
    assert report(Actor(account=other_citizen)) == []
