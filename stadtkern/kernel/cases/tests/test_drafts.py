"""Drafts: nothing typed is lost, nothing foreign gets in, they survive the browser and move into the account."""

import uuid
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.cases import actions
from stadtkern.kernel.cases.models import Case, Note, Status
from stadtkern.kernel.documents.models import Upload
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.services import catalogue
from stadtkern.lib import ids

from .factories import ANSWERS, STEP_1, STEP_2, actor_for, case_in, city_with, clerk_actor, draft
from .test_submit import at_once

_buffer = BytesIO()
Image.new("RGB", (8, 8), "navy").save(_buffer, "PNG")
PIXEL = _buffer.getvalue()


def begin(account, key="probe"):
    case, _secret = actions.start(actor_for(account), catalogue.find(key))
    return case


# Starting


def test_without_signing_in_only_the_digest_is_kept(probe):
    case, secret = actions.start(Actor(), catalogue.find("probe"))
    assert case.draft_key == ids.digest(secret)
    assert secret not in str(Case.objects.values().get())
    again, none = actions.start(Actor(draft_keys=(case.draft_key,)), catalogue.find("probe"))
    assert (again.draft_key, none) == (case.draft_key, None)


def test_the_same_reference_is_the_same_draft(probe, citizen, other_citizen):
    service = catalogue.find("probe")
    first, _ = actions.start(actor_for(citizen), service, reference="MS-2222-2222")
    again, _ = actions.start(actor_for(citizen), service, reference="MS-2222-2222")
    stranger, _ = actions.start(actor_for(other_citizen), service, reference="MS-2222-2222")
    assert first.pk == again.pk
    assert stranger.reference != "MS-2222-2222"


def test_a_double_click_is_one_draft(transactional_db, probe, citizen):
    results = at_once(6, lambda n: actions.start(actor_for(citizen), catalogue.find("probe"), reference="MS-3333-3333")[0])
    assert {getattr(result, "pk", result) for result in results} == {Case.objects.get().pk}
    assert Event.objects.filter(name="case.started").count() == 1


def test_a_taken_reference_is_not_used_twice(probe, citizen, monkeypatch):
    made = iter(["MS-4444-4444", "MS-4444-4444", "MS-5555-5555"])
    monkeypatch.setattr(ids, "reference", lambda prefix: next(made))
    assert [begin(citizen).reference, begin(citizen).reference] == ["MS-4444-4444", "MS-5555-5555"]


def test_no_office_no_lost_application(settings, tmp_path, db, citizen):
    settings.CITY_FOLDER = city_with(tmp_path)
    with pytest.raises(actions.Refused, match="zuständige Stelle"):
        begin(citizen)
    assert not Case.objects.exists()


# Saving


def test_a_wrong_page_is_kept_but_not_done(probe, citizen):
    case = begin(citizen)
    saved = actions.save_step(actor_for(citizen), case, "sie", {"person/given_names": ["Zoë"], "person/family_name": [""]})
    assert [problem.path for problem in saved.problems] == ["person/family_name"]
    case.refresh_from_db()
    assert case.answers["person/given_names"] == "Zoë"
    assert case.steps_done == []
    saved = actions.save_step(actor_for(citizen), case, "sie", STEP_1)
    assert saved.problems == [] and saved.case.steps_done == ["sie"]


def test_a_done_page_that_breaks_is_open_again(probe, citizen):
    case = begin(citizen)
    actions.save_step(actor_for(citizen), case, "sie", STEP_1)
    saved = actions.save_step(actor_for(citizen), case, "sie", {**STEP_1, "person/given_names": [" "]})
    assert saved.case.steps_done == []


def test_an_answer_that_opens_a_field_brings_the_page_again(probe, citizen):
    case = begin(citizen)
    saved = actions.save_step(actor_for(citizen), case, "sache", {**STEP_2, "more": ["true"]})
    assert saved.revealed == ["extra"]
    assert saved.case.steps_done == []
    saved = actions.save_step(actor_for(citizen), case, "sache", {**STEP_2, "more": ["true"], "extra": ["das"]})
    assert (saved.revealed, saved.problems, saved.case.steps_done) == ([], [], ["sache"])


def test_a_page_that_saves_itself_is_not_done(probe, citizen):
    saved = actions.save_step(actor_for(citizen), begin(citizen), "sie", STEP_1, final=False)
    assert saved.case.steps_done == [] and saved.case.answers["town"] == "Musterstadt"
    assert not Event.objects.filter(name="case.step_saved").exists()


def test_names_the_page_does_not_ask_are_dropped(probe, citizen):
    foreign = {"wish": ["untergeschoben"], "status": ["DECIDED"], "person/given_names\x00": ["x"], "things[0]/what": ["x"]}
    hostile = {**STEP_1, **foreign}
    saved = actions.save_step(actor_for(citizen), begin(citizen), "sie", hostile)
    assert set(saved.case.answers) == {"person/given_names", "person/family_name", "town"}


