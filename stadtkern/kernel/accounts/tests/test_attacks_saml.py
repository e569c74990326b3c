"""Every line of the table of attacks is refused, by the check it is meant for; the same builder without the attack passes."""

import base64
from dataclasses import replace

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from lxml import etree

from stadtkern.kernel.accounts.adapters import Refused, bundid
from stadtkern.kernel.accounts.models import Answer, Trust
from stadtkern.kernel.accounts.saml import answer, exchange, keys, second
from stadtkern.kernel.accounts.saml.partner import ourselves, partner
from stadtkern.kernel.accounts.simulators import idp, people

from .attacks_saml import ATTACKS, Attack

OTTO = {"key": "otto", "given_names": "Otto", "family_name": "Anders", "birth_date": "1970-05-05", "birth_place": "Köln"}
DOOR = "/konto/saml/bundid/"


@pytest.fixture(autouse=True)
def no_memory_of_attempts(db):
    cache.clear()


def honest(question="_question-1") -> idp.Story:
    us, them = ourselves("bundid"), partner("bundid")
    return idp.story(question, us, them, "STORK-QAA-Level-4", people.person(OTTO, Trust.HIGH), timezone.now())


def packed(attack: Attack | None = None, told: idp.Story | None = None) -> str:
    """What the browser would post."""
    told = told or honest()
    if attack and attack.tell:
        told = attack.tell(told)
    root = idp.signed(
        told, keys.simulator(attack.pair if attack and attack.pair else "bundid"), whole=bool(attack and attack.whole)
    )
    bent = attack.bend(etree.fromstring(etree.tostring(root))) if attack and attack.bend else root
    if isinstance(bent, bytes):
        return base64.b64encode(bent).decode()
    return bent if isinstance(bent, str) else idp.pack(bent)


def read(text: str):
    us, them, pair, now = ourselves("bundid"), partner("bundid"), keys.own(), timezone.now()
    statement = answer.read(text, us, them, pair, now)
    second.agree(text, statement, us, them, pair, now)
    return bundid.understand(statement)


@pytest.mark.parametrize("whole", [False, True])
def test_the_same_answer_without_an_attack_passes(whole):
    identity = read(packed(Attack("none", "", "", whole=whole)))
    assert (identity.subject, identity.trust, identity.facts["family_name"]) == ("SIM-BPK2-otto", Trust.HIGH, "Anders")
    onward = Client().post(DOOR, {"SAMLResponse": packed()})
    assert onward.status_code == 303 and "state=question-1&key=" in onward["Location"]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_every_attack_is_refused_by_the_check_it_is_meant_for(attack):
    text = packed(attack)
    with pytest.raises(Refused) as refused:
        read(text)
    assert str(refused.value) == attack.refused_by
    onward = Client().post(DOOR, {"SAMLResponse": text, "RelayState": "x"})
    assert onward.status_code in (302, 303) and "key=" not in onward["Location"]
    assert not Answer.objects.exists()


def test_the_table_is_long_enough_and_has_no_line_twice():
    names = [attack.name for attack in ATTACKS]
    assert len(names) == len(set(names)) >= 40


def test_a_replay_is_refused_across_processes_and_even_after_it_was_fetched():
    text = packed()
    first, again = (Client().post(DOOR, {"SAMLResponse": text})["Location"] for _ in range(2))
    assert "key=" in first and again.endswith("error=seen")  # the memory is a unique row in the database
    again = Client().post(DOOR, {"SAMLResponse": packed(told=replace(honest(), id="_another"))})
    assert "key=" in again["Location"]  # another assertion is another matter


def test_an_encrypted_assertion_is_read_and_a_spoilt_one_is_not():
    root = idp.seal(idp.signed(honest(), keys.simulator("bundid"), whole=False), keys.own().certificate)
    assert b"Anders" not in etree.tostring(root)
    assert read(idp.pack(root)).facts["family_name"] == "Anders"
    for_somebody_else = idp.seal(
        idp.signed(honest(), keys.simulator("bundid"), whole=False), keys.simulator("stranger").certificate
    )
    with pytest.raises(Refused, match="encryption"):
        read(idp.pack(for_somebody_else))
    text = etree.tostring(root).replace(b"aes256-gcm", b"tripledes-cbc")
    with pytest.raises(Refused, match="algorithm"):
        read(base64.b64encode(text).decode())
    unsigned = idp.response(told := honest())
    unsigned.append(idp.assertion(told))
    with pytest.raises(Refused, match="unsigned assertion"):
        read(idp.pack(idp.seal(unsigned, keys.own().certificate)))


def test_what_is_kept_between_the_two_requests_opens_only_with_the_key_in_the_browser():
    Client().post(DOOR, {"SAMLResponse": packed()})
    row = Answer.objects.get()
    assert "Anders" not in row.sealed and row.key not in row.sealed
    question = {"keep": {"request": "_question-1"}}
    with pytest.raises(Refused):
        exchange.fetch("bundid", question, {"key": row.key})  # the digest is not the key


def test_stray_blanks_in_published_numbers_do_no_harm():
    told = honest()
    told.attributes = [replace(one, name=one.name.replace("urn:oid:", "urn:oid: ")) for one in told.attributes]
    assert read(packed(told=told)).subject == "SIM-BPK2-otto"


def test_the_door_slows_down_who_knocks_with_rubbish():
    answers = [Client().post(DOOR, {"SAMLResponse": "x"}) for _ in range(32)]
    assert {one.status_code for one in answers[:30]} == {302} and answers[-1].status_code == 429
    assert Client().get(DOOR).status_code == 405
    assert Client().post("/konto/saml/nochniegehoert/", {}).status_code == 404
