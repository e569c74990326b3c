"""The public page and the question at the counter: what is believed, what is refused, what is kept."""

import json
import re
import zlib
from datetime import timedelta

import httpx
import pytest
from django.core.cache import cache, caches
from django.test import Client
from django.utils import timezone
from jwcrypto.jwk import JWK

from stadtkern.kernel.city.profile import city
from stadtkern.kernel.credentials import actions, keys, places, public
from stadtkern.kernel.credentials.models import Copy, Query, StatusList
from stadtkern.kernel.privacy.models import Access
from stadtkern.lib.sdjwt import issue, new_key, split, status, thumbprint
from stadtkern.lib.sdjwt import public as public_part
from stadtkern.lib.sdjwt.strict import decoded

from .conftest import CLAIMS, open_way, send

pytestmark = pytest.mark.django_db
CHECK = "/nachweise/pruefen/"


def said(text: str) -> str:
    """State of the finding for a pasted proof."""
    return public.finding(text).state


def test_the_page_says_in_words_what_holds(in_wallet, offered):
    text = in_wallet.credentials[0][1]
    page = Client().post(CHECK, {"proof": text}).content.decode()
    for words in ("Echt und gültig", "Stadt Musterstadt", "Meldebescheinigung", "Çelik-Müller", "29.02.1988", "Lindenstraße"):
        assert words in page
    assert "Vergleichen Sie mit einem Ausweis" in page
    actions.revoke("system", offered)
    page = Client().post(CHECK, {"proof": text}).content.decode()
    assert "gilt nicht mehr" in page and "Çelik" not in page
    bare = split(text).token + "~"  # shows nothing but that there is one
    assert public.finding(bare).rows == []


@pytest.mark.parametrize(
    ("change", "state"),
    [
        (lambda t: t, "valid"),
        (lambda t: t.replace("~", "~\n", 1), "forged"),  # the page itself takes line breaks away
        (lambda t: t[:-40], "unreadable"),
        (lambda t: t + "eyJ~", "forged"),
        (lambda t: "", "unreadable"),
        (lambda t: "hello", "unreadable"),
        (lambda t: "x" * 200_000 + "~", "unreadable"),
        (lambda t: "~" * 5000, "unreadable"),
        (lambda t: "\ud800~", "unreadable"),
        (lambda t: issue({"iss": places.issuer(), "vct": "x", "a": 1}, key=new_key(), kid="k"), "forged"),
        (lambda t: issue({"iss": places.issuer(), "vct": "x"}, key=new_key(), kid=keys.signing().kid), "forged"),
        (lambda t: issue({"iss": "https://thief.example", "vct": "x"}, key=new_key(), kid="k"), "unknown"),
        (lambda t: ours(exp=1), "expired"),
        (lambda t: ours(nbf=4_000_000_000), "early"),
        (lambda t: ours(status={"status_list": {"uri": "https://thief.example/1", "idx": 0}}), "unsure"),
        (lambda t: ours(status={"other": 1}), "unsure"),
    ],
)
def test_everything_else_has_its_own_words(change, state, in_wallet):
    assert said(change(in_wallet.credentials[0][1])) == state


def ours(**claims):
    key = keys.signing()
    return issue({"iss": places.issuer(), "vct": "x", "given_name": "Zoë", **claims}, key=key.private, kid=key.kid)


def test_the_page_takes_files_and_line_breaks_and_stops_guessing(in_wallet, tmp_path):
    text = in_wallet.credentials[0][1]
    folded = "\r\n".join(text[at : at + 70] for at in range(0, len(text), 70))
    assert "Echt und gültig" in Client().post(CHECK, {"proof": folded}).content.decode()
    file = tmp_path / "proof.txt"
    file.write_text(text)
    with file.open("rb") as handed:
        assert "Echt und gültig" in Client().post(CHECK, {"file": handed}).content.decode()
    file.write_bytes(b"\0\xff" * 200_000)
    with file.open("rb") as handed:
        assert Client().post(CHECK, {"file": handed}).status_code == 422
    assert Client().post(CHECK, {}).status_code == 422
    for body in ("<script>alert(1)</script>", "a\0b~", "é" * 300):
        page = Client().post(CHECK, {"proof": body})
        assert page.status_code == 200 and b"Nicht lesbar" in page.content and b"<script>alert" not in page.content
    found = [Client().post(CHECK, {"proof": "x"}).status_code for _ in range(35)]
    assert found[0] == 200 and found[-1] == 429


# ------------------------------------------------------------------ the list


