"""The pages: from the first question to the closed case, without JavaScript, for the owner and nobody else."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override

from stadtkern.kernel.accounts import draft_cookie
from stadtkern.kernel.cases import actions
from stadtkern.kernel.cases.models import Case, Status
from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.payments.models import Payment

from .factories import STEP_1, STEP_2, actor_for, case_in, city_with, clerk_actor, draft
from .test_drafts import PIXEL


def flat(step: dict[str, list[str]]) -> dict[str, str]:
    return {name: values[0] for name, values in step.items()}


def token_of(page) -> str:
    return re.search(r'name="_token" value="([^"]+)"', page.content.decode())[1]


def seen_of(page) -> str:
    return re.search(r'name="_seen" value="([^"]+)"', page.content.decode())[1]


def begin(client: Client, key: str = "probe") -> Case:
    """The first page filled in and sent, as a browser does it."""
    page = client.get(reverse("cases:start", args=[key]))
    assert page.status_code == 200
    answer = client.post(reverse("cases:start", args=[key]), {**flat(STEP_1), "_token": token_of(page), "_next": "1"})
    case = Case.objects.latest("pk")
    assert answer.status_code == 302 and answer.url == f"/vorgang/{case.reference}/angaben/sache/"
    return case


def go_to_review(client: Client, case: Case) -> None:
    answer = client.post(reverse("cases:step", args=[case.reference, "sache"]), {**flat(STEP_2), "_next": "1"})
    assert answer.url == f"/vorgang/{case.reference}/pruefen/"


# Filling in


def test_looking_writes_nothing(probe, citizen, login):
    client = login(citizen)
    page = client.get("/vorgang/neu/probe/")
    assert b"Vornamen" in page.content
    assert not Case.objects.exists()


def test_the_whole_way(probe, citizen, login):
    client = login(citizen)
    case = begin(client)
    go_to_review(client, case)
    review = client.get(f"/vorgang/{case.reference}/pruefen/").content.decode()
    assert "Ein Wunsch<br>mit zwei Zeilen" in review and "kostet nichts" in review
    answer = client.post(f"/vorgang/{case.reference}/senden/")
    assert answer.url == f"/vorgang/{case.reference}/danke/"
    assert case.reference in client.get(answer.url).content.decode()
    for page in ("", "beleg/"):
        assert client.get(f"/vorgang/{case.reference}/{page}").status_code == 200
    for page in ("pruefen/", "angaben/sie/", "daten/", "verwerfen/"):
        assert client.get(f"/vorgang/{case.reference}/{page}").url == f"/vorgang/{case.reference}/"


def test_double_clicks_and_the_back_button(costly, citizen, login):
    client = login(citizen)
    page = client.get("/vorgang/neu/costly/")
    data = {**flat(STEP_1), "_token": token_of(page), "_next": "1"}
    places = {client.post("/vorgang/neu/costly/", data).url for _ in range(3)}
    case = Case.objects.get()
    assert places == {f"/vorgang/{case.reference}/angaben/sache/"}
    go_to_review(client, case)
    for _ in range(3):
        assert client.post(f"/vorgang/{case.reference}/senden/").url == f"/vorgang/{case.reference}/danke/"
    assert Payment.objects.count() == Case.objects.count() == 1
    assert client.post("/vorgang/neu/costly/", data).url == f"/vorgang/{case.reference}/"
    step = client.post(f"/vorgang/{case.reference}/angaben/sache/", {**flat(STEP_2), "wish": "anders"})
    assert step.url == f"/vorgang/{case.reference}/"
    assert Case.objects.get().answers["wish"] != "anders"
    assert b"12,00" in client.get(f"/vorgang/{case.reference}/danke/").content


def test_no_page_can_be_skipped(probe, citizen, login):
    client = login(citizen)
    case = begin(client)
    Case.objects.filter(pk=case.pk).update(steps_done=[])
    for page in ("angaben/sache/", "pruefen/", "", "angaben/gibt-es-nicht/"):
        assert client.get(f"/vorgang/{case.reference}/{page}").url == f"/vorgang/{case.reference}/angaben/sie/"
    assert client.post(f"/vorgang/{case.reference}/senden/").status_code == 302
    answer = client.post(f"/vorgang/{case.reference}/angaben/sache/", flat(STEP_2))
    assert answer.url.endswith("/angaben/sie/")
    assert "wish" not in Case.objects.get().answers


def test_a_wrong_page_says_so_and_keeps_everything(probe, citizen, login):
    client = login(citizen)
    page = client.get("/vorgang/neu/probe/")
    answer = client.post(
        "/vorgang/neu/probe/", {"person/given_names": "Zoë", "person/family_name": "", "_token": token_of(page), "_next": "1"}
    )
    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'id="fehler"' in text and 'value="Zoë"' in text
    case = Case.objects.get()
    assert f'action="/vorgang/{case.reference}/angaben/sie/"' in text


def test_sending_with_a_page_undone_meanwhile(probe, citizen, login):
    client = login(citizen)
    case = draft(citizen)
    Case.objects.filter(pk=case.pk).update(answers={**case.answers, "wish": ""})
    answer = client.post(f"/vorgang/{case.reference}/senden/")
    assert answer.status_code == 422
    assert f"/vorgang/{case.reference}/angaben/sache/" in answer.content.decode()
    assert Case.objects.get().status == Status.DRAFT


def test_lists_and_back_without_javascript(probe, citizen, login):
    client = login(citizen)
    case = begin(client)
    url = f"/vorgang/{case.reference}/angaben/sache/"
    answer = client.post(url, {"wish": "halb", "_add": "things"})
    assert answer.url.startswith(url + "#")
    assert b'name="things[0]/what"' in client.get(url).content
    answer = client.post(url, {"wish": "halb fertig", "things[0]/what": "Rad", "_back": "1"})
    assert answer.url == f"/vorgang/{case.reference}/angaben/sie/"
    answers = Case.objects.get().answers
    assert (answers["wish"], answers["things[0]/what"]) == ("halb fertig", "Rad")
    client.post(url, {"_remove": "things[0]"})
    assert "things[0]/what" not in Case.objects.get().answers
    assert client.post(url, {"_later": "1"}).status_code == 302


def test_htmx_saves_in_between(probe, citizen, login):
    client = login(citizen)
    page = client.get("/vorgang/neu/probe/")
    htmx = {"HX-Request": "true"}
    data = {"person/given_names": "Zoë", "person/family_name": "", "_token": token_of(page), "_seen": seen_of(page)}
    answer = client.post("/vorgang/neu/probe/", data, headers=htmx)
    case = Case.objects.get()
    url = f"/vorgang/{case.reference}/angaben/sie/"
    assert answer["HX-Replace-Url"] == url
    assert answer["HX-Reswap"] == "none" and 'hx-swap-oob="true"' in answer.content.decode()
    answer = client.post("/vorgang/neu/probe/", {**data, "town": "Ulm"}, headers=htmx)
    assert Case.objects.get().answers == {"person/given_names": "Zoë", "person/family_name": None, "town": "Ulm"}
    assert b"fehler" not in answer.content, "nobody is blamed while typing"


def test_htmx_shows_what_has_changed(probe, citizen, login):
    client = login(citizen)
    case = begin(client)
    htmx = {"HX-Request": "true"}
    url = f"/vorgang/{case.reference}/angaben/sache/"
    seen = seen_of(client.get(url))
    answer = client.post(url, {"wish": "", "more": "true", "_seen": seen}, headers=htmx)
    assert "HX-Reswap" not in answer and b'name="extra"' in answer.content and b"<html" not in answer.content
    # The browser dropped that answer because something was typed meanwhile: it comes again with the next.
    again = client.post(url, {"wish": "x", "more": "true", "_seen": seen}, headers=htmx)
    assert "HX-Reswap" not in again and b'name="extra"' in again.content
    answer = client.post(url, {"wish": "x", "more": "false", "extra": "", "_seen": seen_of(again)}, headers=htmx)
    assert b'name="extra"' not in answer.content and "HX-Reswap" not in answer
    Case.objects.update(status=Status.IN_REVIEW)
    gone = client.post(url, {"wish": "x"}, headers=htmx)
    assert (gone.status_code, gone["HX-Redirect"]) == (204, f"/vorgang/{case.reference}/")


def test_uploads_at_their_field(probe, citizen, login):
    client = login(citizen)
    case = begin(client)
    url = f"/vorgang/{case.reference}/angaben/sache/"
    answer = client.post(url, {**flat(STEP_2), "proof": SimpleUploadedFile("x.pdf", b"MZ")})
    assert answer.status_code == 422 and 'id="fehler"' in answer.content.decode()
    client.post(url, {**flat(STEP_2), "proof": SimpleUploadedFile("fotö.png", PIXEL)})
    key = Case.objects.get().answers["proof"]
    assert "fotö" in client.get(url).content.decode()
    assert "fotö" in client.get(f"/vorgang/{case.reference}/pruefen/").content.decode()
    file = client.get(f"/vorgang/{case.reference}/anlage/{key}/")
    assert file.status_code == 200 and file["Content-Disposition"].startswith("attachment")


# Without signing in


def test_an_anonymous_draft_survives_and_moves_into_the_account(probe, citizen, login):
    browser = Client()
    page = browser.get("/vorgang/neu/probe/")
    cookie = browser.cookies[draft_cookie.COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["max-age"] == 30 * 86400
    case = begin(browser)
    assert case.account is None
    later = Client()  # closed and opened again: sessions are gone, this cookie is not
    later.cookies[draft_cookie.COOKIE] = browser.cookies[draft_cookie.COOKIE].value
    go_to_review(later, case)
    answer = later.post(f"/vorgang/{case.reference}/senden/")
    assert answer.url.startswith("/konto/login/") or "login" in answer.url
    later.force_login(citizen, backend="django.contrib.auth.backends.ModelBackend")
    later = login(citizen)
    later.cookies[draft_cookie.COOKIE] = browser.cookies[draft_cookie.COOKIE].value
    assert later.get(f"/vorgang/{case.reference}/senden/").url == f"/vorgang/{case.reference}/pruefen/"
    later.get(f"/vorgang/{case.reference}/pruefen/")
    case.refresh_from_db()
    assert (case.account, case.draft_key) == (citizen, None)
    assert later.post(f"/vorgang/{case.reference}/senden/").url == f"/vorgang/{case.reference}/danke/"
    assert browser.get(f"/vorgang/{case.reference}/").status_code == 404
    assert page.status_code == 200


def test_two_tabs_without_a_cookie_share_one_secret(probe):
    """The secret comes with the first page, so that two first saves cannot overwrite each other's."""
    browser = Client()
    pages = [browser.get("/vorgang/neu/probe/") for _ in range(2)]
    for page in pages:
        browser.post("/vorgang/neu/probe/", {**flat(STEP_1), "_token": token_of(page)})
    assert Case.objects.count() == 2
    assert len(set(Case.objects.values_list("draft_key", flat=True))) == 1
    assert browser.get("/vorgang/neu/probe/").content.decode().count("Sie haben schon einen Entwurf") == 2


