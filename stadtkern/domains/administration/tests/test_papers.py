"""Identity cards and passports between counter and pocket: states only as somebody told them, doors that stay shut."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from stadtkern.domains.administration import actions
from stadtkern.domains.administration.actions import making, pick_up
from stadtkern.domains.administration.actions.making import send_order
from stadtkern.domains.administration.adapters import Said, Unavailable, Word, demo
from stadtkern.domains.administration.models import Order
from stadtkern.domains.administration.papers.track import stages_of, way_of
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.cases.models import Case, Status
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.actions import publish

ALL = list(actions.TICKS)
SELF = {"for_whom": "self", "photo": "counter", "pick_up": "locker", "person/birth_date": "1988-02-29"}
CHILD = SELF | {"for_whom": "child", "pick_up": "counter", "custody": "both", "consent": "written"}


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.HOME = tmp_path
    return tmp_path


@pytest.fixture
def make(citizen, clerk, offices):
    """A paid application on the desk of the citizens' office."""

    def build(answers=SELF, key="personalausweis_beantragen", account=citizen, **more) -> Case:
        number = Case.objects.count()
        return Case.objects.create(
            reference=f"MS-0000-000{number}", service=key, edition=publish(catalogue.find(key)), account=account,
            answers=answers, status=Status.IN_REVIEW, office=offices["buergeramt"], applicant="Zoë",
            submitted_at=timezone.now(), due_date=timezone.localdate(), fee_cents=4600, **more,
        )  # fmt: skip

    return build


@pytest.fixture
def desk(clerk) -> Actor:
    return Actor(clerk.account, clerk)


@pytest.mark.django_db(transaction=True)
def test_from_the_counter_to_the_locker_and_the_end(make, desk, run_jobs):
    case = make()
    order = actions.accept(desk, case, ALL)
    assert actions.accept(desk, case, ALL) == order, "a double click"
    run_jobs()
    case.refresh_from_db()
    order.refresh_from_db()
    assert (case.status, order.status) == (Status.DECIDED, "ORDERED"), "the case stays open until it is handed over"
    for word, status in ((Word.IN_PRODUCTION, "IN_PRODUCTION"), (Word.ORDERED, "IN_PRODUCTION"), (Word.DELIVERED, "ARRIVED")):
        assert actions.advance(order.pk, Said(word)).status == status
    lines = Event.objects.filter(name__startswith="paper.", subject=str(case)).order_by("pk")
    assert list(lines.values_list("name", flat=True)) == [
        "paper.accepted",
        "paper.ordered",
        "paper.in_production",
        "paper.sent",
        "paper.arrived",
    ]
    order = actions.lay_out(desk, order, "locker")
    letter = Message.objects.get(title__startswith="Sie können Ihr Dokument abholen")
    (code,) = re.findall(r"Ihr Code: (\w{8})", letter.body)
    assert "Im Ausgabeterminal bis zum" in way_of(case)[1].sentence and code not in str(way_of(case))
    machine = demo.connect_locker()
    assert machine.open_with("00000000") is None and machine.open_with(code.lower()) == order.number
    assert machine.open_with(code) is None, "a code opens once"
    assert actions.look_into_locker(timezone.localdate()) == 1 and actions.look_into_locker(timezone.localdate()) == 0
    run_jobs()
    case.refresh_from_db()
    assert case.status == Status.CLOSED
    assert [stage.state for stage in way_of(case)[0]] == ["done"] * 7


def test_the_demo_maker_goes_by_the_clock(home):
    maker = demo.connect_maker()
    assert (
        maker.order("MS-1", "passport", express=False).word == maker.order("MS-1", "passport", express=False).word == "ordered"
    )
    file = home / "demo-papers" / "production" / "MS-1.json"
    for minutes, word in ((3, "in_production"), (7, "sent"), (9, "delivered")):
        began = timezone.now() - timedelta(minutes=minutes)
        file.write_text(re.sub(r'"at": "[^"]+"', f'"at": "{began.isoformat()}"', file.read_text()))
        assert maker.look("MS-1").word == word


@pytest.mark.django_db(transaction=True)
def test_a_maker_that_is_away_is_asked_again_and_nothing_is_made_up(make, desk, home):
    (home / "outage").mkdir()
    switch = home / "outage" / "production"
    switch.write_text("")
    order = actions.accept(desk, make(), ALL)
    with pytest.raises(Unavailable):
        send_order(order.pk)
    order.refresh_from_db()
    assert order.status == "WANTED" and "switched off" in order.last_error and order.ordered_at is None
    assert stages_of(order)[1].state == "current" and stages_of(order)[1].note == "Die Bestellung ist unterwegs."
    switch.unlink()
    send_order(order.pk)
    order.refresh_from_db()
    assert (order.status, order.last_error) == ("ORDERED", "")
    switch.write_text("")
    assert actions.poll(timezone.now() + timedelta(hours=2)) == 0
    order.refresh_from_db()
    assert order.status == "ORDERED" and order.last_error and order.next_check_at > timezone.now()


@pytest.mark.django_db(transaction=True)
def test_a_rejected_picture_is_put_right_and_ordered_again(make, desk, home):
    (home / "outage").mkdir()
    (home / "outage" / "production").write_text("reject")
    case = make()
    order = actions.accept(desk, case, ALL)
    send_order(order.pk)
    order.refresh_from_db()
    assert order.status == "REJECTED" and "Lichtbild" in order.reason and way_of(case)[1].tone == "warning"
    assert order.reason not in way_of(case)[1].sentence, "the maker's words are for the clerk"
    (home / "outage" / "production").unlink()
    again = actions.order_again(desk, order)
    assert again.number.endswith("-2")
    send_order(again.pk)
    assert Order.objects.get().status == "ORDERED"
    with pytest.raises(actions.Refused):
        actions.order_again(desk, order)


