"""What the data protection officer sees: figures that explain themselves, lines without names, and their own looks logged."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.privacy import actions
from stadtkern.kernel.privacy.models import Access, Verification
from stadtkern.kernel.privacy.oversight import figures

NOON = timezone.make_aware(datetime(2026, 11, 25, 12))  # a Wednesday


@pytest.fixture(autouse=True)
def own_place(settings, tmp_path):
    settings.HOME = tmp_path


def looks(member, account, *, charge="mine", at=None, emergency=None):
    Access.objects.create(
        actor=f"staff:{member.pk}", office=member.office.key, purpose="probe", legal_basis="§", source="cases",
        fields=["answers"], accounts=[account], cases=[account], about=f"case:{account}", charge=charge, emergency=emergency,
        at=at or timezone.now(),
    )  # fmt: skip


def place_of(member):
    return next(place for place in figures.places(NOON + timedelta(hours=1)) if place.actor == f"staff:{member.pk}")


def test_what_is_ordinary_has_no_mark(clerk, citizen):
    for day in range(0, 100, 2):
        looks(clerk, citizen.pk, at=NOON - timedelta(days=7 * (day // 7) + day % 3))
    assert place_of(clerk).marks == []


def test_each_sign_is_counted_and_explained(clerk, second_clerk, lead, citizen):
    for _ in range(5):
        looks(clerk, citizen.pk, at=NOON.replace(hour=23) - timedelta(days=1))
    for number in range(10):
        looks(second_clerk, citizen.pk, charge="colleague", at=NOON - timedelta(days=number % 3))
    citizen.person.family_name = "SOMMER"
    citizen.person.save()
    looks(clerk, lead.account.pk, at=NOON)
    for number in (1, 2):
        looks(second_clerk, 10_000, charge="foreign", emergency=number, at=NOON)
    one, two = place_of(clerk), place_of(second_clerk)
    assert (one.signs["late"], one.signs["close"]) == (5, 6), "five of the same family name, one colleague"
    assert two.signs["charge"] == 12 and two.signs["emergency"] == 2
    assert any("außerhalb der Dienstzeit" in mark for mark in one.marks)
    assert any("ohne den Vorgang" in mark for mark in two.marks) and not any("Dienstzeit" in mark for mark in two.marks)


def test_far_more_than_before_and_than_the_colleagues(clerk, second_clerk, lead, citizen):
    for number in range(40):
        looks(clerk, citizen.pk, at=NOON - timedelta(minutes=number))
    for number in range(12):
        looks(clerk, citizen.pk, at=NOON - timedelta(days=40 + number))
    for member in (second_clerk, lead):
        looks(member, citizen.pk, at=NOON)
    marks = " ".join(place_of(clerk).marks)
    assert "wie sonst (40 statt 4)" in marks and "wie im Amt üblich (40 statt 1)" in marks


def test_blocked_people_are_counted(clerk, citizen, resident):
    type(resident).objects.update(blocked=True)
    looks(clerk, citizen.pk, at=NOON)
    assert place_of(clerk).signs["blocked"] == 1


def test_pages_show_ids_and_log_the_officer(login, clerk, citizen, privacy_officer, django_assert_max_num_queries):
    looks(clerk, citizen.pk, charge="closed")
    officer = login(privacy_officer.account)
    figures_page = officer.get("/datenschutz-aufsicht/statistik/").text
    assert f"platz={clerk.pk}" in figures_page and "Petra" not in figures_page
    assert Access.objects.filter(purpose="oversight", accounts__contains=[clerk.account.pk]).count() == 1
    for sign in ("", "charge", "close", "blocked", "emergency", "gibt-es-nicht"):
        with django_assert_max_num_queries(12):
            page = officer.get(f"/datenschutz-aufsicht/zugriffe/?platz={clerk.pk}&merkmal={sign}").text
        assert "Zoë" not in page
        assert (f"Konto {citizen.pk}" in page) == (sign in ("", "charge", "gibt-es-nicht"))
    assert Access.objects.filter(purpose="oversight", accounts__contains=[citizen.pk]).count() == 1
    for wrong in ("", "?platz=x", "?platz=" + "9" * 40, "?platz=²"):
        assert officer.get(f"/datenschutz-aufsicht/zugriffe/{wrong}").status_code == 404
    assert officer.get(f"/datenschutz-aufsicht/notfaelle/{10**30}/").status_code == 404
    for account in (clerk.account, citizen):
        assert login(account).get("/datenschutz-aufsicht/").status_code == 403


def test_the_officer_sees_whether_the_log_is_sound(login, privacy_officer, citizen, clerk):
    officer, page = login(privacy_officer.account), "/datenschutz-aufsicht/protokoll/"
    actions.note_access(actor=Actor(clerk.account, clerk), person_key=None, account=citizen, purpose="x", legal_basis="§",
                        source="cases", fields=["answers"], about="case:1")  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    actions.anchor()
    officer.post(page)
    assert "Nichts wurde verändert" in officer.get(page).text and Verification.objects.get().findings == []
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE privacy_access SET office = 'x'")
        cursor.execute("SET session_replication_role = origin")
    officer.post(page)
    assert "wurde verändert" in officer.get(page).text and "Nein" in officer.get("/datenschutz-aufsicht/").text


def test_the_figures_are_fast_with_many_lines(clerk, citizen):
    """100,000 lines of four months: within seconds even on a busy machine."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "INSERT INTO privacy_access (actor, office, purpose, legal_basis, source, fields, accounts, person_keys, cases,"
            " about, channel, charge, at) SELECT 'staff:' || n % 80, 'amt' || n % 9, 'probe', '§', 'x', '[]', ARRAY[n], '{}',"
            " ARRAY[n], 'case:' || n, 'page', 'mine', now() - n * interval '100 seconds' FROM generate_series(1, 100000) n"
        )
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("ANALYZE privacy_access")
        cursor.execute("SET statement_timeout = '8s'")
        assert len(figures.places()) == 80
        assert figures.lines("staff:5", "close", None, 50) == []
        cursor.execute("SET statement_timeout = 0")
