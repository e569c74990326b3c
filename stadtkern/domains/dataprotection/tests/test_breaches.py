"""The register: clock, severity, decisions, letters that never go twice, and nobody else's eyes."""

import io
import json
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from stadtkern.domains.dataprotection import actions
from stadtkern.domains.dataprotection.breaches import clock, severity
from stadtkern.domains.dataprotection.models import Affected, Breach
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.privacy.models import Emergency, Verification

from .conftest import acting

HOME = "/datenschutz/"


def entered(officer, hours: float = 1, **more) -> Breach:
    at = timezone.now() - timedelta(hours=hours)
    return actions.enter(officer, title="Brief vertauscht", happened="Zwei Bescheide vertauscht.", noticed_at=at, **more)


def moment() -> dict[str, str]:
    """Yesterday at ten, as typed."""
    day = timezone.localdate() - timedelta(days=1)
    return {"noticed_at.day": str(day.day), "noticed_at.month": str(day.month), "noticed_at.year": str(day.year),
            "noticed_at.time": "10:00"}  # fmt: skip


def test_the_clock_runs_in_words_and_through_the_weekend(officer):
    friday = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)
    row = Breach(noticed_at=friday)
    assert clock.ends(friday) == datetime(2026, 11, 30, 16, 0, tzinfo=UTC)  # Monday, no working day needed
    assert clock.of_breach(row, datetime(2026, 11, 29, 11, 0, tzinfo=UTC)).text == "noch 1 Tag 5 Stunden"
    last = clock.of_breach(row, datetime(2026, 11, 30, 15, 20, tzinfo=UTC))
    assert (last.text, last.tone) == ("noch 40 Minuten", "danger")
    late = clock.of_breach(row, datetime(2026, 12, 1, 18, 0, tzinfo=UTC))
    assert late.text == "seit 1 Tag 2 Stunden überfällig" and late.late


def test_the_clock_over_the_change_of_time():
    for start in (datetime(2026, 3, 27, 17, 30, tzinfo=UTC), datetime(2026, 10, 23, 16, 30, tzinfo=UTC)):
        assert clock.ends(start) - start == timedelta(hours=72)
    assert timezone.localtime(clock.ends(datetime(2026, 3, 27, 17, 30, tzinfo=UTC))).hour == 19  # an hour later on the wall


@pytest.mark.parametrize(
    ("data", "ease", "more", "score", "level"),
    [
        ("simple", "maximum", [], 1.0, "low"),
        ("financial", "significant", ["few_strangers"], 2.5, "medium"),
        ("sensitive", "significant", [], 3.0, "high"),
        ("sensitive", "maximum", ["public", "malicious"], 5.0, "very_high"),
    ],
)
def test_severity_is_the_published_sum(data, ease, more, score, level):
    found = severity.assess(data, ease, more)
    assert found and (found.score, found.level) == (score, level)


@settings(deadline=None)
@given(st.text(), st.text(), st.lists(st.text()))
def test_severity_survives_anything(data, ease, more):
    severity.assess(data, ease, more)


def test_the_sum_is_shown():
    assert severity.assess("financial", "significant", ["malicious", "unknown"]).sum_ == "3 × 0,75 + 0,5 = 2,75"
    assert severity.assess("", "maximum", []) is None


def test_an_entry_from_first_word_to_the_end(officer, login, privacy_officer):
    row = entered(officer)
    browser = login(privacy_officer.account)
    page = browser.get(f"{HOME}pannen/{row.pk}/").content.decode()
    assert "noch 2 Tage" in page and "Ist eine Meldung an die Aufsicht nötig" in page
    weights = {"data_class": "financial", "ease": "maximum", "circumstances": ["public"]}
    assert browser.post(f"{HOME}pannen/{row.pk}/schwere/", weights).status_code == 302
    assert "3 × 1 + 0,5 = 3,5" in browser.get(f"{HOME}pannen/{row.pk}/").content.decode()
    browser.post(f"{HOME}pannen/{row.pk}/aufsicht/", {"choice": "NOTIFY", "because": ""})
    for _click in range(2):
        browser.post(f"{HOME}pannen/{row.pk}/gemeldet/", {"number": "LDI-4711"})
    row.refresh_from_db()
    assert row.notified_as == "LDI-4711" and Event.objects.filter(name="breach.authority_notified").count() == 1
    browser.post(f"{HOME}pannen/{row.pk}/betroffene/", {"choice": "NOT", "because": "Brief kam ungeöffnet zurück."})
    browser.post(f"{HOME}pannen/{row.pk}/abschliessen/", {"closing": "Vier Augen beim Kuvertieren."})
    row.refresh_from_db()
    assert row.closed_at
    assert browser.post(f"{HOME}pannen/{row.pk}/schwere/", weights | {"ease": "limited"}).status_code == 409
    names = list(Event.objects.filter(subject=str(row)).order_by("pk").values_list("name", flat=True))
    assert names == [
        "breach.entered", "breach.described", "breach.authority_decided", "breach.authority_notified", "breach.persons_decided",
        "breach.closed",
    ]  # fmt: skip