def test_the_list_is_large_signed_and_says_nothing_of_people(in_wallet, offered):
    copy = Copy.objects.get()
    url = places.address("status", copy.listed.key)
    reply = send("GET", url, {}, None)
    assert reply.headers["content-type"] == status.MEDIA_TYPE and reply.headers["access-control-allow-origin"] == "*"
    body = json.loads(decoded(reply.text.split(".")[1]))
    bits = zlib.decompress(decoded(body["status_list"]["lst"]))
    assert len(bits) * 8 >= 1 << 17 and not any(bits) and body["sub"] == url and body["exp"] > body["iat"] + body["ttl"]
    again = send("GET", url, {"If-None-Match": reply.headers["etag"]}, None)
    assert again.status == 304 and again.text == ""
    published = [keys.signing().jwk]
    assert status.status(reply.text, uri=url, index=copy.place, keys=published) == status.VALID
    actions.revoke("system", offered)
    fresh = send("GET", url, {"If-None-Match": reply.headers["etag"]}, None)
    assert fresh.status == 200 and status.status(fresh.text, uri=url, index=copy.place, keys=published) == status.INVALID
    bits = zlib.decompress(decoded(json.loads(decoded(fresh.text.split(".")[1]))["status_list"]["lst"]))
    assert sum(byte.bit_count() for byte in bits) == 1


def test_places_are_drawn_by_lot_and_never_twice(quiet):
    drawn = [actions.draw(4)[1] for _ in range(50)]
    flat = [place for places_ in drawn for place in places_]
    assert len(set(flat)) == 200 and flat != sorted(flat) and StatusList.objects.get().used == 200
    StatusList.objects.update(used=1 << 16)
    actions.draw(1)
    assert StatusList.objects.count() == 2


# ------------------------------------------------------------------ keys


def test_a_new_key_signs_and_the_old_one_stays_while_it_is_needed(in_wallet, offered, monkeypatch):
    text, old = in_wallet.credentials[0][1], keys.signing()
    new = actions.rotate()
    monkeypatch.setattr("stadtkern.kernel.credentials.metadata.OVERLAP", timedelta(0))
    assert keys.signing().kid == new.kid != old.kid and said(text) == "valid"
    jwks = send("GET", places.address("jwks"), {}, None).json()
    assert {key["kid"] for key in jwks["keys"]} == {old.kid, new.kid} and not any("d" in key for key in jwks["keys"])
    Copy.objects.update(valid_until=timezone.now() - timedelta(days=1))
    jwks = send("GET", places.address("jwks"), {}, None).json()
    assert {key["kid"] for key in jwks["keys"]} == {new.kid}
    assert oct(new.file.stat().st_mode & 0o777) == "0o600"


def test_a_key_that_cannot_be_used_is_told_to_the_operator(quiet, settings, monkeypatch):
    keys.signing()
    (keys.folder() / "29991231T000000000000-x.pem").write_text("nothing")
    with pytest.raises(keys.NoKeys, match="29991231"):
        keys.ring()
    settings.PRODUCTION = True
    monkeypatch.setenv("STADTKERN_CREDENTIAL_KEYS", str(settings.HOME / "empty"))
    with pytest.raises(keys.NoKeys, match="rotate"):
        keys.signing()


# ------------------------------------------------------------------ others


NEIGHBOUR, THEIRS = "https://nachbarstadt.example/nachweise", new_key()
THEIR_KID = thumbprint(public_part(THEIRS))


@pytest.fixture
def neighbour(monkeypatch, quiet):
    """A trusted issuer, reached over a faked network; `served` may be changed."""
    monkeypatch.setitem(city().raw, "credentials", {**city().raw.get("credentials", {}), "trusted": [
        {"issuer": NEIGHBOUR, "title": "Stadt Nachbarstadt"}]})  # fmt: skip
    key = {**public_part(THEIRS), "kid": THEIR_KID}
    served = {
        "https://nachbarstadt.example/.well-known/jwt-vc-issuer/nachweise": {"issuer": NEIGHBOUR, "jwks": {"keys": [key]}},
        f"{NEIGHBOUR}/status/1": status.token(
            bytes([0b10] + [0] * 99), uri=f"{NEIGHBOUR}/status/1", key=THEIRS, kid=THEIR_KID,
            made_at=int(timezone.now().timestamp()), ttl=60, valid=600),
    }  # fmt: skip

    def answer(request):
        found = served.get(str(request.url))
        if found is None:
            return httpx.Response(404)
        return httpx.Response(200, content=found if isinstance(found, (str, bytes)) else json.dumps(found))

    def stream(method, url, **how):
        client = httpx.Client(transport=httpx.MockTransport(answer), follow_redirects=how["follow_redirects"])
        return client.stream(method, url)

    monkeypatch.setattr("stadtkern.kernel.credentials.trust.httpx.stream", stream)
    caches["local"].clear()
    return served


