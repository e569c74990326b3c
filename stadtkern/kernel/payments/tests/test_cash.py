"""The cash office: who may, what the pages book, closed days, the file for the finance system, two signatures."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.payments import actions, journal
from stadtkern.kernel.payments.actions import Item
from stadtkern.kernel.payments.models import DayClosing, Entry, Export, Receivable, Release
from stadtkern.kernel.privacy.models import Access


@pytest.fixture
def desk(cashier, login):
    return login(cashier.account)


@pytest.fixture
def claim(db, citizen):
    def make(about="case:17", cents=8000, **more):
        given = {"account": citizen, "description": "Sperrmüll", "actor_key": "system", "key": "sperrmuell"} | more
        return actions.raise_claim(about=about, items=[Item("Gebühr", cents, 1900)], **given)

    return make


def at(row, name="ledger_claim"):
    return reverse(f"payments:{name}", args=[row.pk])


def book(desk, row, tun, **more):
    page = desk.post(at(row, "ledger_act"), {"tun": tun} | more, follow=True)
    row.refresh_from_db()
    return page


def yesterday(monkeypatch):
    """What is booked now is of yesterday."""
    real = timezone.localdate()
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: real - timedelta(days=1))
    return real - timedelta(days=1)


def test_open_items_and_search(desk, claim, citizen):
    one, two = claim(), claim("case:18", 500)
    page = desk.get(reverse("payments:ledger"))
    assert citizen.name in page.text and one.reference in page.text and "80,00" in page.text
    found = desk.get(reverse("payments:ledger"), {"q": two.reference.replace("-", " ")})
    assert found.url == at(two)
    wrong = two.reference[:-1] + str((int(two.reference[-1]) + 1) % 10)
    assert "Prüfziffern" in desk.get(reverse("payments:ledger"), {"q": wrong}).text
    line = Access.objects.get(source="payments", about="case:17") if Access.objects.filter(about="case:17") else None
    assert line or Access.objects.filter(source="payments", accounts__contains=[citizen.pk]).exists()
    for odd in ("\x00", "9" * 60, "case:18 ", "nach"):
        assert desk.get(reverse("payments:ledger"), {"q": odd, "nach": "9999-99-99.1"}).status_code in (200, 302)


def test_a_list_of_many_takes_few_queries(desk, claim):
    for number in range(30):
        claim(f"case:{number}", 100 + number)
    desk.get(reverse("payments:ledger"))
    with CaptureQueriesContext(connection) as few:
        assert desk.get(reverse("payments:ledger")).status_code == 200
    assert len(few) <= 9, [query["sql"][:90] for query in few]


def test_nobody_else(login, clerk, lead, citizen, claim):
    row = claim()
    for account in (clerk.account, lead.account, citizen):
        browser = login(account)
        for page in (at(row), reverse("payments:ledger"), reverse("payments:ledger_days")):
            assert browser.get(page).status_code == 403
        assert browser.post(at(row, "ledger_act"), {"tun": "niederschlagen", "reason": "small"}).status_code == 403
    assert Receivable.objects.get().open_cents == 8000


def test_a_hidden_person_has_no_name_here(desk, claim, resident):
    resident.blocked = True
    resident.save()
    row = claim()
    for page in (desk.get(at(row)), desk.get(reverse("payments:ledger"))):
        assert "Auskunftssperre" in page.text
        assert "Çelik" not in page.text


def test_what_the_clerk_books(desk, claim):
    row = claim()
    assert book(desk, row, "ermaessigen", cents="abc", reason="x").status_code == 409
    book(desk, row, "ermaessigen", cents="10,00", reason="Stadtpass")
    assert row.open_cents == 7000
    book(desk, row, "raten", count="2", first=timezone.localdate().isoformat())
    assert [part.cents for part in row.instalments.all()] == [3500, 3500]
    book(desk, row, "niederschlagen", reason="small")
    assert row.status == "WRITTEN_OFF"
    entry = Entry.objects.get(kind="WRITE_OFF")
    book(desk, row, "stornieren", entry=str(entry.pk))
    assert row.open_cents == 7000
    assert desk.post(at(row, "ledger_act"), {"tun": "stornieren", "entry": "9" * 40}).status_code == 404
    assert "Stadtpass" in desk.get(at(row)).text
    page = book(desk, row, "aufheben", reason="Bescheid aufgehoben")
    assert row.status == "CANCELLED" and "Aufgehoben" in page.text


def test_a_claim_by_hand_once(desk):
    form = {"what": "Schlüssel ersetzt", "name": "Otto Ådland", "address": "Weg 1", "cents": "12,50", "once": "abc"}
    first = desk.post(reverse("payments:ledger_new"), form)
    assert desk.post(reverse("payments:ledger_new"), form).url == first.url
    assert Receivable.objects.get().debtor_name == "Otto Ådland"
    assert desk.post(reverse("payments:ledger_new"), form | {"cents": "-3"}).status_code == 422
    assert desk.post(reverse("payments:ledger_new"), form | {"cents": "999999999", "once": "b"}).status_code == 422


def test_a_large_refund_needs_two(desk, claim, cashier, lead):
    row = claim()
    actions.receive(row, cents=8000 + 50_001, by="transfer", source_key="x")
    assert book(desk, row, "erstatten", by="transfer").status_code == 409
    with pytest.raises(actions.Refused):
        actions.refund(row, by="transfer", actor_key="staff:1")
    book(desk, row, "freigabe-erbitten")
    assert book(desk, row, "freigeben").status_code == 409
    actions.give_release(Release.objects.get(), Actor(account=lead.account, staff=lead))
    book(desk, row, "erstatten", by="transfer")
    assert (row.refund_cents, row.status) == (0, "PAID")
    assert Release.objects.get().used_at


def test_many_small_refunds_are_a_large_one(desk, claim, lead):
    row = claim()
    actions.receive(row, cents=8000 + 50_001, by="transfer", source_key="x")
    for cents in (30_000, 20_000):
        actions.refund(row, by="transfer", actor_key="staff:1", cents=cents)
    with pytest.raises(actions.Refused):
        actions.refund(row, by="transfer", actor_key="staff:1")
    book(desk, row, "freigabe-erbitten")
    actions.give_release(Release.objects.get(), Actor(account=lead.account, staff=lead))
    actions.refund(row, by="transfer", actor_key="staff:1")
    row.refresh_from_db()
    assert row.refund_cents == 0 and Release.objects.get().used_at
    actions.receive(row, cents=100, by="transfer", source_key="y")
    actions.refund(row, by="transfer", actor_key="staff:1")  # what went before was released


def test_a_refund_taken_back_does_not_count(claim):
    row = claim()
    actions.receive(row, cents=8000 + 60_000, by="transfer", source_key="x")
    actions.reverse(actions.refund(row, by="transfer", actor_key="staff:1", cents=50_000), "staff:1")
    actions.refund(row, by="transfer", actor_key="staff:1", cents=50_000)
    row.refresh_from_db()
    assert row.refund_cents == 10_000


def test_a_closed_day_is_final_and_handed_over_once(desk, claim, monkeypatch):
    day = yesterday(monkeypatch)
    row = claim()
    actions.receive(row, cents=8500, by="transfer", source_key="camt:1", booked_on=day)
    actions.receive(None, cents=77, by="transfer", source_key="camt:2")
    monkeypatch.undo()
    page = desk.get(reverse("payments:ledger_day", args=[day.isoformat()]))
    assert page.context["debit"] == page.context["credit"] == 8000 + 8500 + 77
    before_tax = {line.account: line.after for line in page.context["lines"]}
    assert before_tax == {
        "receivables": 0, "bank": 8577, "suspense": -77, "refunds": -500, "tax:1900": -1277, "revenue:sperrmuell": -6723,
    }  # fmt: skip
    desk.post(reverse("payments:ledger_day", args=[day.isoformat()]))
    closing = DayClosing.objects.get()
    assert actions.close_day(day, "x").pk == closing.pk
    with pytest.raises(DatabaseError, match="is closed"), transaction.atomic():
        Entry.objects.create(kind="CLEARING", day=day, booked_on=day, source_key="late", actor="x", transaction=0)
    for sql in ("UPDATE payments_dayclosing SET cents = 0", "DELETE FROM payments_dayclosing"):
        with pytest.raises(DatabaseError, match="stays closed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    for _twice in range(2):
        desk.post(reverse("payments:ledger_export", args=[closing.pk]))
    assert Export.objects.get().receiver == "none" and Export.objects.get().handed_over_at is None
    data = desk.get(reverse("payments:ledger_file", args=[closing.pk])).content.decode()
    table = list(csv.reader(io.StringIO(data), delimiter=";"))
    assert tuple(table[0]) == journal.COLUMNS
    assert len(table) - 1 == Export.objects.get().rows == 8
    debit, credit = (sum(round(float(line[at].replace(",", ".")) * 100) for line in table[1:]) for at in (7, 8))
    assert debit == credit == closing.cents
    assert "stimmt mit dem Abschluss überein" in desk.get(reverse("payments:ledger_day", args=[day.isoformat()])).text
    actions.receive(row, cents=1, by="transfer", source_key="today")  # today is open


def test_today_is_not_over(desk, claim):
    claim()
    today = timezone.localdate()
    with pytest.raises(actions.Refused):
        actions.close_day(today, "x")
    assert desk.get(reverse("payments:ledger_day", args=[today.isoformat()])).status_code == 200
    for odd in ("2026-13-01", "9999-01-01", "x", (today + timedelta(days=1)).isoformat()):
        assert desk.get(reverse("payments:ledger_day", args=[odd])).status_code == 404
    assert "Noch nicht abgeschlossen" not in desk.get(reverse("payments:ledger_days")).text


def test_the_finance_systems_folder(claim, monkeypatch, tmp_path):
    day = yesterday(monkeypatch)
    claim()
    monkeypatch.undo()
    closing = actions.close_day(day, "x")
    from stadtkern.kernel.payments.receivers.folder import Folder

    monkeypatch.setattr("stadtkern.kernel.payments.actions.closing.receiver", lambda: Folder(tmp_path / "away"))
    with pytest.raises(actions.Refused):
        actions.export(closing, "x")
    assert not Export.objects.exists()
    (tmp_path / "away").mkdir()
    assert actions.export(closing, "x").handed_over_at
    (file,) = (tmp_path / "away").iterdir()
    assert file.read_bytes() == journal.file_of(closing)
    file.write_bytes(b"other")
    with pytest.raises(FileExistsError):
        Folder(tmp_path / "away").hand_over(file.name, b"x")
