"""A case goes to another authority: what arrives, what the log must prove, and every way it can go wrong."""

import json

import pytest
from django.utils import timezone
from jwcrypto import jwe, jwk, jws

from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases.models import Note, Status
from stadtkern.kernel.cases.tests.factories import actor_for, clerk_actor
from stadtkern.kernel.documents.models import Upload
from stadtkern.kernel.exchange import actions
from stadtkern.kernel.exchange.models import Line, Parcel, Transmission
from stadtkern.kernel.inbox.models import Message
from stadtkern.lib.fitconnect import events, jose
from stadtkern.lib.fitconnect.fake import trouble
from stadtkern.lib.fitconnect.fake.land import answer_all
from stadtkern.lib.fitconnect.tests import parts

from .conftest import sent_in

State = Transmission.State
pytestmark = pytest.mark.django_db


def begin(citizen, **more) -> Transmission:
    return actions.prepare(sent_in(citizen, **more).pk)


def later(row: Transmission) -> Transmission:
    """The clock has come round."""
    Transmission.objects.filter(pk=row.pk).update(next_try_at=timezone.now())
    return actions.advance(row.pk)


def land_answers(town) -> int:
    return answer_all(town.land, parts.LAND, parts.key("land", "unwrapKey"), parts.key("land", "sign"))


def foreign(private: dict) -> jwk.JWK:
    return jwk.JWK(**{name: value for name, value in private.items() if name not in ("use", "key_ops", "alg")})


def opened(token: str) -> bytes:
    """By the other library, with the Land's private key."""
    found = jwe.JWE()
    found.deserialize(token, foreign(parts.key("land", "unwrapKey")))
    return found.payload


def test_what_arrives_is_what_was_sent(town, citizen):
    row = actions.advance(begin(citizen).pk)
    assert row.state == State.SUBMITTED
    [waiting] = town.land.waiting(parts.LAND)
    there = town.land.fetch(waiting.submission)
    metadata = json.loads(opened(there.metadata))
    data = opened(there.data)
    assert metadata["contentStructure"]["data"]["hash"]["content"] == jose.sha512(data)
    said = json.loads(data)
    assert said["wish"] == "x" and said["person"]["family_name"] == "Çelik-Müller"
    upload = Upload.objects.get(about=str(row.case))
    [attachment] = metadata["contentStructure"]["attachments"]
    assert (attachment["attachmentId"], attachment["filename"]) == (str(upload.key), upload.file_name)
    assert said["proof"] == str(upload.key)
    content = opened(town.land.fetch_attachment(waiting.submission, str(upload.key)))
    assert content == bytes(upload.content.data) and jose.sha512(content) == attachment["hash"]["content"]
    assert metadata["publicServiceType"]["identifier"] == "urn:de:fim:leika:leistung:99000000000000"
    assert metadata["additionalReferenceInfo"]["senderReference"] == row.case.reference


def test_the_service_names_the_tags_we_sent(town, citizen):
    row = actions.advance(begin(citizen).pk)
    tokens = town.link.delivery.events(row.kase)
    found = jws.JWS()
    found.allowed_algs = ["PS512"]
    found.deserialize(tokens[1], foreign(parts.key("zustelldienst", "sign")))
    said = json.loads(found.payload)["events"][events.BASE + events.SUBMIT]["authenticationTags"]
    assert said == row.tags
    [waiting] = town.land.waiting(parts.LAND)
    assert town.land.fetch(waiting.submission).data.rpartition(".")[2] == said["data"]


