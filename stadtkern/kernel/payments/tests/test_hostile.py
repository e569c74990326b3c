"""What a hostile or unlucky day brings: overlapping files, bad archives, money that comes back, a clerk who reads English."""

import io
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone, translation

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.payments import actions, chart
from stadtkern.kernel.payments.actions import Refused
from stadtkern.kernel.payments.models import (
    BankLine,
    Collection,
    Entry,
    Intake,
    Payment,
    Payout,
    Posting,
    Receivable,
    Statement,
)
from stadtkern.kernel.payments.report import report

from .test_statements import IBAN, TODAY, balance, claim, file, movement, statement, take  # noqa: F401 - claim is a fixture

GOOD = "DE89370400440532013000"
DAY = timedelta(days=1)


def listed():
    """Every cent of suspense belongs to a line that waits for a clerk."""
    waiting = BankLine.objects.exclude(why="").values("entry")
    rest = Posting.objects.filter(account=chart.SUSPENSE).exclude(item__in=waiting)
    return sum(rest.values_list("cents", flat=True)) == 0


def test_money_taken_off_a_claim_is_listed_again(claim):  # noqa: F811
    row = claim(debtor_name="Anna Groß")
    take(movement(1200, row.reference, "Anna Groß"))
    entry = Entry.objects.get(kind="ASSIGN")
    actions.reverse(entry, "staff:1", "mistake")
    assert balance(chart.SUSPENSE) == -1200 and listed()


def test_money_sent_back_that_comes_back_is_listed_and_sent_once_more_only_when_somebody_says_so(db):
    take(movement(500, "?", "X", iban=GOOD))
    actions.send_line_back(BankLine.objects.get(), "staff:1")
    actions.order_refunds("staff:1")
    name = Payout.objects.get().end_to_end
    take(movement(-500, end_to_end=name), opening=100_500, number=2)
    back = movement(500, end_to_end=name, reason="AC04", code="PMNT.ICDT.RRTN")
    take(back, opening=100_000, number=3)
    assert balance(chart.SUSPENSE) == -500 and balance(chart.PAYOUTS) == 0 and listed()
    with pytest.raises(Refused):
        actions.order_refunds("staff:1")
    actions.send_line_back(BankLine.objects.exclude(why="").get(), "staff:1")
    assert actions.order_refunds("staff:1").cents == 500


def test_a_gift_is_never_collected(citizen, open_one):
    actions.give_mandate(Actor(citizen), holder="Zoë", iban=GOOD, agreed=True)
    gift = open_one(citizen, "donation:stadtwald:1", voluntary=True)
    assert gift.receivable.open_cents and actions.to_announce(TODAY) == []


def days(*wanted, opening, number, **more):
    """A statement over some days before today: (days ago, cents) …"""
    rows = tuple(
        replace(movement(cents, "Danke"), entry=at, booked_on=TODAY - ago * DAY) for at, (ago, cents) in enumerate(wanted, 1)
    )
    facts = {"id": f"T{number}", "number": number, "opening_cents": opening, "movements": rows, "iban": IBAN, "currency": "EUR"}
    facts |= {"closing_cents": opening + sum(one.cents for one in rows), "closing_on": rows[-1].booked_on}
    return type(statement())(**facts | {"opening_on": rows[0].booked_on} | more)


def test_two_files_whose_days_overlap_book_no_day_twice(db):
    actions.take_in("a.xml", file(days((3, 700), (2, 100), opening=0, number=1)), actor_key="x")
    for second in (
        days((3, 700), (2, 100), (1, 50), opening=0, number=2),  # begins at the same day
        days((2, 100), (1, 50), opening=700, number=3),  # begins in the middle
    ):
        with pytest.raises(Refused, match="überschneidet sich"):
            actions.take_in("b.xml", file(second), actor_key="x")
    assert balance(chart.BANK) == 800
    actions.take_in("c.xml", file(days((0, 5), opening=850, number=5)), actor_key="x")
    with pytest.raises(Refused, match="überschneidet sich"):  # would fill the gap, but brings a known day along
        actions.take_in("d.xml", file(days((2, 100), (1, 50), opening=700, number=4)), actor_key="x")
    actions.take_in("e.xml", file(days((1, 50), opening=800, number=4)), actor_key="x")
    assert balance(chart.BANK) == 855 and not Statement.objects.filter(gap=True).exists()


def archive(name="a.xml", kind=zipfile.ZIP_DEFLATED, data=b"<a/>" * 500):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as made:
        made.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("kind", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_STORED])
def test_a_broken_archive_is_refused_wherever_it_is_broken(db, kind):
    whole = archive("ü.xml", kind)
    for at in range(4, len(whole)):
        for flip in (0xFF, 0x01, 0x80):
            data = bytearray(whole)
            data[at] ^= flip
            with pytest.raises(Refused):
                actions.take_in("a.zip", bytes(data), actor_key="x")


@pytest.mark.parametrize("cents", [10**13, 10**14 - 1])
def test_an_amount_no_bank_books_is_refused(db, cents):
    with pytest.raises(Refused):
        take(movement(cents, "x"))


