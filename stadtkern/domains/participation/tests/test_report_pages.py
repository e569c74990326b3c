"""The pages below /maengel/: sending without a name, who sees what, the clerk's list, the contractor's link, post."""

import re

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from stadtkern.domains.participation.actions import Refused, reports, reports_desk, reports_follow, reports_keep
from stadtkern.domains.participation.models import AreaWatch, Attachment, Contractor, Contribution, Link, Report, ReportFollow
from stadtkern.domains.participation.reports.tokens import sign, token_of
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Staff
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.inbox.models import Message
from stadtkern.lib.pictures import leftovers
from stadtkern.lib.pictures.tests.hostile import exif, files, paint

PLACE = {"lat": "51.9624", "long": "8.0338"}
HOLE = {"category": "schlagloch", "text": "Tiefes Loch vor der Bäckerei", **PLACE}
SEND = reverse("participation:report_send")
KEY = "7d1f7c0e-6c0b-4a53-9a53-0d1c4a1f2b3c"
JSON = {"accept": "application/json"}
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def roads(bureau) -> Office:
    return Office.objects.create(key="tiefbauamt", title="Tiefbauamt")


@pytest.fixture
def road_clerk(roads) -> Staff:
    account = Account.objects.create(email="jo@stadt.example", name="Jo Kruse")
    return Staff.objects.create(account=account, office=roads, role="CLERK")


@pytest.fixture
def acting(road_clerk) -> Actor:
    return Actor(road_clerk.account, road_clerk)


def upload(data: bytes, name="foto.jpg"):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, data, "image/jpeg")


def path_of(name: str, made: Report, *more) -> str:
    return reverse(f"participation:{name}", args=[made.contribution.reference, *more])


def test_sent_by_the_page_and_by_the_queue_it_is_one(client, roads):
    assert client.get(reverse("participation:report")).status_code == 200
    answer = client.post(SEND, {**HOLE, "key": KEY, "photo": upload(paint(exif=exif()))}, headers=JSON).json()
    again = client.post(SEND, {**HOLE, "key": KEY, "offline": "1"}, headers=JSON).json()
    assert answer == again and Report.objects.count() == 1
    made = Report.objects.get()
    assert made.source == "web" and leftovers(bytes(Attachment.objects.get().data)) == []
    page = client.get(answer["url"]).content.decode()
    assert "Tiefes Loch" in page and "Wieder öffnen" not in page and answer["reference"] in page


def test_text_and_photo_of_nobody_are_looked_at_first(client, roads, acting, login):
    made = reports.report(Actor(), HOLE, photo=paint())
    photo = reverse("participation:report_picture", args=[Attachment.objects.get().key])
    stranger = client.get(path_of("report_page", made)).content.decode()
    assert "Tiefes Loch" not in stranger and "Schlagloch" in stranger and client.get(photo).status_code == 404
    token = token_of(made.pk)
    assert "Tiefes Loch" in client.get(path_of("report_page", made) + f"?schluessel={token}").content.decode()
    assert (
        client.get(f"{photo}?schluessel={token}").status_code == 200 and client.get(f"{photo}?schluessel=ü").status_code == 404
    )
    assert client.get(reverse("participation:picture", args=[Attachment.objects.get().key])).status_code == 404
    reports_desk.check(acting, made)
    assert "Tiefes Loch" in client.get(path_of("report_page", made)).content.decode() and client.get(photo).status_code == 200


def test_sixty_hostile_pictures_are_refused_or_harmless(client, roads):
    refused = taken = 0
    for name, (data, expected) in files().items():
        if not data:
            continue
        try:
            made = reports.report(Actor(), HOLE, photo=data)
        except Refused as problem:
            refused += expected != "taken" and problem.field == "photo"
        else:
            taken += expected == "taken" and name != ""
            for photo in Attachment.objects.filter(contribution=made.pk):
                assert leftovers(bytes(photo.data)) == leftovers(bytes(photo.small)) == []
    assert refused + taken == len(files()) - 1 >= 60


