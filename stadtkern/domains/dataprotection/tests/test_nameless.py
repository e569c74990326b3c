"""A report without a name from the first page to the answer; and a search for anything that would tell who it was."""

import io
import re

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from PIL import Image

from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases import nameless
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.documents.models import Upload
from stadtkern.kernel.inbox.models import Message

from .conftest import acting

KEY = "datenschutz_verdacht_melden"
START = f"/vorgang/neu/{KEY}/"
ADDRESS = "203.0.113.77"
TRAP = "Geheimname-Xaver"


def photo() -> SimpleUploadedFile:
    """A picture that tells where, when and by whom."""
    picture, out = Image.new("RGB", (40, 30), "#abc"), io.BytesIO()
    exif = picture.getexif()
    exif[0x013B], exif[0x010F], exif[0x8825] = TRAP, "Kamera 4711", {1: "N", 2: (50.0, 1.0, 2.0)}
    picture.save(out, "JPEG", exif=exif)
    return SimpleUploadedFile(f"{TRAP}.jpg", out.getvalue(), "image/jpeg")


def paper() -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.docinfo["/Author"] = TRAP
        with pdf.open_metadata() as about:
            about["dc:creator"] = [TRAP]
        pdf.pages[0].PieceInfo = pikepdf.Dictionary(Who=pikepdf.String(TRAP))
        pdf.pages[0].Annots = pikepdf.Array(
            [pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9], T=pikepdf.String(TRAP))]
        )
        pdf.save(out)
    return out.getvalue()


def report(browser: Client, what: str = "Im Drucker lag eine Liste.", file=None) -> str:
    """Through the pages as a browser would; returns the reference."""
    page = browser.get(START, REMOTE_ADDR=ADDRESS).content.decode()
    token = re.search(r'name="_token" value="([^"]+)"', page)[1]
    data = {
        "_token": token,
        "what": what,
        "where": "",
        "whose": "others",
        "when.day": "",
        "when.month": "",
        "when.year": "",
        "_next": "1",
    }
    if file:
        data["proof"] = file
    answer = browser.post(START, data, REMOTE_ADDR=ADDRESS, headers={"user-agent": "Merkmal/1.0"})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    reference = answer["Location"].split("/")[2]
    browser.post(answer["Location"], {"name": "", "reach": "", "_next": "1"}, REMOTE_ADDR=ADDRESS)
    sent = browser.post(f"/vorgang/{reference}/senden/", REMOTE_ADDR=ADDRESS)
    assert sent["Location"].endswith("/danke/"), sent["Location"]
    return reference


def code_on(browser: Client, reference: str) -> str:
    page = browser.get(f"/vorgang/{reference}/danke/").content.decode()
    return re.search(r'class="sk-code">([0-9A-Z-]+)<', page)[1]