def test_what_must_be_said_first(officer):
    row = entered(officer, hours=80)
    with pytest.raises(actions.Refused, match="begründen"):
        actions.decide_authority(officer, row.pk, "NOT", " \x00 ")
    with pytest.raises(actions.Refused, match="zuerst"):
        actions.mark_notified(officer, row.pk, "")
    actions.decide_authority(officer, row.pk, "NOTIFY", "")
    with pytest.raises(actions.Refused, match="72 Stunden sind vorbei"):
        actions.mark_notified(officer, row.pk, "")
    with pytest.raises(actions.Refused, match="Entscheiden Sie zuerst"):
        actions.close(officer, row.pk, "fertig")
    late = actions.mark_notified(officer, row.pk, "", "Am Wochenende niemand erreichbar.")
    assert late.late_because and clock.of_breach(late).late


def test_a_moment_that_cannot_be(officer):
    for hours in (-2, 24 * 365 * 20):
        with pytest.raises(actions.Refused):
            entered(officer, hours=hours)


def test_two_tabs_do_not_overwrite_each_other(officer, login, privacy_officer):
    row = entered(officer)
    browser = login(privacy_officer.account)
    form = {"title": "Neu", "happened": "x", **moment(), "kinds": ["integrity"], "_version": "1"}
    assert browser.post(f"{HOME}pannen/{row.pk}/beschreibung/", form).status_code == 302
    answer = browser.post(f"{HOME}pannen/{row.pk}/beschreibung/", form | {"title": "Anders"})
    assert (
        answer.status_code == 409 and "inzwischen geändert" in answer.content.decode() and "Anders" in answer.content.decode()
    )
    row.refresh_from_db()
    assert (row.title, row.kinds, row.version) == ("Neu", ["integrity"], 2)


def test_the_paper_and_the_data_for_the_authority(officer, login, privacy_officer):
    row = entered(officer, kinds=["confidentiality"], persons=12, data="Namen")
    browser = login(privacy_officer.account)
    told = json.loads(browser.get(f"{HOME}pannen/{row.pk}/meldung.json").content)
    assert told["to"].startswith("Landesbeauftragte") and told["persons"] == 12
    assert told["to_follow"] == ["Kategorien von Personen", "Zahl der Datensätze", "wahrscheinliche Folgen", "Maßnahmen"]
    paper = browser.get(f"{HOME}pannen/{row.pk}/meldung.pdf")
    assert paper.content.startswith(b"%PDF-")
    with pikepdf.open(io.BytesIO(paper.content)) as pdf:
        assert len(pdf.pages) >= 1


def test_letters_reach_everybody_once(officer, citizen, other_citizen, run_jobs, ask):
    one, two = ask(citizen, "datenschutz_auskunft"), ask(other_citizen, "datenschutz_auskunft")
    row = entered(officer)
    actions.decide_told(officer, row.pk, "NOTIFY", "")
    with pytest.raises(actions.Refused, match="keine Vorgangsnummer"):
        actions.name_affected(officer, row.pk, references=f"{one.reference} MS-0000-0000")
    assert actions.name_affected(officer, row.pk, references=f"{one.reference}, {one.reference.lower()}") == 1
    today = timezone.localdate()
    found = actions.name_affected(officer, row.pk, service="datenschutz_auskunft", since=today, until=today)
    assert found == 1 and Affected.objects.count() == 2 and two.account_id
    with pytest.raises(actions.Refused, match="Schreiben Sie zuerst"):
        actions.order_letters(officer, row.pk, 2)
    actions.write_letter(officer, row.pk, "Ihre Daten", "Bei uns ist etwas passiert.")
    with pytest.raises(actions.Refused, match="Inzwischen sind es 2"):
        actions.order_letters(officer, row.pk, 1)
    for _click in range(3):
        actions.order_letters(officer, row.pk, 2)
    run_jobs()
    actions.order_letters(officer, row.pk, 2)
    actions.send_letters(row.pk)
    run_jobs()
    assert Message.objects.filter(about=str(row)).count() == 2 and not Affected.objects.filter(told_at=None).exists()
    assert Event.objects.filter(name="breach.letters_ordered").count() <= 3
    with pytest.raises(actions.Refused, match="schon unterwegs"):
        actions.write_letter(officer, row.pk, "Zu spät", "x")


