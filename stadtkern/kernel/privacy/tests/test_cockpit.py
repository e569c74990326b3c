"""The data cockpit: consents, who looked, the report, forgetting."""

import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.privacy import actions, plain, purposes, report
from stadtkern.kernel.privacy.actions import forget_old, give_consent, note_access, revoke_consent
from stadtkern.kernel.privacy.models import Access, Consent


def consent_of(account, purpose="meldebescheinigung", **more):
    return give_consent(
        Actor(account), account=account, purpose=purpose, evidence="residents", fields=["family_name", "street"],
        legal_basis="Art. 6 Abs. 1 a DSGVO", about="case:1", **more,
    )  # fmt: skip


def look(actor, account=None, person_key=None, **more):
    facts = {
        "purpose": "wohnsitz_ummelden",
        "legal_basis": "§ 1 HStG",
        "source": "residents",
        "fields": ["birth_date"],
        "about": "case:1",
    }
    return note_access(actor=actor, account=account, person_key=person_key, **{**facts, **more})


def test_consent_is_given_and_taken_back_once(citizen):
    consent = consent_of(citizen)
    revoke_consent(Actor(citizen), consent)
    first = consent.revoked_at
    revoke_consent(Actor(citizen), consent)
    consent.refresh_from_db()
    assert consent.revoked_at == first
    assert Event.objects.filter(name="consent.given").count() == Event.objects.filter(name="consent.revoked").count() == 1


def test_nobody_gives_or_takes_back_for_others(citizen, other_citizen, clerk, login):
    consent = consent_of(citizen)
    for actor in (Actor(), Actor(other_citizen), Actor(clerk.account, clerk)):
        with pytest.raises(PermissionError):
            revoke_consent(actor, consent)
        with pytest.raises(PermissionError):
            give_consent(actor, account=citizen, purpose="x", evidence="x", fields=[], legal_basis="x", about="")
    assert login(other_citizen).post(f"/meine-daten/einwilligungen/{consent.pk}/widerrufen/").status_code == 404


def test_the_cockpit_speaks_plainly_and_names_offices_not_clerks(login, citizen, clerk, resident, monkeypatch):
    monkeypatch.setattr(purposes, "NAMES", [lambda key: "Meldebescheinigung" if key == "meldebescheinigung" else ""])
    look(Actor(clerk.account, clerk), person_key=resident.key, purpose="meldebescheinigung", legal_basis="§ 18 BMG",
         fields=["street", "house_number", "birth_date"])  # fmt: skip
    look(Actor(), account=citizen, fields=["hund/rufname"])
    look("system", account=citizen, fields=["answers"], channel="transfer", purpose="meldebescheinigung")
    actions.note_accesses(actor=Actor(clerk.account, clerk), accounts=[citizen.pk, 999], purpose="desk", legal_basis="Art. 6",
                          source="cases", fields=["applicant", "status"])  # fmt: skip
    page = login(citizen).get("/meine-daten/").content.decode()
    for sentence in (
        r"Das Bürgeramt hat am \S+ \S+ Ihre Anschrift und Ihr Geburtsdatum angesehen, um Ihren Antrag „Meldebescheini",
        r"Grundlage: § 18 BMG. Aus: Melderegister",
        r"Unser Programm hat am \S+ \S+ diese Angaben: Rufname angesehen",
        r"Unser Programm hat am \S+ \S+ Ihre Angaben im Antrag an die zuständige Behörde übergeben",
        r"eine Liste angesehen, auf der Sie stehen \(Ihren Namen und den Stand Ihres Antrags\), um die Arbeit im Amt ein",
    ):
        assert re.search(sentence, page.replace("\xa0", " ").replace(" Uhr", "")), sentence
    assert "Petra" not in page and "wohnsitz_ummelden" not in page and "staff:" not in page


@pytest.mark.parametrize(
    ("title", "said"),
    [("Bürgeramt", "Das Bürgeramt"), ("Amt für Verkehr", "Das Amt für Verkehr"), ("Stadtkasse", "Die Stadtkasse"),
     ("Fachbereich 3", "Der Fachbereich 3"), ("Referat Z", "Die Stelle „Referat Z“")],
)  # fmt: skip
def test_offices_have_articles(title, said):
    assert plain.with_article(title) == said


def test_lines_are_grouped_filtered_and_taken_along(login, citizen, clerk, other_clerk, django_assert_max_num_queries):
    for number in range(1, 9):
        member = clerk if number % 2 else other_clerk
        actions.note_accesses(actor=Actor(member.account, member), accounts=[citizen.pk, 5], cases=[number], purpose="desk",
                              legal_basis="Art. 6", source="cases", fields=["applicant"])  # fmt: skip
    browser = login(citizen)

    def shown(query):
        return browser.get(f"/meine-daten/zugriffe/?{query}").content.decode().count("eine Liste angesehen")

    assert (shown(""), shown("amt=steueramt"), shown("vorgang=3"), shown("amt=steueramt&vorgang=3")) == (8, 4, 1, 0)
    today = timezone.localdate()
    assert (shown(f"von={today}"), shown(f"bis={today}"), shown(f"bis={today - timedelta(days=1)}")) == (8, 8, 0)
    for wrong in ("vorgang=" + "9" * 40, "vorgang=x", "amt=%00", "von=99999-99-99", "bis=1", "von=0001-01-01"):
        assert browser.get(f"/meine-daten/zugriffe/?{wrong}").status_code == 200
    file = browser.get("/meine-daten/zugriffe/datei.json?amt=steueramt")
    told = json.loads(file.content)
    assert "attachment" in file["Content-Disposition"] and told["anzahl"] == 4
    assert told["eintraege"][0]["abrufendeStelle"]["name"] == "Amt für Steuern und Abgaben"
    assert "Nadia" not in file.content.decode() and "staff:" not in file.content.decode()
    with django_assert_max_num_queries(10) as few:
        browser.get("/meine-daten/zugriffe/")
    for number in range(10, 26):
        look(Actor(clerk.account, clerk), account=citizen, about=f"case:{number}", purpose=f"sache_{number}")
    with django_assert_max_num_queries(len(few)):
        browser.get("/meine-daten/zugriffe/")


