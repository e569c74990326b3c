"""A report from the street to "done": routed, promised, a case, public; sent twice it is one."""

import io

import pytest
from PIL import Image

from stadtkern.domains.participation.actions import Refused, reports
from stadtkern.domains.participation.models import Attachment, Contribution, Report, ReportFollow
from stadtkern.domains.participation.reports import near
from stadtkern.domains.participation.reports.categories import in_charge, not_ours, plan
from stadtkern.domains.participation.reports.states import CLOSED, NEXT, WORDS
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Staff
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.city.models import Office
from stadtkern.lib.pictures import leftovers
from stadtkern.lib.pictures.tests.hostile import exif, paint

PLACE = {"lat": 51.9624, "long": 8.0338}
HOLE = {"category": "schlagloch", "text": "Tiefes Loch vor der Bäckerei", **PLACE}


@pytest.fixture
def roads(bureau) -> Office:
    return Office.objects.create(key="tiefbauamt", title="Tiefbauamt")


@pytest.fixture
def road_clerk(roads) -> Actor:
    account = Account.objects.create(email="jo@stadt.example", name="Jo Kruse")
    return Actor(account, Staff.objects.create(account=account, office=roads, role="CLERK"))


def test_a_report_is_a_case_of_the_office_in_charge(roads, citizen):
    made = reports.report(Actor(citizen), HOLE, photo=paint(exif=exif(), size=(2000, 900)))
    row = made.contribution
    case = Case.objects.get(pk=row.case_id)
    assert (case.office, case.status, case.account, case.reference) == (roads, "IN_REVIEW", citizen, row.reference)
    assert (made.state, made.team, row.district, row.kind, row.state) == (
        "RECEIVED",
        "strassen",
        "altstadt",
        "REPORT",
        "PUBLISHED",
    )
    assert row.address and made.promised_date and not made.shown and made.listed and made.cell
    photo = Attachment.objects.get(contribution=row)
    assert (photo.role, photo.width) == ("before", 1600) and Image.open(io.BytesIO(bytes(photo.small))).width == 360
    assert leftovers(bytes(photo.data)) == leftovers(bytes(photo.small)) == []
    assert ReportFollow.objects.get(report=made).reporter
    assert Report.objects.public().get() == made


def test_nobody_has_to_say_who_they_are(roads):
    made = reports.report(Actor(), {**HOLE, "contact": {"email": "Ada@example.org", "name": "Ada\0"}})
    assert made.contribution.account is None and not made.shown and made.listed
    assert made.contact == {"email": "Ada@example.org", "name": "Ada"}
    follow = ReportFollow.objects.get(report=made)
    assert follow.email == "ada@example.org" and follow.confirmed_at is None
    with pytest.raises(Refused, match="nicht vollständig"):
        reports.report(Actor(), {**HOLE, "contact": {"email": "ada"}})


def test_sent_twice_is_one_report(roads):
    first = reports.report(Actor(), HOLE, key="a-b-c")
    assert reports.report(Actor(), {**HOLE, "text": "anders"}, key="a-b-c") == first
    assert reports.report(Actor(), HOLE, key="d") != first and Case.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"category": "gibt-es-nicht"}, "category"),
        ({"category": "\0"}, "category"),
        ({"lat": "x", "long": "1e400"}, "address"),
        ({"lat": 0, "long": 0}, "address"),
        ({"lat": None, "long": None, "address": "Gibtsnicht 5"}, "address"),
    ],
)
def test_refused_with_the_field(changes, field, roads):
    with pytest.raises(Refused) as refused:
        reports.report(Actor(), {**HOLE, **changes})
    assert refused.value.field == field and not Contribution.objects.exists()


def test_the_place_may_come_from_the_photo_or_the_address(roads, monkeypatch):
    bare = {"category": "schlagloch"}
    here = exif(latitude=(51.0, 57.0, 44.64), longitude=(8.0, 2.0, 1.68))
    assert reports.report(Actor(), bare, photo=paint(exif=here)).contribution.lat == pytest.approx(51.9624, abs=1e-6)
    typed = reports.report(Actor(), {**bare, "address": "Am Deich 40"})
    assert (typed.district, typed.contribution.address) == ("auenfeld", "Am Deich 40")
    with pytest.raises(Refused, match="HEIC"):
        reports.report(Actor(), HOLE, photo=b"\0\0\0\x18ftypheic" + b"\0" * 20)


def test_a_suspicious_one_waits(roads):
    made = reports.report(Actor(), {**HOLE, "suspect": True})
    assert not made.listed and not Report.objects.public().exists() and made.contribution.state == "SUBMITTED"


def test_from_state_to_state(roads, road_clerk, citizen, clerk):
    made = reports.report(Actor(citizen), HOLE)
    with pytest.raises(Contribution.DoesNotExist):
        reports.set_state(Actor(clerk.account, clerk), made, "ACCEPTED")
    with pytest.raises(Contribution.DoesNotExist):
        reports.set_state(Actor(citizen), made, "DONE")
    reports.set_state(road_clerk, made, "IN_PROGRESS", "Morgen früh")
    with pytest.raises(Refused, match="warum"):
        reports.set_state(road_clerk, made, "DECLINED")
    with pytest.raises(Refused, match="geht das nicht"):
        reports.set_state(road_clerk, made, "RECEIVED")
    done = reports.set_state(road_clerk, made, "DONE", photo=paint())
    assert done.closed_at and Attachment.objects.get(contribution=made.pk).role == "after"
    assert [step.state for step in made.steps.filter(public=True)] == ["RECEIVED", "IN_PROGRESS", "DONE"]
    assert Case.objects.get(pk=made.contribution.case_id).status in ("DECIDED", "CLOSED")


def test_the_same_place_is_found_and_the_next_street_is_not(roads):
    made = reports.report(Actor(), HOLE)
    here = (PLACE["lat"], PLACE["long"])
    assert [one for one, _ in near.same("schlagloch", here)] == [made]
    assert near.same("laterne", here) == [] and near.same("schlagloch", (51.9634, 8.0338)) == []
    Report.objects.filter(pk=made.pk).update(closed_at=made.reported_at)
    assert near.same("schlagloch", here) == [] and near.same("schlagloch", here, open_only=False)


def test_the_plan_is_whole():
    known = plan()
    assert all(kind.group in known.groups and kind.team in ({*known.teams, ""}) for kind in known.kinds.values())
    assert in_charge("laterne", "altstadt").office == "tiefbauamt"
    assert not_ours("Es riecht nach Gas, Gasgeruch!") and not not_ours("Schlagloch")
    assert set(NEXT) == set(WORDS) == set(Report.State.values) and NEXT["DUPLICATE"] == frozenset()
    assert all(after <= set(WORDS) for after in NEXT.values()) and {"DONE", "DUPLICATE"} <= CLOSED