def test_a_first_save_without_cookie_works_too(probe):
    browser = Client()
    answer = browser.post("/vorgang/neu/probe/", flat(STEP_1))
    assert answer.status_code == 302
    assert browser.get(answer.url).status_code == 200


@pytest.mark.parametrize("value", ["", "x", "x:y:z", "\x00", "a" * 5000])
def test_a_forged_cookie_opens_nothing(value, probe):
    browser = Client()
    case = begin(browser)
    thief = Client()
    thief.cookies[draft_cookie.COOKIE] = value
    assert thief.get(f"/vorgang/{case.reference}/").status_code == 404


def test_everything_without_an_account(settings, tmp_path, offices, clerk, run_jobs):
    settings.CITY_FOLDER = city_with(tmp_path, trust="none", fee=500)
    browser = Client()
    case = begin(browser)
    go_to_review(browser, case)
    assert browser.post(f"/vorgang/{case.reference}/senden/").url == f"/vorgang/{case.reference}/danke/"
    payment = Payment.objects.get()
    assert f"/zahlung/{payment.pk}/bezahlen/" in browser.get(f"/vorgang/{case.reference}/danke/").content.decode()
    actions.mark_paid(case.pk, "provider:demo")
    actions.decide(clerk_actor(clerk), case, "GRANTED")
    run_jobs()
    page = browser.get(f"/vorgang/{case.reference}/").content.decode()
    paper = Document.objects.get()
    assert f"/dokument/{paper.number}/" in page
    file = browser.get(f"/vorgang/{case.reference}/dokument/{paper.number}/")
    assert file.content.startswith(b"%PDF") and file["Content-Type"] == "application/pdf"
    assert Client().get(f"/vorgang/{case.reference}/dokument/{paper.number}/").status_code == 404


