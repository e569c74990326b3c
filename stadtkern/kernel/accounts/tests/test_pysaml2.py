"""Independent libraries on the other side: pysaml2 reads our question and answers it; python3-saml reads our simulator."""

import base64
from datetime import UTC, datetime

import pytest
import saml2.sigver
from django.core.cache import cache
from django.test import Client
from saml2.config import IdPConfig
from saml2.saml import NAME_FORMAT_URI, NAMEID_FORMAT_TRANSIENT, NameID
from saml2.server import Server

from stadtkern.kernel.accounts.adapters import Refused, bundid
from stadtkern.kernel.accounts.saml import answer, keys
from stadtkern.kernel.accounts.saml.partner import Partner, ourselves
from stadtkern.kernel.accounts.saml.xml import POST

from .elsewhere import choose, leave

ENTITY, SSO = "https://idp.example/metadata", "https://idp.example/sso"


@pytest.fixture
def other_side(tmp_path, db):
    """pysaml2 as the provider, knowing us from our metadata only."""
    cache.clear()
    pair = keys.simulator("pysaml2")
    (tmp_path / "key.pem").write_bytes(pair.key)
    (tmp_path / "cert.pem").write_bytes(pair.certificate)
    (tmp_path / "sp.xml").write_bytes(Client().get("/konto/saml/bundid/metadata.xml").content)
    config = IdPConfig()
    config.load({
        "entityid": ENTITY, "key_file": str(tmp_path / "key.pem"), "cert_file": str(tmp_path / "cert.pem"),
        "xmlsec_binary": "/usr/bin/xmlsec1", "metadata": {"local": [str(tmp_path / "sp.xml")]},
        "encryption_keypairs": [{"key_file": str(tmp_path / "key.pem"), "cert_file": str(tmp_path / "cert.pem")}],
        "service": {"idp": {
            "endpoints": {"single_sign_on_service": [(SSO, POST)]}, "sign_response": True, "sign_assertion": True,
            "want_authn_requests_signed": True,
            "policy": {"default": {"lifetime": {"minutes": 5}, "attribute_restrictions": None, "name_form": NAME_FORMAT_URI}},
        }},
    })  # fmt: skip
    return Server(config=config), Partner(ENTITY, SSO, (pair.certificate,))


def respond(server, question, level="STORK-QAA-Level-4", encrypt=False) -> str:
    """A response as pysaml2 makes it."""
    us = ourselves("bundid")
    told = {
        bundid.BPK2: "py-4711", bundid.GIVEN: "Otto", bundid.SURNAME: "Anders", bundid.BORN: "1970-05-05", bundid.LEVEL: level,
        bundid.STREET: "Lindenstraße 12a", bundid.POSTCODE: "49999", bundid.TOWN: "Musterstadt",
    }  # fmt: skip
    made = server.create_authn_response(
        identity={name: [value] for name, value in told.items()}, in_response_to=question, destination=us.address,
        sp_entity_id=us.entity, name_id=NameID(format=NAMEID_FORMAT_TRANSIENT, text="transient-1"),
        authn={"class_ref": level, "authn_auth": ENTITY}, sign_response=True, sign_assertion=True, encrypt_assertion=encrypt,
        sign_alg="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", digest_alg="http://www.w3.org/2001/04/xmlenc#sha256",
    )  # fmt: skip
    return base64.b64encode(str(made).encode()).decode()


def test_pysaml2_understands_our_question_and_checks_its_signature(other_side):
    server, _them = other_side
    raw = base64.b64decode(leave(Client())["SAMLRequest"]).decode()
    us = ourselves("bundid")
    assert server.sec.correctly_signed_authn_request(raw, must=True).issuer.text == us.entity
    with pytest.raises(saml2.sigver.SignatureError):
        server.sec.correctly_signed_authn_request(raw.replace("STORK-QAA-Level-1", "STORK-QAA-Level-4"), must=True)
    assert server.metadata.assertion_consumer_service(us.entity, POST)[0]["location"] == us.address


def test_its_old_way_to_encrypt_is_refused(other_side):
    """pysaml2 encrypts with Triple-DES and PKCS#1 v1.5, which BSI TR-02102 no longer allows."""
    server, them = other_side
    packed = respond(server, "_question-6", encrypt=True)
    assert b"EncryptedAssertion" in base64.b64decode(packed)
    with pytest.raises(Refused, match="algorithm"):
        answer.read(packed, ourselves("bundid"), them, keys.own(), datetime.now(UTC))


def test_an_answer_of_pysaml2_is_believed(other_side):
    server, them = other_side
    statement = answer.read(respond(server, "_question-7"), ourselves("bundid"), them, keys.own(), datetime.now(UTC))
    identity = bundid.understand(statement)
    assert (identity.subject, identity.facts["family_name"], identity.facts["house_number"]) == ("py-4711", "Anders", "12a")
    assert statement.question == "_question-7" and statement.issuer == ENTITY


def test_an_answer_of_pysaml2_signed_by_a_key_we_do_not_know_is_refused(other_side):
    server, them = other_side
    stranger = Partner(them.entity, them.address, (keys.simulator("stranger").certificate,))
    with pytest.raises(Refused, match="signature"):
        answer.read(respond(server, "_question-8"), ourselves("bundid"), stranger, keys.own(), datetime.now(UTC))


def test_our_simulator_is_understood_by_python3_saml(db):
    """Not through our own reader: the library alone, with its own defaults of strictness."""
    from onelogin.saml2.response import OneLogin_Saml2_Response

    from stadtkern.kernel.accounts.saml.partner import partner
    from stadtkern.kernel.accounts.saml.second import _settings

    cache.clear()
    browser = Client()
    sent = leave(browser)
    packed = choose(browser, "bundid", sent, who="maria", level="4")["SAMLResponse"]
    us, them = ourselves("bundid"), partner("bundid")
    response = OneLogin_Saml2_Response(_settings(us, them, keys.own()), packed)
    here = {"https": "off", "http_host": us.address.split("/")[2], "script_name": "/" + us.address.split("/", 3)[3]}
    assert response.is_valid(here, request_id="_" + sent["RelayState"], raise_exceptions=True)
    assert response.get_attributes()[bundid.SURNAME] == ["Núñez Peña"]
