"""Signing in to an app with the city account: what is asked, allowed, handed out, noted and ended."""

import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from allauth.idp.oidc.models import Token
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from django.conf import settings
from django.core.cache import cache
from django.test import Client as Browser
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import KeySet

from stadtkern.kernel.events.actions import react
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.privacy.models import Access, Consent
from stadtkern.kernel.provider import actions, signing
from stadtkern.kernel.provider.models import Connection, Grant

from .conftest import BACK, EVERYTHING, answer, application, location


def test_the_person_decides_attribute_by_attribute(app, browser, zoe):
    page = app.ask(browser)
    text = page.content.decode()
    assert "Bücherei" in text and "Çelik-Müller" in text and "Lindenstraße 12a" in text and "zoe@example.org" in text
    assert "Melderegister, Vertrauensniveau substanziell" in text and " checked" not in text
    tokens = app.exchange(answer(app.decide(browser, do="chosen", grant=["resident", "email"]))["code"]).json()
    told = app.userinfo(tokens["access_token"]).json()
    assert set(told) == {"sub", "resident", "email", "email_verified"} and told["resident"] is True
    assert set(tokens["scope"].split()) == {"openid", "resident", "email"}


def test_nothing_at_all_may_be_given(app, browser):
    tokens = app.exchange(answer(app.decide(browser, do="chosen"))["code"]).json()
    assert set(app.userinfo(tokens["access_token"]).json()) == {"sub"}


def test_refused_as_a_whole(app, browser):
    told = answer(app.decide(browser, do="refuse"))
    assert told["error"] == "access_denied" and told["state"] == "mark" and told["iss"] == settings.BASE_URL
    assert not Connection.objects.exists() and not Consent.objects.exists()


def test_everything(app, browser, zoe, resident):
    told = app.userinfo(app.tokens(browser)["access_token"]).json()
    assert told["birthdate"] == "1988-02-29" and told["over_18"] is True and told["given_name"] == "Zoë Łucja"
    assert told["address"]["street_address"] == "Lindenstraße 12a" and told["address"]["locality"] == "Musterstadt"


def test_a_blocked_person_keeps_the_address_whatever_was_clicked(app, browser, resident):
    resident.blocked = True
    resident.save()
    page = app.ask(browser)
    assert "Auskunftssperre" in page.content.decode() and "Lindenstraße" not in page.content.decode()
    code = answer(app.decide(browser, grant=["address", "email"], do="chosen"))["code"]
    tokens = app.exchange(code).json()
    assert "address" not in tokens["scope"] and "address" not in app.userinfo(tokens["access_token"]).json()


def test_blocked_later_the_address_stops_at_once(app, browser, resident):
    tokens = app.tokens(browser)
    assert "address" in app.userinfo(tokens["access_token"]).json()
    resident.blocked = True
    resident.save()
    assert "address" not in app.userinfo(tokens["access_token"]).json()


def test_age_and_residence_are_only_confirmed_of_a_proved_person(app, other_citizen, login):
    browser = login(other_citizen)
    page = app.ask(browser).content.decode()
    assert "Weisen Sie sich aus" in page
    told = app.userinfo(app.tokens(browser)["access_token"]).json()
    assert not {"over_18", "resident", "email"} & set(told)  # not proved, mail not confirmed


def test_two_apps_cannot_compare_people(app, public_app, browser):
    one, two = app.tokens(browser), public_app.tokens(browser)
    subs = {app.userinfo(one["access_token"]).json()["sub"], public_app.userinfo(two["access_token"]).json()["sub"]}
    assert len(subs) == 2


def test_every_answer_is_noted_with_the_name_of_the_app(app, browser, zoe):
    tokens = app.tokens(browser, do="chosen", grant=["resident"])
    app.userinfo(tokens["access_token"])
    noted = Access.objects.get(accounts__contains=[zoe.pk], actor=f"client:{app.client.pk}")
    assert noted.fields == ["resident"] and noted.purpose == f"client:{app.client.pk}"
    cockpit = browser.get("/meine-daten/zugriffe/").content.decode()
    assert "Bücherei" in cockpit and "ob Sie in der Stadt wohnen" in cockpit and app.client.pk not in cockpit
    assert Event.objects.filter(name="connection.released", subject=f"account:{zoe.pk}").count() == 1