# Once only


def test_consent_before_the_register_is_asked(probe, citizen, resident, login):
    client = login(citizen)
    page = client.get("/vorgang/neu/probe/").content.decode()
    assert "Dürfen wir" in page and "Familienname" in page and "Geburtsdatum" not in page
    answer = client.post("/vorgang/neu/probe/", {"_prefill": "yes", "_token": token_of(client.get("/vorgang/neu/probe/"))})
    case = Case.objects.get()
    assert answer.url == f"/vorgang/{case.reference}/angaben/sie/"
    text = client.get(answer.url).content.decode()
    assert "aus dem Melderegister" in text and "Das stimmt nicht" in text and "Çelik-Müller" in text
    answer = client.post(answer.url, {"_contest": "town"})
    assert 'name="town" type="text"' in client.get(answer.url).content.decode()


def test_no_is_respected(probe, citizen, resident, login):
    client = login(citizen)
    answer = client.post("/vorgang/neu/probe/", {"_prefill": "no", "_token": token_of(client.get("/vorgang/neu/probe/"))})
    case = Case.objects.get()
    assert case.prefill_declined and case.sources == {}
    assert answer.url == f"/vorgang/{case.reference}/angaben/sie/"
    text = client.get(answer.url).content.decode()
    assert f"/vorgang/{case.reference}/daten/" in text, "and it can be had later"
    later = client.get(f"/vorgang/{case.reference}/daten/").content.decode()
    assert "Dürfen wir" in later and "Schritt 1 von 3" in later