def their(index=0, uri=f"{NEIGHBOUR}/status/1", key=THEIRS, **claims):
    listed = {"status": {"status_list": {"uri": uri, "idx": index}}}
    return issue({"iss": NEIGHBOUR, "vct": "urn:x", "given_name": "Ana", **listed, **claims}, key=key, kid=THEIR_KID)


def test_a_trusted_city_is_believed_and_nobody_else(neighbour):
    found = public.finding(their())
    assert (found.state, found.issuer, found.kind) == ("valid", "Stadt Nachbarstadt", "urn:x")
    assert said(their(index=1)) == "revoked"
    assert said(their(key=new_key())) == "forged"
    assert said(their(index=10**6)) == "unsure"
    assert said(their(uri="https://elsewhere.example/1")) == "unsure"
    assert said(their(uri="http://169.254.169.254/latest")) == "unsure"
    assert said(their(uri=f"{NEIGHBOUR}/status/2")) == "unsure"
    neighbour[f"{NEIGHBOUR}/status/2"] = b"\xff" * 4_000_000
    assert said(their(uri=f"{NEIGHBOUR}/status/2")) == "unsure"


def test_a_trusted_city_that_does_not_answer(neighbour):
    neighbour.pop("https://nachbarstadt.example/.well-known/jwt-vc-issuer/nachweise")
    assert said(their()) == "unsure"


@pytest.mark.parametrize("answer", [b"[", {"issuer": "https://thief.example"}, {"issuer": NEIGHBOUR, "jwks": {"keys": [1]}},
                                    {"issuer": NEIGHBOUR, "jwks_uri": "https://thief.example/keys"}])  # fmt: skip
def test_strange_metadata_make_nobody_trusted(answer, neighbour):
    neighbour["https://nachbarstadt.example/.well-known/jwt-vc-issuer/nachweise"] = answer
    assert said(their()) != "valid"


# ------------------------------------------------------------------ the question at the counter


@pytest.fixture
def counter(clerk, login):
    return login(clerk.account)


def put(client, question="anschrift"):
    """Ask; (address of the page, link in the QR code)."""
    answer = client.post("/nachweise/abfragen/", {"question": question, "about": "MS-7F3K-9QXM"})
    page = client.get(answer["Location"]).content.decode()
    return answer["Location"], re.search(r'href="(openid4vp://[^"]+)"', page)[1].replace("&amp;", "&")


def test_only_what_was_asked_is_shown_and_the_person_can_see_that(in_wallet, counter, citizen):
    page, link = put(counter)
    asked = in_wallet.question(link)
    presentation = in_wallet.presentation(asked)
    assert "Zoë" not in presentation
    reply = in_wallet.answer(asked, presentation)
    assert reply.status == 200 and reply.json()["redirect_uri"].startswith(places.address("thanks"))
    shown = counter.get(page).content.decode()
    assert "Nachgewiesen" in shown and "Lindenstraße" in shown and "Stadt Musterstadt" in shown and "1988" not in shown
    seen = Access.objects.get(source="wallet")
    assert seen.accounts == [citizen.pk] and seen.purpose == "Wohnanschrift" and "address.locality" in seen.fields
    assert "Lindenstraße".encode() not in bytes(Query.objects.get().answer)
    assert in_wallet.answer(asked, presentation).status == 400  # one question, one answer


def test_a_wallet_that_shows_more_is_not_listened_to(in_wallet, counter):
    page, link = put(counter)
    asked = in_wallet.question(link)
    in_wallet.answer(asked, in_wallet.presentation(asked, wanted={"address": True, "birthdate": True, "given_name": True}))
    assert "29.02.1988" not in counter.get(page).content.decode()


THIEF = JWK.generate(kty="EC", crv="P-256")
BAD_ANSWERS = {
    "for somebody else": lambda w, a: w.presentation(a, aud="x509_hash:thief"),
    "to an old question": lambda w, a: w.presentation(a, nonce="old"),
    "signed by a thief": lambda w, a: w.presentation(a, key=THIEF),
    "without the holder": lambda w, a: w.presentation(a).rpartition("~")[0] + "~",
    "less than asked for": lambda w, a: w.presentation(a, wanted={"given_name": True}),
    "altered": lambda w, a: w.presentation(a).replace("~", "~WyJ4IiwgImEiLCAxXQ~", 1),
    "nothing": lambda w, a: "",
    "forged": lambda w, a: issue({"iss": places.issuer(), "vct": places.vct("meldebescheinigung")}, key=new_key(), kid="k"),
    "endless": lambda w, a: "x" * 300_000,
}


