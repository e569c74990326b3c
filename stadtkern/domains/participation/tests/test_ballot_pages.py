"""The pages of a budget vote: two steps and a receipt, codes, paper, the result; constant queries; hostile input."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from stadtkern.domains.participation import actions, auditing
from stadtkern.domains.participation.models import Ballot, Contribution, PaperBatch, Poll, Turnout
from stadtkern.domains.participation.views.budget_desk import euros
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.throttle import MISSES

from .polls import BY_POST, REGISTER, SETTINGS, cast, end, person

HOSTILE = ["\x00", "\ufffd", "9" * 40, "P001\x00", "-1", "<script>"]


@pytest.fixture(autouse=True)
def fresh_counters(db):
    cache.clear()


def text(response):
    return response.content.decode()


def hidden(page):
    return dict(re.findall(r'type="hidden" name="(ticket|receipt)" value="([^"]+)"', page))


def code_on(page):
    return re.search(r'class="pb-code">([A-Z0-9-]+)<', page)[1]


def test_vote_check_send_receipt_and_change(budget, citizen, login):
    process, _poll = budget()
    browser, root = login(citizen), f"/beteiligung/{process.key}"
    assert "P00" not in text(Client().get(f"{root}/abstimmen/")) and Client().get(f"{root}/abstimmen/").status_code == 403
    ballot = text(browser.get(f"{root}/abstimmen/"))
    assert "Idee Nummer 1" in ballot and "600,00" in ballot and "bis zu 3 Projekte" in ballot
    wrong = browser.post(f"{root}/abstimmen/pruefen/", {"project": ["P001", "P002", "P003", "P004"]})
    assert wrong.status_code == 422 and text(wrong).count(" checked") == 4  # nothing is lost
    check = text(browser.post(f"{root}/abstimmen/pruefen/", {"project": ["P001", "P004"]}))
    assert "700,00" in check and not Ballot.objects.exists()
    again = text(browser.post(f"{root}/abstimmen/pruefen/", {"project": ["P001", "P004"], "aendern": "1"}))
    assert again.count(" checked") == 2
    sent = {"project": ["P001", "P004"], **hidden(check)}
    for _click in range(2):
        thanks = browser.post(f"{root}/abstimmen/absenden/", sent)
        assert code_on(text(thanks)) == code_on(check)
    assert code_on(check) not in str(browser.session.items())
    assert Ballot.objects.count() == Turnout.objects.count() == 1
    assert "schon abgestimmt" in text(browser.get(f"{root}/abstimmen/"))
    stranger = Client()  # the receipt is enough; no account
    page = text(stranger.post(f"{root}/abstimmen/quittung/", {"receipt": code_on(check).lower()}))
    assert " checked" not in page  # what was on it is not shown
    check = text(stranger.post(f"{root}/abstimmen/pruefen/", {"project": "P003", **hidden(page)}))
    assert stranger.post(f"{root}/abstimmen/absenden/", {"project": "P003", **hidden(check)}).status_code == 200
    assert Ballot.objects.get().choices == ["P003"]


def test_the_letter_needs_no_account_and_guessing_is_slowed_down(budget, moderator, citizen, login):
    process, poll = budget(**BY_POST)
    root = f"/beteiligung/{process.key}/abstimmen"
    (_key, code), *_others = actions.issue_codes(Actor(moderator.account, moderator), poll, ["anna"])
    browser = login(citizen)
    browser.post(f"{root}/brief/", {"code": code})
    assert "Code aus einem Brief" in text(browser.get(f"{root}/"))
    browser.logout()
    assert "Code aus einem Brief" not in text(browser.get(f"{root}/"))
    assert browser.post(f"{root}/brief/", {"code": code.replace("-", " ").lower()}).status_code == 302
    check = text(browser.post(f"{root}/pruefen/", {"project": "P002"}))
    for _click in range(2):
        assert browser.post(f"{root}/absenden/", {"project": "P002", **hidden(check)}).status_code == 200
    assert code not in str(browser.session.items())  # the next person at this screen votes for themselves
    assert Turnout.objects.get().way == "LETTER" and Ballot.objects.get().choices == ["P002"]
    for _number in range(MISSES + 1):
        wrong = browser.post(f"{root}/brief/", {"code": actions.voting.new_code()})
    assert "zu viele falsche Codes" in text(browser.post(f"{root}/brief/", {"code": code})) and wrong.status_code == 422


@pytest.mark.parametrize("form", ["approval", "points", "rank"])
def test_hostile_ballots_are_refused_in_words(budget, citizen, login, form):
    process, _poll = budget(form=form)
    browser, root = login(citizen), f"/beteiligung/{process.key}/abstimmen"
    assert browser.get(f"{root}/").status_code == 200
    for evil in HOSTILE:
        data = {"project": [evil], "points-P001": evil, "rank-1": evil, "ticket": evil, "receipt": evil}
        for page in ("pruefen", "absenden"):
            assert browser.post(f"{root}/{page}/", data).status_code in (403, 422), (page, evil)
        assert browser.post(f"{root}/quittung/", {"receipt": evil}).status_code == 422
        assert browser.post(f"{root}/brief/", {"code": evil}).status_code == 422
    assert not Turnout.objects.exists()


def test_the_office_checks_announces_enters_paper_and_counts(make_process, moderator, second_moderator, login, run_jobs):
    settings = SETTINGS | {"letters": True, "paper": True}
    process = make_process("topf", kind="buergerhaushalt", allows=("vote",), settings=settings, who=REGISTER)
    for at in (1, 2, 3):
        Contribution.objects.create(
            process=process,
            kind="PROPOSAL",
            state="PUBLISHED",
            title=f"Vorschlag {at}",
            text="Ja.",
            reference=f"MS-AAAA-000{at}",
        )
    early = Client().get(f"/beteiligung/{process.key}/abstimmen/")
    assert early.status_code == 403 and "noch nicht fertig" in text(early)
    desk, root = login(moderator.account), f"/beteiligung/{process.key}/abstimmung-verwalten"
    assert "Vorschlag 3" in text(desk.get(f"{root}/"))
    good = {"admitted": "ja", "title": "Bank", "cost": "1.200,50", "reason": "Das Amt hat gerechnet."}
    wrong = desk.post(f"{root}/pruefen/MS-AAAA-0001/", {**good, "cost": "viel"})
    assert wrong.status_code == 422 and "Das Amt hat gerechnet." in text(wrong)
    for at in (1, 2):
        assert desk.post(f"{root}/pruefen/MS-AAAA-000{at}/", {**good, "cost": f"{at}00"}).status_code == 302
    desk.post(f"{root}/pruefen/MS-AAAA-0003/", {**good, "admitted": "nein"})
    desk.post(f"{root}/schritt/", {"was": "ankuendigen"})
    poll = Poll.objects.get()
    assert poll.state == "READY" and "Das Amt hat gerechnet." in text(Client().get(f"/beteiligung/{process.key}/stimmzettel/"))
    codes = actions.issue_codes(Actor(moderator.account, moderator), poll, ["anna"])
    assert "ist eingetragen" in text(desk.post(f"{root}/schritt/", {"was": "umschlag", "code": codes[0][1]}, follow=True))
    address = desk.post(f"{root}/papier/", {"label": "Nord 1"})["Location"]
    desk.post(address, {"was": "zettel", "version": "1", "project": ["P001", "P002"]})
    assert desk.post(address, {"was": "zettel", "version": "1", "project": ["P001"]}).status_code == 422  # the other tab
    assert "Stapel verwerfen" in text(desk.get(address))
    desk.post(address, {"was": "fertig", "version": "2"})
    other = login(second_moderator.account)
    assert "P001, P002" in text(other.get(address))
    few = other.post(address, {"was": "bestaetigen", "version": "3"})
    assert few.status_code == 422 and "mindestens 5" in text(few)
    end(process, poll)
    other.post(address, {"was": "bestaetigen", "version": "3"})
    assert Ballot.objects.get().paper
    desk.post(f"{root}/schritt/", {"was": "schliessen"})
    run_jobs()
    result = text(Client().get(f"/beteiligung/{process.key}/ergebnis/"))
    assert PaperBatch.objects.get().sheets == [{"choices": [], "points": [], "void": ""}]
    assert auditing.findings(Poll.objects.get()) == []
    assert "Eine Person hat abgestimmt" in result and "Was andere Regeln" in result
    desk.post(f"{root}/schritt/", {"was": "umsetzen", "projekt": "P001"})
    assert Contribution.objects.filter(kind="RESULT").count() == 2
    export = text(Client().get(f"/beteiligung/{process.key}/ergebnis/abstimmung.pb"))
    assert export.endswith("VOTES\nvoter_id;vote\n1;P001,P002\n")


def test_a_hundred_voters_cost_no_more_queries_than_two(
    budget,
    moderator,
    run_jobs,
    django_assert_max_num_queries,
    login,
    citizen,
):
    process, poll = budget()
    for number in range(12):
        cast(person(number), process, "P001", "P003")
    browser = login(citizen)
    with django_assert_max_num_queries(19):
        browser.get(f"/beteiligung/{process.key}/abstimmen/")
    end(process, poll)
    actions.close_poll(Actor(moderator.account, moderator), process)
    run_jobs()
    with django_assert_max_num_queries(12):
        page = text(Client().get(f"/beteiligung/{process.key}/ergebnis/"))
    assert "12 Menschen haben abgestimmt" in page


@pytest.mark.parametrize(
    ("typed", "cents"),
    [("12.500", 1250000), ("12,5", 1250), ("0,01 €", 1), ("1e5", None), ("-3", None), ("", None), ("²", None)],
)
def test_amounts_as_people_type_them(typed, cents):
    assert euros(typed) == cents