def test_the_second_time_nobody_is_asked_again(app, browser):
    app.tokens(browser, do="chosen", grant=["email"])
    response = app.ask(browser)
    assert response.status_code == 302 and "code=" in response["Location"]
    told = app.userinfo(app.exchange(answer(response)["code"]).json()["access_token"]).json()
    assert "address" not in told  # what was refused stays refused
    assert app.ask(browser, prompt="consent").status_code == 200
    after_form = browser.get(f"/openid/authorize?{app.question()}", headers={"Referer": "http://testserver/konto/login/"})
    assert after_form.status_code == 200 and "refresh" in after_form.content.decode()  # form-action does not stand in the way


def test_ending_it_here_ends_it_everywhere(app, browser, zoe):
    tokens = app.tokens(browser)
    connection = Connection.objects.get(account=zoe)
    page = browser.get("/verbundene-dienste/").content.decode()
    assert "Bücherei" in page and "Anschrift" in page
    browser.post(f"/verbundene-dienste/{connection.pk}/trennen/")
    assert app.userinfo(tokens["access_token"]).status_code == 401
    assert app.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert not Token.objects.filter(user=zoe).exists() and Consent.objects.get().revoked_at
    assert app.ask(browser).status_code == 200  # asked anew
    again = app.userinfo(app.tokens(browser)["access_token"]).json()
    assert again["sub"] == connection.sub  # the app finds its customer again


def test_a_consent_withdrawn_in_the_cockpit_counts_at_once(app, browser, zoe):
    tokens = app.tokens(browser)
    consent = Consent.objects.get(account=zoe)
    browser.post(f"/meine-daten/einwilligungen/{consent.pk}/widerrufen/")
    assert Consent.objects.get().revoked_at
    assert app.userinfo(tokens["access_token"]).status_code == 401
    actions.end_tokens(consent.pk)
    assert not Token.objects.filter(user=zoe).exists() and Connection.objects.get().ended_at


def test_a_closed_account_opens_nothing(app, browser, zoe):
    tokens = app.tokens(browser)
    type(zoe).objects.filter(pk=zoe.pk).update(is_active=False)
    assert app.userinfo(tokens["access_token"]).status_code == 401
    actions.forget_account(zoe.pk)
    assert not Connection.objects.exists()


def test_refresh_tokens_are_changed_at_every_use(app, browser):
    first = app.tokens(browser)
    second = app.refresh(first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert app.userinfo(second["access_token"]).status_code == 200


def test_sign_ins_are_forgotten_when_no_token_lives_of_them(app, browser):
    kept = app.tokens(browser)
    gone = app.exchange(answer(app.ask(browser))["code"]).json()
    Grant.objects.update(created_at=timezone.now() - timedelta(days=61))
    Token.objects.filter(type=Token.Type.REFRESH_TOKEN).exclude(
        pk=Token.objects.lookup(Token.Type.REFRESH_TOKEN, kept["refresh_token"]).pk
    ).delete()
    Token.objects.filter(type=Token.Type.ACCESS_TOKEN).update(expires_at=timezone.now())
    assert actions.forget_old() == 3 and actions.forget_old() == 0
    assert Grant.objects.count() == 1
    assert app.refresh(kept["refresh_token"]).status_code == 200 and app.refresh(gone["refresh_token"]).status_code == 400


def test_an_app_that_may_not_stay_gets_no_refresh_token(browser, db):
    assert "refresh_token" not in application(name="Kurz", stays=False).tokens(browser)
    assert not Token.objects.filter(type=Token.Type.REFRESH_TOKEN).exists()


def test_silent_questions(app, browser, client):
    assert answer(app.ask(client, prompt="none"))["error"] == "login_required"
    assert answer(app.ask(browser, prompt="none"))["error"] == "consent_required"
    tokens = app.tokens(browser)
    assert "code" in answer(app.ask(browser, prompt="none"))
    assert "code" in answer(app.ask(browser, prompt="none", id_token_hint=tokens["id_token"]))


def test_the_other_apps_consent_counts_for_nobody_else(app, public_app, browser):
    app.tokens(browser)
    assert answer(public_app.ask(browser, prompt="none"))["error"] == "consent_required"


def test_max_age_and_prompt_login_ask_again(app, browser, zoe):
    session = browser.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 900}]
    session.save()
    assert app.ask(browser, max_age=1000).status_code == 200
    for changes in ({"max_age": 600}, {"prompt": "login"}):
        response = app.ask(browser, **changes)
        assert response.status_code == 302 and response["Location"].startswith("/konto/reauthenticate/")
        back = parse_qs(urlsplit(response["Location"]).query)["next"][0]
        session["account_authentication_methods"] = [{"method": "password", "at": time.time() + 1}]
        session.save()
        assert browser.get(back).status_code == 200
        session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 900}]
        session.save()
    assert answer(app.ask(browser, prompt="none", max_age=600))["error"] == "login_required"