def test_the_register_is_away_and_one_goes_on_by_hand(settings, probe, citizen, resident, login):
    client = login(citizen)
    outage = settings.HOME / "outage" / "registers"
    outage.parent.mkdir(exist_ok=True)
    outage.touch()
    try:
        token = token_of(client.get("/vorgang/neu/probe/"))
        answer = client.post("/vorgang/neu/probe/", {"_prefill": "yes", "_token": token}, follow=True)
    finally:
        outage.unlink()
    text = answer.content.decode()
    assert "antwortet gerade nicht" in text and 'name="person/given_names"' in text
    case = Case.objects.get()
    client.post(f"/vorgang/{case.reference}/daten/", {"_prefill": "yes"})
    assert Case.objects.get().sources


def test_more_trust_only_where_it_is_needed(settings, tmp_path, offices, citizen, login):
    settings.CITY_FOLDER = city_with(tmp_path, trust="substantial")
    client = login(citizen)
    token = token_of(client.get("/vorgang/neu/probe/"))
    answer = client.post("/vorgang/neu/probe/", {"_prefill": "no", "_token": token})
    case = Case.objects.get()
    client.post(answer.url, flat(STEP_1))
    go_to_review(client, case)
    assert "weisen Sie sich bitte aus" in client.get(f"/vorgang/{case.reference}/pruefen/").content.decode()
    answer = client.post(f"/vorgang/{case.reference}/senden/")
    assert answer.url.startswith(reverse("accounts:step_up")) and "senden" in answer.url
    assert Case.objects.get().status == Status.DRAFT
    assert client.post(f"/vorgang/{case.reference}/daten/", {"_prefill": "yes"}).url.endswith("?nachweis=1")
    answer = client.get(f"/vorgang/{case.reference}/daten/?nachweis=1")
    assert answer.url.startswith(reverse("accounts:step_up"))


# At the counter


