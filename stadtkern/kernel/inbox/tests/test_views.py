"""The post box on screen: own letters only, marked until read, paged by key."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.documents.models import Document, Upload
from stadtkern.kernel.inbox import actions
from stadtkern.kernel.inbox.models import Echo, Message

LIST = reverse("inbox:list")


@pytest.fixture
def browser(login, citizen):
    return login(citizen)


def page_of(message):
    return reverse("inbox:message", args=[message.pk])


def test_new_until_opened(browser, letter, citizen):
    message = letter(citizen, link="/vorgang/x/", body="<script>alert(1)</script>\nZeile zwei")
    assert "sk-rows__side" in browser.get(LIST).text
    assert "Ihr Bescheid" in browser.get(LIST + "?nur=neu").text
    opened = browser.get(page_of(message)).text
    assert "&lt;script&gt;" in opened
    assert "<script>alert" not in opened
    assert 'href="/vorgang/x/"' in opened
    assert "sk-rows__side" not in browser.get(LIST).text
    assert "Ihr Bescheid" not in browser.get(LIST + "?nur=neu").text


def test_papers_are_listed(browser, letter, citizen, offices):
    paper = Document.objects.create(
        number="D-1", about="case:17", account=citizen, title="Meldebescheinigung", sha256="0", verify_code="v", size=2048
    )
    gone = Document.objects.create(
        number="D-2",
        about="case:17",
        account=citizen,
        title="Altes",
        sha256="0",
        verify_code="w",
        shredded_at="2026-01-01T00:00Z",
    )
    opened = browser.get(page_of(letter(citizen, documents=[paper, gone]))).text
    assert reverse("documents:download", args=["D-1"]) in opened
    assert reverse("documents:download", args=["D-2"]) not in opened
    upload = Upload.objects.create(
        about="case:17", account=citizen, file_name="Impfpass.pdf", media_type="application/pdf", size=10, sha256="0"
    )
    actor = Actor(account=citizen)
    mine = actions.write(actor, about="case:17", office=offices["steueramt"], title="Nachtrag", body="x", uploads=[upload])
    assert "Impfpass.pdf" in browser.get(page_of(mine)).text


def test_foreign_letters_do_not_exist(letter, login, client, citizen, other_citizen, clerk, other_clerk, operator):
    message = letter(citizen)
    for account in (other_citizen, clerk.account, operator.account):
        assert login(account).get(page_of(message)).status_code == 404
        assert "Ihr Bescheid" not in login(account).get(LIST).text
    assert login(other_clerk.account).get(page_of(message)).status_code == 200
    assert Message.objects.get().read_at is None
    assert client.get(LIST).status_code == client.get(page_of(message)).status_code == 302


def test_paged_by_key_with_a_constant_number_of_queries(browser, letter, citizen, django_assert_num_queries):
    letter(citizen)
    browser.get(LIST)
    with CaptureQueriesContext(connection) as few:
        browser.get(LIST)
    for number in range(27):
        letter(citizen, title=f"Brief {number:02d}")
    with django_assert_num_queries(len(few)):
        first = browser.get(LIST)
    assert "Brief 26" in first.text
    assert "Brief 01" not in first.text
    assert len(first.context["letters"]) == 25
    rest = browser.get(LIST + first.context["older"])
    assert "Brief 01" in rest.text
    assert "Brief 02" not in rest.text
    for hostile in ("x", "-1", "9" * 5000, "²", "\0"):
        assert browser.get(LIST, {"before": hostile}).status_code == 200
    assert browser.get("/post/99999999999999999999/").status_code == 404


def test_the_operator_sees_what_did_not_go_out(login, operator, citizen, letter, home):
    letter(citizen)
    Echo.objects.update(attempts=3, last_error="MailUnavailable: switched off")
    seen = login(operator.account).get(reverse("inbox:operate")).text
    assert "switched off" in seen
    assert "Dackel" not in seen
    assert "zoe@" not in seen
    assert login(citizen).get(reverse("inbox:operate")).status_code == 403
