"""Acting for somebody else: whose case it is, who sees it how long, what the office reads, what is not allowed."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.actions import mandates
from stadtkern.kernel.accounts.actions.mandates import Human
from stadtkern.kernel.accounts.models import Company, Mandate, Membership, Trust
from stadtkern.kernel.cases import actions
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.cases.tests.factories import ANSWERS, STEP_1
from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.inbox.echo import compose, reader
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.payments.models import Payment
from stadtkern.kernel.privacy.models import Access, Consent
from stadtkern.kernel.registers.models import Household, Parentage, Resident
from stadtkern.kernel.services import catalogue

pytestmark = pytest.mark.django_db
ZOE = "Zoë Çelik-Müller"


def grant(agent, **changes) -> Mandate:
    about = {"kind": "PERSON", "proof": "OWN", "title": ZOE, "accepted_at": timezone.now(), "agent": agent}
    return Mandate.objects.create(**about | changes)


def under(mandate, trust=Trust.BASIC) -> Actor:
    return Actor(mandate.agent, None, mandate.company, trust, (), mandate)


def made(actor) -> Case:
    case, _secret = actions.start(actor, catalogue.find("probe"))
    actions.fill(actor, case, ANSWERS)
    return case


def act(browser, mandate):
    return browser.post("/konto/vertretung/wechseln/", {"for": f"mandate:{mandate.pk}"})


def decided(case, clerk) -> None:
    desk = Actor(clerk.account, clerk)
    actions.take(desk, case)
    actions.decide(desk, case, outcome="GRANTED", reason="In Ordnung.")
    actions.close(case.pk)


def test_the_case_is_the_principals_and_both_see_it(probe, citizen, other_citizen):
    mandate = grant(other_citizen, principal=citizen)
    before, case = made(Actor(citizen)), made(under(mandate))
    assert case.account == citizen and case.mandate == mandate
    assert [*Case.objects.of_citizen(under(mandate))] == [case]  # not what the principal did alone
    assert {*Case.objects.of_citizen(Actor(citizen))} == {before, case}
    assert not Case.objects.of_citizen(Actor(other_citizen)).exists()


def test_letters_and_papers_are_reached_through_the_case(probe, citizen, other_citizen, clerk):
    mandate = grant(other_citizen, principal=citizen)
    case = actions.submit(under(mandate), made(under(mandate)))
    decided(case, clerk)
    Payment.objects.create(about=str(case), account=citizen, mandate=mandate, amount_cents=5, purpose="X", description="x")
    letter = Message.objects.of_person(under(mandate)).get()
    assert reader(letter) == citizen and Document.objects.visible_to(under(mandate)).get().account == citizen
    for rows in (Document.objects.visible_to, Message.objects.of_person, Payment.objects.visible_to):
        assert rows(Actor(citizen)).count() == rows(under(mandate)).count() == 1
        assert not rows(Actor(other_citizen)).exists()


def test_the_office_reads_who_acted_and_nobody_decides_about_their_own(probe, citizen, clerk, second_clerk, login):
    mandate = grant(clerk.account, principal=citizen)
    case = actions.submit(under(mandate), made(under(mandate)))
    with pytest.raises(actions.OwnCase):
        actions.take(Actor(clerk.account, clerk), case)
    page = login(second_clerk.account).get(f"/vorgang/schreibtisch/{case.reference}/").content.decode()
    assert "Vertreten durch" in page and "Petra Sommer" in page
    browser = login(clerk.account)
    act(browser, mandate)
    assert browser.get("/vorgang/schreibtisch/").status_code == 403  # no clerk while acting for somebody


ENDS = {
    "revoked": {"revoked_at": timezone.now()},
    "expired": {"valid_until": date(2020, 1, 1)},
    "not yet valid": {"valid_from": date(2099, 1, 1)},
    "not accepted": {"accepted_at": None},
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_it_ends_in_the_middle_of_a_form_and_nothing_is_lost(probe, citizen, other_citizen, login, end):
    mandate, browser = grant(other_citizen, principal=citizen), login(other_citizen)
    act(browser, mandate)
    case = made(under(mandate))
    step = reverse("cases:step", args=[case.reference, "sie"])
    assert f"Sie handeln für <strong>{ZOE}</strong>" in browser.get(step).content.decode()
    Mandate.objects.filter(pk=mandate.pk).update(**end)
    answer = browser.post(step, {name: value[0] for name, value in STEP_1.items()}, follow=True)
    text = answer.content.decode()
    assert answer.redirect_chain[0][0] == "/konto/vertretung/" and "ist beendet" in text and "nicht verloren" in text
    assert browser.get(step).status_code == 404 and act(browser, mandate).status_code == 404
    case.refresh_from_db()
    assert case.answers["wish"] == "x" and login(citizen).get(step).status_code == 200


def test_only_for_the_services_it_names(probe, citizen, other_citizen):
    mandate = grant(other_citizen, principal=citizen, services=["meldebescheinigung"])
    with pytest.raises(actions.Refused, match="gilt nicht für diese Leistung"):
        actions.start(under(mandate), catalogue.find("probe"))
    case = made(under(grant(other_citizen, principal=citizen)))
    Case.objects.filter(pk=case.pk).update(mandate=mandate)  # narrowed while the draft was open
    with pytest.raises(actions.Refused):
        actions.fill(under(mandate), case, ANSWERS)


def test_a_company_sees_what_was_done_for_it(probe, citizen, other_citizen):
    company = Company.objects.create(name="Nähstube")
    Membership.objects.create(account=citizen, company=company, role="OWNER")
    mandate = grant(other_citizen, kind="COMPANY", proof="OWNER", company=company, title="Nähstube")
    case, own = made(under(mandate)), made(Actor(citizen, company=company))
    assert case.company == company and {*Case.objects.of_citizen(Actor(citizen, company=company))} == {case, own}
    assert [*Case.objects.of_citizen(under(mandate))] == [case]
    assert not Case.objects.of_citizen(Actor(other_citizen)).exists()


@pytest.fixture
def child(resident):
    row = Resident.objects.create(
        given_names="Mia", family_name="Çelik-Müller", birth_date=date.today() - timedelta(days=365 * 8), birth_place="Gießen",
        sex="w", household=resident.household, moved_in_date=date(2019, 1, 1),
    )  # fmt: skip
    Parentage.objects.create(child_key=row.key, parent_key=resident.key)
    return row


def trusted(login, account):
    browser = login(account)
    session = browser.session
    session["trust"], session["trust_until"] = 3, (timezone.now() + timedelta(minutes=9)).timestamp()
    session.save()
    return browser


CHILDREN = "/konto/vertretung/kinder/"


def test_a_parent_acts_for_the_child_of_the_register(probe, citizen, resident, child, login):
    assert login(citizen).get(CHILDREN).status_code == 302  # a proof first
    browser = trusted(login, citizen)
    assert "Mia" in browser.get(CHILDREN).content.decode()
    assert Access.objects.filter(person_keys__contains=[child.key], purpose="mandate").exists()
    for _click in range(2):
        browser.post(CHILDREN, {"child": str(child.key)})
    mandate = Mandate.objects.get()
    assert mandate.kind == "CHILD" and mandate.valid_until < date.today() + timedelta(days=3660) and mandate.live
    assert act(browser, mandate).status_code == 302
    actor = under(mandate, Trust.SUBSTANTIAL)
    case, _secret = actions.start(actor, catalogue.find("probe"))
    actions.prefill(actor, case)
    case.refresh_from_db()
    assert case.answers["person/given_names"] == "Mia"  # the register was asked about the child
    assert {one.account for one in Consent.objects.all()} == {mandate.principal} and mandate.principal != citizen
    assert Access.objects.filter(person_keys__contains=[child.key], source="residents", about=f"case:{case.pk}").exists()


def test_no_child_of_another_home_no_grown_up_no_child_without_custody(citizen, resident, child, login, other_citizen):
    browser, today = trusted(login, citizen), date.today()
    elsewhere = Household.objects.create(street="Weg", house_number="1", postcode="49999", town="M")
    for change in ({"birth_date": date(today.year - 18, today.month, min(today.day, 28))}, {"household": elsewhere}):
        before = {name: getattr(child, name) for name in change}
        Resident.objects.filter(pk=child.pk).update(**change)
        assert "Mia" not in browser.get(CHILDREN).content.decode(), change
        assert browser.post(CHILDREN, {"child": str(child.key)}).status_code == 404
        Resident.objects.filter(pk=child.pk).update(**before)
    assert trusted(login, other_citizen).post(CHILDREN, {"child": str(child.key)}).status_code == 404
    Parentage.objects.update(custody=False)
    assert browser.post(CHILDREN, {"child": str(child.key)}).status_code == 404
    assert not Mandate.objects.exists()


def test_post_for_a_child_is_told_to_the_parent(probe, citizen, resident, child, clerk):
    human = Human("Mia", "Çelik-Müller", child.birth_date, child.key)
    mandate = mandates.confirm_child(Actor(citizen, trust=Trust.SUBSTANTIAL), human)
    decided(actions.submit(under(mandate), made(under(mandate))), clerk)
    letter = Message.objects.of_person(under(mandate)).get()
    assert reader(letter) == citizen and not letter.account.is_active
    assert compose(letter.echo).to == [citizen.email]


def test_a_power_of_attorney_opens_no_register(probe, citizen, resident, other_citizen):
    actor = under(grant(other_citizen, principal=citizen), Trust.HIGH)
    case, _secret = actions.start(actor, catalogue.find("probe"))
    with pytest.raises(actions.Refused):
        actions.prefill(actor, case)
