"""Tickets: bought once, issued with the money alone, never dearer than the best price, shown, given, returned, revoked."""

import base64
import json
import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from django.utils import timezone

from stadtkern.domains.mobility.actions import ticket_abo as abo
from stadtkern.domains.mobility.actions import ticket_copies as copies
from stadtkern.domains.mobility.actions import ticket_rights as rights
from stadtkern.domains.mobility.actions import ticket_transfers as transfers
from stadtkern.domains.mobility.actions import tickets as actions
from stadtkern.domains.mobility.models import FareRight, Order, Ticket, TicketCopy
from stadtkern.domains.mobility.tickets import keys
from stadtkern.domains.mobility.tickets.cards import cards
from stadtkern.domains.mobility.tickets.pricing import Spent, best, plain
from stadtkern.domains.mobility.tickets.products import tariff
from stadtkern.domains.mobility.tickets.quoting import Refused, Wish, balance
from stadtkern.domains.mobility.tickets.validity import month_later, span
from stadtkern.domains.mobility.trips.showing import ticket_url
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Company, Staff, Trust
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.payments.actions import receive
from stadtkern.kernel.payments.adapters import TransactionStatus as Word
from stadtkern.kernel.payments.adapters import demo
from stadtkern.kernel.payments.models import Payment, Receivable
from stadtkern.lib.uic import Known, aztec, inspect, open_frame, show
from stadtkern.lib.uic.barcode import HASH, public_bytes

HOME = "/mobil/tickets/"


def actor(account) -> Actor:
    return Actor(account=account, trust=Trust.BASIC)


def wish(product="einzel", zones=("A",), reduction="", starts: datetime | None = None, later=False) -> Wish:
    rules = tariff()
    return Wish(rules.products[product], zones, rules.reductions.get(reduction), None if later else starts or timezone.now())


def bought(account, product="einzel", once="1", **more) -> Order:
    """Ordered and paid."""
    row, payment = actions.order(actor(account), wish(product, **more), once)
    if payment:
        receive(payment.receivable, cents=payment.amount_cents, by="counter", source_key=f"test:{payment.pk}")
    actions.settle(row.pk)
    row.refresh_from_db()
    return row


def plainly(text: str) -> str:
    return text.replace("\xa0", " ")


def keyring() -> dict:
    return {("MVB", one.number): one.private.public_key() for one in keys.ring()}


@pytest.fixture(autouse=True)
def home(settings, tmp_path) -> None:
    settings.HOME = tmp_path


@pytest.mark.django_db(transaction=True)
def test_from_the_shop_to_the_wallet(citizen, login, run_jobs):
    browser, provider = login(citizen), demo.connect()
    shop = browser.get(f"{HOME}?zonen=A,B").text
    assert "3,10 €" in plainly(shop) and "Einzelfahrschein" in shop and "Tageskarte" in shop
    page = browser.get(f"{HOME}kaufen/?produkt=einzel&zonen=A,B").text
    once = re.search(r'name="once" value="([^"]+)"', page)[1]
    form = {"produkt": "einzel", "zone": ["A", "B"], "once": once, "kaufen": "1", "wann": "jetzt"}
    first, second = browser.post(f"{HOME}kaufen/", form), browser.post(f"{HOME}kaufen/", form)
    assert first.status_code == second.status_code == 302 and Order.objects.count() == 1, "a double click is one purchase"
    assert not Ticket.objects.exists(), "no ticket without money"
    payment = Payment.objects.get()
    assert payment.amount_cents == 310 and "Noch nicht bezahlt" in browser.get(f"{HOME}kauf/{Order.objects.get().pk}/").text
    provider.press(payment.transaction_id, Word.PAYED, "CARD")
    assert "Bezahlt" in browser.get(f"/zahlung/{payment.pk}/zurueck/", follow=True).text
    run_jobs()
    row = Ticket.objects.get()
    actions.settle(row.order_id)
    assert Ticket.objects.count() == 1, "a replay issues nothing"
    assert row.until - row.since == timedelta(minutes=90) and row.zones == ["A", "B"]
    assert browser.get(f"{HOME}kauf/{row.order_id}/").url == f"{HOME}{row.pk}/"
    assert "Einzelfahrschein, Zone A, B" in browser.get("/nachweise/").text, "it lies beside the certificates"
    assert row.number in browser.get(f"{HOME}{row.pk}/").text and "Einzelfahrschein" in browser.get(f"{HOME}meine/").text


