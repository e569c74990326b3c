"""A petition from filing to the council: who may sign, one signature each, paper counted twice, clocks, letters."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connections, transaction
from django.test import Client
from django.utils import timezone

from stadtkern.domains.participation import actions, erasure, report
from stadtkern.domains.participation.actions import petition_clock, petitioning, signing
from stadtkern.domains.participation.models import Contribution, Petition, Process, Signature, SignatureSheet
from stadtkern.domains.participation.templating import template
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Person
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.registers.models import Resident

MATTER = {
    "title": "Der Nachtbus soll bleiben", "text": "Der Rat beschließt, dass die Linie N4 weiter fährt.", "author": "none",
    "reason": "Wer abends arbeitet, kommt sonst nicht nach Hause.", "name1": "Zoë Çelik", "address1": "Auenweg 12",
}  # fmt: skip
DETAILS = {name: MATTER[name] for name in ("reason", "name1", "address1")}


@pytest.fixture(autouse=True)
def fresh_counters(db):
    cache.clear()


@pytest.fixture
def room(make_process) -> Process:
    """A process for petitions: two signatures are needed."""
    settings = {**template("petition").defaults(), "threshold": 2, "checks": "Zuständig\nVerständlich"}
    who = {"residents": True, "min_age": 14}
    return make_process(
        "petitionen", kind="petition", title="Petitionen", allows=("contribute", "sign"), who=who, settings=settings
    )


@pytest.fixture
def neighbour(resident, other_citizen) -> Account:
    """A second resident of the town, with an account."""
    row = Resident.objects.create(
        given_names="Otto", family_name="Anders", birth_date=other_citizen.person.birth_date, birth_place="Bonn", sex="m",
        household=resident.household, moved_in_date=resident.moved_in_date,
    )  # fmt: skip
    Person.objects.filter(account=other_citizen).update(register_key=row.key, proved_by="counter", proved_trust=3)
    other_citizen.refresh_from_db()
    return other_citizen


def act(staff) -> Actor:
    return Actor(staff.account, staff)


@pytest.fixture
def matter(room, resident, citizen, moderator) -> Contribution:
    """Filed and admitted."""
    row = actions.contribute(Actor(citizen), room, {**MATTER, "details": DETAILS})
    petitioning.admit(act(moderator), row, [True, True], "")
    row.refresh_from_db()
    return row


def test_filing_asks_what_the_law_asks_and_the_file_has_it(room, resident, citizen, login):
    browser, url = login(citizen), f"/beteiligung/{room.key}/neu/"
    page = browser.get(url).content.decode()
    assert "Begründung" in page and "Erste Vertretungsperson" in page
    wrong = browser.post(url, {**MATTER, "reason": "", "keep": "stay"})
    assert wrong.status_code == 422 and "Linie N4" in wrong.content.decode()
    assert browser.post(url, {**MATTER, "keep": "stay", "category": "gruen"}).status_code == 302
    row = Contribution.objects.get()
    case = Case.objects.get(pk=row.case_id)
    assert row.kind == "PETITION" and row.state == "SUBMITTED" and case.service == "petition_einreichen"
    assert case.answers["address1"] == "Auenweg 12" and row.details == DETAILS
    shown = browser.get(f"/beteiligung/{room.key}/{row.reference}/").content.decode()
    assert "Wird geprüft" in shown and "Zoë Çelik" in shown and "Auenweg" not in shown  # where they live is for the city


def test_a_check_admits_only_with_every_yes_and_refuses_only_with_a_reason(room, resident, citizen, moderator):
    row = actions.contribute(Actor(citizen), room, {**MATTER, "details": DETAILS})
    with pytest.raises(Petition.DoesNotExist):
        signing.sign(Actor(citizen), row)
    for checks in ([True, False], [True]):
        with pytest.raises(actions.Refused):
            petitioning.admit(act(moderator), row, checks, "")
    with pytest.raises(Contribution.DoesNotExist):
        petitioning.admit(Actor(citizen), row, [True, True], "")
    with pytest.raises(actions.Refused):
        petitioning.refuse(act(moderator), row, [False, True], "nein")
    petitioning.refuse(act(moderator), row, [False, True], "Der Bus ist Sache des Kreises.")
    row.refresh_from_db()
    assert row.state == "REJECTED" and Petition.objects.get().state == "INADMISSIBLE"
    assert Case.objects.get().decision.outcome == "REJECTED"


def test_the_number_of_residents_is_fixed_at_the_admission(room, resident, neighbour, citizen, moderator):
    Process.objects.filter(pk=room.pk).update(settings={**room.settings, "shares": "40", "threshold": 0, "base_age": 18})
    Resident.objects.create(
        given_names="Kind", family_name="Anders", birth_date=timezone.localdate() - timedelta(days=4000), birth_place="x",
        sex="w", household=resident.household, moved_in_date=resident.moved_in_date,
    )  # fmt: skip
    room.refresh_from_db()
    row = actions.contribute(Actor(citizen), room, {**MATTER, "details": DETAILS})
    petition = petitioning.admit(act(moderator), row, [True, True], "")
    assert (petition.base, petition.percent, petition.needed) == (2, 40, 1)
    Process.objects.filter(pk=room.pk).update(settings={**room.settings, "shares": "viele"})
    other = actions.contribute(
        Actor(citizen), room.__class__.objects.get(), {**MATTER, "title": "Noch ein Bus", "details": DETAILS}
    )
    with pytest.raises(actions.Refused, match="viele"):
        petitioning.admit(act(moderator), other, [True, True], "")


def _moved_to_a_second_account(citizen: Account) -> Actor:
    """The same person opens another account and proves there who they are."""
    key = citizen.person.register_key
    Person.objects.filter(account=citizen).update(register_key=None)
    twin = Account.objects.create(email="zwei@example.org", name="Zwei")
    Person.objects.create(account=twin, register_key=key, proved_by="counter", proved_trust=3)
    return Actor(twin)


def test_one_signature_each_and_the_second_reaches_the_number(matter, citizen, neighbour, other_citizen):
    assert signing.sign(Actor(citizen), matter, wants_post=True)
    assert not signing.sign(Actor(citizen), matter, named=True, wants_post=True)  # again: only the wishes change
    assert Signature.objects.get().name_shown == citizen.name
    assert not signing.sign(_moved_to_a_second_account(citizen), matter)
    twin = Actor(Account.objects.get(email="zwei@example.org"))
    assert signing.unsign(twin, matter) and Petition.objects.get().online == 0
    signing.sign(twin, matter, wants_post=True)
    assert Petition.objects.get().reached_at is None
    signing.sign(Actor(neighbour), matter, wants_post=True)
    petition = Petition.objects.get()
    assert petition.state == "REACHED" and petition.online == 2 and petition.council_due_date > timezone.localdate()
    assert Event.objects.filter(name="petition.reached").count() == 1
    assert not Event.objects.filter(name="petition.signed", actor__contains="account").exists()  # the diary names nobody
    petition_clock.announce(matter.pk, "reached")
    petition_clock.announce(matter.pk, "reached")
    told = Message.objects.filter(title__startswith="Genug Unterschriften")
    assert sorted(told.values_list("account", flat=True)) == sorted([citizen.pk, neighbour.pk, twin.account.pk])
    assert "spätestens am" in told.first().body


def test_the_database_refuses_a_second_signature_and_one_person_counting_twice(matter, citizen, moderator):
    signing.sign(Actor(citizen), matter)
    known = Signature.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.create(petition_id=matter.pk, pseudonym=known.pseudonym)
    sheet = signing.enter_sheet(act(moderator), matter, "Liste 1", 5)
    with pytest.raises(IntegrityError), transaction.atomic():
        SignatureSheet.objects.filter(pk=sheet.pk).update(confirmed_by=moderator)


@pytest.mark.django_db(transaction=True)
def test_four_clicks_at_once_are_one_signature(matter, citizen):
    def click(_number: int) -> bool:
        try:
            return signing.sign(Actor(citizen), matter)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(click, range(4))) == [False, False, False, True]
    assert Petition.objects.get().online == Signature.objects.count() == 1


def test_who_may_not_sign_reads_why_and_no_fact(matter, resident, other_citizen, citizen, login):
    url = f"/beteiligung/petitionen/{matter.reference}/unterschreiben/"
    assert "Bitte melden Sie sich an" in Client().get(url).content.decode()
    stranger = login(other_citizen).post(url)
    assert stranger.status_code == 403 and "wer hier gemeldet ist" in stranger.content.decode()
    Resident.objects.filter(pk=resident.pk).update(birth_date=timezone.localdate() - timedelta(days=13 * 365))
    young = login(citizen).post(url)
    assert young.status_code == 403 and "14 Jahre" in young.content.decode() and not Signature.objects.exists()


def test_paper_counts_when_two_people_counted_the_same(matter, moderator, second_moderator):
    with pytest.raises(actions.Refused):
        signing.enter_sheet(act(moderator), matter, "Liste 1", 10**30)
    sheet = signing.enter_sheet(act(moderator), matter, "Liste 1 bis 3", 2, 1)
    with pytest.raises(actions.Refused):
        signing.enter_sheet(act(moderator), matter, "liste 1 BIS 3", 2)
    with pytest.raises(actions.Refused, match="jemand anderes"):
        signing.confirm_sheet(act(moderator), matter, sheet.pk, 2)
    with pytest.raises(actions.Refused, match="stimmen nicht"):
        signing.confirm_sheet(act(second_moderator), matter, sheet.pk, 3)
    assert Petition.objects.get().paper == 0
    signing.confirm_sheet(act(second_moderator), matter, sheet.pk, 2)
    petition = Petition.objects.get()
    assert petition.paper == 2 and petition.state == "REACHED"
    with pytest.raises(actions.Refused):
        signing.confirm_sheet(act(second_moderator), matter, sheet.pk, 2)


def test_where_only_paper_counts_clicks_do_not_reach_the_number(matter, citizen, neighbour):
    Petition.objects.update(online_counts=False)
    signing.sign(Actor(citizen), matter)
    signing.sign(Actor(neighbour), matter)
    petition = Petition.objects.get()
    assert petition.counted == 0 and petition.online == 2 and petition.state == "COLLECTING"


def test_the_clock_ends_the_collection_and_reminds_clerks(matter, citizen, moderator):
    now = timezone.now()
    Petition.objects.update(collect_until=now + timedelta(days=10))
    for _again in range(2):
        petition_clock.turn_petition(matter.pk, now)
    assert Message.objects.filter(account=moderator.account, title__startswith="Frist").count() == 1
    Petition.objects.update(collect_until=now - timedelta(minutes=1))
    with pytest.raises(actions.Refused, match="vorbei"):
        signing.sign(Actor(citizen), matter)
    petition_clock.turn_petition(matter.pk, now)
    assert Petition.objects.get().state == "COUNTING"
    sheet = signing.enter_sheet(act(moderator), matter, "Liste 1", 1)
    with pytest.raises(actions.Refused, match="nachgezählt"):
        petitioning.finish_counting(act(moderator), matter)
    signing.drop_sheet(act(moderator), matter, sheet.pk)
    petitioning.finish_counting(act(moderator), matter)
    assert Petition.objects.get().state == "LAPSED" and Petition.objects.get().secret == ""
    petition_clock.announce(matter.pk, "lapsed")
    assert Message.objects.filter(account=citizen, title__startswith="Nicht genug").exists()


def test_the_council_decides_and_everybody_can_read_it(matter, citizen, neighbour, moderator, login):
    with pytest.raises(actions.Refused):
        petitioning.to_council(act(moderator), matter, timezone.localdate())
    for one in (citizen, neighbour):
        signing.sign(Actor(one), matter)
    signing.unsign(Actor(neighbour), matter)
    with pytest.raises(actions.Refused, match="nicht mehr genug"):
        petitioning.to_council(act(moderator), matter, timezone.localdate())
    signing.sign(Actor(neighbour), matter)
    petitioning.to_council(act(moderator), matter, timezone.localdate())
    with pytest.raises(actions.Refused, match="https"):
        petitioning.decide(act(moderator), matter, "ACCEPTED", "Der Bus fährt weiter.", "javascript:alert(1)")
    for _again in range(2):
        petitioning.decide(act(moderator), matter, "ACCEPTED", "Der Bus fährt weiter.", "https://rat.example/1")
    assert Event.objects.filter(name="petition.decided").count() == 1
    page = Client().get(f"/beteiligung/petitionen/{matter.reference}/").content.decode()
    assert "Der Rat hat zugestimmt" in page and 'href="https://rat.example/1"' in page


def test_a_signed_text_stays_as_it_is(matter, citizen):
    signing.sign(Actor(citizen), matter)
    with pytest.raises(actions.Refused):
        actions.edit(Actor(citizen), matter, {**MATTER, "title": "Etwas ganz anderes", "details": DETAILS}, matter.version)


def test_names_are_shown_only_as_wished_and_never_of_hidden_people(matter, citizen, neighbour, resident):
    url = f"/beteiligung/petitionen/{matter.reference}/"
    signing.sign(Actor(neighbour), matter)
    signing.sign(Actor(citizen), matter, named=True)
    page = Client().get(url).content.decode()
    assert citizen.name in page and neighbour.name not in page
    Resident.objects.filter(pk=resident.pk).update(blocked=True)
    page = Client().get(url).content.decode()
    assert citizen.name not in page and "Zoë Çelik" not in page  # also not among the representatives
    signing.sign(Actor(citizen), matter, named=True)
    assert not Signature.objects.exclude(name_shown="").exists()


def test_who_goes_still_counts_without_a_name_and_after_a_year_signatures_go(matter, citizen, moderator):
    signing.sign(Actor(citizen), matter, named=True, wants_post=True)
    assert report.report(Actor(citizen))["signatures"]
    assert any("Unterschriften" in line for line in erasure.preview(citizen.pk, None).goes)
    erasure.erase(citizen.pk, None)
    row = Signature.objects.get()
    assert row.account is None and row.name_shown == "" and Petition.objects.get().online == 1
    assert "name1" not in Contribution.objects.get(pk=matter.pk).details
    Petition.objects.update(ended_at=timezone.now() - timedelta(days=366))
    petition_clock.forget_old(timezone.now())
    assert not Signature.objects.exists() and Petition.objects.get().online == 1


def test_pages_of_the_clerk(matter, citizen, moderator, second_moderator, login):
    desk, place = login(moderator.account), f"/beteiligung/petitionen/{matter.reference}/anliegen/"
    assert "Auenweg 12" in desk.get(place).content.decode()
    assert login(citizen).get(place).status_code == 403
    assert desk.post(f"{place}listen/", {"label": "Liste 1", "valid": "2", "invalid": ""}).status_code == 302
    sheet = SignatureSheet.objects.get()
    for value in ("\x00", "-1", "9" * 40, "zwei"):
        login(second_moderator.account).post(f"{place}listen/{sheet.pk}/", {"valid": value})
    assert Petition.objects.get().paper == 0
    assert desk.post(f"{place}listen/{10**18}/", {"valid": "2"}).status_code == 404
    login(second_moderator.account).post(f"{place}listen/{sheet.pk}/", {"valid": "2"})
    assert Petition.objects.get().state == "REACHED"
    day = timezone.localdate() + timedelta(days=20)
    said = desk.post(f"{place}sitzung/", {"session": day.isoformat()})
    assert said.status_code == 302 and Petition.objects.get().session_date == day
    assert desk.get(f"{place}entscheidung/").status_code == 200
    assert desk.post(f"{place}zulassung/", {"frage1": "ja"}, follow=True).status_code == 200