def everything_stored() -> str:
    """Every row of every table as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith(("django_migrations", "procrastinate")) and "jobs" not in table:
                continue
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            found += [f"{table}: {row[0]}" for row in cursor.fetchall()]
    return "\n".join(found)


@pytest.fixture
def reporter(offices, citizen, login) -> Client:
    """Somebody who is signed in and reports all the same without a name."""
    return login(citizen)


def test_signed_in_and_yet_nobody(reporter, citizen):
    """The row, the diary, the files: nothing leads to the account."""
    reference = report(reporter, file=photo())
    case = Case.objects.get(reference=reference)
    assert (case.account, case.company, case.assisted_by, case.applicant) == (None, None, None, "")
    secret_digest = case.draft_key
    lines = [
        line
        for line in everything_stored().splitlines()
        if f"case:{case.pk}" in line or reference in line or case.draft_key in line
    ]
    assert lines and not [line for line in lines if f"account:{citizen.pk}" in line]
    assert not [line for line in lines if ADDRESS in line or "Merkmal" in line or TRAP in line]
    # The list of signed-in devices holds the address anyway; it does not know what was done.
    known = [line.partition(":")[0] for line in everything_stored().splitlines() if ADDRESS in line]
    assert set(known) <= {"usersessions_usersession"}
    assert not Case.objects.filter(draft_key=secret_digest).exclude(pk=case.pk).exists()


def test_of_a_visitor_nothing_at_all_is_stored(offices):
    report(Client())
    found = everything_stored()
    assert ADDRESS not in found and "Merkmal" not in found


def test_two_reports_of_one_browser_have_nothing_in_common(offices):
    browser = Client()
    first, second = (Case.objects.get(reference=report(browser, what=what)) for what in ("Eins.", "Zwei."))
    assert first.draft_key != second.draft_key and first.account is None
    assert code_on(browser, first.reference) != code_on(browser, second.reference)


def test_files_lose_what_tells_who_made_them(offices):
    reference = report(Client(), file=photo())
    upload = Upload.objects.get(about=str(Case.objects.get(reference=reference)))
    data = bytes(upload.content.data)
    assert upload.file_name == "datei.jpg" and upload.account is None
    assert TRAP.encode() not in data and b"Kamera" not in data and not dict(Image.open(io.BytesIO(data)).getexif())


def test_a_pdf_loses_its_author_and_a_signed_one_is_refused():
    from stadtkern.kernel.documents.intake.nameless import without_author
    from stadtkern.kernel.documents.intake.portable import clean_pdf

    kept = without_author(clean_pdf(paper()), "application/pdf")
    with pikepdf.open(io.BytesIO(kept)) as pdf:
        assert not len(pdf.docinfo) and "/Metadata" not in pdf.Root and "/PieceInfo" not in pdf.pages[0].obj
        assert TRAP not in "".join(str(thing.unparse(resolved=True)) for thing in pdf.objects if hasattr(thing, "unparse"))
    assert TRAP.encode() not in kept


def test_two_ways_of_talk_with_reference_and_code(offices, privacy_officer):
    sender, reader = Client(), Client()
    reference = report(sender)
    code = code_on(sender, reference)
    case = Case.objects.get(reference=reference)
    officer = acting(privacy_officer)
    cases.ask_citizen(officer, case, "Welcher Drucker war es?")
    assert reader.get(f"/vorgang/{reference}/").status_code == 404
    assert reader.post("/vorgang/antwort/", {"reference": reference, "code": code.lower().replace("-", " ")}).status_code == 302
    page = reader.get(f"/vorgang/{reference}/").content.decode()
    assert "Welcher Drucker war es?" in page
    assert not Message.objects.filter(about=str(case), read_at=None).exists()
    reader.post(f"/vorgang/{reference}/nachricht/", {"body": "Der im zweiten Stock."})
    case.refresh_from_db()
    assert case.status == "IN_REVIEW"
    answer = Message.objects.get(about=str(case), direction="TO_OFFICE")
    assert (answer.account, answer.body) == (None, "Der im zweiten Stock.")
    cases.decide(officer, case, "GRANTED", "Der Drucker steht jetzt in einem abgeschlossenen Raum.")


def test_wrong_codes_say_nothing_and_are_slowed_down(offices):
    reference = report(Client())
    stranger = Client()
    texts = set()
    for pair in ({"reference": reference, "code": "2222-2222-2222-2222-2222"}, {"reference": "MS-0000-0000", "code": "x"},
                 {"reference": "\x00\ud800"[:1], "code": "9" * 500}, {}):  # fmt: skip
        answer = stranger.post("/vorgang/antwort/", pair)
        assert answer.status_code == 422
        texts.add(re.search(r"Diese Nummer und dieser Code[^<]+", answer.content.decode())[0])
    assert len(texts) == 1
    codes = [
        stranger.post("/vorgang/antwort/", {"reference": reference, "code": "2222-2222-2222-2222-2222"}).status_code
        for _ in range(25)
    ]
    assert codes[-1] == 429
    assert Client(REMOTE_ADDR="198.51.100.9").get(f"/vorgang/{reference}/").status_code == 404


def test_programs_cannot_send_one_with_a_token(citizen, offices):
    from stadtkern.kernel.accounts.access import Actor
    from stadtkern.kernel.services import catalogue

    for act in (
        lambda: cases.start(Actor(citizen), catalogue.find(KEY)),
        lambda: cases.apply(Actor(citizen), catalogue.find(KEY), {}),
    ):
        with pytest.raises(cases.Refused, match="ohne Konto"):
            act()


def test_the_code_is_not_stored_and_not_guessable():
    code = nameless.code_of("geheim", "MS-7F3K-9QXM")
    assert re.fullmatch(r"([0-9A-Z]{4}-){4}[0-9A-Z]{4}", code) and code == nameless.code_of("geheim", "MS-7F3K-9QXM")
    assert code != nameless.code_of("geheim", "MS-7F3K-9QXN") and nameless.key_of(code) != nameless.key_of(code[:-1] + "0")
    assert nameless.key_of(code.lower().replace("-", " ")) == nameless.key_of(code) and nameless.key_of("kurz") == ""


def test_sending_twice_is_one_report(offices):
    browser = Client()
    reference = report(browser)
    for _click in range(2):
        assert browser.post(f"/vorgang/{reference}/senden/")["Location"].endswith("/danke/")
    assert Case.objects.filter(service=KEY, status="IN_REVIEW").count() == 1


def test_the_office_sees_it_and_one_click_makes_an_entry(offices, login, privacy_officer):
    reference = report(Client())
    browser = login(privacy_officer.account)
    desk = browser.get(f"/vorgang/schreibtisch/{reference}/").content.decode()
    assert "Im Drucker lag eine Liste." in desk and "Was für diesen Vorgang zu tun ist" in desk
    first, second = (browser.post(f"/datenschutz/antrag/{reference}/panne/")["Location"] for _click in range(2))
    assert first == second and "/datenschutz/pannen/" in first
    page = browser.get(first).content.decode()
    assert "noch 2 Tage 23 Stunden" in page and f"Meldung {reference}" in page


def test_no_other_office_sees_it(offices, login, clerk, lead, mayor):
    reference = report(Client())
    for staff in (clerk, lead):
        assert login(staff.account).get(f"/vorgang/schreibtisch/{reference}/").status_code == 404
        assert login(staff.account).get(f"/datenschutz/antrag/{reference}/").status_code == 403
    assert login(mayor.account).get(f"/vorgang/schreibtisch/{reference}/").status_code == 403
