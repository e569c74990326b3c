"""Papers from issue to shredding, who may fetch them, and what the public page says."""

import hashlib
import io
import json
import threading
from datetime import date, timedelta

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Company
from stadtkern.kernel.documents import actions, views
from stadtkern.kernel.documents.models import Content, Document
from stadtkern.kernel.documents.public import read_code
from stadtkern.kernel.documents.render import Unrenderable
from stadtkern.kernel.documents.sealing import check, seal
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.privacy.models import Access

from .conftest import TEMPLATE, letter_data, make, text_of


def paper(account=None, **more) -> Document:
    return actions.issue(
        **{
            "about": "case:17",
            "account": account,
            "company": None,
            "title": "Hundesteuerbescheid für Zoë Çelik",
            "template": TEMPLATE,
            "data": letter_data(),
            "keep_until": date(2036, 12, 31),
            "actor_key": "staff:1",
            "kind": "Hundesteuerbescheid",
            **more,
        }
    )


def test_a_paper_is_sealed_stored_and_in_the_diary(citizen):
    document = paper(citizen)
    data = bytes(document.content.data)
    assert check(data).ours
    assert (document.size, document.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert document.office == "Amt für Steuern und Abgaben"
    text = "".join(text_of(data).split())
    assert document.number in text and f"/dokumente/pruefen/{document.verify_code}/" in text
    event = Event.objects.get(name="document.issued")
    assert (event.subject, event.actor) == ("case:17", "staff:1")
    assert event.data == {"document": document.pk, "size": document.size}


def test_codes_cannot_be_guessed_and_numbers_differ(db):
    documents = [paper(data=letter_data(sections=[])) for _ in range(3)]
    assert len({d.verify_code for d in documents}) == len({d.number for d in documents}) == 3
    assert all(29 ** len(d.verify_code) > 2**128 for d in documents)


def test_the_same_act_makes_one_paper(citizen):
    first, second = paper(citizen, once="case.decided:4"), paper(citizen, once="case.decided:4", title="anders")
    assert first.pk == second.pk and Document.objects.count() == 1
    assert Event.objects.filter(name="document.issued").count() == 1
    assert paper(citizen).pk != paper(citizen).pk  # without a key every call is its own


@pytest.mark.django_db(transaction=True)
def test_the_same_act_at_the_same_moment_makes_one_paper():
    found, start = [], threading.Barrier(4)

    def run():
        try:
            start.wait(10)
            found.append(paper(once="case.decided:4").pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(found)) == 1 and Content.objects.count() == 1


def test_a_template_that_fails_leaves_nothing(citizen):
    with pytest.raises(Unrenderable):
        paper(citizen, template="#panic()")
    assert not Document.objects.exists() and not Event.objects.filter(name="document.issued").exists()


def test_data_of_any_language_and_every_city_fact(db):
    document = paper(data={"case": {"service": "Hund anmelden", "submitted": "", "fee": 0}, "applicant": {"name": "李雷 😀"}})
    text = text_of(bytes(document.content.data))
    assert "Musterstadt" in text and "\ufffd" in text


def test_revoked_once_and_for_all(citizen):
    document = paper(citizen)
    revoked = actions.revoke("staff:1", document, "Falscher Name: Zoë Çelik")
    again = actions.revoke("staff:2", document, "noch einmal")
    assert again.revoked_at == revoked.revoked_at and again.revoked_because == "Falscher Name: Zoë Çelik"
    event = Event.objects.get(name="document.revoked")
    assert event.data == {"document": document.pk}


def test_shredding_leaves_what_the_verify_page_needs(citizen):
    due, kept, forever = (
        paper(citizen, keep_until=until, once=f"x:{until}") for until in (date(2026, 1, 1), date(2026, 1, 2), None)
    )
    assert actions.shred_due(date(2026, 1, 2)) == 1
    assert actions.shred_due(date(2026, 1, 2)) == 0
    due.refresh_from_db()
    assert not Content.objects.filter(document=due).exists()
    assert Content.objects.filter(document__in=[kept, forever]).count() == 2
    assert (due.account, due.title, due.sha256, due.size, due.revoked_because) == (None, "", "", 0, "")
    assert due.kind and due.verify_code and due.number
    assert Event.objects.get(name="document.shredded").subject == "case:17"
    assert paper(citizen, once="x:2026-01-01").pk == due.pk  # an old event does not bring it back
    page = Client().get(reverse("documents:verify", args=[due.verify_code]))
    assert page.status_code == 200 and "nach Ablauf der Aufbewahrungsfrist gelöscht" in page.content.decode()


def test_many_are_shredded_in_batches(db, monkeypatch):
    monkeypatch.setattr("stadtkern.kernel.documents.actions.paper.BATCH", 2)
    rows = [
        Document(number=f"n{i}", about=f"case:{i}", title="x", kind="x", verify_code=f"c{i}", keep_until=date(2020, 1, 1))
        for i in range(5)
    ]
    Document.objects.bulk_create(rows)
    assert actions.shred_due(date(2026, 1, 1)) == 5


# Who may fetch


def test_the_owner_fetches_the_paper(citizen, login):
    document = paper(citizen)
    response = login(citizen).get(reverse("documents:download", args=[document.number]))
    assert response.status_code == 200 and response.content == bytes(document.content.data)
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert "filename*=UTF-8''Hundesteuerbescheid%20f%C3%BCr%20Zo%C3%AB%20%C3%87elik" in response["Content-Disposition"]
    assert 'filename="Hundesteuerbescheid f_r Zo_ _elik' in response["Content-Disposition"]
    event = Event.objects.get(name="document.fetched")
    assert event.actor == f"account:{citizen.pk}" and event.data == {"document": document.pk}
    assert not Access.objects.exists()  # one's own look is no access by others


@pytest.mark.parametrize("who", ["other_citizen", "clerk", "other_clerk", "operator", "mayor"])
def test_for_everybody_else_it_does_not_exist(who, request, citizen, login):
    document = paper(citizen)
    other = request.getfixturevalue(who)
    client = login(other if isinstance(other, Account) else other.account)
    assert client.get(reverse("documents:download", args=[document.number])).status_code == 404


def test_visitors_sign_in_first(citizen):
    response = Client().get(reverse("documents:download", args=[paper(citizen).number]))
    assert response.status_code == 302 and "/konto/" in response["Location"]


@pytest.mark.parametrize("number", ["nichts", "%00", "a%00b", "2026-" + "x" * 400, "%F0%9F%98%80"])
def test_strange_numbers_are_not_found(number, citizen, login):
    assert login(citizen).get(f"/dokumente/herunterladen/{number}/").status_code == 404


def test_papers_of_a_company_need_its_hat(citizen):
    company = Company.objects.create(name="Łuk GmbH")
    document = paper(citizen, company=company)
    assert document in Document.objects.visible_to(Actor(account=citizen, company=company))
    assert document not in Document.objects.visible_to(Actor(account=citizen))
    own = paper(citizen)
    assert own not in Document.objects.visible_to(Actor(account=citizen, company=company))
    assert not Document.objects.visible_to(Actor()).exists()


def test_a_clerk_comes_through_the_case_and_the_owner_sees_it(citizen, clerk):
    document = paper(citizen)
    response = views.response_for(document, Actor(account=clerk.account, staff=clerk), purpose="Auskunft")
    assert response.status_code == 200
    seen = Access.objects.get()
    assert (seen.accounts, seen.actor, seen.office, seen.purpose) == ([citizen.pk], str(clerk), "buergeramt", "Auskunft")


def test_names_in_headers_cannot_break_out():
    name = 'a"; filename="b.exe\r\nSet-Cookie: x/..\\ŋ̈%41.pdf'
    header = views.disposition(name)
    assert "\r" not in header and "\n" not in header and header.count('"') == 2
    assert header.isascii() and "\\" not in header


# The public page


def verify(code: str, client: Client | None = None):
    response = (client or Client()).get(reverse("documents:verify", args=[code]))
    return response, " ".join(response.content.decode().split())


PRIVATE = ["Zoë", "Çelik", "zoe@example.org", "Hundesteuerbescheid für", "Falscher Name", "Bello", "MS-7F3K-9QXM", "case:17"]


def test_valid_then_revoked_without_a_word_about_the_person(citizen):
    document = paper(citizen, valid_until=timezone.localdate() + timedelta(days=3))
    response, page = verify(document.verify_code)
    assert response.status_code == 200
    for expected in ("Echt und gültig", "Hundesteuerbescheid", "Amt für Steuern und Abgaben", document.number, "Gültig bis"):
        assert expected in page
    actions.revoke("staff:1", document, "Falscher Name")
    response, revoked = verify(document.verify_code)
    assert "Nicht mehr gültig" in revoked and timezone.localdate().strftime("%d.%m.%Y") in revoked
    assert "Echt und gültig" not in revoked
    for private in PRIVATE:
        assert private not in page and private not in revoked
    assert response["Cache-Control"] == "no-store" and response["X-Robots-Tag"] == "noindex"


def test_a_paper_past_its_day(db):
    _, page = verify(paper(valid_until=timezone.localdate() - timedelta(days=1)).verify_code)
    assert "Abgelaufen" in page
    _, page = verify(paper(valid_until=timezone.localdate()).verify_code)
    assert "Echt und gültig" in page


def test_codes_as_people_type_them(db):
    code = paper().verify_code
    spoken = " ".join(code[i : i + 5] for i in range(0, len(code), 5)).lower().replace("0", "o")
    assert read_code(spoken) == code
    response = Client().post(reverse("documents:check"), {"code": spoken})
    assert response.status_code == 302 and response["Location"] == reverse("documents:verify", args=[code])


@pytest.mark.parametrize("code", ["x", "0" * 27, "%00", "A" * 500, "%F0%9F%98%80", "..%2F..", "' OR 1=1 --"])
def test_unknown_codes(code, db):
    response = Client().get(f"/dokumente/pruefen/{code}/")
    assert response.status_code == 404
    assert "Zu diesem Prüfcode gibt es kein Dokument" in response.content.decode() or "%2F" in code


def test_guessing_is_slowed_down_but_a_real_paper_is_never_stopped(db):
    code = paper().verify_code
    answers = [verify("0" * 26 + "2")[0].status_code for _ in range(22)]
    assert answers[:20] == [404] * 20 and answers[-1] == 429
    limited, _ = verify("0" * 26 + "2")
    assert limited["Retry-After"] == "60"
    assert verify(code)[0].status_code == 200


def hand_in(data: bytes, name="brief.pdf"):
    response = Client().post(reverse("documents:check"), {"file": SimpleUploadedFile(name, data, "application/pdf")})
    return response, " ".join(response.content.decode().split())


def test_handing_in_the_file_itself(citizen):
    document = paper(citizen)
    data = bytes(document.content.data)
    before = Content.objects.count()
    response, page = hand_in(data)
    assert response.status_code == 200 and "Echt und gültig" in page and "Byte für Byte" in page
    changed = bytearray(data)
    changed[len(data) // 3] ^= 1
    _, page = hand_in(bytes(changed))
    assert "Nicht echt oder verändert" in page
    actions.revoke("staff:1", document, "x")
    _, page = hand_in(data)
    assert "Nicht mehr gültig" in page
    for private in PRIVATE:
        assert private not in page
    assert Content.objects.count() == before


def test_a_file_we_no_longer_know_still_has_our_seal(citizen):
    document = paper(citizen, keep_until=date(2020, 1, 1))
    data = bytes(document.content.data)
    actions.shred_due(date(2026, 1, 1))
    _, page = hand_in(data)
    assert "Dokument gelöscht" in page and document.number in page and "Echt und gültig" not in page
    actions.revoke("staff:1", document, "x")
    _, page = hand_in(data)
    assert "Nicht mehr gültig" in page
    Document.objects.all().delete()
    _, page = hand_in(data)
    assert "Das Siegel ist echt" in page and "Echt und gültig" not in page


def test_a_second_sealing_of_the_same_number_is_not_the_paper(citizen):
    """Two workers issue at once: the loser's file is sealed, but it was never handed out."""
    document = paper(citizen)
    other = seal(make(sections=[["anders", "anders"]]), reason=f"Dokument {document.number}", place="x").data
    _, page = hand_in(other)
    assert "nicht mehr bekannt" in page and "Echt und gültig" not in page


@pytest.mark.parametrize("data", [b"%PDF-1.7 nothing", b"MZ\x90\x00", b"\x00" * 100])
def test_handing_in_something_else(data, db):
    response, page = hand_in(data)
    assert response.status_code == 200 and "Nicht echt oder verändert" in page


def test_nothing_or_too_much(db, monkeypatch):
    assert Client().post(reverse("documents:check"), {}).status_code == 422
    assert Client().post(reverse("documents:check"), {"code": "zu kurz"}).status_code == 422
    monkeypatch.setattr(views, "MOST_BYTES", 10)
    response, page = hand_in(b"%PDF-1.7 more than ten")
    assert response.status_code == 422 and "größer als 10 MB" in page
    assert Client().get(reverse("documents:check")).status_code == 200


def test_one_question_to_the_database(db, django_assert_num_queries):
    code = paper().verify_code
    with django_assert_num_queries(1):
        verify(code)


# The command line


def test_verify_seal_on_the_command_line(citizen, as_file, capsys):
    document = paper(citizen)
    data = bytes(document.content.data)
    call_command("verify_seal", as_file(data))
    said = capsys.readouterr().out
    assert "Das Siegel ist gültig: Musterstadt: Demo-Siegel" in said and document.number in said and "Echt und gültig" in said
    with pytest.raises(CommandError, match="Nicht das unveränderte Siegel"):
        call_command("verify_seal", as_file(data[:-20] + b"x" * 20))
    with pytest.raises(CommandError, match="nicht lesen"):
        call_command("verify_seal", "/nowhere.pdf")


def test_nothing_private_is_in_the_pdf_but_what_the_letter_says(citizen):
    """Metadata, attachments and names inside the file say no more than the paper."""
    data = bytes(paper(citizen, once="case.decided:secret").content.data)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert not pdf.attachments
        assert "Zoë" not in json.dumps({k: str(v) for k, v in pdf.docinfo.items()})
    assert b"case.decided" not in data and b"zoe@example.org" not in data


# The API


def test_the_api_shows_one_s_own_papers_only(citizen, other_citizen, login):
    documents = [paper(citizen) for _ in range(3)]
    foreign = paper(other_citizen)
    client = login(citizen)
    first = client.get("/api/v1/documents?limit=2").json()
    assert [item["number"] for item in first["items"]] == [documents[2].number, documents[1].number]
    rest = client.get(f"/api/v1/documents?limit=2&before={first['next']}").json()
    assert [item["number"] for item in rest["items"]] == [documents[0].number] and rest["next"] is None
    assert client.get(f"/api/v1/documents/{documents[0].number}").json()["kind"] == "Hundesteuerbescheid"
    file = client.get(f"/api/v1/documents/{documents[0].number}/file")
    assert check(file.content).ours and file["Cache-Control"] == "private, no-store"
    assert client.get(f"/api/v1/documents/{foreign.number}").status_code == 404
    assert client.get(f"/api/v1/documents/{foreign.number}/file").status_code == 404
    assert client.get("/api/v1/documents/%00").status_code == 422
    assert client.get("/api/v1/documents?before=99999999999999999999").status_code == 422
    assert Client().get("/api/v1/documents").status_code == 401


def test_the_api_s_list_costs_the_same_however_long(citizen, login, django_assert_num_queries):
    client = login(citizen)
    paper(citizen)
    client.get("/api/v1/documents")
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        client.get("/api/v1/documents")
    for _ in range(4):
        paper(citizen)
    with CaptureQueriesContext(connection) as many:
        client.get("/api/v1/documents")
    assert len(few) == len(many)


def test_the_api_verifies_for_everybody(db):
    document = paper()
    said = Client().get(f"/api/v1/verify/{document.verify_code.lower()}").json()
    assert said["state"] == "valid" and said["kind"] == "Hundesteuerbescheid" and "Zoë" not in json.dumps(said)
    actions.revoke("staff:1", document, "x")
    assert Client().get(f"/api/v1/verify/{document.verify_code}").json()["state"] == "revoked"
    assert Client().get("/api/v1/verify/unknown").json()["state"] == "unknown"
