"""What somebody clever might try: best prices for a group, prices that change, a lost phone; names; nights that go wrong."""

import base64
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from stadtkern.domains.mobility.actions import ticket_abo as abo
from stadtkern.domains.mobility.actions import ticket_copies as copies
from stadtkern.domains.mobility.actions import ticket_credit as credit
from stadtkern.domains.mobility.actions import ticket_transfers as transfers
from stadtkern.domains.mobility.actions import tickets as actions
from stadtkern.domains.mobility.models import FareRight, Order, Subscription, Ticket
from stadtkern.domains.mobility.tickets.by_number import spellings
from stadtkern.domains.mobility.tickets.control import revoked
from stadtkern.domains.mobility.tickets.products import tariff
from stadtkern.domains.mobility.tickets.quoting import Refused, balance, quote
from stadtkern.kernel.accounts.models import Staff
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.payments.actions import receive
from stadtkern.kernel.payments.models import Receivable
from stadtkern.lib.uic import aztec
from stadtkern.lib.uic.barcode import public_bytes

from .test_tickets import HOME, actor, bought, home, wish

__all__ = ["home"]  # keys of their own


@pytest.fixture
def morning() -> datetime:
    day = timezone.localdate() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, datetime.min.time())) + timedelta(hours=8)


def test_a_best_price_is_one_persons(citizen, db, morning):
    """Five people who ride together do not pay for one day."""
    paid = [bought(citizen, once=str(number), starts=morning).due_cents for number in range(5)]
    assert paid == [220] * 5 and Order.objects.filter(day=None).count() == 4
    assert bought(citizen, once="later", starts=morning + timedelta(hours=2)).due_cents == 220
    assert bought(citizen, once="day", product="tag", starts=morning).due_cents == 520 - 440, "a day ticket is an upgrade"
    assert bought(citizen, once="friend", starts=morning + timedelta(hours=5)).due_cents == 220, "who has a day ticket"
    wider = bought(citizen, once="wider", zones=("A", "B"), starts=morning + timedelta(hours=5))
    assert wider.due_cents == 740 - 520, "another zone is for oneself"


def test_yesterdays_best_price_is_not_todays(citizen, db):
    """A ride that was to begin before it was bought begins now: it is today's."""
    for number, hours in enumerate((22, 25, 28)):
        row = bought(citizen, once=f"yesterday{number}")
        begun = timezone.now() - timedelta(hours=hours)
        row.tickets.update(since=begun, until=begun + timedelta(minutes=90))
        Order.objects.filter(pk=row.pk).update(day=timezone.localdate() - timedelta(days=1), starts_at=begun)
    with pytest.raises(Refused, match="von heute an"):
        bought(citizen, starts=timezone.now() - timedelta(hours=20))
    rules, night = (
        tariff(),
        timezone.make_aware(datetime.combine(timezone.localdate(), datetime.min.time())) + timedelta(hours=3),
    )
    late = quote(rules, citizen, wish(starts=night - timedelta(minutes=5)), night + timedelta(minutes=2))
    assert late.day == timezone.localdate() and late.price.due == 220, "two minutes after three it is the new day"


def test_nothing_of_a_best_price_is_given_away(citizen, other_citizen, db, morning):
    first = bought(citizen, "tag", once="tag", starts=morning)
    free = bought(citizen, once="free", zones=("A", "B"), starts=morning)
    assert free.due_cents == 220
    for row in (first, free):
        with pytest.raises(Refused, match="Bestpreis"):
            transfers.offer(actor(citizen), row.tickets.get())
    other_day = morning + timedelta(days=1)
    given = bought(citizen, "tag", once="2", starts=other_day)
    transfers.accept(actor(other_citizen), transfers.offer(actor(citizen), given.tickets.get()))
    assert bought(citizen, once="3", starts=other_day).due_cents == 220, "what was given away counts no more"
    assert given.tickets.get().account == other_citizen


def test_money_that_comes_late_counts_too(citizen, db, morning):
    for number in range(4):
        actions.order(actor(citizen), wish(starts=morning + timedelta(hours=number)), f"open{number}")
    rows, day = list(Order.objects.order_by("pk")), Order.objects.first().day
    for later, row in enumerate(rows):
        receive(Receivable.objects.get(about=str(row)), cents=220, by="counter", source_key=f"t:{row.pk}")
        actions.settle(row.pk)
        credit.even_out(day + timedelta(days=1 + later))
        assert balance(citizen) == max(0, 220 * (later + 1) - 520), "each night adds what is new"
    assert credit.even_out(day + timedelta(days=7)) == 0


def test_two_who_paid_at_once_get_no_credit_for_company(citizen, db, morning):
    for number in range(5):
        actions.order(actor(citizen), wish(starts=morning), f"open{number}")
    for row in Order.objects.all():
        receive(Receivable.objects.get(about=str(row)), cents=220, by="counter", source_key=f"t:{row.pk}")
        actions.settle(row.pk)
    assert credit.even_out(Order.objects.first().day + timedelta(days=1)) == 0 and balance(citizen) == 0


