"""At the counter: one form, one case number, whoever sends it."""

import re

import pytest
from django.urls import reverse

from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.cases import actions
from stadtkern.kernel.cases.models import Case, Status
from stadtkern.kernel.services import catalogue

from .factories import ANSWERS, actor_for, clerk_actor, draft


@pytest.fixture
def assisted(probe, clerk):
    """A draft the clerk fills in with somebody."""
    case, _secret = actions.start(clerk_actor(clerk), catalogue.find("probe"), assisted=True)
    actions.fill(clerk_actor(clerk), case, ANSWERS)
    return case


def code_for(client, case) -> str:
    response = client.post(reverse("cases:desk_code", args=[case.reference]))
    assert response.status_code == 200
    return re.search(r'class="sk-code"[^>]*>([^<]+)<', response.text)[1]


def test_the_counter_lists_own_drafts_and_services(assisted, clerk, second_clerk, login):
    text = login(clerk.account).get(reverse("cases:desk_assist")).text
    assert assisted.reference in text
    assert reverse("cases:start", args=["probe"]) + "?beratung=1" in text
    assert assisted.reference not in login(second_clerk.account).get(reverse("cases:desk_assist")).text


def test_the_clerk_finishes_it_the_identity_card_was_seen(assisted, clerk):
    case = actions.submit(clerk_actor(clerk), assisted)
    assert (case.status, case.trust, case.account, case.reference) == (Status.IN_REVIEW, Trust.HIGH, None, assisted.reference)


def test_the_citizen_goes_on_at_home_with_an_account(assisted, clerk, citizen, login):
    code = code_for(login(clerk.account), assisted)
    client = login(citizen)
    typed = code.lower().replace("-", " ").replace("0", "O")
    response = client.post(reverse("cases:pick_up"), {"code": typed}, follow=True)
    assert response.status_code == 200
    case = Case.objects.get(pk=assisted.pk)
    assert (case.account, case.assisted_by, case.draft_key) == (citizen, None, None)
    assert case.answers == {**ANSWERS}
    assert actions.submit(actor_for(citizen), case).reference == assisted.reference


def test_the_citizen_goes_on_without_an_account(assisted, clerk, client, login):
    code = code_for(login(clerk.account), assisted)
    response = client.post(reverse("cases:pick_up"), {"code": code}, follow=True)
    assert response.status_code == 200
    assert assisted.reference in response.text or assisted.reference in response.redirect_chain[-1][0]
    assert client.get(reverse("cases:track", args=[assisted.reference]), follow=True).status_code == 200


def test_a_code_works_once_and_the_last_one_counts(assisted, clerk, citizen, other_citizen, login):
    counter = login(clerk.account)
    old, new = code_for(counter, assisted), code_for(counter, assisted)
    client = login(citizen)
    assert client.post(reverse("cases:pick_up"), {"code": old}).status_code == 422
    assert client.post(reverse("cases:pick_up"), {"code": new}).status_code == 302
    again = login(other_citizen).post(reverse("cases:pick_up"), {"code": new})
    assert again.status_code == 422
    assert "Diesen Code kennen wir nicht" in again.text
    assert counter.get(reverse("cases:desk_code", args=[assisted.reference])).status_code == 404


@pytest.mark.parametrize("code", ["", "\x00", "x" * 1000, "2222-2222-2222-2222", "²²²²", "' OR 1=1 --"])
def test_wrong_codes_open_nothing(assisted, client, code):
    assert client.post(reverse("cases:pick_up"), {"code": code}).status_code == 422


def test_a_code_of_the_counter_is_no_secret_of_a_browser(assisted, clerk, client, login):
    """The digest in the row belongs to the code, not to a cookie with the same letters."""
    code = code_for(login(clerk.account), assisted)
    case = Case.objects.get(pk=assisted.pk)
    from stadtkern.lib import ids

    assert ids.digest(code) != case.draft_key
    assert client.get(reverse("cases:track", args=[assisted.reference])).status_code == 404


def test_nobody_gives_away_what_is_not_theirs(assisted, probe, citizen, second_clerk, other_clerk, login):
    for staff in (second_clerk, other_clerk):
        assert login(staff.account).post(reverse("cases:desk_code", args=[assisted.reference])).status_code == 404
    own = draft(citizen)
    assert login(second_clerk.account).post(reverse("cases:desk_code", args=[own.reference])).status_code == 404
    assert login(citizen).post(reverse("cases:desk_code", args=[own.reference])).status_code == 403


def test_what_was_sent_has_no_code_any_more(assisted, clerk, login):
    actions.submit(clerk_actor(clerk), assisted)
    assert login(clerk.account).post(reverse("cases:desk_code", args=[assisted.reference])).status_code == 404