def test_what_the_log_found_becomes_an_entry_by_one_click(login, privacy_officer):
    now = timezone.now()
    values = {"staff": 1, "office": "buergeramt", "case": 1, "reason": "x", "until": now, "reviewed_at": now}
    bad = Emergency.objects.create(**values, justified=False)
    Emergency.objects.create(**values, justified=True)
    broken = Verification.objects.create(rows=3, anchors=1, seconds=0.1, findings=[{"kind": "deleted"}])
    browser = login(privacy_officer.account)
    assert browser.get(f"{HOME}schreibtisch/").content.decode().count("Ins Verzeichnis der Pannen aufnehmen") == 2
    for kind, number in (("notfall", bad.pk), ("protokoll", broken.pk)):
        ways = {browser.post(f"{HOME}anlass/{kind}/{number}/")["Location"] for _click in range(2)}
        assert len(ways) == 1
    assert set(Breach.objects.values_list("source", flat=True)) == {f"break_glass:{bad.pk}", f"log:{broken.pk}"}
    assert "Ins Verzeichnis der Pannen aufnehmen" not in browser.get(f"{HOME}schreibtisch/").content.decode()
    for kind, number in (("notfall", bad.pk + 1), ("anders", 1), ("notfall", 10**30)):
        assert browser.post(f"{HOME}anlass/{kind}/{number}/").status_code == 404


def test_any_colleague_reports_and_sees_nothing_more(login, clerk, officer):
    browser = login(clerk.account)
    form = {"title": "Handy verloren", "happened": "Im Bus.", **moment()}
    for _click in range(2):
        assert browser.post(f"{HOME}melden/", form).status_code == 302
    row = Breach.objects.get()
    assert row.reported_by == f"staff:{clerk.pk}"
    assert browser.post(f"{HOME}melden/", form | {"noticed_at.year": "2099"}).status_code == 409
    assert browser.post(f"{HOME}melden/", {"title": "x"}).status_code == 422
    for path in (f"pannen/{row.pk}/", "pannen/", "schreibtisch/", f"pannen/{row.pk}/meldung.pdf"):
        assert browser.get(HOME + path).status_code == 403, path


def test_nobody_else_acts(clerk, mayor, citizen, officer):
    row = entered(officer)
    for staff in (clerk, mayor):
        with pytest.raises(PermissionError):
            actions.close(acting(staff), row.pk, "x")
        with pytest.raises(PermissionError):
            actions.order_letters(acting(staff), row.pk, 0)


@pytest.mark.parametrize("number", ["0", "999999", str(10**30)])
def test_numbers_of_nothing(login, privacy_officer, number):
    browser = login(privacy_officer.account)
    for path in (f"pannen/{number}/", f"pannen/{number}/meldung.json"):
        assert browser.get(HOME + path).status_code == 404
    for path in (f"einschraenkung/{number}/aufheben/", f"berichtigungen/{number}/", f"pannen/{number}/brief/senden/"):
        assert browser.post(HOME + path, {"because": "x"}).status_code == 404


def test_the_register_is_paged_and_filtered(login, privacy_officer, officer):
    for _ in range(52):
        entered(officer)
    browser = login(privacy_officer.account)
    page = browser.get(f"{HOME}pannen/").content.decode()
    assert "before=" in page
    assert "Hier steht nichts" in browser.get(f"{HOME}pannen/?ansicht=abgeschlossen").content.decode()
    assert browser.get(f"{HOME}pannen/?ansicht=%00&before={10**30}").status_code == 200


def test_no_account_is_named_by_a_foreign_case(officer, offices):
    """Cases without an account have nobody to write to."""
    row = entered(officer)
    assert Account.objects.count() == 1 and Case.objects.count() == 0
    assert actions.name_affected(officer, row.pk, references="") == 0
