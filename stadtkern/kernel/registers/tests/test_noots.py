"""A register of others: what comes through, and what the person reads when it does not."""

from datetime import date

import pytest

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.privacy.models import Access
from stadtkern.kernel.registers.actions import MoreTrust, NotFound, RegisterUnavailable, ask, own_records, sentence
from stadtkern.kernel.registers.adapters import NotConnected, noots, plug
from stadtkern.kernel.registers.evidence import find, types
from stadtkern.kernel.registers.models import CivilPerson, CivilRecord, Proof

WHY = {"purpose": "probe", "legal_basis": "§ 62 PStG", "about": "case:1", "consent": None, "evidence": "births"}
SAID = {
    "503": "Das Geburtenregister antwortet gerade nicht.",
    "slow": "Das Geburtenregister hat nicht rechtzeitig geantwortet.",
    "not_found": "Das Geburtenregister hat nichts zu Ihnen gefunden.",
    "several": "Das Geburtenregister konnte Sie nicht eindeutig finden.",
    "forbidden": "Das Geburtenregister darf uns diese Auskunft nicht geben.",
    "no_provider": "Das Geburtenregister ist noch nicht verbunden.",
    "immature": "Das Geburtenregister kann diesen Nachweis noch nicht elektronisch liefern.",
    "malformed": "Das Geburtenregister hat unverständlich geantwortet. Wir haben nichts übernommen.",
    "no_json": "Das Geburtenregister hat unverständlich geantwortet. Wir haben nichts übernommen.",
    "wrong_person": "Das Geburtenregister hat zu einer anderen Person geantwortet. Wir haben die Antwort verworfen.",
}


@pytest.fixture
def born(citizen, resident, settings, tmp_path):
    settings.HOME = tmp_path
    (tmp_path / "outage").mkdir()
    row = CivilRecord.objects.create(
        kind="BIRTH", office="Standesamt Gießen", register_number="G 12/1988", event_date=date(1988, 2, 29),
        event_place="Gießen", entered_date=date(1988, 3, 2),
    )  # fmt: skip
    names = {"given_names": "Zoë Łucja", "family_name": "Müller"}
    CivilPerson.objects.create(record=row, role="CHILD", person_key=resident.key, **names)
    CivilPerson.objects.create(record=row, role="PARENT", given_names="Ulla", family_name="Müller")
    return Actor(citizen, trust=Trust.SUBSTANTIAL)


def fetch(actor, **more):
    told = {"fields": list(find("births").fields), "person_key": actor.account.person.register_key, **WHY, **more}
    return ask(actor, **told)


def test_a_birth_comes_from_far_away_and_is_noted(born):
    evidence = fetch(born)
    assert evidence.values["parents"] == "Ulla Müller" and evidence.values["birth_date"] == "1988-02-29"
    assert (evidence.source, evidence.maturity, evidence.provider) == ("births", "C", "Standesamt (Demo)")
    assert Access.objects.get().source == "births" and not Proof.objects.exists()


@pytest.mark.parametrize("fault", SAID)
def test_every_fault_is_a_sentence_and_leaves_nothing(born, fault, settings, monkeypatch):
    if fault == "slow":
        monkeypatch.setattr(
            "stadtkern.lib.noots.client.Client.__init__.__kwdefaults__", {"patience": -1.0, "clock": lambda: 0.0}
        )
    (settings.HOME / "outage" / "noots").write_text(fault)
    with pytest.raises((RegisterUnavailable, NotFound)) as problem:
        fetch(born)
    assert sentence(problem.value, find("births")) == SAID[fault]
    assert not Access.objects.exists() and not Proof.objects.exists()


def test_a_password_is_not_enough_for_a_certificate(born):
    with pytest.raises(MoreTrust):
        fetch(Actor(born.account, trust=Trust.BASIC))


def test_without_url_and_certificate_it_is_not_connected_and_says_so(born, monkeypatch, tmp_path):
    for name in noots.NEEDED:
        monkeypatch.delenv(noots.NAME + name, raising=False)
    assert "STADTKERN_NOOTS_URL" in noots.state()
    monkeypatch.setattr("stadtkern.kernel.registers.actions.asking.plug", lambda key: noots)
    with pytest.raises(NotConnected) as problem:
        fetch(born)
    assert sentence(problem.value, find("births")) == "Das Geburtenregister ist noch nicht verbunden."
    for name in noots.NEEDED:
        monkeypatch.setenv(noots.NAME + name, str(tmp_path / "fehlt.pem"))
    assert noots.state().count("(Datei)") == 3


def test_every_register_has_a_plug_and_every_field_an_answer(born):
    for key, asked in types().items():
        assert hasattr(plug(key), "ask") and asked.maturity in "CD"
    own = {one.type.key: one for one in own_records(born)}
    assert set(own) == set(types()) and not [one.problem for one in own.values() if one.problem]
    assert own["births"].evidence.values["civil_office"] == "Standesamt Gießen"
    assert own["vehicles"].evidence.records == []
    weak = {one.type.key: one for one in own_records(Actor(born.account, trust=Trust.BASIC))}
    assert weak["births"].more_trust and weak["births"].evidence is None