def test_a_clerk_fills_in_for_somebody(probe, clerk, other_clerk, login):
    client = login(clerk.account)
    page = client.get("/vorgang/neu/probe/?beratung=1")
    assert "Sie füllen für jemanden aus" in page.content.decode()
    client.post("/vorgang/neu/probe/", {**flat(STEP_1), "_token": token_of(page), "_assisted": "1"})
    case = Case.objects.get()
    assert (case.assisted_by, case.account) == (clerk, None)
    go_to_review(client, case)
    assert login(other_clerk.account).get(f"/vorgang/{case.reference}/pruefen/").status_code == 404
    assert client.post(f"/vorgang/{case.reference}/senden/").url == f"/vorgang/{case.reference}/danke/"
    assert client.get(f"/vorgang/{case.reference}/danke/").status_code == 200


def test_a_citizen_cannot_pretend_to_be_a_clerk(probe, citizen, login):
    client = login(citizen)
    page = client.get("/vorgang/neu/probe/?beratung=1")
    client.post("/vorgang/neu/probe/", {**flat(STEP_1), "_token": token_of(page), "_assisted": "1"})
    case = Case.objects.get()
    assert (case.assisted_by, case.account) == (None, citizen)


# After sending


@pytest.mark.parametrize("status", [s for s in Status if s != Status.DRAFT])
def test_the_track_shows_every_state(status, costly, probe, citizen, clerk, login):
    case = case_in(status, citizen, clerk)
    page = login(citizen).get(f"/vorgang/{case.reference}/")
    text = page.content.decode()
    assert page.status_code == 200 and "Eingegangen" in text and case.reference in text
    assert text.count("kern-btn--primary") <= 1
    withdrawable = status in (Status.SUBMITTED, Status.AWAITING_PAYMENT, Status.IN_REVIEW, Status.AWAITING_CITIZEN)
    assert (f"/vorgang/{case.reference}/zuruecknehmen/" in text) == withdrawable


def test_question_and_answer(probe, citizen, clerk, login):
    case = case_in(Status.IN_REVIEW, citizen)
    actions.ask_citizen(clerk_actor(clerk), case, "Welche Farbe?")
    client = login(citizen)
    url = f"/vorgang/{case.reference}/"
    text = client.get(url).content.decode()
    assert text.count("Welche Farbe?") == 2, "on top and in the thread"
    assert Message.objects.get().read_at is not None
    answer = client.post(url + "nachricht/", {"body": " ", "files": []})
    assert answer.status_code == 422
    answer = client.post(url + "nachricht/", {"body": "Blau <b>", "files": [SimpleUploadedFile("a.exe", b"MZ")]})
    assert answer.status_code == 422 and "Blau &lt;b&gt;" in answer.content.decode(), "the words are kept"
    answer = client.post(url + "nachricht/", {"body": "Blau", "files": [SimpleUploadedFile("a.png", PIXEL)]})
    assert answer.status_code == 302
    case.refresh_from_db()
    assert case.status == Status.IN_REVIEW
    assert "Blau" in client.get(url).content.decode()


def test_withdrawing_asks_first(probe, citizen, login):
    case = case_in(Status.IN_REVIEW, citizen)
    client = login(citizen)
    url = f"/vorgang/{case.reference}/zuruecknehmen/"
    assert client.get(url).status_code == 200
    case.refresh_from_db()
    assert case.status == Status.IN_REVIEW
    client.post(url, {"reason": "umgezogen"})
    case.refresh_from_db()
    assert case.status == Status.WITHDRAWN
    assert client.get(url).status_code == 302


def test_discarding_asks_first(probe, citizen, login):
    client = login(citizen)
    case = begin(client)
    url = f"/vorgang/{case.reference}/verwerfen/"
    assert client.get(url).status_code == 200 and Case.objects.exists()
    client.post(url)
    assert not Case.objects.exists()
    assert client.get(url).status_code == 404


# Nobody else

PAGES = ["", "daten/", "angaben/sie/", "pruefen/", "senden/", "danke/", "beleg/", "verwerfen/", "nachricht/", "zuruecknehmen/"]