def test_the_plan_finds_my_lines_among_many(citizen):
    """100,000 rows, many of them lists: by the index, however seldom the person is in it."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "INSERT INTO privacy_access (actor, office, purpose, legal_basis, source, fields, accounts, person_keys, cases,"
            " about, channel, charge, at) SELECT 'staff:' || n % 50, 'buergeramt', 'desk', '§', 'cases', '[]',"
            " CASE WHEN n % 4 = 0 THEN (SELECT array_agg(1000000 + (n * 7 + k) % 9000) FROM generate_series(1, 30) k)"
            " ELSE ARRAY[1000000 + n % 9000] END, '{}', '{}', '', 'page', '', now() - n * interval '1 second'"
            " FROM generate_series(1, 100000) n"
        )
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("ANALYZE privacy_access")
    look(Actor(), account=citizen)
    seen = []

    def plan(execute, sql, params, many, context):
        if "privacy_access" in sql:
            with context["connection"].connection.cursor() as cursor:
                seen.append("\n".join(row[0] for row in cursor.execute(f"EXPLAIN {sql}", params).fetchall()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(plan):
        assert len(Access.objects.about_person(Actor(citizen))) == 1
    assert "access_subjects" in seen[0] and "Seq Scan on privacy_access" not in seen[0]


def test_one_sees_only_looks_at_oneself(login, citizen, other_citizen, resident):
    look(Actor(citizen), account=citizen, person_key=resident.key, purpose="geheime_sache")
    assert "Geheime sache" in login(citizen).get("/meine-daten/zugriffe/").content.decode()
    for path in ("/meine-daten/", "/meine-daten/zugriffe/", "/meine-daten/auskunft/"):
        assert "eheime" not in login(other_citizen).get(path).content.decode()


def test_a_look_known_by_account_and_by_register_key_stands_once(citizen, resident):
    look(Actor(citizen), account=citizen, person_key=resident.key)
    assert len(Access.objects.about_person(Actor(citizen))) == 1


def test_long_lists_go_on_page_by_page_without_gaps(login, citizen, resident, django_assert_num_queries):
    for number in range(60):
        look(
            Actor(citizen),
            **({"account": citizen} if number % 2 else {"person_key": resident.key}),
            purpose=f"sache_{number:02}",
        )
    browser, query, seen = login(citizen), "", []
    while True:
        page = browser.get(f"/meine-daten/zugriffe/{query}").content.decode()
        seen += [number for number in range(60) if f"Sache {number:02}" in page]
        if 'rel="next"' not in page:
            break
        query = page.split('rel="next" href="')[1].split('"')[0]
    assert sorted(seen) == list(range(60))
    with django_assert_num_queries(1):
        Access.objects.about_person(Actor(citizen), limit=26)


@pytest.mark.parametrize("before", ["abc", "-1", "0", "9" * 30, "²", "\x00", ""])
def test_a_made_up_page_is_the_first_page(login, citizen, before):
    browser = login(citizen)
    for path in ("zugriffe", "einwilligungen"):
        assert browser.get(f"/meine-daten/{path}/", {"before": before}).status_code == 200


def test_the_report_holds_what_we_hold(login, citizen, other_citizen, resident):
    consent_of(citizen)
    consent_of(other_citizen, purpose="fremdes")
    browser = login(citizen)
    assert "/reauthenticate/" in browser.get("/meine-daten/auskunft/")["Location"]
    browser.post("/konto/reauthenticate/", {"password": "geheim-genug-1"})
    answer = browser.get("/meine-daten/auskunft/")
    assert "attachment" in answer["Content-Disposition"] and "no-store" in answer["Cache-Control"]
    told = json.loads(answer.content)
    assert told["account"]["email"] == "zoe@example.org" and told["account"]["person"]["given_names"] == "Zoë Łucja"
    assert told["privacy"]["consents"][0]["purpose"] == "meldebescheinigung"
    assert "fremdes" not in answer.content.decode() and "password" not in answer.content.decode()


def test_every_room_adds_its_part(citizen, monkeypatch):
    monkeypatch.setitem(report.PARTS, "cases", lambda actor: [actor.key])
    assert report.compose(Actor(citizen))["cases"] == [f"account:{citizen.pk}"]


def test_rooms_above_name_their_purposes(monkeypatch):
    monkeypatch.setattr(purposes, "NAMES", [lambda key: "Hund anmelden" if key == "hundesteuer_anmelden" else ""])
    assert purposes.purpose_words("hundesteuer_anmelden") == "Hund anmelden"
    assert purposes.purpose_words("wohnsitz_ummelden") == "Wohnsitz ummelden"


def test_consents_past_their_time_are_forgotten(citizen):
    now = timezone.now()
    over, recent, live = (consent_of(citizen) for _ in range(3))
    Consent.objects.filter(pk=over.pk).update(revoked_at=now - timedelta(days=1096))
    Consent.objects.filter(pk=recent.pk).update(revoked_at=now - timedelta(days=1000))
    assert forget_old() == 1 and forget_old() == 0
    assert set(Consent.objects.all()) == {recent, live}
