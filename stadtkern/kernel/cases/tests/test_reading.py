"""Finding and listing cases, and what a letter is told."""

from datetime import date, timedelta

import pytest
from django.utils import timezone, translation

from stadtkern.kernel.accounts.models import Account, Company, Membership
from stadtkern.kernel.cases import actions
from stadtkern.kernel.cases.applicant import who
from stadtkern.kernel.cases.letter import letter_data
from stadtkern.kernel.cases.models import Case, Decision, Status, search_text
from stadtkern.kernel.cases.progress import open_step, track
from stadtkern.kernel.cases.text import closing_letter, source_of, status_of, title_of

from .factories import ANSWERS, Actor, actor_for, case_in, clerk_actor, draft


@pytest.fixture
def sent(probe, citizen):
    return actions.submit(actor_for(citizen), draft(citizen))


SPELLINGS = [
    "Çelik",
    "celik",
    "CELIK-MÜLLER",
    "muell",
    "mueller zo",
    "Müll",
    "zoë",
    "  zoe  çel ",
    "{ref}",
    "{ref_small}",
    "{plain}",
]


@pytest.mark.parametrize("words", SPELLINGS)
def test_the_desk_finds_people_as_they_are_spelled(words, sent):
    plain = sent.reference.replace("-", "")
    words = words.format(ref=sent.reference, ref_small=sent.reference.lower(), plain=plain)
    assert list(Case.objects.found_by(words)) == [sent]


STRANGE = ["", " ", "Schmidt", "zoë schmidt", "&", "':*", "!", "a & !b", "\x00", "(" * 200, "x" * 5000, "💥"]


@pytest.mark.parametrize("words", STRANGE)
def test_strange_searches_find_nothing_and_break_nothing(words, sent):
    assert not Case.objects.found_by(words).exists()


def test_letters_outside_ascii_fold():
    assert search_text("Łucja Ørsted Đặng ßäöü Æsir") == "lucja orsted dang ssaou asir"


def test_lists_go_on_where_they_ended(probe, citizen, clerk):
    cases = [case_in(Status.IN_REVIEW, citizen) for _ in range(7)]
    for number, case in enumerate(cases):
        Case.objects.filter(pk=case.pk).update(due_date=date(2026, 12, 1) + timedelta(days=number // 3))
    mine = Case.objects.of_citizen(actor_for(citizen))
    seen, cursor = [], None
    while page := list(mine.page_after(cursor)[:3]):
        seen += page
        cursor = page[-1].pk
    assert seen == cases[::-1]
    seen, after = [], (None, None)
    while page := list(Case.objects.of_office(clerk).urgent_after(*after)[:2]):
        seen += page
        after = (page[-1].due_date, page[-1].pk)
    assert seen == cases


def test_a_company_sees_its_own_and_only_that(probe, citizen, other_citizen):
    company = Company.objects.create(name="Bäckerei Özil GmbH", street="Markt", house_number="1", town="Musterstadt")
    Membership.objects.create(account=citizen, company=company)
    private = draft(citizen)
    business = Actor(citizen, None, company)
    case, _ = actions.start(business, private.begun_on)
    assert list(Case.objects.of_citizen(business)) == [case]
    assert list(Case.objects.of_citizen(actor_for(citizen))) == [private]
    assert list(Case.objects.of_citizen(Actor(other_citizen, None, company))) == [case]
    actions.fill(business, case, ANSWERS)
    assert actions.submit(Actor(citizen, None, company, 1), case).applicant == "Bäckerei Özil GmbH"


def test_who_applies(probe, citizen):
    case = draft(citizen)
    service = case.begun_on
    assert who(case, service).name == "Zoë Çelik-Müller"
    case.answers = {}
    assert who(case, service).name == "Zoë Łucja Çelik-Müller", "as the account says"
    case.account = Account(email="x@example.org", name="Xaver")
    assert who(case, service).name == "Xaver"
    case.account = None
    assert who(case, service).name == ""


def test_what_a_letter_is_told(sent, citizen, clerk):
    actions.decide(clerk_actor(clerk), sent, "GRANTED", "Alles da.")
    sent.refresh_from_db()
    with translation.override("en"):
        data = letter_data(sent, sent.begun_on, Decision.objects.get())
    assert data["case"] == {
        "reference": sent.reference, "service": "Probe", "submitted": timezone.localdate().isoformat(), "fee": 0,
    }  # fmt: skip
    assert data["decision"]["clerk"] == "Petra Sommer" and data["decision"]["legal_basis"] == "§ 1 Probengesetz"
    assert data["answers"]["more"] == "Nein", "letters are German"
    assert data["applicant"]["name"] == "Zoë Çelik-Müller"
    assert data["office"]["title"] == "Bürgeramt" and data["city"]["name"] == "Musterstadt"
    assert ["Was wünschen Sie?", "x"] in data["sections"][1]["rows"]


@pytest.mark.parametrize("status", list(Status))
def test_every_state_has_words(status, probe, citizen, clerk):
    case = case_in(status, citizen, clerk)
    words = status_of(case)
    assert str(words.word) and str(words.sentence).endswith(".") and words.tone in ("info", "success", "warning", "danger")
    assert title_of(case) == "Probe"
    if status != Status.DRAFT:
        stages = track(case, Decision.objects.filter(case=case).first())
        assert stages[0].title == "Eingegangen"
        assert sum(stage.state == "current" for stage in stages) == (status != Status.CLOSED)


def test_a_service_that_is_gone_still_has_a_name(probe, citizen, settings):
    case = draft(citizen)
    settings.CITY_FOLDER = settings.ROOT / "cities" / "musterstadt"
    assert title_of(case) == "probe"
    assert case.begun_on.title == "Probe", "what was begun on it finishes on it"
    assert actions.submit(actor_for(citizen), case).status == Status.IN_REVIEW


def test_the_letter_that_closes(sent):
    decision = Decision(case=sent, outcome="PARTLY")
    title, body = closing_letter(sent, sent.begun_on, decision)
    assert sent.reference in title and "teilweise bewilligt" in body


def test_where_a_fact_comes_from():
    assert source_of("residents 2026-11-22") == "aus dem Melderegister, 22.11.2026"
    assert source_of("residents") == "aus dem Melderegister"
    assert source_of("kba 2026-13-99") == "kba"


def test_pages_that_ask_nothing_are_skipped(probe, citizen):
    case = draft(citizen)
    form = case.begun_on.form
    assert open_step(form, case.answers, []).key == "sie"
    assert open_step(form, case.answers, ["sie"]).key == "sache"
    assert open_step(form, case.answers, ["sie", "sache"]) is None
