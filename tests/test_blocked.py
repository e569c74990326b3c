"""Auskunftssperre (§ 51 BMG): one walk through all doors, as everybody. Nothing of a hidden person is behind any of them
but for the person themselves and for the clerk who has the case in hand.

The doors come from the resolver and from the OpenAPI description (tests/test_access.py): new ones are found by themselves.
"""

import json
import logging
from datetime import date

import pytest

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Person, Trust
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.registers import actions as registers
from stadtkern.kernel.registers.models import Household, Parentage, ParkingPermit, Resident, Vehicle
from stadtkern.kernel.registers.queries import entries

from .factories import World
from .test_access import ASKED, FULL, NEVER_FOUND, WORDS, Visit, one_page_per_refusal, queries, text_of  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("own_place", "one_page_per_refusal")

STREET, NAME, PLATE = "geheimstrasse-51", "geheim-person-anna", "MST-GE 5151"
# What stands there about somebody else: the neighbour's own street; why a clerk broke the glass, a breach.
THEIRS = {"neighbour": {"street"}, "privacy": {"emergency", "register"}}
SEEKERS = [
    "visitor", "neighbour", "other_parent", "second_clerk", "other_clerk", "lead", "operator", "mayor", "editor", "privacy",
]  # fmt: skip


@pytest.fixture
def hidden(offices, citizen, clerk, other_clerk, monkeypatch) -> World:
    """Anna with everything a citizen can have, registered in a household, and hidden since a moment ago."""
    from .factories import world

    anna = world("anna", citizen, clerk)
    home = Household.objects.create(street=STREET, house_number="51", postcode="49999", town="Musterstadt")
    row = Resident.objects.create(
        given_names="Anna", family_name=NAME, birth_date=date(1990, 1, 1), birth_place="Köln", sex="w", household=home,
        moved_in_date=date(2020, 1, 1),
    )  # fmt: skip
    Person.objects.filter(account=citizen).update(register_key=row.key, family_name=NAME, street=STREET)
    Vehicle.objects.create(plate=PLATE, make="x", first_registration_date=date(2020, 1, 1), person_key=row.key)
    ParkingPermit.objects.create(
        number="BP-5151", plate=PLATE, zone="A", person_key=row.key, valid_from=date(2020, 1, 1), valid_until=date(2099, 1, 1)
    )
    for case in Case.objects.filter(account=citizen):
        case.answers |= {"address/street": STREET, "plate": PLATE}
        case.save()
    request = Case.objects.get(pk=anna.case.pk)  # a request to the data protection office, on its own list
    request.pk, request.reference, request.office, request.clerk = None, "MS-5151-5151", offices["datenschutz"], None
    request.service, request.status = "datenschutz_auskunft", "IN_REVIEW"
    request.save()
    Resident.objects.filter(pk=row.pk).update(blocked=True)  # everything above was there before
    citizen.refresh_from_db()
    anna.things |= {"resident": row, "home": home}
    anna.secrets |= {"street": STREET, "plate": PLATE}
    return anna


@pytest.fixture
def seekers(hidden, other_citizen, second_clerk, other_clerk, lead, operator, mayor, editor, privacy_officer):
    """Everybody who might look: a neighbour in the same household, the other parent of the child, every role."""
    parent = Account.objects.create(email="vater@example.org", name="Vater")
    Person.objects.create(account=parent)
    homes = {
        "neighbour": (other_citizen, hidden.home),
        "other_parent": (parent, Household.objects.create(street="Weit", house_number="1")),
    }
    for account, home in homes.values():
        facts = {"given_names": "Otto", "family_name": "Anders", "birth_date": date(1970, 5, 5), "birth_place": "x", "sex": "m"}
        row = Resident.objects.create(household=home, moved_in_date=date(2020, 1, 1), **facts)
        Person.objects.filter(account=account).update(register_key=row.key)
        account.refresh_from_db()
    child = Resident.objects.create(
        given_names="geheim-kind", family_name=NAME, birth_date=date(2020, 1, 1), birth_place="x", sex="x", blocked=True,
        household=hidden.home, moved_in_date=date(2020, 1, 1),
    )  # fmt: skip
    for key in (hidden.resident.key, parent.person.register_key):
        Parentage.objects.create(child_key=child.key, parent_key=key)
    staff = {"second_clerk": second_clerk, "other_clerk": other_clerk, "lead": lead, "operator": operator, "mayor": mayor}
    staff |= {"editor": editor, "privacy": privacy_officer}
    people: dict[str, Account | None] = {name: member.account for name, member in staff.items()}
    return people | {"visitor": None, "neighbour": other_citizen, "other_parent": parent}


def told(secrets: dict[str, str], text: str) -> list[str]:
    """Which secret words stand in it, in whatever spelling pages and JSON use."""
    plain = text.casefold()
    spelled = {kind: {word.casefold(), json.dumps(word).strip('"').casefold()} for kind, word in secrets.items()}
    return sorted(kind for kind, words in spelled.items() if any(word in plain for word in words))