@pytest.mark.django_db(transaction=True)
def test_without_a_maker_clerks_enter_what_happens(make, desk, monkeypatch, run_jobs):
    monkeypatch.setitem(city().adapters, "production", "none")
    monkeypatch.setitem(city().adapters, "locker", "none")
    case = make()
    order = actions.accept(desk, case, ALL)
    assert order.pick_up == "counter", "no locker, no wish for one"
    run_jobs()
    order.refresh_from_db()
    assert order.by_hand and order.status == "WANTED"
    assert "von Hand" in way_of(case)[1].sentence
    actions.enter_by_hand(desk, order, "ordered")
    actions.enter_by_hand(desk, order, "delivered")
    order.refresh_from_db()
    with pytest.raises(actions.Refused, match="nicht verbunden"):
        actions.lay_out(desk, order, "locker")
    actions.hand_over(desk, actions.lay_out(desk, order, "counter"))
    run_jobs()
    case.refresh_from_db()
    assert case.status == Status.CLOSED


def test_a_child_needs_the_consent_and_the_counter(make, desk):
    case = make(CHILD)
    assert "consent" in actions.needed_ticks(case) and "consent" not in actions.needed_ticks(make(SELF))
    with pytest.raises(actions.Refused, match="Sorgeberechtigten"):
        actions.accept(desk, case, [key for key in ALL if key != "consent"])
    assert not Order.objects.exists() and Case.objects.get(pk=case.pk).status == Status.IN_REVIEW
    order = actions.accept(desk, case, ALL)
    actions.advance(order.pk, Said(Word.DELIVERED))
    with pytest.raises(actions.Refused, match="nur am Schalter"):
        actions.lay_out(desk, order, "locker")


def test_one_odd_answer_of_the_maker_stops_no_other_order(make, desk, monkeypatch):
    first, second = (actions.accept(desk, make(), ALL) for _turn in range(2))
    Order.objects.update(status="ORDERED", next_check_at=timezone.now())

    class Odd:
        def look(self, number):
            if number == first.number:
                raise KeyError("state")
            return Said(Word.SENT)

    monkeypatch.setattr(making, "maker", Odd)
    assert actions.poll(timezone.now()) == 1
    for row in (first, second):
        row.refresh_from_db()
    assert (first.status, second.status) == ("ORDERED", "SENT") and "KeyError" in first.last_error
    assert first.next_check_at > timezone.now(), "asked again later"


def test_every_compartment_is_looked_at_however_many_stand_before_it(make, desk, monkeypatch):
    case = make()
    number = actions.accept(desk, case, ALL).number
    rows = [Order(case=make(), kind="id_card", number=f"X-{at}", status="READY", pick_up="locker") for at in range(101)]
    Order.objects.all().delete()
    Order.objects.bulk_create([*rows, Order(case=case, kind="id_card", number=number, status="READY", pick_up="locker")])

    class Machine:
        def collected(self, asked):
            return asked == number

    monkeypatch.setattr(pick_up, "locker", Machine)
    assert actions.look_into_locker(timezone.localdate()) == 1


def test_the_locker_gives_back_what_nobody_fetches(make, desk):
    case = make()
    order = actions.accept(desk, case, ALL)
    actions.advance(order.pk, Said(Word.DELIVERED))
    order = actions.lay_out(desk, order, "locker")
    assert order.collect_until is not None and actions.look_into_locker(order.collect_until) == 0
    assert actions.look_into_locker(order.collect_until + timedelta(days=1)) == 1
    order.refresh_from_db()
    assert (order.status, order.pick_up, order.collect_until) == ("READY", "counter", None)
    assert Message.objects.filter(about=str(case)).count() == 2, "told twice: locker, then counter"
    assert actions.hand_over(desk, order).status == "COLLECTED"


def test_what_is_not_paid_or_not_ours_is_not_ordered(make, desk, other_clerk, login, clerk):
    unpaid = make()
    Case.objects.filter(pk=unpaid.pk).update(status=Status.AWAITING_PAYMENT)
    unpaid.refresh_from_db()
    with pytest.raises(actions.Refused, match="noch nicht bezahlt"):
        actions.accept(desk, unpaid, ALL)
    case = make()
    page = reverse("administration:paper", args=[case.reference])
    assert login(other_clerk.account).get(page).status_code == 404
    assert login(case.account).get(page).status_code == 403
    mine = login(clerk.account)
    assert mine.post(reverse("administration:paper_act", args=[case.reference]), {"_do": "quatsch"}).status_code == 409
    answer = mine.post(reverse("administration:paper_act", args=[case.reference]), {"_do": "accept", "tick": ALL[:2]})
    assert answer.status_code == 409 and "Ohne diese Punkte wird nicht bestellt" in answer.content.decode()
    assert (
        mine.post(reverse("administration:paper_act", args=[case.reference]), {"_do": "accept", "tick": ALL}).status_code == 302
    )
    assert "Zoë" in mine.get(reverse("administration:papers")).content.decode()
    assert Order.objects.count() == 1


def test_the_list_asks_little(make, desk, clerk, login, django_assert_max_num_queries):
    for _n in range(8):
        actions.accept(desk, make(), ALL)
    mine = login(clerk.account)
    mine.get(reverse("administration:papers"))
    with django_assert_max_num_queries(10):
        mine.get(reverse("administration:papers"))