def test_nobody_pays_another_price_than_the_page_said(citizen, db, login):
    browser = login(citizen)
    form = {"produkt": "einzel", "zone": "A", "kaufen": "1", "once": "x", "wann": "jetzt"}
    for shown in ("220", "", "x", "-1"):  # two zones cost more than the one that was shown
        answer = browser.post(f"{HOME}kaufen/", form | {"zone": ["A", "B"], "preis": shown})
        assert (
            answer.status_code == 422
            and "Der Preis hat sich geändert" in answer.text
            and 'name="preis" value="310"' in answer.text
        )
    assert not Order.objects.exists()
    first = browser.post(f"{HOME}kaufen/", form | {"preis": "220"})
    again = browser.post(f"{HOME}kaufen/", form | {"preis": "999"})
    assert first.status_code == again.status_code == 302 and Order.objects.count() == 1, "a purchase that is made stays one"


def test_a_lost_phone_gets_nothing_back_by_itself(citizen, db, login):
    row = bought(citizen).tickets.get()
    lost, new = (public_bytes(ec.generate_private_key(ec.SECP256R1()).public_key()) for _phone in range(2))
    copies.put_on_phone(actor(citizen), lost)
    assert copies.lost_phone(actor(citizen)) == 1
    browser = login(citizen)
    answer = browser.post(f"{HOME}handy/", {"key": base64.b64encode(lost).decode()}, "application/json")
    assert answer.status_code == 410 and "gesperrt" in answer.json()["problem"], "it is still signed in, and first to ask"
    assert [one.ticket for one in copies.put_on_phone(actor(citizen), new)[0]] == [row]
    later = bought(citizen, once="2", zones=("B",))
    with pytest.raises(copies.LostPhone):
        copies.put_on_phone(actor(citizen), lost)
    assert len(copies.put_on_phone(actor(citizen), new)[0]) == 2 and later.tickets.exists()


def test_a_revoked_ticket_stays_on_the_list_through_the_night_clocks_go_back(citizen, db):
    row = bought(citizen).tickets.get()
    Ticket.objects.filter(pk=row.pk).update(status="REVOKED", until=timezone.now() - timedelta(minutes=50))
    assert revoked() == [row.number]
    Ticket.objects.filter(pk=row.pk).update(until=timezone.now() - timedelta(hours=3))
    assert revoked() == []


@pytest.mark.parametrize(("card", "typed"), [
    ("Müller", "mueller"), ("Müller", "MULLER"), ("Groß", "GROSS"), ("Çelik-Müller", "celik muller"), ("Sørensen", "SOERENSEN"),
    ("Sørensen", "sorensen"), ("Øyvindsson", "oyvindsson"), ("O\u02bcNeill", "O'Neill"), ("O’Neill", "ONEILL"),
    ("Þórsson", "thorsson"), ("Łukasz", "lukasz"), ("Ħabib", "habib"), ("Əliyev", "eliyev"), ("Nguyễn", "nguyen"),
    ("Åkesson", "AAKESSON"),
])  # fmt: skip
def test_names_as_cards_and_keyboards_have_them(card: str, typed: str):
    assert spellings(card) & spellings(typed)
    assert not spellings(card) & spellings("Schmidt") and spellings("--\x00") == set()


def test_an_abo_for_less_asks_for_the_right_every_month(citizen, db):
    from stadtkern.kernel.payments.actions import give_mandate

    give_mandate(actor(citizen), holder="Zoë Çelik", iban="DE89370400440532013000", agreed=True)
    first = timezone.localdate().replace(day=1)
    right = FareRight.objects.create(account=citizen, reduction="schule", status="GRANTED", until=first + timedelta(days=40))
    row = abo.subscribe(actor(citizen), wish("abo", reduction="schule"), agreed=True)
    abo.claim_due(first + timedelta(days=75))
    months = list(row.orders.order_by("starts_at").values_list("reduction", "due_cents"))
    assert months[0] == ("schule", 2640) and months[-1] == ("", 4400) and len(months) >= 3
    letter = Message.objects.get(account=citizen, title="Ihr Abo kostet etwas anderes")
    assert "Nachweis" in letter.body and right.until


def test_one_abo_that_fails_takes_nobody_elses_month(citizen, other_citizen, db, monkeypatch):
    first = timezone.localdate().replace(day=1)
    rows = [Subscription.objects.create(account=one, product="abo", title="Abo", zones=["A"], first_month=first)
            for one in (citizen, other_citizen)]  # fmt: skip
    sound = abo._claim

    def claim(row, month, key):
        if row.pk == rows[0].pk:
            raise RuntimeError("a row nobody thought of")
        return sound(row, month, key)

    monkeypatch.setattr(abo, "_claim", claim)
    assert abo.claim_due(first) == 1 and rows[1].orders.count() == 1 and not rows[0].orders.exists()


