"""Parking: what a granted case leaves behind, what revoking ends, what the wardens' list says, and who may look."""

import base64
import json
import uuid
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from stadtkern.domains.mobility.actions import parking as actions
from stadtkern.domains.mobility.parking.listing import digest, make
from stadtkern.domains.mobility.parking.verdict import look, words
from stadtkern.domains.mobility.parking.zones import zones
from stadtkern.domains.mobility.services.bewohnerparkausweis import rules
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Staff, Trust
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases.models import Case, Decision
from stadtkern.kernel.credentials.models import Credential
from stadtkern.kernel.documents import codes
from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.privacy.models import Access
from stadtkern.kernel.registers.actions import enter_permit, revoke_permit
from stadtkern.kernel.registers.models import ParkingPermit
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.examples import examples_of, typed

KEY = "bewohnerparkausweis"
DESK, CONTROL = "/mobility/parken/ausweise/", "/mobility/parken/kontrolle/"
TODAY = date(2026, 11, 29)


@pytest.fixture
def warden(offices, other_citizen) -> Staff:
    return Staff.objects.create(account=other_citizen, office=offices["ordnungsamt"], role="CLERK")


def issued(plate="MST-AB 1", zone="A", days=300, number="", **more) -> ParkingPermit:
    today = timezone.localdate()
    told = {"valid_from": today - timedelta(days=30), "valid_until": today + timedelta(days=days)} | more
    number = number or f"2026-{plate[-6:].replace(' ', 'X').replace('-', '')}"
    return enter_permit("system", plate=plate, zone=zone, person_key=uuid.uuid4(), number=number, **told)


@pytest.fixture
def granted(citizen, resident, warden, run_jobs) -> Case:
    """A car that is not in the register: a clerk grants it."""
    service = catalogue.find(KEY)
    actor = Actor(account=citizen, trust=Trust.SUBSTANTIAL)
    case, _ = cases.start(actor, service)
    cases.fill(actor, case, typed(service.form, examples_of(service)[0].answers))
    cases.submit(actor, case)
    cases.mark_paid(case.pk, "provider:demo")
    cases.decide(Actor(account=warden.account, staff=warden, trust=Trust.BASIC), case, "GRANTED")
    run_jobs()
    case.refresh_from_db()
    return case


@pytest.mark.django_db(transaction=True)
def test_a_granted_case_gives_a_permit_and_revoking_ends_all_of_it(granted, citizen, resident, warden, login, run_jobs):
    permit = ParkingPermit.objects.get()
    paper = Document.objects.get(number=permit.document_number)
    assert (permit.plate, permit.zone, permit.person_key) == ("MST-ZC 42", "S", resident.key)
    assert paper.valid_until == permit.valid_until == permit.valid_from.replace(year=permit.valid_from.year + 1) - timedelta(1)
    assert granted.decision.terms["zone_title"] == "Südstadt"
    assert Access.objects.filter(person_keys__contains=[resident.key], source="parking", actor="system").exists()
    actions.enter(granted.pk, paper.pk)
    assert ParkingPermit.objects.count() == 1, "a replay changes nothing"

    desk = login(warden.account)
    page = f"{DESK}{permit.number}/"
    assert granted.reference in desk.get(page).content.decode()
    assert desk.post(page, {"reason": "unsinn"}).status_code == 422
    assert Credential.objects.get(document=paper).revoked_at is None and DESK in desk.get("/meine-stadt/").content.decode()
    for _click in range(2):
        assert desk.post(page, {"reason": "misuse", "more": "kopiert"}).status_code == 302
    run_jobs()
    permit.refresh_from_db(), paper.refresh_from_db()
    assert permit.revoked_because == paper.revoked_because == "Missbrauch: kopiert" and paper.revoked_at
    letters = Message.objects.filter(account=citizen, title="Ihr Bewohnerparkausweis gilt nicht mehr")
    assert Credential.objects.get(document=paper).revoked_at, "the proof in the wallet ends with the paper"
    assert letters.count() == 1 and "Missbrauch: kopiert" in letters.get().body
    assert "widerrufen" in desk.get(page).content.decode()


