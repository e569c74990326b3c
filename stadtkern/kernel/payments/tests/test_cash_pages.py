"""The cash office's pages: who may, one click, hostile input, and what stands in the access log."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from stadtkern.kernel.events.models import Event
from stadtkern.kernel.payments import actions
from stadtkern.kernel.payments.models import BankLine, Intake, Receivable, Statement
from stadtkern.kernel.payments.reactions import take_file
from stadtkern.kernel.privacy.models import Access

from .test_statements import claim, file, movement, statement, take  # noqa: F401 - claim is a fixture


@pytest.fixture
def desk(cashier, login):
    return login(cashier.account)


def read(desk, data, name="auszug.xml"):
    """Upload, let the job run, and look."""
    page = desk.post(reverse("payments:cash_statements"), {"datei": SimpleUploadedFile(name, data)}, follow=True)
    for row in Intake.objects.filter(state="WAITING"):
        assert "Der Auszug wird verarbeitet" in page.text
        take_file(Event.objects.get(name="payment.file_handed_in", subject=str(row)))
        page = desk.get(reverse("payments:cash_intake", args=[row.pk]))
    return page


def test_upload_and_one_click(desk, claim, citizen):  # noqa: F811
    row = claim(account=citizen)
    other = claim("case:18", 5000, account=citizen)
    data = file(statement(movement(1200, row.reference), movement(5000, "Danke", "Zoe Lucja Celik-Mueller")))
    page = read(desk, data)
    assert "2 Umsätze eingelesen, 1 von selbst zugeordnet, 1 zu klären." in page.text
    shown = desk.get(reverse("payments:cash_statement", args=[Statement.objects.get().pk])).text
    assert "Jeder Cent ist gebucht" in shown and row.reference in shown
    asked = desk.get(reverse("payments:cash_asked"))
    assert other.reference in asked.text and "Name stimmt" in asked.text
    line = BankLine.objects.exclude(why="").get()
    desk.post(reverse("payments:cash_line", args=[line.pk]), {"tun": "zuordnen", "forderung": other.pk, "von": "liste"})
    assert not Receivable.objects.open().exists()
    assert Access.objects.filter(purpose="statement", accounts=[citizen.pk]).exists()
    shown = desk.get(reverse("payments:cash_line", args=[line.pk])).text
    entry = actions.assignments(line).get()
    assert "Zuordnung zurücknehmen" in shown and str(entry.pk) in shown
    desk.post(reverse("payments:cash_line", args=[line.pk]), {"tun": "loesen", "buchung": entry.pk})
    assert Receivable.objects.open().count() == 1


@pytest.mark.parametrize("typed", ["1000-0001-00", "", "x" * 300, "\x00", "9" * 40, "٣٣٣٣٣٣٣٣٣٣", "'; DROP"])
def test_a_kassenzeichen_that_does_not_exist(desk, db, typed):
    take(movement(100, "x"))
    answer = desk.post(
        reverse("payments:cash_line", args=[BankLine.objects.get().pk]), {"tun": "zuordnen", "kassenzeichen": typed}
    )
    assert answer.status_code == 422 and "Dieses Kassenzeichen gibt es nicht" in answer.text


def test_a_clerk_types_the_kassenzeichen(desk, claim):  # noqa: F811
    row = claim()
    take(movement(100, "x"))
    typed = row.reference.replace("-", " ")
    desk.post(reverse("payments:cash_line", args=[BankLine.objects.get().pk]), {"tun": "zuordnen", "kassenzeichen": typed})
    assert Receivable.objects.get().open_cents == 1100


@pytest.mark.parametrize("data", [b"", b"kein XML", b"\xff\xfe\x00", b"PK\x03\x04kaputt", b"<!DOCTYPE a>"])
def test_a_bad_file_is_a_message(desk, data):
    page = read(desk, data, "a\x00b\ud800.xml".encode("utf-8", "replace").decode())
    assert page.status_code == 200 and not Statement.objects.exists()
    assert "kern-alert" in page.text


PAGES = ["cash", "cash_statements", "cash_asked", "cash_debits", "cash_refunds", "cash_dunning"]


@pytest.mark.parametrize("name", PAGES)
def test_only_the_cash_office(desk, clerk, operator, citizen, login, client, name):
    assert desk.get(reverse(f"payments:{name}")).status_code == 200
    for other in (clerk.account, operator.account, citizen):
        assert login(other).get(reverse(f"payments:{name}")).status_code == 403
    assert client.get(reverse(f"payments:{name}")).status_code == 302


def test_the_demo_bank_makes_a_day_that_adds_up(desk, claim, citizen, cashier):  # noqa: F811
    for at in range(12):
        claim(f"case:{at}", 1000 + at, account=citizen)
    page = desk.post(reverse("payments:cash_fetch"), follow=True)
    assert "Umsätze eingelesen" in page.text
    (row,) = Statement.objects.all()
    assert row.closing_cents - row.opening_cents == sum(BankLine.objects.values_list("cents", flat=True))
    assert Receivable.objects.open().count() < 12
    assert "Jeder Cent ist gebucht" in desk.get(reverse("payments:cash_statement", args=[row.pk])).text
    desk.post(reverse("payments:cash_fetch"))
    assert not Statement.objects.filter(gap=True).exists()


def test_an_open_payment_can_be_transferred(citizen, login, open_one, home):
    payment = open_one(citizen)
    page = login(citizen).get(reverse("payments:show", args=[payment.pk])).text
    assert "Oder überweisen" in page and "DE05 9905 0000 0000 1234 56" in page and "data:image/svg+xml" in page
    assert payment.receivable.reference in page
    actions.receive(payment.receivable, cents=payment.amount_cents, by="transfer", source_key="x")
    assert "Oder überweisen" not in login(citizen).get(reverse("payments:show", args=[payment.pk])).text