def test_nobody_is_sold_a_ticket_that_does_not_reach(citizen, db, login):
    """A planned trip may go through zones of another company."""
    assert "Ihre Fahrt geht durch Zone C" in login(citizen).get(f"{HOME}?zonen=A,C").text
    page = login(citizen).get(f"{HOME}kaufen/?produkt=einzel&zonen=A,C").text
    assert "Für Zone C gibt es hier keine Fahrscheine" in page and 'name="preis" value=""' in page
    assert "keine Fahrscheine" not in login(citizen).get(f"{HOME}kaufen/?produkt=einzel&zonen=A,B").text


def test_many_phones_behind_one_address_do_not_stop_each_other(citizen, other_citizen, db, login, monkeypatch):
    from stadtkern.domains.mobility.tickets import shop

    monkeypatch.setattr(shop, "ORDERS", 1)
    form = {"produkt": "einzel", "zone": "A", "kaufen": "1", "wann": "jetzt"}
    first = login(citizen)
    assert [first.post(f"{HOME}kaufen/", form | {"once": once}).status_code for once in "ab"] == [302, 429]
    assert login(other_citizen).post(f"{HOME}kaufen/", form | {"once": "c"}).status_code == 302


def test_who_has_ridden_owes_what_the_bank_took_back(citizen, db, login):
    from stadtkern.kernel.payments.actions import return_debit
    from stadtkern.kernel.payments.models import Entry

    def taken_back(row: Order) -> Receivable:
        claim = Receivable.objects.get(about=str(row))
        return_debit(Entry.objects.get(kind="RECEIPT", postings__receivable=claim), source_key=f"r:{row.pk}")
        abo.taken_back(claim.pk)
        Order.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(days=3))
        actions.end_unpaid(timezone.now())
        claim.refresh_from_db()
        row.refresh_from_db()
        return claim

    ridden, ahead = bought(citizen), bought(citizen, once="2", starts=timezone.now() + timedelta(days=3))
    claim = taken_back(ridden)
    assert (ridden.status, claim.open_cents, claim.voluntary, claim.cancelled_at) == ("OPEN", 220, False, None)
    assert ridden.tickets.get().status == "REVOKED"
    assert "Die Fahrt ist noch zu bezahlen" in login(citizen).get(f"{HOME}kauf/{ridden.pk}/").text
    receive(claim, cents=220, by="counter", source_key="again")
    assert actions.settle(ridden.pk) == [] and ridden.tickets.count() == 1, "paid after all, and nothing left to ride"
    claim = taken_back(ahead)
    assert ahead.status == "ENDED" and claim.cancelled_at and ahead.tickets.get().status == "REVOKED", (
        "nobody owes what nobody used"
    )


def test_the_server_accepts_a_picture_once(citizen, other_citizen, offices, db, login):
    """Inspectors without JavaScript send a picture; the same one again, from whomever, is a screenshot."""
    row = bought(citizen).tickets.get()
    Staff.objects.create(account=other_citizen, office=offices["ordnungsamt"], role="CLERK")
    browser, code = login(other_citizen), copies.by_server(actor(citizen), row)
    paper = copies.on_paper(actor(citizen), row)

    def said(code: bytes) -> str:
        picture = SimpleUploadedFile("x.png", aztec.png(code), "image/png")
        return browser.post(f"{HOME}kontrolle/", {"bild": picture, "zone": "1"}).text

    assert "Unterschrift, Zeit und Zone stimmen" in said(code) and "nicht von diesem Augenblick" in said(code)
    assert all("Unterschrift, Zeit und Zone stimmen" in said(paper) for _turn in range(2)), "paper has no moment"


def test_nobody_orders_an_abo_at_a_price_that_was_not_shown(citizen, db, login):
    from stadtkern.kernel.payments.actions import give_mandate

    give_mandate(actor(citizen), holder="Zoë Çelik", iban="DE89370400440532013000", agreed=True)
    browser = login(citizen)
    page = browser.get(f"{HOME}abo/?zonen=A").text
    assert 'name="preis_abo" value="4400"' in page
    form = {"produkt": "abo", "zone": ["A", "B"], "einverstanden": "1", "preis_abo": "4400"}
    again = browser.post(f"{HOME}abo/", form)  # another zone was ticked and sent at once
    assert (
        again.status_code == 422 and "6200" in again.text and "noch einmal" in again.text and not Subscription.objects.exists()
    )
    assert browser.post(
        f"{HOME}abo/", form | {"preis_abo": "6200"}
    ).status_code == 302 and Subscription.objects.get().zones == ["A", "B"]
