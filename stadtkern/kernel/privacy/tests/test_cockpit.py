"""The data cockpit: consents, who looked, the report, forgetting."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.privacy import purposes, report
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


def test_the_cockpit_speaks_plainly_and_names_offices_not_clerks(login, citizen, clerk, resident):
    look(Actor(clerk.account, clerk), person_key=resident.key)
    look(Actor(citizen), account=citizen)
    look(Actor(), account=citizen, fields=["hund/rufname"])
    page = login(citizen).get("/meine-daten/").content.decode()
    for words in ("Bürgeramt", "Sie selbst", "Automatisch", "Wohnsitz ummelden", "Melderegister", "Geburtsdatum", "Rufname"):
        assert words in page, words
    assert "Petra" not in page and "wohnsitz_ummelden" not in page and "staff:" not in page


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