def test_the_best_price_of_a_day_and_a_month(citizen, db):
    morning = timezone.make_aware(datetime.combine(timezone.localdate() + timedelta(days=1), datetime.min.time())) + timedelta(
        hours=8
    )
    paid = [bought(citizen, once=str(number), starts=morning + timedelta(hours=number)).due_cents for number in range(4)]
    assert paid == [220, 220, 80, 0] and sum(paid) == tariff().products["tag"].cents[0]
    last = Order.objects.order_by("-pk").first()
    assert (
        "Mehr als 5,20 € kostet ein Tag nicht" in plainly(last.because) and last.status == "PAID" and last.tickets.count() == 1
    )
    wider = bought(citizen, once="wider", zones=("A", "B"), starts=morning)
    assert wider.due_cents == 740 - 520, "another zone: the day's price of both zones"
    night = bought(citizen, once="night", starts=morning + timedelta(hours=18))
    assert night.due_cents == 0 and night.day == timezone.localdate(morning), "two in the night belongs to the evening before"
    assert bought(citizen, once="kind", reduction="kind", starts=morning).due_cents == 110, "each price of its own"


def test_prices_are_whole_cents_and_never_grow():
    rules = tariff()
    child, single = rules.reductions["kind"], rules.products["einzel"]
    assert [plain(rules, single, zones, child) for zones in (1, 2, 9)] == [110, 160, 160]
    assert best(220, Spent(500, 500), 520, 4900).due == 20 and best(220, Spent(0, 4890), 520, 4900).due == 10
    assert best(220, Spent(9999, 0), 520, None).due == 0 and best(220, Spent(), None, None).because == ""
    for full in (1, 220, 310):
        for day in range(0, 900, 37):
            price = best(full, Spent(day, day), 520, 4900)
            assert 0 <= price.due <= full and bool(price.because) == (price.due < full)


def test_two_purchases_at_once_give_credit_at_night(citizen, db):
    start = timezone.make_aware(datetime.combine(timezone.localdate() + timedelta(days=1), datetime.min.time()))
    for number in range(3):  # as if all three had been open at the same time
        actions.order(actor(citizen), wish(starts=start + timedelta(hours=8 + number)), f"open{number}")
    for row in Order.objects.all():
        receive(Receivable.objects.get(about=str(row)), cents=220, by="counter", source_key=f"t:{row.pk}")
        actions.settle(row.pk)
    from stadtkern.domains.mobility.actions import ticket_credit as credit

    day = Order.objects.first().day
    assert credit.even_out(day + timedelta(days=1)) == 1 and credit.even_out(day + timedelta(days=1)) == 0
    assert balance(citizen) == 660 - 520
    later = timezone.now() + timedelta(days=2)
    row, payment = actions.order(actor(citizen), wish(starts=later), "next")
    assert row.credit_cents == 140 and payment.amount_cents == 80 and balance(citizen) == 0
    Order.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(days=3))
    assert actions.end_unpaid(timezone.now()) == 1 and balance(citizen) == 140, "a purchase that ends gives the credit back"