def test_an_app_that_needs_proof_gets_proof(browser, db):
    app = application(name="Wahlamt", trust="substantial")
    response = app.ask(browser)
    assert response.status_code == 302 and response["Location"].startswith("/konto/ausweisen/")
    session = browser.session
    session["trust"], session["trust_until"] = 3, (timezone.now() + timedelta(minutes=5)).timestamp()
    session.save()
    claims = unpack(app.tokens(browser)["id_token"], app)
    assert claims["acr"] == "http://eidas.europa.eu/LoA/substantial"


def test_a_visitor_signs_in_first_and_lands_on_the_question(app, client, zoe):
    response = app.ask(client)
    assert response["Location"].startswith("/konto/login/")
    back = parse_qs(urlsplit(response["Location"]).query)["next"][0]
    client.force_login(zoe, backend=settings.AUTHENTICATION_BACKENDS[0])
    assert client.get(back).status_code == 200


def test_keys_rotate_and_old_tokens_still_check(app, browser, settings, tmp_path):
    settings.HOME = tmp_path
    old = app.tokens(browser)["id_token"]
    actions.rotate_key("system")
    published = app.machine.get("/openid/jwks.json").json()["keys"]
    assert len(published) == 2 and all("d" not in key for key in published)
    assert unpack(old, app)["aud"] == app.client.pk
    assert len({key.pem for key in signing.listed()}) == 2
    assert all(file.stat().st_mode & 0o77 == 0 for file in signing.folder().glob("*.pem"))


def test_signing_out_from_the_app(app, browser, zoe):
    tokens = app.tokens(browser)
    query = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": "https://app.example/tschuess", "state": "x"}
    page = browser.get("/openid/logout", query)
    assert page.status_code == 200
    response = browser.post(page.context["action"], {"do": "everywhere"})
    assert location(response) == "https://app.example/tschuess?state=x"
    assert app.userinfo(tokens["access_token"]).status_code == 401
    assert "_auth_user_id" not in browser.session


def test_a_machine_without_keyboard(browser, zoe):
    """The whole way of RFC 8628 through oauthlib: its release 4.0.1 broke this one."""
    app = application(name="Automat", public=True, device=True)
    asked = app.post("device/code", client_id=app.client.pk, scope="openid resident email").json()
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": asked["device_code"],
            "client_id": app.client.pk}  # fmt: skip
    assert app.post("token", **form).json()["error"] == "authorization_pending"
    page = browser.post("/geraet/", {"code": asked["user_code"]})
    assert "Automat" in page.content.decode() and asked["user_code"] in page.content.decode()
    done = browser.post(
        "/geraet/", {"code": asked["user_code"], "who": page.context["who"], "do": "chosen", "grant": ["resident"]}
    )
    assert "angemeldet" in done.content.decode()
    rest(asked["device_code"])
    tokens = app.post("token", **form).json()
    assert set(app.userinfo(tokens["access_token"]).json()) == {"sub", "resident"}
    assert app.post("token", **form).json()["error"] == "invalid_grant"
    assert app.userinfo(tokens["access_token"]).status_code == 401  # shown twice: everything void