def test_the_confirmation_closes_the_case(town, citizen, login):
    row = actions.advance(begin(citizen).pk)
    page = login(citizen).get(f"/vorgang/{row.case.reference}/").content.decode()
    assert "Übergeben an" in page and "Bestätigung des Eingangs" in page
    assert land_answers(town) == 1
    row = later(row)
    row.case.refresh_from_db()
    assert (row.state, row.case.status) == (State.ACCEPTED, Status.CLOSED)
    assert row.confirmed_at and row.next_try_at is None and not Parcel.objects.exists()
    assert {line.name for line in Line.objects.filter(transmission=row)} >= {events.SUBMIT, events.ACCEPT}
    assert Message.objects.filter(about=str(row.case), title__contains="ist angekommen").count() == 1
    page = login(citizen).get(f"/vorgang/{row.case.reference}/").content.decode()
    assert "Eingang bestätigt" in page and "trifft die zuständige Behörde" in page
    actions.advance(row.pk)
    assert Message.objects.filter(about=str(row.case)).count() == 1


def test_a_rejection_comes_back_to_clerk_and_applicant(town, citizen, clerk, login):
    row = actions.advance(begin(citizen).pk)
    [waiting] = town.land.waiting(parts.LAND)
    from stadtkern.lib.fitconnect.problems import Problem

    problem = Problem("schema-violation", "data", "Das Feld <b>Wunsch</b> fehlt.")
    token = events.write(events.REJECT, submission=waiting.submission, case=waiting.case, issuer=parts.LAND,
                         key=parts.key("land", "sign"), problems=[problem])  # fmt: skip
    town.land.report(waiting.case, token)
    row = later(row)
    row.case.refresh_from_db()
    assert (row.state, row.case.status) == (State.REJECTED, Status.IN_REVIEW)
    assert row.problems[0]["detail"] == problem.detail
    assert "Schema-Fehler" in Note.objects.get(case=row.case).body
    letter = Message.objects.get(about=str(row.case))
    assert "nicht verloren" in letter.body and "Wunsch" in letter.body
    desk = login(clerk.account)
    assert "nicht angenommen" in desk.get("/austausch/").content.decode()
    assert "Dort nicht angenommen" in login(citizen).get(f"/vorgang/{row.case.reference}/").content.decode()
    for _click in range(2):
        desk.post(f"/austausch/vorgang/{row.case.reference}/erneut/")
    fresh = Transmission.objects.of(row.case_id).first()
    assert (fresh.attempt, Transmission.objects.count()) == (2, 2)
    assert actions.advance(fresh.pk).state == State.SUBMITTED
    land_answers(town)
    assert later(fresh).state == State.ACCEPTED


def test_nobody_here_decides_what_another_decides(town, citizen, clerk):
    row = begin(citizen)
    actor = clerk_actor(clerk)
    with pytest.raises(cases.Refused):
        cases.decide(actor, row.case, "GRANTED")
    actions.advance(row.pk)
    with pytest.raises(cases.Refused):
        cases.withdraw(actor_for(citizen), row.case)


def test_withdrawn_before_it_left_stays_here(town, citizen):
    row = begin(citizen)
    cases.withdraw(actor_for(citizen), row.case)
    row = actions.advance(row.pk)
    assert row.state == State.CANCELLED
    assert town.land.waiting(parts.LAND) == []


def test_a_case_of_our_own_goes_nowhere(town, citizen):
    assert begin(citizen, key="nachbar") is None


@pytest.mark.parametrize("operation", ["token", "destination", "key", "announce", "upload", "submit"])
@pytest.mark.parametrize("kind", ["429", "503", "lost"])
def test_trouble_on_the_way_costs_nothing(town, citizen, operation, kind):
    row = begin(citizen)
    trouble.order(town.fake.store, operation, kind, times=2, detail="7" if kind == "429" else "")
    before = timezone.now()
    row = actions.advance(row.pk)
    if kind != "lost" or operation != "token":
        assert row.trouble and row.next_try_at > before
        if kind == "429":
            assert (row.next_try_at - before).total_seconds() >= 6.9
    for _round in range(4):
        row = later(row)
    assert row.state == State.SUBMITTED and row.trouble == ""
    assert len(town.land.waiting(parts.LAND)) == 1
    land_answers(town)
    assert later(row).state == State.ACCEPTED