def test_on_the_phone_and_under_the_inspectors_eyes(citizen, db, login):
    row = bought(citizen).tickets.get()
    phone, other = (ec.generate_private_key(ec.SECP256R1()) for _one in range(2))
    here, elsewhere = copies.put_on_phone(actor(citizen), public_bytes(phone.public_key()))
    assert [one.ticket for one in here] == [row] and elsewhere == []
    now = datetime.now(UTC)
    code = show(here[0].barcode, lambda data: phone.sign(data, HASH), now)
    assert (
        inspect(code, keyring(), Known(), now, 1).state == "valid" and inspect(code, keyring(), Known(), now, 2).state == "zone"
    )
    assert inspect(code, keyring(), Known(), now + timedelta(seconds=55), 1).state == "replay", "a picture of it dies"
    assert inspect(code, {}, Known(), now).state == "unknown_key"
    again = copies.put_on_phone(actor(citizen), public_bytes(phone.public_key()))[0][0]
    assert open_frame(again.barcode, now).content.reference == f"{row.number}-1", "the same phone, the same copy"
    assert copies.put_on_phone(actor(citizen), public_bytes(other.public_key())) == ([], [row]), "one phone at a time"
    assert copies.lost_phone(actor(citizen)) == 1
    assert copies.put_on_phone(actor(citizen), public_bytes(other.public_key()))[0][0].ticket == row
    assert inspect(code, keyring(), Known(revoked={f"{row.number}-1"}), now).state == "revoked"

    browser = login(citizen)
    answer = browser.post(
        f"{HOME}handy/", {"key": base64.b64encode(public_bytes(other.public_key())).decode()}, "application/json"
    )
    assert answer.json()["tickets"][0]["number"] == row.number and "no-store" in answer["Cache-Control"]
    for wrong in ("{", "[]", '{"key": 1}', '{"key": "AAAA"}', '{"key": "%%"}', "null", '{"key": "' + "A" * 3000 + '"}'):
        assert browser.post(f"{HOME}handy/", wrong, content_type="application/json").status_code == 422
    drawn = browser.get(f"{HOME}{row.pk}/code/?form=png")
    assert inspect(aztec.read(drawn.content)[0], keyring(), Known(), datetime.now(UTC), 1).state == "valid"
    page = browser.get(f"{HOME}{row.pk}/code/")
    assert "<svg" in page.text and page["Refresh"] == "30" and "no-store" in page["Cache-Control"]
    paper = browser.post(f"{HOME}{row.pk}/drucken/").text
    assert "Zoë Łucja Çelik-Müller" in paper and Client().get(f"{HOME}zeigen/").status_code == 200


def test_paper_says_who_it_is_for(citizen, db):
    row = bought(citizen).tickets.get()
    paper = copies.on_paper(actor(citizen), row)
    frame = open_frame(paper, datetime.now(UTC))
    assert frame.content.name == "Zoë Łucja Çelik-Müller" and not frame.moving_key
    assert inspect(paper, keyring(), Known(), datetime.now(UTC), 1).state == "valid"


def test_four_rides_one_begun_one_given_away(citizen, other_citizen, db, login):
    row = bought(citizen, "vierer", later=True)
    rides = list(row.tickets.order_by("pk"))
    assert len(rides) == 4 and all(one.since is None for one in rides)
    begun = actions.begin(actor(citizen), rides[0])
    assert actions.begin(actor(citizen), rides[0]).since == begun.since, "twice changes nothing"
    with pytest.raises(Refused, match="gilt schon"):
        actions.give_back(actor(citizen), rides[1])
    with pytest.raises(Refused):
        transfers.offer(actor(citizen), begun)
    code = transfers.offer(actor(citizen), rides[1])
    with pytest.raises(Refused, match="angeboten"):
        actions.begin(actor(citizen), rides[1])
    with pytest.raises(Refused, match="schon"):
        transfers.accept(actor(citizen), code)
    browser = login(other_citizen)
    assert browser.post(f"{HOME}annehmen/", {"code": "XXXXX-XXXXX\x00"}).status_code == 422
    assert browser.post(f"{HOME}annehmen/", {"code": code.lower()}).status_code == 302
    assert browser.post(f"{HOME}annehmen/", {"code": code}).status_code == 422, "a code works once"
    rides[1].refresh_from_db()
    assert rides[1].account == other_citizen and browser.get(f"{HOME}{rides[1].pk}/").status_code == 200
    assert login(citizen).get(f"{HOME}{rides[1].pk}/").status_code == 404
    assert browser.get(f"{HOME}{rides[0].pk}/").status_code == 404


def test_what_has_not_begun_goes_back_with_its_money(citizen, db):
    row = bought(citizen, "tag", starts=timezone.now() + timedelta(days=3))
    back = actions.give_back(actor(citizen), row.tickets.get())
    assert actions.give_back(actor(citizen), row.tickets.get()).pk == back.pk
    assert back.status == "REFUNDED" and row.tickets.get().status == "REFUNDED"
    assert Receivable.objects.get(about=str(row)).refund_cents == 520
    assert cards(actor(citizen)) == [] and not copies.usable(actor(citizen))
    used = bought(citizen, once="used").tickets.get()
    with pytest.raises(Refused):
        actions.give_back(actor(citizen), used)