def walk(visit: Visit, anna: World, secrets: dict[str, str]) -> list[str]:
    """Every address with her things behind it, and every list and search for her name and street."""
    found = []
    for address in ASKED:
        for kind, samples in address.samples():
            path = address.path.format(**{name: sample.value(anna) for name, sample in samples.items()})
            asks = [(method, "") for method in address.methods]
            if not visit.lets_in(address.access):
                asks = asks[:1]  # refused at the door, whatever is asked
            elif address.access == "everyone" and not kind and visit.account:  # the visitor asks public pages everything
                asks = [] if address.name in NEVER_FOUND and not FULL else asks[:1]
            elif "GET" in address.methods and not kind:
                asks += [("GET", f"?{'&'.join(f'{name}={word}' for name in WORDS)}") for word in (NAME, STREET)]
                asks.append(("GET", list(queries(anna, address))[-1]))
            deaf = False
            for method, query in asks:
                if query and deaf:
                    continue
                text = text_of(visit.ask(address, method, path, query))
                deaf = deaf or (method == "GET" and not visit.listened)  # words behind a question mark change nothing
                said = told(secrets, text)
                if NAME in query or STREET in query:  # the word one typed oneself is no news
                    said = [kind for kind in said if kind not in ("person", "street")]
                if said:
                    found.append(f"{visit.who}: {method} {path}{query} tells {said}")
    return found


@pytest.mark.parametrize("who", SEEKERS)
def test_nothing_of_a_hidden_person_is_behind_any_door(who, hidden, seekers, login, caplog):
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, logger="django.template")  # names of variables that are not there, with a stack for each
    secrets = {kind: word for kind, word in hidden.secrets.items() if kind not in THEIRS.get(who, ())}
    assert walk(Visit(who, seekers[who], login), hidden, secrets) == []
    assert not told({"street": STREET, "name": NAME, "child": "geheim-kind"}, caplog.text), "written into the log"
    diary = json.dumps(list(Event.objects.values("name", "subject", "actor", "data")))
    assert not told(hidden.secrets, diary), "written into the diary, and from there into webhooks"


def test_the_words_are_really_there_for_those_who_may(hidden, clerk, login):
    """The walk above could fail: the person and the clerk with the case in hand do read them."""
    mine = login(hidden.account).get(f"/vorgang/{hidden.case.reference}/").content.decode()
    own = registers.ask(
        Actor(hidden.account), person_key=hidden.resident.key, fields=["street", "family_name"], purpose="x", legal_basis="x",
        about="", consent=None,
    )  # fmt: skip
    assert own.values == {"street": STREET, "family_name": NAME} and hidden.secrets["message"] in mine
    in_charge = login(clerk.account)
    page = in_charge.get(f"/vorgang/schreibtisch/{hidden.case.reference}/").content.decode()
    assert STREET in page or hidden.secrets["case"] in page
    assert "Auskunftssperre (§ 51 BMG)" in page and "Geben Sie nichts daraus weiter" in page


def test_a_list_never_names_them_and_taking_opens_the_file(hidden, second_clerk, clerk, lead, login):
    Case.objects.filter(pk=hidden.case.pk).update(clerk=None, status="IN_REVIEW")
    word, place = hidden.secrets["case"], f"/vorgang/schreibtisch/{hidden.case.reference}/"
    for member in (clerk, second_clerk):
        page = login(member.account).get("/vorgang/schreibtisch/").content.decode()
        assert word not in page and "Auskunftssperre (§ 51 BMG)" in page and hidden.case.reference in page
    colleague = login(second_clerk.account)
    assert hidden.case.reference not in colleague.get(f"/vorgang/schreibtisch/?q={word}").content.decode().replace(word, "")
    assert hidden.case.reference in colleague.get(f"/vorgang/schreibtisch/?q={hidden.case.reference}").content.decode()
    closed = colleague.get(place)
    assert closed.status_code == 403 and word not in closed.content.decode() and "Übernehmen" in closed.content.decode()
    for door in (f"/vorgang/{hidden.case.reference}/antrag.json", f"/vorgang/{hidden.case.reference}/antrag.xml"):
        assert colleague.get(door).status_code == 404
    assert colleague.post(f"{place}vermerk/", {"note": "x"}).status_code == 404
    colleague.post(f"{place}uebernehmen/")
    assert word in colleague.get(place).content.decode(), "now it is in their hands"
    assert login(clerk.account).get(place).status_code == 403, "and in nobody else's"
    head = login(lead.account)
    assert head.get(place).status_code == 403
    head.post(f"{place}uebernehmen/", {"over": "1"})
    assert word in head.get(place).content.decode() and colleague.get(place).status_code == 403
    assert head.post(f"{place}zuruecklegen/").status_code == 302 and head.get(place).status_code == 403


def test_blocked_and_unblocked_take_effect_at_once(hidden, second_clerk, login):
    colleague, place = login(second_clerk.account), f"/vorgang/schreibtisch/{hidden.case.reference}/"
    assert colleague.get(place).status_code == 403
    Resident.objects.filter(pk=hidden.resident.pk).update(blocked=False)
    assert hidden.secrets["case"] in colleague.get(place).content.decode()
    assert hidden.case.reference in colleague.get(f"/vorgang/schreibtisch/?q={hidden.secrets['case']}").content.decode()


def test_registers_tell_neither_neighbour_nor_other_parent_nor_office(hidden, seekers, second_clerk):
    neighbour, father = (seekers[name].person.register_key for name in ("neighbour", "other_parent"))
    assert entries("residents", neighbour)[0]["household_size"] == 1
    assert entries("children", father) == []
    assert [child["given_names"] for child in entries("children", hidden.resident.key)] == ["geheim-kind"]
    assert entries("residents", hidden.resident.key)[0]["household_size"] == 3
    for evidence, name in (("residents", "street"), ("vehicles", "plate"), ("parking", "zone")):
        with pytest.raises(registers.Blocked):
            registers.ask(
                Actor(second_clerk.account, second_clerk, trust=Trust.HIGH), person_key=hidden.resident.key, fields=[name],
                purpose="x", legal_basis="§ 34 BMG", about="", consent=None, evidence=evidence,
            )  # fmt: skip