def test_the_same_number_on_the_signed_code_and_what_any_phone_reads(client, db):
    permit = issued(number="2026-ABCDE-FGHJK")
    Document.objects.create(number=permit.number, about="", title="x", kind="Bewohnerparkausweis", verify_code="X" * 27)
    token = codes.sign({"number": permit.number, "plate": permit.plate, "zone": "A", "until": "2030-01-01"})
    page = client.post("/dokumente/code/", {"token": f"https://stadt.example/dokumente/code/#{token}"})
    assert page.status_code == 200 and "Echt und gültig" in page.content.decode()
    assert client.get("/dokumente/code/").status_code == 200
    for wrong in (token[:-4] + "AAAA", "a.b.c", "\x00.\x00.\x00", "x" * 3000, "..", _unsigned(token)):
        answer = client.post("/dokumente/code/", {"token": wrong})
        assert answer.status_code == 404 and "Nicht echt" in answer.content.decode(), wrong


def _unsigned(token: str) -> str:
    """Algorithm "none"."""
    head = base64.urlsafe_b64encode(b'{"alg":"none","kid":"0001"}').decode().rstrip("=")
    return f"{head}.{token.split('.')[1]}."


def test_keys_rotate_and_old_codes_still_check(settings, tmp_path):
    settings.HOME = tmp_path
    old = codes.sign({"number": "1"})
    assert codes.rotate() == "0002"
    new = codes.sign({"number": "2"})
    assert codes.read(old) == {"number": "1"} and codes.read(new) == {"number": "2"}
    assert [key["kid"] for key in codes.public_keys()] == ["0002", "0001"]
    assert (tmp_path / "keys" / "codes" / "0001.pem").stat().st_mode & 0o077 == 0
    (tmp_path / "keys" / "codes" / "0001.pem").unlink()
    with pytest.raises(codes.NotGenuine):
        codes.read(old)


def test_the_list_names_nobody_and_tells_everything_a_warden_needs(db):
    good, gone = issued("MST-AB 1"), issued("MST-AB 2")
    revoke_permit("system", gone, "Missbrauch")
    issued("MST-AB 3", days=-10)
    issued("MST-AB 4", days=-100, valid_from=timezone.localdate() - timedelta(days=400))
    made = make(timezone.now())
    claims = codes.read(made.token) if len(made.token) < codes.LONGEST else _claims(made.token)
    assert made.count == 3 and claims["ends"] - claims["made"] == 12 * 3600
    key = base64.urlsafe_b64decode(claims["key"] + "=")
    rows = {row[0]: row for row in claims["permits"]}
    row = rows[digest(key, "plate:MST-AB 1")]
    assert row[1:] == ["A", good.valid_from.isoformat(), good.valid_until.isoformat(), digest(key, f"number:{good.number}"), 0]
    assert rows[digest(key, "plate:MST-AB 2")][5] == 1
    assert "MST" not in json.dumps(claims) and good.number not in json.dumps(claims)
    assert _claims(make(timezone.now()).token)["key"] != claims["key"]


def _claims(token: str) -> dict:
    body = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def test_without_javascript_the_server_says_the_same(db, warden, login):
    good, gone, old = issued("MST-AB 1"), issued("MST-AB 2"), issued("MST-AB 3", days=-1)
    revoke_permit("system", gone, "Missbrauch")
    token = codes.sign({"number": good.number, "plate": good.plate})
    today = timezone.localdate()
    assert [look(text, "A", today).state for text in ("mst ab 1", good.number, f"https://x/#{token}")] == ["valid"] * 3
    assert [look(text, "A", today).state for text in ("MST-AB 2", "MST-AB 3", "MST-AB 9", "", "a.b.c")] == [
        "revoked", "expired", "unknown", "unreadable", "forged",
    ]  # fmt: skip
    assert look("MST-AB 1", "B", today).state == "zone" and old.plate == "MST-AB 3"
    assert {look(text, "", today).state for text in ("\x00", "9" * 500, "💥")} <= {"unknown", "unreadable"}
    page = login(warden.account).post(CONTROL, {"text": "mst ab 1", "zone": "A"}).content.decode()
    assert "Gültig" in page and "MST-AB 1" in page
    assert Access.objects.filter(person_keys__contains=[good.person_key], purpose="Verkehrsüberwachung").exists()
    assert all(level in ("success", "danger", "warning") and word and text for level, word, text in words().values())