@pytest.mark.parametrize("status", [Status.DRAFT, Status.IN_REVIEW, Status.CLOSED])
@pytest.mark.parametrize("page", PAGES)
def test_foreign_is_not_there(page, status, probe, citizen, other_citizen, clerk, other_clerk, operator, mayor, login):
    case = case_in(status, citizen, clerk)
    for stranger in (other_citizen, clerk.account, other_clerk.account, operator.account, mayor.account, None):
        client = login(stranger) if stranger else Client()
        for method in (client.get, client.post):
            assert method(f"/vorgang/{case.reference}/{page}").status_code == 404, (stranger, method)


@pytest.mark.parametrize(
    "url",
    [
        "/vorgang/neu/gibt-es-nicht/", "/vorgang/MS-0000-0000/", "/vorgang/MS-%00%00%00%00-0000/", "/vorgang/x/",
        "/vorgang/%00/",         "/vorgang/MS-0000-0000/dokument/..%2f..%2fetc/", "/vorgang/MS-0000-0000/anlage/x/",
        "/vorgang/neu/%00/", "/vorgang/MS-0000-0000/angaben/%00/",
    ],
)  # fmt: skip
def test_nonsense_addresses_are_404(url, probe, citizen, login):
    assert login(citizen).get(url).status_code == 404


@pytest.mark.parametrize("name", ["_add", "_remove", "_contest", "_back", "_later", "_next", "_token", "_assisted", "_prefill"])
@pytest.mark.parametrize("value", ["", "\x00", "things[999999999999999999999]", "../..", "sie", "💥" * 100])
def test_hostile_buttons_break_nothing(name, value, probe, citizen, login):
    client = login(citizen)
    case = draft(citizen)
    for url in (f"/vorgang/{case.reference}/angaben/sache/", f"/vorgang/{case.reference}/daten/", "/vorgang/neu/probe/"):
        assert client.post(url, {name: value}).status_code in (200, 302, 422)


def test_papers_of_a_case_are_for_its_office_too(probe, citizen, clerk, other_clerk, login, run_jobs):
    case = actions.submit(actor_for(citizen), draft(citizen))
    actions.decide(clerk_actor(clerk), case, "GRANTED")
    run_jobs()
    url = f"/vorgang/{case.reference}/dokument/{Document.objects.get().number}/"
    assert login(citizen).get(url).status_code == 200
    assert login(clerk.account).get(url).status_code == 200
    assert login(other_clerk.account).get(url).status_code == 404
    assert Client().get(url).status_code == 404


# Costs


def test_the_number_of_queries_does_not_grow(probe, citizen, clerk, login, django_assert_max_num_queries):
    case = case_in(Status.AWAITING_CITIZEN, citizen, clerk)
    client = login(citizen)
    for number in range(12):
        actions.tell_citizen(clerk_actor(clerk), case, f"Nachricht {number}")
    url = f"/vorgang/{case.reference}/"
    client.get(url)  # everything read
    with django_assert_max_num_queries(11):
        client.get(url)
    sent = draft(citizen)
    for page, most in (("angaben/sie/", 4), ("angaben/sache/", 5), ("pruefen/", 5)):
        with django_assert_max_num_queries(most):
            client.get(f"/vorgang/{sent.reference}/{page}")
    with django_assert_max_num_queries(9):
        client.post(f"/vorgang/{sent.reference}/angaben/sie/", flat(STEP_1))


def test_a_message_without_an_account_is_refused_kindly(settings, tmp_path, offices):
    settings.CITY_FOLDER = city_with(tmp_path, trust="none")
    browser = Client()
    case = begin(browser)
    go_to_review(browser, case)
    browser.post(f"/vorgang/{case.reference}/senden/")
    answer = browser.post(f"/vorgang/{case.reference}/nachricht/", {"body": "Hallo"})
    assert answer.status_code == 422 and "rufen Sie das Amt an" in answer.content.decode()


def test_the_letter_speaks_the_readers_language(probe, citizen, clerk):
    type(citizen).objects.filter(pk=citizen.pk).update(language="en")
    case = actions.submit(actor_for(citizen), draft(citizen))
    actions.decide(clerk_actor(clerk), case, "GRANTED")
    with override("en"):
        expected = gettext("Entscheidung zu Ihrem Antrag %(reference)s") % {"reference": case.reference}
    actions.close(case.pk)
    assert Message.objects.get().title == expected