@pytest.mark.parametrize(
    "broken",
    [{"category": ""}, {"lat": "", "long": ""}, {"lat": "10" * 20}, {"category": b"\xff\xfe"}, {"address": "\0", "lat": ""}],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(broken, client, roads):
    answer = client.post(SEND, {**HOLE, **broken})
    page = answer.content.decode()
    assert answer.status_code == 400 and "Noch nicht gesendet" in page and "Tiefes Loch" in page
    assert client.post(SEND, {**HOLE, **broken}, headers=JSON).json()["error"].endswith((".", "1."))


def test_a_trap_only_leads_to_a_second_look(client, roads):
    client.post(SEND, {**HOLE, "website": "https://spam.example"})
    made = Report.objects.get()
    assert made.suspect and not made.listed
    assert client.get(path_of("report_page", made)).status_code == 200  # the browser that sent it
    client.cookies.clear()
    assert client.get(path_of("report_page", made)).status_code == 404


def test_me_too_by_mail_counts_once_it_is_confirmed(client, roads, acting, django_capture_on_commit_callbacks):
    made = reports.report(Actor(), HOLE)
    for _twice in range(2):
        client.post(path_of("report_follow", made), {"email": "Ada@example.org"})
    one = ReportFollow.objects.get()
    made.refresh_from_db()
    assert made.followers == 0
    link = reverse("participation:report_subscription", args=[sign("f", one.pk)])
    assert client.get(link).status_code == 200 and ReportFollow.objects.get().confirmed_at is None  # a scanner opens links
    client.post(link)
    made.refresh_from_db()
    assert made.followers == 1
    assert client.get(reverse("participation:report_subscription", args=["f-1.gefaelscht"])).status_code == 404
    client.post(link, {"ende": "1"})
    assert not ReportFollow.objects.exists()


def test_who_follows_hears_of_it_and_so_do_those_who_watch_the_area(roads, acting, citizen):
    from stadtkern.domains.participation.actions import reports_telling

    watcher = Account.objects.create(email="w@example.org", name="Wanda")
    reports_follow.watch(Actor(watcher), {"district": "altstadt", "categories": ["schlagloch", "gibtsnicht"]})
    with pytest.raises(Refused):
        reports_follow.watch(Actor(watcher), {"district": "atlantis"})
    with pytest.raises(Refused):
        reports_follow.watch(Actor(), {"address": "Rathausplatz 1"})
    AreaWatch.objects.create(email="b@example.org", lat=51.9624, long=8.0338, radius=100, confirmed_at=timezone.now())
    AreaWatch.objects.create(email="c@example.org", lat=51.9724, long=8.0338, radius=100, confirmed_at=timezone.now())
    made = reports.report(Actor(citizen), HOLE)
    reports_telling.tell_watchers(made.pk)
    assert Message.objects.get(account=watcher).title == "Neu in Ihrem Gebiet: Schlagloch, kaputte Fahrbahn"
    assert [one.to for one in mail.outbox] == [["b@example.org"]] and "abo/" in mail.outbox[0].body
    reports.set_state(acting, made, "PLANNED", "Nächste Woche")
    reports_telling.tell_state(made.pk)
    assert "Nächste Woche" in Message.objects.filter(account=citizen).latest("pk").body


def test_duplicates_are_laid_together_and_followers_go_along(roads, acting, citizen):
    first, second = reports.report(Actor(), HOLE), reports.report(Actor(citizen), HOLE)
    reports_desk.merge(acting, second, first)
    second.refresh_from_db()
    assert (second.state, second.listed, second.contribution.case.status) == (
        "DUPLICATE",
        False,
        "IN_REVIEW",
    ) or second.closed_at
    assert Link.objects.get().target_id == first.pk and ReportFollow.objects.filter(report=first, account=citizen).exists()
    with pytest.raises(Refused):
        reports_desk.merge(acting, first, second)
    with pytest.raises(Refused):
        reports_desk.merge(acting, first, first)


def test_a_contractor_sees_its_orders_and_nothing_of_people(client, roads, acting):
    firm = Contractor.objects.create(key="firma", title="Tiefbau Nord", office=roads)
    made = reports.report(Actor(), {**HOLE, "contact": {"name": "Ada Geheim", "email": "ada@example.org"}}, photo=paint())
    other = reports.report(Actor(), {**HOLE, "text": "Nicht für die Firma"})
    Report.objects.update(contractor=firm)  # foreseen for both by the plan, ordered for one
    reports_desk.order(acting, made, firm, "Bitte bis Freitag verfüllen")
    reports.set_state(acting, other, "IN_PROGRESS")
    secret = reports_desk.open_door(acting, firm)
    place = reverse("participation:report_orders", args=[secret])
    page = client.get(place).content.decode()
    assert "bis Freitag" in page and not re.search("Ada|ada@|Nicht für die Firma|Tiefes Loch", page)
    before = reverse("participation:report_order_picture", args=[secret, Attachment.objects.get().key])
    assert client.get(before).status_code == 404  # the office looks first
    reports_desk.check(acting, made)
    assert client.get(before).status_code == 200
    assert client.get(reverse("participation:report_orders", args=["x" * 43])).status_code == 404
    assert (
        client.post(reverse("participation:report_order_done", args=[secret, other.contribution.reference])).status_code == 404
    )
    client.post(
        reverse("participation:report_order_done", args=[secret, made.contribution.reference]), {"photo": upload(paint())}
    )
    made.refresh_from_db()
    assert made.state == "CHECKING" and Attachment.objects.filter(role="after").count() == 1
    after = reverse("participation:report_picture", args=[Attachment.objects.get(role="after").key])
    assert client.get(after).status_code == 404  # not before the office has looked
    reports.set_state(acting, made, "IN_PROGRESS", "Noch einmal")
    reports.set_state(acting, made, "DONE")
    assert Attachment.objects.get(role="inside") and client.get(after).status_code == 404  # nor when it was not accepted
    reports_desk.open_door(acting, firm)
    assert client.get(place).status_code == 404


def test_the_desk_of_an_office(client, roads, road_clerk, acting, clerk, login):
    made = reports.report(Actor(), {**HOLE, "contact": {"name": "Ada", "phone": "0123"}}, photo=paint())
    more = reports.report(Actor(), HOLE)
    assert client.get(reverse("participation:report_desk")).status_code == 302
    client = login(clerk.account)
    assert client.get(path_of("report_work", made)).status_code == 404
    client = login(road_clerk.account)
    assert "Schlagloch" in client.get(reverse("participation:report_desk")).content.decode()
    page = client.get(path_of("report_work", made)).content.decode()
    assert "0123" in page and "Dasselbe: dorthin legen" in page
    for values in (
        {"was": "zuweisen", "clerk": road_clerk.pk},
        {"was": "notiz", "text": "Vor Ort gewesen"},
        {"was": "gesehen"},
    ):
        assert client.post(path_of("report_work", made), values).status_code == 302
    client.post(
        path_of("report_work", made),
        {"was": "stand", "state": "DONE", "text": "Verfüllt", "photo": upload(paint("PNG"), "a.png")},
    )
    made.refresh_from_db()
    assert made.state == "DONE" and made.clerk == road_clerk and made.shown
    assert client.post(path_of("report_work", made), {"was": "unsinn"}).status_code == 404
    photo = Attachment.objects.filter(role="before").get()
    before = bytes(photo.data)
    client.post(reverse("participation:report_blur", args=[photo.key]), {"boxes": "0.1,0.1,0.6,0.6"})
    photo.refresh_from_db()
    assert bytes(photo.data) != before and leftovers(bytes(photo.data)) == []
    many = {
        "reference": [more.contribution.reference, "MS-0000-0000"],
        "was": "stand",
        "state": "PLANNED",
        "back": "https://boese.example",
    }
    assert client.post(reverse("participation:report_many"), many)["Location"] == reverse("participation:report_desk")
    more.refresh_from_db()
    assert more.state == "PLANNED" and client.get(reverse("participation:report_figures")).status_code == 200
    for tab in ("neu", "spaet", "meine", "pruefen", "offen", "zu", "\0"):
        assert (
            client.get(reverse("participation:report_desk"), {"liste": tab, "suche": "\0Lind", "seite": "9" * 30}).status_code
            == 200
        )


def test_other_office_other_category_and_back_again(roads, acting, bureau):
    lamps = Office.objects.create(key="ordnungsamt", title="Ordnungsamt")
    made = reports.report(Actor(), HOLE)
    reports_desk.forward(acting, made, lamps, "Bitte prüfen")
    made.refresh_from_db()
    assert made.office == lamps and Contribution.objects.get(pk=made.pk).case.office == lamps
    with pytest.raises(Contribution.DoesNotExist):
        reports_desk.note(acting, made, "zu spät")
    second = reports.report(Actor(), HOLE)
    reports_desk.categorise(acting, second, "ampel")
    second.refresh_from_db()
    assert (second.office, second.category, second.team) == (lamps, "ampel", "verkehr")
    third = reports.report(Actor(), HOLE)
    reports.set_state(acting, third, "DONE")
    reference = third.contribution.reference
    case = Contribution.objects.get(pk=third.pk).case_id
    reports_follow.reopen(Actor(), third, "Das Loch ist noch da")
    again = Contribution.objects.get(pk=third.pk)
    assert again.reference == reference and again.case_id != case and again.report.reopened == 1 and again.report.is_open


def test_the_clock(roads, acting, citizen):
    made = reports.report(Actor(), {**HOLE, "contact": {"email": "ada@example.org"}})
    Report.objects.filter(pk=made.pk).update(promised_date="2026-01-01")
    assert reports_keep.escalate(timezone.now()) == 1 and reports_keep.escalate(timezone.now()) == 0
    letter = Message.objects.get(title="Überfällige Meldungen: 1")  # once, to who leads or works there
    assert letter.account == acting.account and made.contribution.reference in letter.body
    from datetime import timedelta

    later = timezone.now() + timedelta(days=8)
    assert reports_keep.forget(later) == 1 and not ReportFollow.objects.exists()
    reports.set_state(acting, made, "DONE")
    assert reports_keep.forget(timezone.now() + timedelta(days=91)) == 1
    assert Report.objects.get(pk=made.pk).contact == {}
    reports_keep.forget(timezone.now() + timedelta(days=1100))
    assert Contribution.objects.get(pk=made.pk).text == "" and Report.objects.get(pk=made.pk).listed


def test_a_report_through_the_catalogue_is_one_too(roads, bureau, citizen):
    from stadtkern.kernel.cases import actions as cases
    from stadtkern.kernel.services import catalogue

    answers = {"category": "Straßenlaterne defekt", "place": "Lindenstraße 12", "text": "Dunkel"}
    case, _fresh = cases.apply(Actor(citizen), catalogue.find("maengel_melden"), answers)
    for _twice in range(2):
        reports_keep.take_in(case.pk)
    made = Report.objects.get()
    assert (made.category, made.district, made.contribution.reference) == ("laterne", "altstadt", case.reference)


def test_lists_and_maps(client, roads):
    for number in range(6):
        reports.report(Actor(), {**HOLE, "lat": 51.9624 + number / 1e5})
    page = client.get(
        reverse("participation:reports"), {"art": "schlagloch", "stadtteil": "altstadt", "stand": "offen", "zeit": "30"}
    )
    assert page.content.decode().count("sk-rows__title") == 6
    for odd in ({"art": "\0"}, {"stadtteil": "\0x"}, {"seite": "0"}, {"zeit": "x", "karte": "dichte"}):
        assert client.get(reverse("participation:reports"), odd).status_code == 200
    points = client.get(reverse("participation:report_points"), {"bbox": "51.9,8.0,52.0,8.1", "zoom": "16"}).json()["features"]
    assert len(points) == 6 and points[0]["properties"]["url"].startswith("/maengel/MS-")
    assert client.get(reverse("participation:report_points"), {"bbox": "nan,1,2,x"}).status_code == 200
    cells = client.get(reverse("participation:report_heat")).json()["features"]
    assert [cell["properties"]["count"] for cell in cells] == [6] and len(cells[0]["geometry"]["coordinates"][0]) == 7
    same = client.get(reverse("participation:report_same"), {**PLACE, "art": "schlagloch"}).json()["reports"]
    assert len(same) == 5 and same[0]["text"] == ""  # nobody has looked at it
    told = client.get(reverse("participation:report_suggestion"), {"text": "die straßenlampe flackert"}).json()
    assert told["categories"][0]["key"] == "laterne" and len(told["categories"]) <= 3
    assert client.get(reverse("participation:report_suggestion"), {"text": "es riecht nach Gas: Gasgeruch"}).json()["elsewhere"]
    assert client.get(reverse("participation:report_worker")).status_code == 200