HOSTILE = ["\x00", "a\x00b", "\ud800", "😀" * 50_000, "<script>alert(1)</script>", "'; DROP TABLE cases_case; --"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_kept_or_refused_but_never_breaks(text, probe, citizen):
    case = begin(citizen)
    actions.save_step(actor_for(citizen), case, "sache", {**STEP_2, "wish": [text]})
    actions.fill(actor_for(citizen), case, {**ANSWERS, "wish": text, "unknown\x00": text})
    assert Case.objects.get().status == Status.DRAFT


def test_programs_send_typed_answers(probe, citizen):
    case = begin(citizen)
    saved = actions.fill(actor_for(citizen), case, {**ANSWERS, "more": True, "nonsense": 1, "things": [{"what": "x"}]})
    assert [problem.path for problem in saved.problems] == ["extra"]
    assert saved.case.steps_done == ["sie"]
    assert "things" not in saved.case.answers and "nonsense" not in saved.case.answers


def test_lists_grow_and_shrink(probe, citizen):
    case, me = begin(citizen), actor_for(citizen)
    for what in ("Rad", "Boot"):
        place = len([path for path in Case.objects.get().answers if path.endswith("/what")])
        actions.add_entry(me, case, "sache", "things")
        actions.save_step(me, case, "sache", {f"things[{place}]/what": [what]}, final=False)
    actions.remove_entry(me, case, "sache", "things[0]")
    answers = Case.objects.get().answers
    assert [value for path, value in answers.items() if path.endswith("/what")] == ["Boot"]
    for path in ("things[99999999999999]", "nothing", "person", "\x00", "things[-1]", "../x"):
        actions.add_entry(me, case, "sache", path)
        actions.remove_entry(me, case, "sache", path)
    assert Case.objects.get().answers == answers


# Files


def test_a_file_is_taken_in_replaced_and_removed(probe, citizen):
    case, me = begin(citizen), actor_for(citizen)
    saved = actions.save_step(me, case, "sache", STEP_2, {"proof": [SimpleUploadedFile("foto.png", PIXEL)]})
    assert (saved.problems, saved.received) == ([], 1)
    first = saved.case.answers["proof"]
    assert Upload.objects.get().about == str(case)
    saved = actions.save_step(me, saved.case, "sache", STEP_2, {"proof": [SimpleUploadedFile("neu.png", PIXEL)]})
    assert saved.case.answers["proof"] != first
    assert [str(key) for key in Upload.objects.values_list("key", flat=True)] == [saved.case.answers["proof"]]
    actions.remove_entry(me, saved.case, "sache", "proof")
    assert not Upload.objects.exists()
    assert "proof" not in Case.objects.get().answers


def test_a_file_that_is_none_is_refused_at_its_field(probe, citizen):
    saved = actions.save_step(
        actor_for(citizen), begin(citizen), "sache", STEP_2, {"proof": [SimpleUploadedFile("böse.pdf", b"MZ\x90\x00")]}
    )
    assert [problem.path for problem in saved.problems] == ["proof"]
    assert saved.case.steps_done == []
    assert not Upload.objects.exists()


def test_a_foreign_file_cannot_be_claimed(probe, citizen, other_citizen):
    theirs = begin(other_citizen)
    actions.save_step(actor_for(other_citizen), theirs, "sache", STEP_2, {"proof": [SimpleUploadedFile("f.png", PIXEL)]})
    stolen = Case.objects.get(pk=theirs.pk).answers["proof"]
    mine = begin(citizen)
    for key in (stolen, str(uuid.uuid4()), "x", "\x00", 7):
        saved = actions.fill(actor_for(citizen), mine, {**ANSWERS, "proof": key})
        assert "proof" not in saved.case.answers
    saved = actions.save_step(actor_for(citizen), mine, "sache", {**STEP_2, "proof": [stolen]})
    assert saved.case.answers.get("proof") in (None, "")
    assert Upload.objects.count() == 1


# Once only


def test_prefilled_facts_are_not_the_browsers_to_change(probe, citizen, resident):
    citizen.refresh_from_db()
    case, me = begin(citizen), actor_for(citizen)
    case = actions.prefill(me, case)
    assert case.answers["person/family_name"] == "Çelik-Müller" and case.answers["town"] == "Musterstadt"
    assert case.sources["town"] == f"residents {timezone.localdate().isoformat()}"
    saved = actions.save_step(me, case, "sie", {"person/family_name": ["von Habsburg"], "town": ["Wien"]})
    assert saved.case.answers["person/family_name"] == "Çelik-Müller" and saved.case.answers["town"] == "Musterstadt"
    case = actions.contest(me, saved.case, "town")
    saved = actions.save_step(me, case, "sie", {"town": ["Wien"]})
    assert saved.case.answers["town"] == "Wien" and "town" not in saved.case.sources
    assert saved.case.answers["person/family_name"] == "Çelik-Müller"


def test_a_program_that_overwrites_a_fact_loses_its_source(probe, citizen, resident):
    citizen.refresh_from_db()
    me = actor_for(citizen)
    case = actions.prefill(me, begin(citizen))
    saved = actions.fill(me, case, {**case.answers, **ANSWERS, "person/given_names": "Zoë Łucja", "town": "Wien"})
    assert set(saved.case.sources) == {"person/given_names", "person/family_name"}


def test_the_register_is_away(settings, probe, citizen, resident):
    from stadtkern.kernel.privacy.models import Consent
    from stadtkern.kernel.registers.actions import RegisterUnavailable

    citizen.refresh_from_db()
    case = begin(citizen)
    outage = settings.HOME / "outage" / "registers"
    outage.parent.mkdir(exist_ok=True)
    outage.touch()
    try:
        with pytest.raises(RegisterUnavailable):
            actions.prefill(actor_for(citizen), case)
    finally:
        outage.unlink()
    case.refresh_from_db()
    assert (case.answers, case.sources) == ({}, {})
    assert Consent.objects.get().purpose == "probe", "the yes stands"
    assert actions.prefill(actor_for(citizen), case).sources


def test_nobody_prefills_for_somebody_else(probe, citizen, other_citizen, resident):
    case = begin(other_citizen)
    with pytest.raises(actions.Refused):
        actions.prefill(actor_for(other_citizen), case)  # not proved: the register does not know them
    citizen.refresh_from_db()
    with pytest.raises(Case.DoesNotExist):
        actions.prefill(actor_for(citizen), case)


# Changing hands


def test_drafts_move_into_the_account(probe, citizen):
    key = "a" * 64
    browser = Actor(draft_keys=(key,))
    kept, _ = actions.start(browser, catalogue.find("probe"))
    actions.save_step(browser, kept, "sache", STEP_2, {"proof": [SimpleUploadedFile("f.png", PIXEL)]})
    sent, _ = actions.start(browser, catalogue.find("probe"))
    Case.objects.filter(pk=sent.pk).update(status=Status.IN_REVIEW)
    foreign, _ = actions.start(Actor(draft_keys=("b" * 64,)), catalogue.find("probe"))
    assert actions.adopt_drafts(citizen, [key]) == 1
    assert actions.adopt_drafts(citizen, [key]) == 0
    owners = dict(Case.objects.values_list("pk", "account"))
    assert owners == {kept.pk: citizen.pk, sent.pk: None, foreign.pk: None}
    assert Upload.objects.get().account == citizen
    assert not Case.objects.of_applicant(browser).filter(pk=kept.pk).exists(), "the browser alone opens it no more"


def test_a_clerk_hands_a_draft_over(probe, clerk, other_clerk, citizen, other_citizen):
    case, _ = actions.start(clerk_actor(clerk), catalogue.find("probe"), assisted=True)
    with pytest.raises(Case.DoesNotExist):
        actions.hand_over(clerk_actor(other_clerk), case, citizen)
    case = actions.hand_over(clerk_actor(clerk), case, citizen)
    assert Case.objects.of_applicant(actor_for(citizen)).get() == case
    assert not Case.objects.of_applicant(actor_for(other_citizen)).exists()
    assert not Case.objects.visible_to(clerk_actor(clerk)).exists()


def test_a_discarded_draft_is_gone_with_its_files(probe, citizen):
    case = begin(citizen)
    actions.save_step(actor_for(citizen), case, "sache", STEP_2, {"proof": [SimpleUploadedFile("f.png", PIXEL)]})
    actions.discard_draft(actor_for(citizen), case)
    assert not Case.objects.exists() and not Upload.objects.exists()
    assert Event.objects.filter(name="case.discarded").exists()


# Retention


def test_what_is_kept_long_enough_goes(probe, citizen, clerk):
    old, fresh = case_in(Status.CLOSED, citizen, clerk), case_in(Status.CLOSED, citizen, clerk)
    running = case_in(Status.IN_REVIEW, citizen)
    Note.objects.create(case=old, body="x")
    today = date(2040, 1, 1)
    Case.objects.filter(pk=old.pk).update(keep_until=date(2039, 12, 31))
    Case.objects.filter(pk=fresh.pk).update(keep_until=date(2040, 1, 1))
    Case.objects.filter(pk=running.pk).update(keep_until=date(2039, 12, 31))
    assert actions.shred_due(today) == 1
    assert set(Case.objects.all()) == {fresh, running}
    line = Event.objects.get(name="case.shredded")
    assert line.subject == str(old) and line.data == {"service": "probe"}
    assert actions.shred_due(today) == 0


def test_forgotten_drafts_go_after_thirty_days(probe, citizen):
    now = timezone.now()
    old, fresh = begin(citizen), begin(citizen)
    sent = draft(citizen, status=Status.IN_REVIEW)
    Case.objects.filter(pk__in=[old.pk, sent.pk]).update(updated_at=now - timedelta(days=31))
    Case.objects.filter(pk=fresh.pk).update(updated_at=now - timedelta(days=29))
    assert actions.forget_drafts(now) == 1
    assert set(Case.objects.all()) == {fresh, sent}
