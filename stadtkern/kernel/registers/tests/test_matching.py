"""Who comes by BundID is found in the residents register only when everything fits; and nobody gets a second account."""

from datetime import date

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.test import Client

from stadtkern.kernel.accounts.models import Account, Person, Trust
from stadtkern.kernel.accounts.simulators import people
from stadtkern.kernel.accounts.tests.elsewhere import come_in
from stadtkern.kernel.accounts.tests.test_means import page_of, register
from stadtkern.kernel.accounts.tests.test_trust import trust_of
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.registers.models import Household, Resident


@pytest.fixture(autouse=True)
def no_memory_of_attempts(db):
    cache.clear()


def live(key: str) -> Resident:
    """This invented person is in the residents register."""
    one = people.of("people")[key]
    home = Household.objects.create(**{n: one[n] for n in ("street", "house_number", "postcode", "town", "district")})
    names = {name: one[name] for name in ("given_names", "family_name", "birth_date", "birth_place")}
    return Resident.objects.create(**names, sex="w", household=home, moved_in_date=date(2020, 1, 1))


def test_a_first_sign_in_opens_an_account_only_after_a_word_and_leads_to_the_place_one_came_from():
    browser, resident = Client(), live("amara")
    answer = come_in(browser, who="amara", level="4", target="/konto/angaben/?x=1")
    assert answer["Location"] == "/konto/erstes-mal/" and not Account.objects.exists()
    page = page_of(browser, "/konto/erstes-mal/")
    assert "Okonkwo" in page and "stimmen genau mit einem Eintrag im Melderegister überein" in page
    assert browser.post("/konto/erstes-mal/")["Location"] == "/konto/angaben/?x=1"
    account = Account.objects.get()
    person = account.person
    assert (person.register_key, person.proved_by, person.proved_trust) == (resident.key, "bundid", Trust.HIGH)
    assert (person.street, person.house_number) == ("Auenweg", "31")
    assert account.mail == "" and account.name == "Amara Okonkwo" and not account.has_usable_password()
    assert trust_of(browser, account) == Trust.HIGH
    assert account.identities.get().post_box == "SIM-POSTKORB-amara"
    assert Event.objects.filter(name="account.signed_in").count() == 1
    assert browser.post("/konto/erstes-mal/")["Location"] == "/konto/verbinden/"  # twice is once
    assert Account.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "level", "words"),
    [
        ("maria", "4", "nicht eindeutig gefunden"),
        ("franz", "4", "nicht eindeutig gefunden"),
        ("amara", "1", "ist Ihre Identität nicht geprüft"),
        ("muhammad", "3", "nicht eindeutig gefunden"),
    ],
)
def test_without_a_match_in_the_register_nobody_is_linked(who, level, words):
    browser = Client()
    live("amara")
    come_in(browser, who=who, level=level)
    assert words in page_of(browser, "/konto/erstes-mal/")
    browser.post("/konto/erstes-mal/")
    person = Person.objects.get()
    assert person.register_key is None and person.proved == (level != "1")
    assert (Person.objects.get().family_name, person.street == "") == (people.of("people")[who]["family_name"], who == "maria")


@pytest.mark.parametrize(
    "change", [{"birth_date": date(1995, 7, 1)}, {"given_names": "Amara Ida"}, {"street": "Auenweg 31"}, {"twin": True}]
)
def test_one_difference_is_no_match(change):
    resident = live("amara")
    if change.pop("twin", False):
        live("amara")
    elif "street" in change:
        Household.objects.update(house_number="32")
    else:
        Resident.objects.filter(pk=resident.pk).update(**change)
    register(Client())
    assert Person.objects.get().register_key is None


def test_a_person_with_an_account_is_shown_the_way_into_it(citizen, login):
    resident = live("zoe")
    Person.objects.filter(account=citizen).update(
        register_key=resident.key,
        proved_trust=3,
        given_names="Zoë Łucja",
        family_name="Çelik-Große",
        birth_date=date(1991, 3, 14),
    )
    browser = Client()
    come_in(browser, who="zoe", level="4")
    page = page_of(browser, "/konto/erstes-mal/")
    assert "schon ein Konto" in page and "Neues Konto anlegen" not in page
    browser.post("/konto/erstes-mal/")  # a forced form
    assert Account.objects.count() == 1
    EmailAddress.objects.create(user=citizen, email=citizen.email, verified=True, primary=True)
    form = {"login": citizen.email, "password": "geheim-genug-1", "next": "/konto/verbinden/"}
    assert browser.post("/konto/login/", form)["Location"] == "/konto/verbinden/"
    assert "BundID" in page_of(browser, "/konto/verbinden/")
    browser.post("/konto/verbinden/")
    assert citizen.identities.get().means == "bundid" and "BundID" in mail.outbox[-1].body
    assert come_in(Client(), who="zoe", level="4")["Location"] == "/konto/angaben/"
