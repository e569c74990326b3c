"""Rights of the person: the report (Art. 15 GDPR) holds everything of one's own and nothing of others; closing an account."""

import json

import pytest

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.actions import close_account
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.privacy.purposes import purpose_words
from stadtkern.kernel.privacy.report import PARTS
from stadtkern.kernel.services import catalogue

from .factories import SERVICE, world

# What offices keep to themselves: notes, a draft at the counter, the register of breaches, why a clerk broke the glass.
NOT_TOLD = {"note", "assisted", "register", "emergency"}


def test_every_room_that_holds_something_about_people_has_a_part():
    # accounts and privacy speak for themselves
    rooms = "registers provider documents credentials vault inbox payments appointments calls cases exchange"
    assert set(PARTS) == {*rooms.split(), "dataprotection", "mobility", "participation"}


@pytest.fixture
def told(login, citizen, other_citizen, clerk, other_clerk):
    """Both worlds, and what the report of the first says."""
    anna, bert = world("anna", citizen, clerk), world("bert", other_citizen, other_clerk)
    browser = login(citizen)
    browser.post("/konto/reauthenticate/", {"password": "geheim-genug-1"})
    return anna, bert, browser.get("/meine-daten/auskunft/").content.decode()


def test_everything_of_ones_own_is_in_it(told):
    anna, _, text = told
    parts = json.loads(text)
    assert {case["reference"] for case in parts["cases"]} >= {anna.case.reference, anna.draft.reference, anna.closed.reference}
    missing = {kind for kind, word in anna.secrets.items() if word not in text} - NOT_TOLD
    assert missing == set()
    assert [row["office"] for row in parts["privacy"]["emergencies"]] == [anna.emergency.office]


def test_nothing_of_others_and_no_secret_is_in_it(told):
    anna, bert, text = told
    assert not [kind for kind, word in bert.secrets.items() if word in text]
    assert not [kind for kind in NOT_TOLD if anna.secrets[kind] in text]
    assert anna.token.digest not in text and "pbkdf2" not in text and "md5$" not in text


def test_services_are_called_by_their_titles():
    assert purpose_words(SERVICE) == catalogue.find(SERVICE).title
    assert purpose_words("no_such_service") == "No such service"


def test_a_closed_account_takes_its_drafts_along_and_leaves_what_was_sent(citizen, clerk, run_jobs):
    anna = world("anna", citizen, clerk)
    close_account(Actor(citizen))
    run_jobs()
    kept = set(Case.objects.values_list("pk", flat=True))
    assert anna.draft.pk not in kept and {anna.case.pk, anna.closed.pk, anna.assisted.pk} <= kept