def test_an_amount_beyond_the_column_is_refused(db):
    with pytest.raises(Refused):
        take(movement(5, "x"), opening=10**30)


def test_the_debtor_is_written_to_in_german_whoever_presses_the_button(claim, citizen):  # noqa: F811
    mandate = actions.give_mandate(Actor(citizen), holder="Zoë", iban=GOOD, agreed=True)
    row = claim(account=citizen, due=TODAY - 40 * DAY)
    with translation.override("en"):
        actions.announce(row, mandate, 1200, "staff:1")
        other = claim("case:18", 20_000, account=citizen, due=TODAY - 40 * DAY)
        actions.dun(other, 1, "staff:1")
    assert Message.objects.filter(title__startswith="Wir ziehen").count() == 1
    assert other.positions.filter(kind="DUNNING", label__contains="Säumniszuschlag").exists()


def test_two_first_collections_of_one_mandate(claim, citizen):  # noqa: F811
    mandate = actions.give_mandate(Actor(citizen), holder="Zoë", iban=GOOD, agreed=True)
    for at in range(2):
        actions.announce(claim(f"case:{at}", account=citizen, due=TODAY), mandate, 1200, "staff:1")
    Collection.objects.update(due_date=TODAY)
    actions.order_debits("staff:1")
    assert sorted(Collection.objects.values_list("sequence", flat=True)) == ["FRST", "RCUR"]


def test_who_still_owes_is_kept_with_an_address(claim, citizen):  # noqa: F811
    person = citizen.person
    person.street, person.house_number, person.postcode, person.town = "Am Wall", "7", "49999", "Musterstadt"
    person.save()
    row = claim(account=citizen)
    actions.erase_of(citizen.pk, [])
    kept = Receivable.objects.get(pk=row.pk)
    assert kept.debtor_name and kept.debtor_address == "Am Wall 7\n49999 Musterstadt"


def test_an_operator_does_not_get_around_two_people(operator, login, payment, monkeypatch, citizen):
    monkeypatch.setattr("stadtkern.kernel.payments.actions.releasing.limit", lambda: 1)
    actions.receive(payment.receivable, cents=2500, by="transfer", source_key="x")
    Payment.objects.filter(pk=payment.pk).update(status="SURPLUS", completed_at=timezone.now())
    answer = login(operator.account).post(reverse("payments:refunded", args=[payment.pk]))
    assert answer.status_code == 302 and balance(chart.PAYOUTS) == 0


def test_the_report_tells_mandates_collections_and_reminders(claim, citizen, other_citizen):  # noqa: F811
    given = actions.give_mandate(Actor(citizen), holder="Zoë Çelik", iban=GOOD, agreed=True)
    actions.announce(claim(account=citizen, due=TODAY), given, 1200, "staff:1")
    late = claim("case:18", 20_000, account=citizen, due=TODAY - 40 * DAY)
    actions.dun(late, 1, "staff:1")
    actions.stop_dunning(late, "OBJECTION", "staff:1", everything=True)
    told = report(Actor(citizen))
    (mandate,) = [one for one in told if "mandate" in one]
    assert (mandate["mandate"], mandate["holder"], mandate["iban"]) == (given.reference, "Zoë Çelik", GOOD)
    assert [one["cents"] for one in mandate["collections"]] == [1200]
    assert [one["surcharge_cents"] for row in told for one in row.get("reminders", [])] == [400]
    assert [one["reason"] for one in told if "until" in one] == ["OBJECTION"]
    assert report(Actor(other_citizen)) == []


@pytest.mark.parametrize("holder", ["/", "///", " / / "])
def test_a_holder_without_letters_does_not_stop_the_file_of_all(claim, citizen, holder):  # noqa: F811
    mandate = actions.give_mandate(Actor(citizen), holder=holder, iban=GOOD, agreed=True)
    actions.announce(claim(account=citizen, due=TODAY), mandate, 1200, "staff:1")
    Collection.objects.update(due_date=TODAY)
    assert actions.order_debits("staff:1").count == 1


def test_the_same_file_handed_in_while_the_first_is_just_taken(db, monkeypatch):
    data = file(statement(movement(700, "x")))
    first = actions.take_handed_in(actions.hand_in("a.xml", data, actor_key="staff:1").pk)
    monkeypatch.setattr(Intake, "save", lambda self, **_: (_ for _ in ()).throw(IntegrityError))
    assert actions.hand_in("a.xml", data, actor_key="staff:1") == first


def test_a_gift_is_not_called_an_application(citizen, open_one, home, login):
    gift = open_one(citizen, "donation:stadtwald:1", voluntary=True)
    browser, path = login(citizen), reverse("payments:show", args=[gift.pk])
    assert "Antrag" not in browser.get(path).text
    actions.receive(gift.receivable, cents=gift.amount_cents, by="transfer", source_key="x")
    Payment.objects.filter(pk=gift.pk).update(status="PAID", completed_at=timezone.now())
    page = browser.get(path).text
    assert "Ihre Zahlung ist angekommen" in page and "Antrag" not in page