@pytest.mark.parametrize("attack", BAD_ANSWERS)
def test_a_false_answer_is_told_as_such(attack, in_wallet, counter):
    page, link = put(counter)
    asked = in_wallet.question(link)
    assert in_wallet.answer(asked, BAD_ANSWERS[attack](in_wallet, asked)).status == 400
    shown = counter.get(page).content.decode()
    assert "Nachgewiesen" not in shown and "Lindenstraße" not in shown and Query.objects.get().answer == b""
    cache.clear()


def test_what_does_not_come_encrypted_for_this_question_is_not_read(in_wallet, counter):
    _page, link = put(counter)
    asked = in_wallet.question(link)
    presentation = in_wallet.presentation(asked)
    plain = {"vp_token": json.dumps({"nachweis": [presentation]}), "state": asked["state"]}
    other = JWK.generate(kty="EC", crv="P-256").export_public(as_dict=True) | {"alg": "ECDH-ES", "kid": "1"}
    for_others = {**asked, "client_metadata": {**asked["client_metadata"], "jwks": {"keys": [other]}}}
    assert send("POST", asked["response_uri"], {}, plain).status == 400
    assert in_wallet.answer(for_others, presentation).status == 400
    assert in_wallet.answer(asked, presentation, state="wrong").status == 400
    for garbage in ("", "a.b.c.d.e", "é", "x" * 500_000):
        assert send("POST", asked["response_uri"], {}, {"response": garbage}).status == 400
    assert Query.objects.get().state == Query.State.OPEN  # none of it used the question up
    assert in_wallet.answer(asked, presentation).status == 200
    cache.clear()


def test_a_revoked_proof_does_not_answer(in_wallet, counter, offered):
    page, link = put(counter)
    asked = in_wallet.question(link)
    actions.revoke("system", offered)
    assert in_wallet.answer(asked, in_wallet.presentation(asked)).json()["error_description"] == "revoked"
    assert "gilt nicht mehr" in counter.get(page).content.decode()


def test_the_person_may_say_no(in_wallet, counter):
    page, link = put(counter)
    asked = in_wallet.question(link)
    form = {"error": "access_denied", "state": asked["state"]}
    assert send("POST", asked["response_uri"], {}, {**form, "state": "wrong"}).status == 400
    assert send("POST", asked["response_uri"], {}, form).status == 200
    assert "Nicht gezeigt" in counter.get(page).content.decode()


def test_answers_are_forgotten_after_minutes(in_wallet, counter):
    page, link = put(counter)
    asked = in_wallet.question(link)
    in_wallet.answer(asked, in_wallet.presentation(asked))
    actions.forget_answers(timezone.now() + timedelta(minutes=16))
    assert Query.objects.get().answer == b"" and "gelöscht" in counter.get(page).content.decode()
    actions.forget_answers(timezone.now() + timedelta(days=91))
    assert not Query.objects.exists() and counter.get(page).status_code == 404


def test_who_may_ask(counter, other_clerk, citizen, operator, login, quiet):
    page, link = put(counter)
    handle = re.search(r"anfrage%2F([0-9a-f-]{36})", link)[1]
    assert Client().get(f"/nachweise/anfrage/{handle}/").status_code == 200
    Query.objects.update(expires_at=timezone.now())
    assert Client().get(f"/nachweise/anfrage/{handle}/").status_code == 404
    assert "Die Zeit ist um" in counter.get(page).content.decode()
    for account in (other_clerk.account, citizen, operator.account):
        assert login(account).get(page).status_code == 404
    for account in (citizen, operator.account):
        assert login(account).get("/nachweise/abfragen/").status_code == 404
    # the second question is for the citizens' office alone
    assert login(other_clerk.account).post("/nachweise/abfragen/", {"question": "name_geburtstag"}).status_code == 422
    assert counter.post("/nachweise/abfragen/", {"question": "\0" * 9}).status_code == 422


def test_a_partner_may_ask_what_the_city_allows(in_wallet, other_citizen, login):
    from stadtkern.kernel.accounts.models import Company, Membership

    company = Company.objects.create(name="Stadtwerke")
    Membership.objects.create(account=other_citizen, company=company)
    client = login(other_citizen)
    assert client.get("/nachweise/abfragen/").status_code == 404
    session = client.session
    session["acting_for"] = company.pk
    session.save()
    page, link = put(client)
    asked = in_wallet.question(link)
    in_wallet.answer(asked, in_wallet.presentation(asked))
    assert "Lindenstraße" in client.get(page).content.decode() and Access.objects.filter(source="wallet").exists()


def test_without_certificate_nobody_pretends(counter, settings):
    settings.PRODUCTION = True
    answer = counter.get("/nachweise/abfragen/")
    assert answer.status_code == 503 and "Nicht verbunden" in answer.content.decode()
    assert CLAIMS and open_way  # the way in stays as it is
