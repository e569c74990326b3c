"""What other authorities' services deliver: one case each, byte for byte, or sent back with reasons."""

import json
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from stadtkern.kernel.cases.models import Case, Note, Status
from stadtkern.kernel.documents.models import Upload
from stadtkern.kernel.exchange import actions
from stadtkern.kernel.exchange.adapters import demo
from stadtkern.kernel.exchange.models import Parcel, Reception, Transmission
from stadtkern.lib.fitconnect import events, jose
from stadtkern.lib.fitconnect.fake import trouble
from stadtkern.lib.fitconnect.metadata import Attachment, Metadata, write
from stadtkern.lib.fitconnect.tests import parts

from .conftest import picture, sent_in
from .test_sending import Deadly, Killed, later

State = Reception.State
pytestmark = pytest.mark.django_db
DATA = {"person": {"given_names": "Amira", "family_name": "Haddad"}, "wish": "Ein Wunsch ✓", "more": False}
OWN = "urn:stadtkern:leistung:nachbar"


def deliver(town, data=None, *, files=(), uri=OWN, media="application/json", service=parts.LEIKA, **changes) -> str:
    """The Land's online service hands something in; `changes` spoil the metadata. Returns the number."""
    content = data if isinstance(data, bytes) else json.dumps(DATA if data is None else data).encode()
    attachments = [(str(uuid.uuid4()), name, body) for name, body in files]
    if attachments and isinstance(data, dict) and data.get("proof") == "first":
        content = json.dumps({**data, "proof": attachments[0][0]}).encode()
    listed = tuple(Attachment(key, name, "image/jpeg", jose.sha512(body)) for key, name, body in attachments)
    metadata = Metadata(uri, media, jose.sha512(content), listed, service, "Probe von nebenan",
                        {"eMail": {"address": "amira@example.org"}}, "NI-4711", "2026-11-20")  # fmt: skip
    metadata = replace(metadata, **changes)
    key = parts.shown("city", "unwrapKey")
    said = town.land.announce(parts.CITY, service, "Probe", [one[0] for one in attachments])
    for attachment, _name, body in attachments:
        town.land.upload(said.submission, attachment, jose.encrypt(body, key))
    town.land.submit(said.submission, jose.encrypt(write(metadata), key), jose.encrypt(content, key))
    return said.submission


def arrive(town) -> Reception:
    """The clock looks, and works on what it found."""
    actions.look_for()
    for pk in Reception.objects.filter(next_try_at__isnull=False).values_list("pk", flat=True):
        actions.receive(pk)
    return Reception.objects.latest("pk")


def again(row: Reception) -> Reception:
    Reception.objects.filter(pk=row.pk).exclude(next_try_at=None).update(next_try_at=timezone.now())
    return actions.receive(row.pk)


def words_of(town, row: Reception) -> list[str]:
    """What the sender reads in the log."""
    return [jose.header_of(token.split(".")[1])["events"] for token in town.land.events(row.kase)]


def test_a_submission_becomes_one_case(town, clerk, login):
    body = picture(5)
    deliver(town, {**DATA, "proof": "first"}, files=[("Nachweis.jpg", body)])
    row = arrive(town)
    assert row.state == State.ACCEPTED, row.trouble
    case = Case.objects.get()
    assert (case.status, case.service, case.applicant) == (Status.IN_REVIEW, "nachbar", "Amira Haddad")
    assert case.answers["wish"] == "Ein Wunsch ✓" and case.account is None
    upload = Upload.objects.get(about=str(case))
    assert case.answers["proof"] == str(upload.key) and upload.path == "proof"
    assert bytes(upload.content.data) == body  # although re-encoding would change it
    assert row.reply_channel == {"eMail": {"address": "amira@example.org"}}
    note = Note.objects.get(case=case).body
    assert "NI-4711" in note and "amira@example.org" in note
    page = login(clerk.account).get(reverse("cases:desk_case", args=[case.reference])).content.decode()
    assert "Haddad" in page and "Nachweis.jpg" in page and "NI-4711" in page
    [said] = [one for one in words_of(town, row) if events.BASE + events.ACCEPT in one]
    assert said[events.BASE + events.ACCEPT]["authenticationTags"] == row.tags
    assert town.link.delivery.waiting(parts.CITY) == []  # the service has deleted it
    assert arrive(town).pk == row.pk and Case.objects.count() == 1


