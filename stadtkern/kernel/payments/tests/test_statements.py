"""A day's bank statement: taken once, every cent explained or listed, wrong assignments undone."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from stadtkern.kernel.payments import actions, chart
from stadtkern.kernel.payments.actions import Item, Refused
from stadtkern.kernel.payments.models import BankFile, BankLine, Posting, Receivable, Statement
from stadtkern.lib.camt import Movement
from stadtkern.lib.camt import Statement as Written
from stadtkern.lib.camt.writer import write

IBAN = "DE05990500000000123456"
TODAY = timezone.localdate()
Kind = BankLine.Kind


def movement(cents, text="", name="", entry=1, **more):
    facts = {
        "part": 1,
        "line": 0,
        "booked_on": TODAY,
        "code": "PMNT.RCDT.ESCT" if cents > 0 else "PMNT.ICDT.ESCT",
        "gvc": "166",
    }
    return Movement(entry=entry, cents=cents, name=name, text=(text,) if text else (), **facts | more)


def statement(*movements, opening=100_000, number=1, on=TODAY, **more):
    rows = tuple(replace(one, entry=at, booked_on=min(on, one.booked_on)) for at, one in enumerate(movements, 1))
    facts = {
        "id": f"A{number}", "iban": IBAN, "currency": "EUR", "opening_cents": opening,
        "number": number, "opening_on": on - timedelta(days=1),
        "closing_cents": opening + sum(one.cents for one in rows), "closing_on": on, "movements": rows,
    }  # fmt: skip
    return Written(**facts | more)


def file(*statements, version="08"):
    return write(statements, created_at=datetime(2026, 1, 1), version=version)


def take(*movements, **more):
    return actions.take_in("auszug.xml", file(statement(*movements, **more)), actor_key="staff:1")


@pytest.fixture
def claim(db):
    def make(about="case:17", cents=1200, **more):
        return actions.raise_claim(
            about=about, items=[Item("Gebühr", cents)], description="Sperrmüll", actor_key="system", **more
        )

    return make


def balance(account):
    return Posting.objects.filter(account=account).aggregate(sum=Sum("cents"))["sum"] or 0


def test_a_payment_finds_its_claim_and_the_bank_account_agrees(claim, citizen):
    row = claim(account=citizen)
    taken = take(movement(1200, f"Kz {row.reference}", "ZOE CELIK MUELLER"))
    assert (taken.lines, taken.assigned, taken.asked) == (1, 1, 0)
    row.refresh_from_db()
    assert row.status == Receivable.Status.PAID and balance(chart.BANK) == 1200 and balance(chart.SUSPENSE) == 0


def test_every_cent_is_explained_or_listed(claim):
    """The must-show: statement total = claims + unexplained + owed back + costs, from the journal alone."""
    first, second = claim(debtor_name="Anna Groß"), claim("case:18", 5000, debtor_name="Otto Weiß")
    taken = take(
        movement(1200, first.reference, "ANNA GROSS"),
        movement(6000, second.reference, "Otto Weiss"),  # too much
        movement(700, "Danke", "Niemand"),
        movement(-350, "Kontoführung", code="PMNT.MDOP.CHRG"),
        movement(-9900, "Lastschrift Stadtwerke", "Stadtwerke"),
    )
    assert balance(chart.BANK) == sum(line.cents for line in BankLine.objects.all()) == 1200 + 6000 + 700 - 350 - 9900
    assert balance(chart.BANK_COSTS) == 350 and balance(chart.REFUNDS) == -1000
    assert -balance(chart.SUSPENSE) == 700 - 9900
    assert sorted(BankLine.objects.exclude(why="").values_list("kind", "cents")) == [("RECEIPT", 700), ("UNKNOWN_DEBIT", -9900)]
    (row,) = taken.statements
    assert row.closing_cents - row.opening_cents == balance(chart.BANK)
    assert Posting.objects.aggregate(sum=Sum("cents"))["sum"] == 0


def test_several_references_in_one_transfer(claim):
    rows = [claim(f"case:{at}", 1000 + at) for at in range(3)]
    taken = take(movement(3003, " ".join(row.reference for row in rows)))
    assert taken.assigned == 1 and not Receivable.objects.open().exists()


def test_two_payments_for_the_same_claim_in_one_file(claim):
    row = claim(debtor_name="Anna Groß")
    taken = take(movement(1200, row.reference, "Anna Groß"), movement(1200, row.reference, "Anna Groß"))
    assert (taken.assigned, taken.asked) == (1, 1)
    assert BankLine.objects.get(why="closed").proposals[0]["reasons"][:2] == ["exact", "closed"]


@pytest.mark.parametrize("version", ["02", "08"])
def test_the_same_file_and_the_same_statement_twice(claim, version):
    row = statement(movement(700, "x"))
    actions.take_in("a.xml", file(row, version=version), actor_key="x")
    with pytest.raises(Refused, match="schon eingelesen"):
        actions.take_in("b.xml", file(row, version=version), actor_key="x")
    with pytest.raises(Refused, match="schon eingelesen"):
        actions.take_in("b.xml", file(row, version=version) + b"\n", actor_key="x")
    with pytest.raises(Refused, match="schon eingelesen"):  # sent again by the bank under another id
        actions.take_in("c.xml", file(replace(row, id="KOPIE", copy=True), version=version), actor_key="x")
    assert balance(chart.BANK) == 700


def test_all_of_a_file_or_nothing(claim):
    good, foreign = statement(movement(700, "x")), statement(movement(5, "y"), number=2, iban="DE49990500000000654321")
    with pytest.raises(Refused, match="kein Konto der Stadt"):
        actions.take_in("a.xml", file(good, foreign), actor_key="x")
    assert not BankFile.objects.exists() and balance(chart.BANK) == 0


@pytest.mark.parametrize(("change", "word"), [
    ({"iban": "DE49990500000000654321"}, "kein Konto der Stadt"),
    ({"on": TODAY + timedelta(days=40)}, "Zukunft"),
    ({"currency": "USD"}, "USD"),
    ({"closing_cents": 5}, "geht nicht auf"),
])  # fmt: skip
def test_wrong_statements_are_refused(db, change, word):
    with pytest.raises(Refused, match=word):
        take(movement(700, "x"), **change)
    assert not Statement.objects.exists()


def test_a_missing_statement_is_noticed_and_may_come_later(db):
    day = TODAY - timedelta(days=6)
    take(movement(100, "x"), number=1, on=day, opening=0)
    take(movement(400, "x"), number=3, on=day + timedelta(days=2), opening=300)
    assert list(Statement.objects.values_list("number", "gap")) == [(1, False), (3, True)]
    with pytest.raises(Refused, match="überschneidet"):  # both days again, as one
        take(movement(600, "x"), number=9, on=day + timedelta(days=2), opening=100, id="X")
    take(movement(200, "x"), number=2, on=day + timedelta(days=1), opening=100)
    assert not Statement.objects.filter(gap=True).exists()


def test_pages_of_one_statement(db):
    first = statement(movement(100, "x"), opening=0, last_page=False)
    second = statement(movement(200, "y"), opening=100, page=2)
    actions.take_in("a.xml", file(first, second), actor_key="x")
    assert list(Statement.objects.values_list("page", "closing_cents", "gap")) == [(1, 100, False), (2, 300, False)]


def test_a_clerk_decides_and_may_be_wrong(claim):
    row, other = claim(debtor_name="Anna Groß"), claim("case:18")
    take(movement(1200, "Danke", "Anna Groß"))
    line = BankLine.objects.get()
    assert line.why == "none" and [one["claim"] for one in line.proposals] == [row.pk]
    entry = actions.assign_line(line, other, "staff:1")
    assert Receivable.objects.get(pk=other.pk).status == "PAID"
    actions.undo_assignment(line, entry, "staff:1")
    assert Receivable.objects.get(pk=other.pk).status == "OPEN" and -balance(chart.SUSPENSE) == 1200
    actions.assign_line(line, row, "staff:1", 1000)
    actions.send_line_back(line, "staff:1")
    line.refresh_from_db()
    assert line.why == "" and balance(chart.SUSPENSE) == 0 and balance(chart.PAYOUTS) == -200
    with pytest.raises(Refused):
        actions.assign_line(line, row, "staff:1")


def test_an_automatic_assignment_is_undone_in_the_same_way(claim):
    row = claim()
    take(movement(1200, row.reference))
    line = BankLine.objects.get()
    actions.undo_assignment(line, actions.assignments(line).get(), "staff:1")
    assert Receivable.objects.get().status == "OPEN" and not actions.assignments(line).exists()


def test_a_debit_is_explained_by_a_clerk(db):
    take(movement(-500, "unbekannt"))
    line = BankLine.objects.get()
    actions.explain_debit(line, chart.BANK_COSTS, "staff:1")
    assert balance(chart.BANK_COSTS) == 500 and balance(chart.SUSPENSE) == 0
    with pytest.raises(Refused):
        actions.explain_debit(line, chart.BANK_COSTS, "staff:1")


def test_the_provider_pays_out(db, monkeypatch):
    from stadtkern.kernel.payments import bank

    ours = replace(bank.account(), providers={"DE49990500000000654321": "demo"})
    monkeypatch.setattr(bank, "account", lambda: ours)
    take(movement(4200, "Auszahlung", "Bezahldienst", iban="DE49990500000000654321"))
    assert balance(chart.provider("demo")) == -4200 and BankLine.objects.get().kind == Kind.PROVIDER


def test_what_stands_on_a_line_is_sealed(db):
    take(movement(100, "Verwendungszweck-Purpur", "Zoë Purpur", iban="DE89370400440532013000"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(l)::text FROM payments_bankline l")
        (text,) = cursor.fetchone()
    assert "Purpur" not in text and "DE8937" not in text


@pytest.mark.django_db(transaction=True)
def test_two_clerks_take_in_the_same_file_at_once(transactional_db):
    data = file(statement(movement(700, "x"), movement(800, "y")))

    def run(_):
        try:
            return actions.take_in("a.xml", data, actor_key="x").lines
        except Refused as refused:
            return str(refused)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        came = list(pool.map(run, range(4)))
    assert came.count(2) == 1 and balance(chart.BANK) == 1500


def test_the_folder_is_emptied_and_refusals_lie_beside_their_reason(db, monkeypatch, tmp_path):
    import os

    from stadtkern.kernel.payments import feeds
    from stadtkern.kernel.payments.feeds.folder import Folder

    feed = Folder(tmp_path)
    monkeypatch.setattr(feeds, "chosen", lambda: feed)
    assert feed.connected() == ""
    for name, data in (
        ("a.xml", file(statement(movement(700, "x")))),
        ("b.xml", b"kaputt"),
        (".tmp.xml", b"x"),
        ("c.txt", b"x"),
    ):
        (tmp_path / "eingang" / name).write_bytes(data)
        os.utime(tmp_path / "eingang" / name, (1_700_000_000, 1_700_000_000))
    (tmp_path / "eingang" / "jung.xml").write_bytes(b"<half")  # is still being written
    taken, problems = feeds.take_all("system")
    assert len(taken) == 1 and len(problems) == 1 and balance(chart.BANK) == 700
    assert sorted(one.name for one in (tmp_path / "eingang").iterdir()) == [".tmp.xml", "c.txt", "jung.xml"]
    assert len(list((tmp_path / "erledigt").iterdir())) == 1
    assert "kein lesbares XML" in next((tmp_path / "abgelehnt").glob("*.grund.txt")).read_text()
    assert feeds.take_all("system") == ([], [])


def test_the_command(db, tmp_path, capsys):
    from django.core.management import CommandError, call_command

    (tmp_path / "a.xml").write_bytes(file(statement(movement(700, "x"))))
    call_command("import_statements", tmp_path / "a.xml")
    assert "1 lines, 0 assigned, 1 to look at" in capsys.readouterr().out
    with pytest.raises(CommandError, match="schon eingelesen"):
        call_command("import_statements", tmp_path / "a.xml")


def test_ebics_says_that_it_is_not_connected(db, monkeypatch):
    from stadtkern.kernel.payments import bank, feeds

    ours = replace(bank.account(), feed="ebics")
    monkeypatch.setattr(bank, "account", lambda: ours)
    taken, problems = feeds.take_all("system")
    assert taken == [] and "nicht verbunden" in problems[0]