def test_the_office_revokes_and_writes(citizen, offices, other_citizen, db):
    row = bought(citizen).tickets.get()
    copies.on_paper(actor(citizen), row)
    clerk = Staff.objects.create(account=other_citizen, office=offices["ordnungsamt"], role="CLERK")
    desk = Actor(account=other_citizen, staff=clerk)
    with pytest.raises(Refused):
        actions.revoke(desk, row, " \x00")
    for _click in range(2):
        actions.revoke(desk, row, "Missbrauch")
    assert Message.objects.filter(account=citizen, title="Ihr Fahrschein gilt nicht mehr").count() == 1
    assert not TicketCopy.objects.filter(ended_at=None).exists() and cards(actor(citizen))[0].over


def test_riding_for_less_is_checked(citizen, offices, other_citizen, db, login):
    with pytest.raises(Refused, match="freigegeben"):
        actions.order(actor(citizen), wish(reduction="stadtpass"), "1")
    browser = login(citizen)
    assert browser.post(f"{HOME}ermaessigung/", {"ermaessigung": "stadtpass"}).status_code == 302
    assert browser.post(f"{HOME}ermaessigung/", {"ermaessigung": "quatsch"}).status_code == 302
    right = FareRight.objects.get()
    clerk = Staff.objects.create(account=other_citizen, office=offices["ordnungsamt"], role="CLERK")
    rights.decide(Actor(account=other_citizen, staff=clerk), right, True)
    assert rights.decide(Actor(account=other_citizen, staff=clerk), right, False).status == "GRANTED", "the first answer counts"
    assert bought(citizen, reduction="stadtpass").due_cents == 110
    assert "Freigegeben" in browser.get(f"{HOME}ermaessigung/").text


def test_hostile_wishes(citizen, db, login):
    browser = login(citizen)
    for query in ("", "produkt=einzel%00", "produkt=nix", "produkt=einzel&zonen=Z", f"produkt={'x' * 5000}"):
        assert browser.get(f"{HOME}kaufen/?{query}").status_code in (200, 302)
    form = {"produkt": "einzel", "zone": "A", "kaufen": "1", "once": "x"}
    for more in ({"wann": "tag", "tag": "9999-99-99"}, {"wann": "tag", "tag": "1999-01-01"}, {"wann": "tag", "uhr": "99"},
                 {"ermaessigung": "\x00"}, {"zone": "Q"}, {"wann": "tag", "tag": "2199-01-01"}):  # fmt: skip
        assert browser.post(f"{HOME}kaufen/", form | more).status_code == 422, more
    assert not Order.objects.exists() and browser.get(f"{HOME}{10**30}/").status_code == 404
    firm = Company.objects.create(name="Firma")
    with pytest.raises(Refused, match="für sich selbst"):
        actions.order(Actor(account=citizen, company=firm), wish(), "1")
    assert Client().get(f"{HOME}kaufen/?produkt=einzel&zonen=A").url.endswith("zonen%3DA"), "sign in and go on where one was"
    assert Client().get(HOME).status_code == 200


def test_a_month_and_a_day_end_when_they_should():
    rules = tariff()
    now = timezone.make_aware(datetime(2027, 1, 31, 2, 30))
    since, until = span(rules, "day", 0, now, now)
    assert (since.day, until.day, until.hour) == (30, 31, 3), "half past two is still yesterday"
    since, until = span(rules, "month", 0, timezone.make_aware(datetime(2027, 1, 31)), now)
    assert until.date() == date(2027, 2, 28) and month_later(date(2027, 12, 5)) == date(2028, 1, 5)
    assert span(rules, "ride", 90, now - timedelta(hours=5), now) == (now, now + timedelta(minutes=90))