def test_only_the_office_looks(db, warden, clerk, citizen, login):
    issued()
    for path in (CONTROL, f"{CONTROL}liste.json", DESK, f"{DESK}2026-GIBTSNICHT/"):
        assert Client().get(path).status_code == 302
        assert login(citizen).get(path).status_code == 403 and login(clerk.account).get(path).status_code == 403
    browser = login(warden.account)
    page = browser.get(CONTROL)
    assert "camera=(self)" in page["Permissions-Policy"] and "worker-src 'self'" in page["Content-Security-Policy"]
    assert "camera=()" in browser.get(DESK)["Permissions-Policy"]
    given = browser.get(f"{CONTROL}liste.json")
    assert given.json()["keys"][0]["kid"] and "no-store" in given["Cache-Control"]
    assert Event.objects.filter(name="parking.list_fetched", actor=f"staff:{warden.pk}").exists()
    worker = Client().get(f"{CONTROL}sw.js")
    assert worker["Content-Type"].startswith("text/javascript") and "liste.json" not in worker.content.decode()
    assert Client().get(f"{CONTROL}app.webmanifest").json()["scope"] == CONTROL
    assert '"storage"' in browser.post("/konto/logout/")["Clear-Site-Data"], "the list goes wherever somebody signs out"


def test_the_desk_finds_by_plate_and_number_and_notes_the_look(db, warden, login):
    soon, later = issued("MST-AB 1", days=10), issued("MST-AB 2")
    browser = login(warden.account)
    first = browser.get(DESK).content.decode()
    assert "MST-AB 1" in first and "MST-AB 2" not in first, "without words those that end soon"
    assert "MST-AB 2" in browser.get(f"{DESK}?q=mst+ab+2").content.decode()
    assert soon.plate in browser.get(f"{DESK}?q={soon.number.lower()}").content.decode()
    for query in ("%00", "9" * 300, "%F0%9F%92%A5", "MST-AB+99"):
        assert "Kein Ausweis gefunden" in browser.get(f"{DESK}?q={query}").content.decode() or query == "%00"
    assert Access.objects.filter(person_keys__contains=[later.person_key], office="ordnungsamt").exists()


def test_before_the_end_there_is_one_letter(granted, citizen):
    permit = ParkingPermit.objects.get()
    early = permit.valid_until - timedelta(days=40)
    assert actions.remind(early) == 0
    assert actions.remind(permit.valid_until - timedelta(days=28)) == 1
    assert actions.remind(permit.valid_until - timedelta(days=27)) == 0
    letter = Message.objects.get(account=citizen, title="Ihr Bewohnerparkausweis läuft bald ab")
    assert "MST-ZC 42" in letter.body


def test_a_renewal_begins_where_the_old_one_ends():
    answers = {"address/street": "Rosenweg", "address/house_number": "39", "plate": "mst zc 42"}
    data = {"zones": {"S": {"title": "Südstadt", "streets": {"Rosenweg": "all"}}}}
    held = {"registers": {"parking": [{"valid_until": "2026-12-20", "revoked": False}]}, "today": TODAY.isoformat()}
    terms = rules.grant(answers, held, data)
    assert (terms["valid_from"], terms["valid_until"], terms["plate"]) == ("2026-12-21", "2027-12-20", "MST-ZC 42")
    held["registers"]["parking"][0]["revoked"] = True
    assert rules.grant(answers, held, data)["valid_from"] == "2026-11-29"
    assert rules.grant(answers, {"today": "2028-02-29"}, data)["valid_until"] == "2029-02-28"
    assert rules.grant({**answers, "address/street": "Zur Höhe"}, held, data) == {}


def test_a_rejected_case_gives_nothing(granted):
    ParkingPermit.objects.all().delete()
    Decision.objects.filter(case=granted).update(outcome="REJECTED")
    assert actions.enter(granted.pk, Document.objects.get(about=str(granted)).pk) is None
    assert ParkingPermit.objects.count() == 0
    claims = catalogue.find(KEY).claims({"plate": "MST-AB 1"}, {})
    assert claims == {}, "no code without zone and end"


def test_the_zones_of_the_city_are_readable():
    from stadtkern.lib.streets import mistakes

    data = catalogue.find(KEY).data
    assert set(zones()) == set(data["zones"]) and len(zones()) >= 3
    wrong = [street for zone in data["zones"].values() for street, ranges in zone["streets"].items() if mistakes(ranges)]
    assert wrong == []


def test_a_city_without_zones_says_so_before_anybody_pays(settings, tmp_path):
    (tmp_path / "services").mkdir()
    (tmp_path / "city.toml").write_text((settings.CITY_FOLDER / "city.toml").read_text())
    settings.CITY_FOLDER = tmp_path
    service = catalogue.find(KEY)
    assert dict(service.data) == {}
    answers = typed(service.form, examples_of(service)[0].answers)
    assert [problem.path for problem in service.problems(answers)] == ["address/street"]