def test_an_expired_key_is_not_used_and_said(town, citizen, operator, login):
    row = begin(citizen)
    trouble.order(town.fake.store, "key", "expired")
    row = actions.advance(row.pk)
    assert row.state == State.PREPARED and "expired" in row.trouble and not Parcel.objects.exists()
    assert "expired" in login(operator.account).get("/austausch/betrieb/").content.decode()
    assert later(row).state == State.SUBMITTED  # the receiver has renewed it


def test_a_key_from_a_stranger_is_not_used(town, citizen):
    row = begin(citizen)
    trouble.order(town.fake.store, "key", "stranger")
    row = actions.advance(row.pk)
    assert row.state == State.PREPARED and "root" in row.trouble


@pytest.mark.parametrize("kind", ["forged", "replayed", "wrong_tags"])
def test_a_dishonest_log_decides_nothing(town, citizen, kind):
    other = actions.advance(begin(citizen).pk)
    land_answers(town)
    assert later(other).state == State.ACCEPTED
    row = actions.advance(begin(citizen).pk)
    if kind != "replayed":  # there is a true answer; only the log is told falsely
        land_answers(town)
    trouble.order(town.fake.store, "events", kind)
    row = later(row)
    assert row.state == State.SUBMITTED and row.trouble
    land_answers(town)
    row = later(row)
    assert row.state == State.ACCEPTED and Line.objects.filter(transmission=row, name=events.ACCEPT).count() == 1


def test_a_destination_that_does_not_exist_ends_clearly(town, citizen, clerk, login):
    row = begin(citizen)
    Transmission.objects.filter(pk=row.pk).update(destination="99999999-1111-4111-8111-111111111111")
    row = actions.advance(row.pk)
    assert row.state == State.FAILED and "destination-not-found" in row.trouble
    assert "gescheitert" in Note.objects.get(case=row.case).body
    assert "gescheitert" in login(clerk.account).get("/austausch/").content.decode()


def test_not_connected_waits_and_says_so(town, citizen, monkeypatch, settings):
    from stadtkern.kernel.exchange.adapters import demo, fitconnect, none

    monkeypatch.setattr(demo, "connect", none.connect)
    row = actions.advance(begin(citizen).pk)
    assert row.state == State.PREPARED and "nicht mit FIT-Connect verbunden" in row.trouble
    assert "STADTKERN_FITCONNECT_URL" in fitconnect.state()


class Killed(BaseException):
    """As kill -9 would: nothing of ours runs afterwards but the database's own cleaning."""


class Deadly:
    """The delivery service; the process dies before or after its n-th call."""

    def __init__(self, inner, when: int) -> None:
        self.inner, self.base, self.left = inner, inner.base, when

    def __getattr__(self, name):
        act = getattr(self.inner, name)

        def call(*args):
            self.left -= 1
            if self.left == 0:
                raise Killed
            said = act(*args)
            self.left -= 1
            if self.left == 0:
                raise Killed
            return said

        return call


def test_killed_at_any_step_it_goes_on(town, citizen, monkeypatch):
    """Every call of the sender, before and after: handed in once, confirmed once."""
    from dataclasses import replace

    from stadtkern.kernel.exchange.adapters import demo

    moment, died = 0, 0
    while True:
        moment += 1
        row = begin(citizen)
        deadly = Deadly(town.link.delivery, moment)
        monkeypatch.setattr(demo, "connect", lambda deadly=deadly: replace(town.link, delivery=deadly))
        try:
            actions.advance(row.pk)
            land_answers(town)
            later(row)
        except Killed:
            died += 1
        monkeypatch.setattr(demo, "connect", lambda: town.link)
        for _round in range(3):
            later(row)
            land_answers(town)
        row = later(row)
        assert row.state == State.ACCEPTED, moment
        assert Message.objects.filter(about=str(row.case)).count() == 1
        if deadly.left > 0:
            break
    assert died >= 12
    handed_in = town.fake.store.rows("SELECT count(*) AS n FROM submission WHERE state = 'accepted'")[0]["n"]
    assert handed_in == moment == Transmission.objects.count()