def test_from_one_city_to_another_byte_for_byte(town, citizen):
    """The same installation at both ends: the sender's case and the receiver's are different rows, the bytes are not."""
    going = actions.advance(actions.prepare(sent_in(citizen, key="hierher").pk).pk)
    row = arrive(town)
    assert row.state == State.ACCEPTED, (row.trouble, row.problems)
    going = later(going)
    assert going.state == Transmission.State.ACCEPTED and going.tags == row.tags
    sent, came = going.case, row.case
    assert sent.pk != came.pk
    mine, theirs = Upload.objects.get(about=str(sent)), Upload.objects.get(about=str(came))
    assert bytes(mine.content.data) == bytes(theirs.content.data) and mine.sha256 == theirs.sha256
    assert {k: v for k, v in sent.answers.items() if k != "proof"} == {k: v for k, v in came.answers.items() if k != "proof"}


def test_an_unknown_schema_reaches_people(town, clerk):
    deliver(
        town, {"F60000000228": "Amira"}, uri="https://example.org/unknown.schema.json", service="urn:de:fim:leika:leistung:1"
    )
    row = arrive(town)
    case = row.case
    assert row.state == State.ACCEPTED and case.service == "eingang_anderer_dienst"
    assert json.loads(case.answers["inhalt"]) == {"F60000000228": "Amira"}
    assert any("nicht eingerichtet" in note.body for note in Note.objects.filter(case=case))


def test_xml_reaches_people_too(town):
    deliver(town, "<antrag>Größe</antrag>".encode(), uri="urn:x", media="application/xml", service="urn:x")
    assert arrive(town).case.answers["inhalt"] == "<antrag>Größe</antrag>"