def test_an_abo_is_paid_by_direct_debit_month_by_month(citizen, offices, db, login):
    from stadtkern.kernel.payments.actions import give_mandate

    with pytest.raises(Refused, match="Lastschriftmandat"):
        abo.subscribe(actor(citizen), wish("abo"), agreed=True)
    give_mandate(actor(citizen), holder="Zoë Çelik", iban="DE89370400440532013000", agreed=True)
    with pytest.raises(Refused, match="Häkchen"):
        abo.subscribe(actor(citizen), wish("abo"), agreed=False)
    row = abo.subscribe(actor(citizen), wish("abo"), agreed=True)
    assert abo.subscribe(actor(citizen), wish("abo"), agreed=True) == row, "twice is one Abo"
    first = row.orders.get()
    claim = Receivable.objects.get(about=str(first))
    assert claim.open_cents == 4400 and not claim.voluntary and not Ticket.objects.exists()
    entry = receive(claim, cents=4400, by="debit", source_key="t:1")
    actions.settle(first.pk)
    ticket = Ticket.objects.get()
    assert ticket.personal and ticket.since.date() <= timezone.localdate()
    soon = month_later(row.first_month) - timedelta(days=20)
    assert abo.claim_due(soon) == 1 and abo.claim_due(soon) == 0 and row.orders.count() == 2
    assert "Noch nicht bezahlt" in login(citizen).get(f"{HOME}abo/").text

    from stadtkern.kernel.payments.actions import return_debit

    return_debit(entry, source_key="r:1")
    abo.taken_back(claim.pk)
    ticket.refresh_from_db()
    assert ticket.status == "REVOKED" and "Lastschrift" in ticket.because
    ended = abo.end(actor(citizen), row)
    assert ended.last_month == month_later(row.first_month) and abo.claim_due(soon + timedelta(days=60)) == 0


def test_the_timetable_names_the_price_where_it_has_one(settings, tmp_path):
    from stadtkern.domains.mobility.tickets.fares import cents_of
    from stadtkern.domains.mobility.trips import folder

    single, day = tariff().products["einzel"], tariff().products["tag"]
    assert cents_of(single, 1) is None, "no timetable, no price"
    place = folder.version_folder("gtfs", 1)
    place.mkdir(parents=True)
    products = [
        {"fare_product_id": "einzel_2", "rider_category_id": kind, "amount": price, "currency": "EUR"}
        for kind, price in (("adult", "3.30"), ("child", "1.10"))
    ]
    v1 = [{"fare_id": "einzel_1", "price": "2.40", "currency_type": "EUR"}, {"fare_id": "x", "price": "viel"}]
    (place / "fares.json").write_text(json.dumps({"tables": {"fare_attributes.txt": v1, "fare_products.txt": products}}))
    folder.point_to("gtfs", {"kind": "GTFS", "number": 1, "folder": str(place), "stamp": 1})
    assert [cents_of(single, zones) for zones in (1, 2, 3)] == [240, 330, None] and cents_of(day, 1) is None
    rows = [{"fare_product_id": "einzel_1", "rider_category_id": kind, "amount": price, "currency": "EUR"}
            for kind, price in (("E", "2.50"), ("K", "1.20"), ("K", "1.10"))]  # fmt: skip
    kinds = [
        {"rider_category_id": "E", "rider_category_name": "Erwachsene"},
        {"rider_category_id": "K", "rider_category_name": "K"},
    ]
    for number, default in ((3, 1), (4, None)):  # a price for grown-ups, whether the feed says who is usual or not
        told = [row | ({"is_default_fare_category": str(int(row is kinds[0]))} if default else {}) for row in kinds]
        (place / "fares.json").write_text(json.dumps({"tables": {"fare_products.txt": rows, "rider_categories.txt": told}}))
        folder.point_to("gtfs", {"kind": "GTFS", "number": number, "folder": str(place), "stamp": number})
        assert cents_of(single, 1) == 250
    (place / "fares.json").write_text("[]")
    folder.point_to("gtfs", {"kind": "GTFS", "number": 2, "folder": str(place), "stamp": 2})
    assert cents_of(single, 1) is None


def test_a_trip_leads_to_its_ticket_valid_from_its_departure():
    late = timezone.localtime() + timedelta(hours=5)
    query = parse_qs(urlsplit(ticket_url(["A", "B"], late)).query)
    assert query == {
        "produkt": ["einzel"],
        "zonen": ["A,B"],
        "wann": ["tag"],
        "tag": [f"{late:%Y-%m-%d}"],
        "uhr": [f"{late:%H:%M}"],
    }
    assert "wann" not in ticket_url(["A"], timezone.localtime()) and "produkt=einzel" in ticket_url(["A"], timezone.localtime())
    assert ticket_url([], late) == HOME and ticket_url(["Z9"], late) == f"{HOME}?zonen=Z9"
