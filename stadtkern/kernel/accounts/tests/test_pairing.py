"""Two screens of one person: what they may do for each other, and everything that must not work."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from stadtkern.kernel.accounts import draft_cookie
from stadtkern.kernel.accounts.actions import forget_stale
from stadtkern.kernel.accounts.models import Account, Pairing
from stadtkern.kernel.accounts.pairing import codes
from stadtkern.kernel.events.models import Event

SERVICE = "/vorgang/neu/meldebescheinigung/"
pytestmark = pytest.mark.django_db


def begin(screen: Client, kind: str = "weiter", target: str = SERVICE) -> Pairing:
    answer = screen.get(f"/handy/{kind}/?next={target}")
    number = int(re.search(r"/handy/schirm/(\d+)/", answer["Location"])[1])
    assert screen.get(answer["Location"]).status_code == 200
    return Pairing.objects.get(pk=number)


def page(row: Pairing, rest: str = "") -> str:
    return f"/handy/c/{codes.code(row.nonce)}/{rest}"


def choose(phone: Client, row: Pairing, number: int | str | None = None):
    return phone.post(page(row, "zahl/"), {"number": row.number if number is None else number})


def state(row: Pairing) -> str:
    row.refresh_from_db()
    return row.state


def signed_in(browser: Client) -> Account | None:
    key = browser.session.get("_auth_user_id")
    return Account.objects.get(pk=key) if key else None


def expire(row: Pairing) -> None:
    Pairing.objects.filter(pk=row.pk).update(expires_at=timezone.now() - timedelta(seconds=1))


def test_the_table_holds_no_code_and_the_screen_shows_what_is_needed(client):
    row = begin(client)
    shown = client.get(f"/handy/schirm/{row.pk}/").content.decode()
    assert "<svg" in shown and page(row) in shown and codes.written(codes.short(row.nonce)) in shown
    assert f">{row.number}<" in shown and "Meldebescheinigung" in shown
    stored = " ".join(str(value) for value in Pairing.objects.values_list().get())
    assert codes.code(row.nonce) not in stored and codes.short(row.nonce) not in stored
    assert (row.expires_at - row.created_at) == timedelta(minutes=2)


def test_the_phone_goes_on_with_the_draft_of_the_first_screen():
    first, phone = Client(), Client()
    first.get(SERVICE)  # the browser gets its key
    phone.get(SERVICE)
    own = draft_cookie.COOKIE
    before = phone.cookies[own].value
    row = begin(first)
    assert "Welche Zahl" in phone.get(page(row)).content.decode() and state(row) == "OPENED"
    answer = choose(phone, row)
    assert (answer.status_code, answer["Location"]) == (302, SERVICE) and state(row) == "USED"
    held = phone.cookies[own].value.split(":")[0].split(".")
    assert held == [before.split(":")[0], first.cookies[own].value.split(":")[0]], "its own drafts stay, the other's come"
    assert row.drafts == "" and signed_in(phone) is None
    lines = list(Event.objects.filter(subject=str(row)).order_by("pk").values_list("name", flat=True))
    assert lines == ["pairing.created", "pairing.opened", "pairing.confirmed", "pairing.used"]


def test_a_signed_in_screen_signs_the_phone_in_only_after_its_own_yes(login, citizen):
    first, phone = login(citizen), Client()
    session = first.session
    session["trust"], session["trust_until"] = 4, timezone.now().timestamp() + 900
    session.save()
    row = begin(first)
    assert choose(phone, row)["Location"] == page(row, "warten/") and state(row) == "MATCHED"
    assert phone.post(page(row, "warten/"))["Location"] == page(row, "warten/") and signed_in(phone) is None
    assert "Ist das Ihr Handy?" in first.get(f"/handy/schirm/{row.pk}/").content.decode()
    first.post(f"/handy/schirm/{row.pk}/erlauben/")
    first.post(f"/handy/schirm/{row.pk}/erlauben/")  # a double click
    assert phone.post(page(row, "warten/"))["Location"] == SERVICE
    assert signed_in(phone) == citizen and "trust_until" not in phone.session, "BASIC, never more"
    assert phone.post(page(row, "warten/"))["Location"] == SERVICE, "a second click ends at the same place"


def test_without_that_yes_the_phone_goes_on_alone(login, citizen):
    first, phone = login(citizen), Client()
    row = begin(first)
    choose(phone, row)
    assert phone.post(page(row, "warten/"), {"without": "1"})["Location"] == SERVICE
    assert signed_in(phone) is None
    first.post(f"/handy/schirm/{row.pk}/erlauben/")
    assert phone.post(page(row, "warten/"))["Location"] == SERVICE and signed_in(phone) is None


def test_a_phone_lets_the_first_screen_in_with_basic_trust(login, citizen):
    first, phone = Client(), login(citizen)
    row = begin(first, "anmelden", "/meine-daten/")
    asks = phone.get(page(row)).content.decode()
    assert "Zoë Łucja Çelik-Müller" in asks and "Unbekanntes Gerät" in asks
    assert choose(phone, row)["Location"] == page(row, "warten/")
    assert "Am anderen Bildschirm" in phone.get(page(row, "warten/")).content.decode()
    assert first.post(f"/handy/schirm/{row.pk}/abholen/")["Location"] == "/meine-daten/"
    assert signed_in(first) == citizen and "trust_until" not in first.session
    assert first.post(f"/handy/schirm/{row.pk}/abholen/")["Location"] == "/meine-daten/", "a double click"
    assert Event.objects.filter(name="account.signed_in").count() == 1


def test_a_phone_that_is_not_signed_in_signs_in_first_and_comes_back(client, citizen):
    row = begin(client, "anmelden")
    phone = Client()
    assert phone.get(page(row))["Location"] == f"/konto/login/?next={page(row)}"
    choose(phone, row)
    assert state(row) == "WAITING"


def test_another_session_collects_nothing(login, citizen, other_citizen):
    first, phone, thief = Client(), login(citizen), login(other_citizen)
    row = begin(first, "anmelden")
    choose(phone, row)
    for path in ("", "stand/"):
        assert thief.get(f"/handy/schirm/{row.pk}/{path}").status_code == 404
    for path in ("abholen/", "erlauben/", "abbrechen/"):
        assert Client().post(f"/handy/schirm/{row.pk}/{path}").status_code == 404
    assert thief.post(page(row, "warten/")).status_code == 410
    assert state(row) == "CONFIRMED"


@pytest.mark.parametrize("wrong", ["00", "", "1\x00", "9" * 40, "\ud800"])
def test_a_wrong_number_burns_the_code(wrong):
    first, phone = Client(), Client()
    row = begin(first)
    answer = choose(phone, row, wrong.encode("utf-8", "surrogatepass").decode("latin-1"))
    assert answer.status_code == 410 and state(row) == "BURNT"
    assert choose(phone, row).status_code == 410 and choose(Client(), row).status_code == 410
    assert "falsche Zahl" in first.get(f"/handy/schirm/{row.pk}/stand/").content.decode()


def test_after_two_minutes_it_is_worth_nothing():
    first, phone = Client(), Client()
    row = begin(first)
    phone.get(page(row))
    expire(row)
    assert choose(phone, row).status_code == 410 and phone.get(page(row)).status_code == 410
    assert "Die zwei Minuten sind um" in first.get(f"/handy/schirm/{row.pk}/").content.decode()
    assert begin(first).pk != row.pk, "a new one is made"


def test_a_confirmed_sign_in_that_nobody_collects_expires(login, citizen):
    first = Client()
    row = begin(first, "anmelden")
    choose(login(citizen), row)
    expire(row)
    first.post(f"/handy/schirm/{row.pk}/abholen/")
    assert signed_in(first) is None


def test_two_phones_at_once_one_wins():
    row, one, two = begin(Client()), Client(), Client()
    one.get(page(row)), two.get(page(row))
    assert choose(one, row).status_code == 302
    assert choose(two, row).status_code == 410 and two.post(page(row, "warten/")).status_code == 410
    two.post(page(row, "ablehnen/"))
    assert state(row) == "USED"
    assert one.get(page(row))["Location"] == page(row, "warten/"), "the back button of the one that won"


def test_a_screen_is_not_paired_with_itself(client):
    row = begin(client)
    assert client.get(page(row))["Location"] == f"/handy/schirm/{row.pk}/"
    assert choose(client, row).status_code == 410 and state(row) == "WAITING"


def test_reload_and_back_button_show_the_same_code(client):
    row = begin(client)
    assert begin(client).pk == row.pk and Pairing.objects.count() == 1
    assert client.get(f"/handy/schirm/{row.pk}/stand/?war=WAITING").status_code == 204, "nothing new, nothing moves"


def test_both_screens_can_call_it_off():
    first, phone = Client(), Client()
    row = begin(first)
    assert "Abgebrochen" in phone.post(page(row, "ablehnen/")).content.decode()
    assert state(row) == "REFUSED" and choose(phone, row).status_code == 410
    again = begin(first)
    assert first.post(f"/handy/schirm/{again.pk}/abbrechen/")["Location"] == SERVICE and state(again) == "REFUSED"


def test_the_short_code_is_typed_as_people_type(client):
    row = begin(client)
    phone, letters = Client(), codes.short(row.nonce)
    assert set(letters) <= set("BCDFGHJKLMNPQRSTVWXZ") and len(letters) == 8
    answer = phone.post("/handy/", {"code": f" {letters[:4].lower()} - {letters[4:]}"})
    assert answer["Location"] == page(row)
    assert phone.post("/handy/", {"code": "ABC"}).status_code == 422
    assert phone.post("/handy/", {"code": "\x00" * 9}).status_code == 422


def test_guessing_is_braked():
    phone, row = Client(), begin(Client())
    seen = [phone.post("/handy/", {"code": "BCDF-GHJK"}).status_code for _ in range(12)]
    assert seen[:10] == [422] * 10 and seen[-1] == 429
    assert phone.post("/handy/", {"code": codes.short(row.nonce)}).status_code == 429, "also with the right one"


def test_making_codes_without_end_is_braked(client):
    seen = {client.get(f"/handy/weiter/?next={SERVICE}?a={n}").status_code for n in range(32)}
    assert seen == {302, 429} and Pairing.objects.count() == 30


@pytest.mark.parametrize(
    "target", ["https://boese.example/", "//boese.example", "javascript:alert(1)", "/handy/weiter/", "/\x00"]
)
def test_it_goes_on_only_to_our_own_pages(client, target):
    answer = client.get("/handy/weiter/", {"next": target})
    row = Pairing.objects.get(pk=int(re.search(r"(\d+)", answer["Location"])[1]))
    assert row.target == "/meine-stadt/"


@pytest.mark.parametrize("path", ["c/gibt-es-nicht/", f"c/{'A' * 300}/", "schirm/1/", f"schirm/{10**30}/", "c/%ED%A0%80/"])
def test_hostile_addresses_end_calmly(client, path):
    assert client.get(f"/handy/{path}").status_code in (400, 404, 410)


def test_a_clerk_let_in_by_phone_has_no_second_factor(settings, login, clerk):
    """The phone has shown one; the desk asks for its own."""
    settings.STAFF_SECOND_FACTOR = True
    first, phone = Client(), login(clerk.account)
    session = phone.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": 1}]
    session.save()
    assert phone.get("/vorgang/schreibtisch/").status_code == 200
    row = begin(first, "anmelden")
    choose(phone, row)
    first.post(f"/handy/schirm/{row.pk}/abholen/")
    assert signed_in(first) == clerk.account and first.get("/vorgang/schreibtisch/").status_code == 302


def test_a_closed_account_is_not_let_in(login, citizen):
    first = Client()
    row = begin(first, "anmelden")
    choose(login(citizen), row)
    Account.objects.filter(pk=citizen.pk).update(is_active=False)
    first.post(f"/handy/schirm/{row.pk}/abholen/")
    assert signed_in(first) is None


def test_codes_are_forgotten_after_a_day(client):
    row = begin(client)
    Pairing.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(days=1, seconds=1))
    forget_stale()
    assert not Pairing.objects.exists()


def test_three_numbers_one_of_them_right_in_an_order_that_stays():
    three = codes.numbers("n", 42)
    assert len(set(three)) == 3 and 42 in three and codes.numbers("n", 42) == three