REFUSED = {
    "not our form": ({"data": {**DATA, "stranger": 1}}, "schema-violation"),
    "a required answer is missing": ({"data": {"wish": "x"}}, "schema-violation"),
    "no JSON": ({"data": b"{"}, "syntax-violation"),
    "no text": ({"data": b"\xff\xfe\x00", "uri": "urn:x", "service": "urn:x", "media": "application/xml"}, "syntax-violation"),
    "wrong hash of the data": ({"data_hash": "0" * 128}, "hash-mismatch"),
    "an attachment nobody announced": (
        {"attachments": (Attachment(str(uuid.uuid4()), "x.jpg", "image/jpeg", "0" * 128),)}, "attachments-mismatch",
    ),
    "NUL bytes": ({"data": b'{"wish": "\\u0000", "more": "\\ud800"}'}, "schema-violation"),
    "deeply nested": ({"data": b"[" * 100_000}, "syntax-violation"),
    "a list": ({"data": b"[1, 2]"}, "schema-violation"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_taken_goes_back_with_reasons(town, name):
    changes, kind = REFUSED[name]
    deliver(town, **changes)
    row = arrive(town)
    for _look in range(3):
        row = again(row)
    assert row.state == State.REJECTED, (row.state, row.trouble)
    assert kind in {problem["type"].rpartition("/")[2] for problem in row.problems}
    assert Case.objects.count() == 0 and Upload.objects.count() == 0
    [said] = [one for one in words_of(town, row) if events.BASE + events.REJECT in one]
    assert said[events.BASE + events.REJECT]["problems"][0]["type"].endswith(row.problems[0]["type"].rpartition("/")[2])


def test_a_wrong_hash_of_an_attachment_goes_back(town, monkeypatch):
    real = jose.sha512
    monkeypatch.setattr(jose, "sha512", lambda body: real(body + b"!") if body.startswith(b"\xff\xd8") else real(body))
    deliver(town, files=[("a.jpg", picture())])
    monkeypatch.setattr(jose, "sha512", real)
    row = arrive(town)
    for _look in range(3):
        row = again(row)
    assert row.state == State.REJECTED and row.problems[0]["type"].endswith("hash-mismatch")
    assert row.problems[0]["instance"].startswith("attachment:")


@pytest.mark.parametrize("operation,kind", [
    ("list", "503"), ("list", "429"), ("fetch", "503"), ("fetch", "truncated"), ("fetch", "altered"), ("fetch", "swapped"),
    ("attachment", "truncated"), ("attachment", "altered"), ("attachment", "swapped"), ("attachment", "429"),
    ("attachment", "lost"), ("events", "503"), ("events", "wrong_tags"), ("report", "503"), ("report", "lost"),
    ("token", "500"), ("list", "doubled"), ("fetch", "lost"), ("report", "429"),
])  # fmt: skip
def test_trouble_on_the_way_costs_nothing(town, operation, kind):
    deliver(town, {**DATA, "proof": "first"}, files=[("a.jpg", picture(7)), ("b.jpg", picture(8))])
    trouble.order(town.fake.store, operation, kind)
    for _round in range(5):
        found = arrive(town) if Reception.objects.exists() or not actions.look_for()[1] else None
    row = again(found or arrive(town))
    assert row.state == State.ACCEPTED, (row.state, row.trouble, row.problems)
    assert Case.objects.count() == 1
    assert sorted(bytes(u.content.data) for u in Upload.objects.all()) == sorted([picture(7), picture(8)])


@pytest.mark.parametrize("kind,said", [("truncated", "encryption-issue"), ("altered", "incorrect"), ("swapped", "incorrect")])
@pytest.mark.parametrize("operation", ["fetch", "attachment"])
def test_what_stays_damaged_goes_back(town, operation, kind, said):
    deliver(town, files=[("a.jpg", picture())])
    trouble.order(town.fake.store, operation, kind, times=9)
    row = arrive(town)
    assert row.state == State.FOUND and "Beschädigt" in row.trouble
    for _look in range(3):
        row = again(row)
    assert row.state == State.REJECTED and Case.objects.count() == 0
    kinds = " ".join(problem["type"] for problem in row.problems)
    assert said in kinds or (operation == "attachment" and "incorrect-authentication-tag" in kinds)


def test_a_log_that_proves_nothing_opens_no_case(town):
    deliver(town)
    trouble.order(town.fake.store, "events", "forged", times=1)
    row = arrive(town)
    assert row.state == State.ACCEPTED  # forged concerns the receiver's word only
    deliver(town)
    trouble.order(town.fake.store, "events", "wrong_tags", times=9)
    row = arrive(town)
    for _look in range(4):
        row = again(row)
    assert row.state == State.REJECTED and Case.objects.count() == 1


def test_a_file_we_must_not_open_goes_into_quarantine(town, operator, login):
    deliver(town, files=[("schaden.exe", b"MZ\x90\x00 not a picture"), ("gut.jpg", picture())])
    row = arrive(town)
    assert row.state == State.ACCEPTED
    assert [u.file_name for u in Upload.objects.filter(about=str(row.case))] == ["gut.jpg"]
    assert Parcel.objects.filter(reception=row).count() == 1  # still encrypted
    assert any("Quarantäne" in note.body and "schaden.exe" in note.body for note in Note.objects.filter(case=row.case))
    assert "Quarantäne" in login(operator.account).get("/austausch/betrieb/").content.decode()


def test_a_key_we_do_not_have_goes_back(town, monkeypatch):
    deliver(town)
    monkeypatch.setattr(demo, "connect", lambda: replace(town.link, decryption={"old": parts.key("land", "unwrapKey")}))
    row = arrive(town)
    for _look in range(3):
        row = again(row)
    assert row.state == State.REJECTED and row.problems[0]["type"].endswith("encryption-issue")


def test_what_the_service_has_lost_is_gone(town):
    deliver(town)
    actions.look_for()
    with town.fake.store.change() as rows:
        rows.execute("UPDATE submission SET state = 'incomplete'")
    row = arrive(town)
    assert row.state == State.GONE and row.trouble


def test_no_office_waits_instead_of_losing(town, offices):
    deliver(town)
    offices["buergeramt"].delete()
    row = arrive(town)
    assert row.state == State.FOUND and "keine Stelle" in row.trouble and Case.objects.count() == 0


def test_killed_at_any_step_there_is_one_case(town, monkeypatch):
    """Every call of the receiver, before and after: one case per submission, its files once, confirmed once."""
    moment, died = 0, 0
    while True:
        moment += 1
        deliver(town, {**DATA, "proof": "first"}, files=[("a.jpg", picture(1)), ("b.jpg", picture(2))])
        deadly = Deadly(town.link.delivery, moment)
        monkeypatch.setattr(demo, "connect", lambda deadly=deadly: replace(town.link, delivery=deadly))
        try:
            arrive(town)
        except Killed:
            died += 1
        monkeypatch.setattr(demo, "connect", lambda: town.link)
        row = arrive(town)
        assert row.state == State.ACCEPTED, (moment, row.state, row.trouble)
        assert Case.objects.count() == moment == Reception.objects.count()
        assert Upload.objects.filter(about=str(row.case)).count() == 2
        assert len([one for one in words_of(town, row) if events.BASE + events.ACCEPT in one]) == 1
        if deadly.left > 0:
            break
    assert died >= 12 and Upload.objects.count() == 2 * moment


def test_killed_while_the_case_is_opened(town, monkeypatch):
    """The transaction that opens the case is all or nothing."""
    from stadtkern.kernel.exchange.actions import receiving

    deliver(town, files=[("a.jpg", picture())])
    real = receiving._store

    def die(*args, **more):
        real(*args, **more)
        raise Killed

    monkeypatch.setattr(receiving, "_store", die)
    with pytest.raises(Killed):
        arrive(town)
    monkeypatch.setattr(receiving, "_store", real)
    assert Case.objects.count() == 0
    row = arrive(town)
    assert row.state == State.ACCEPTED and Case.objects.count() == 1 and Upload.objects.count() == 1


def test_nul_bytes_do_not_stop_the_round(town):
    """In everything that is kept as it came."""
    evil = {"eMail": {"address": "a\0b@example.org"}, "\0": [["\0"] * 3]}
    deliver(town, b"<a>\0</a>", uri="urn:x", media="application/xml", service="urn:x", reply=evil, service_name="x\0y")
    row = arrive(town)
    assert row.state == State.ACCEPTED, (row.trouble, row.problems)
    assert "\0" not in json.dumps(row.case.answers) and "ab@example.org" in Note.objects.get(
        case=row.case, body__contains="Antwort"
    ).body  # fmt: skip


def test_a_federal_form_is_found_by_its_number(town, settings):
    """The schema's number stands somewhere in the address; the data have the keys of the standard."""
    from django.core.management import call_command

    from stadtkern.kernel.cases.actions import draft
    from stadtkern.kernel.services import catalogue
    from stadtkern.lib.forms.export.data import dumps, to_data
    from stadtkern.lib.forms.sample import valid_answers

    call_command("import_fim", portal=["S99999000001"], office="buergeramt")
    service = next(one for one in catalogue.all_services().values() if one.origin.get("schema") == "S99999000001")
    answers = valid_answers(service.form)
    data = dumps(to_data(service.form, answers)).encode()
    deliver(town, data, uri="https://schema.example/S99999000001V1.1.0/1.1.0/schema.json", service="urn:x")
    row = arrive(town)
    assert row.state == State.ACCEPTED, row.problems
    named = {path: value for path, value in answers.items() if not draft.is_uuid(value)}  # its file was not sent along
    assert row.case.service == service.key and row.case.answers == named


def test_what_was_never_taken_is_forgotten(town):
    deliver(town, data_hash="0" * 128)
    row = arrive(town)
    for _look in range(3):
        row = again(row)
    assert actions.forget_old(timezone.now()) == 0
    assert actions.forget_old(timezone.now() + timedelta(days=91)) and not Reception.objects.exists()