def rest(device_code: str) -> None:
    """Forget when the machine asked last, instead of waiting five seconds."""
    key = f"allauth.idp.oidc.device_code[{device_code}]"
    cache.set(key, cache.get(key) | {"last_poll_at": 0})


def unpack(token: str, app) -> dict:
    keys = KeySet.import_key_set(app.machine.get("/openid/jwks.json").json())
    return dict(jwt.decode(token, keys, algorithms=["RS256"]).claims)


def over_the_wire(request: httpx.Request) -> httpx.Response:
    """The library's requests, byte by byte, to our doors."""
    headers = {name: value for name, value in request.headers.items() if name not in ("content-length", "content-type")}
    answered = Browser().generic(
        request.method, request.url.raw_path.decode(), request.content, request.headers.get("content-type", ""), headers=headers
    )
    return httpx.Response(answered.status_code, headers=dict(answered.items()), content=answered.content)


@pytest.mark.parametrize("kind", ["confidential", "public"])
def test_authlib_as_the_other_side(kind, app, public_app, browser, zoe):
    """An independent library: discovery, PKCE, exchange, ID token against our keys, userinfo, refresh, revocation."""
    chosen = app if kind == "confidential" else public_app
    base = settings.BASE_URL
    web = httpx.MockTransport(over_the_wire)
    anybody = httpx.Client(transport=web, base_url=base)
    about = anybody.get("/.well-known/openid-configuration").json()
    keys = KeySet.import_key_set(anybody.get(about["jwks_uri"]).json())
    with OAuth2Client(chosen.client.pk, chosen.secret or None, scope="openid profile resident", redirect_uri=BACK,
                      code_challenge_method="S256", transport=web, base_url=base,
                      token_endpoint_auth_method="client_secret_basic" if chosen.secret else "none") as rp:  # fmt: skip
        assert about["issuer"] == base and about["authorization_response_iss_parameter_supported"] is True
        verifier = "authlib" * 8
        url, state = rp.create_authorization_url(about["authorization_endpoint"], code_verifier=verifier, nonce="n-1")
        page = browser.get(url.removeprefix(base))
        back = location(browser.post(page.context["action"], {"who": page.context["who"], "do": "all"}))
        tokens = rp.fetch_token(about["token_endpoint"], authorization_response=back, code_verifier=verifier, state=state)
        decoded = jwt.decode(tokens["id_token"], keys, algorithms=about["id_token_signing_alg_values_supported"])
        options = {"iss": {"value": base}, "aud": {"value": chosen.client.pk}}
        claims = CodeIDToken(decoded.claims, decoded.header, options, {"nonce": "n-1", "client_id": chosen.client.pk,
                                                                       "access_token": tokens["access_token"]})  # fmt: skip
        claims.validate()
        told = rp.get(about["userinfo_endpoint"]).json()
        assert told["sub"] == claims["sub"] and told["family_name"] == "Çelik-Müller" and "address" not in told
        assert "family_name" not in claims  # the ID token says who, not what
        fresh = rp.refresh_token(about["token_endpoint"])
        assert fresh["access_token"] != tokens["access_token"]
        assert rp.revoke_token(about["revocation_endpoint"], fresh["access_token"]).status_code == 200
    assert chosen.userinfo(fresh["access_token"]).status_code == 401


def test_the_diary_wakes_the_reaction(app, browser, zoe):
    app.tokens(browser)
    consent = Consent.objects.get(account=zoe)
    browser.post(f"/meine-daten/einwilligungen/{consent.pk}/widerrufen/")
    event = Event.objects.get(name="consent.revoked")
    react(event.pk, "stadtkern.kernel.provider.reactions.cut_off")
    assert Connection.objects.get().ended_at


def test_all_attributes_have_words(app, browser):
    text = app.ask(browser).content.decode()
    assert all(f'value="{key}"' in text for key in EVERYTHING)
