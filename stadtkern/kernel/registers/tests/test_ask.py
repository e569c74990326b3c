"""Asking the register: who may, what comes back, what is written down."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Person
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.privacy.actions import give_consent, revoke_consent
from stadtkern.kernel.privacy.models import Access
from stadtkern.kernel.registers.actions import Blocked, NotFound, RegisterUnavailable, ask
from stadtkern.kernel.registers.fields import FIELDS
from stadtkern.kernel.registers.models import Resident

WHY = {"purpose": "meldebescheinigung", "legal_basis": "§ 18 BMG", "about": "case:1"}


def question(actor, resident, *fields, consent=None, **why):
    return ask(actor, person_key=resident.key, fields=list(fields) or list(FIELDS), consent=consent, **{**WHY, **why})


def test_the_person_gets_their_own_data_typed_and_noted(citizen, resident):
    evidence = question(Actor(citizen), resident)
    assert evidence.source == "residents" and timezone.now() - evidence.asked_at < timedelta(minutes=1)
    assert set(evidence.values) == set(FIELDS)
    assert evidence.values["given_names"] == "Zoë Łucja" and evidence.values["birth_date"] == "1988-02-29"
    assert evidence.values["street"] == "Lindenstraße" and evidence.values["household_size"] == 1
    for key, field in FIELDS.items():
        assert isinstance(evidence.values[key], field.type)
    noted = Access.objects.get()
    assert (noted.accounts, noted.person_keys, noted.source) == ([citizen.pk], [resident.key], "residents")
    assert "Zoë" not in str(vars(noted)) and set(noted.fields) == set(FIELDS)
    assert Event.objects.get(name="register.asked").subject == "case:1"


def test_others_of_the_household_are_a_number_only(citizen, resident):
    Resident.objects.create(
        given_names="Geheim", family_name="Mitbewohner", birth_date=resident.birth_date, birth_place="x", sex="m",
        household=resident.household, moved_in_date=resident.moved_in_date,
    )  # fmt: skip
    values = question(Actor(citizen), resident).values
    assert (values["household_size"], values["household_members"]) == (2, 1)
    assert "Geheim" not in str(values) and "Mitbewohner" not in str(values)


def test_a_stranger_learns_nothing_not_even_whether_the_person_exists(other_citizen, citizen, resident):
    for actor in (Actor(), Actor(other_citizen)):
        with pytest.raises(NotFound):
            question(actor, resident)
    assert not Access.objects.exists()


def test_consent_opens_exactly_what_it_names(citizen, resident):
    consent = give_consent(
        Actor(citizen), account=citizen, purpose=WHY["purpose"], evidence="residents", fields=["town"],
        legal_basis="Art. 6 Abs. 1 a DSGVO", about="case:1",
    )  # fmt: skip
    job = Actor()
    assert question(job, resident, "town", consent=consent).values == {"town": "Musterstadt"}
    for wrong in ({"fields": ["town", "street"]}, {"fields": ["town"], "purpose": "hundesteuer"}):
        with pytest.raises(NotFound):
            ask(job, person_key=resident.key, consent=consent, **{**WHY, **wrong})
    revoke_consent(Actor(citizen), consent)
    with pytest.raises(NotFound):
        question(job, resident, "town", consent=consent)


def test_consent_of_one_person_does_not_open_another(citizen, other_citizen, resident):
    Person.objects.filter(account=other_citizen).update(register_key=None)
    consent = give_consent(
        Actor(other_citizen), account=other_citizen, purpose=WHY["purpose"], evidence="residents", fields=["town"],
        legal_basis="x", about="",
    )  # fmt: skip
    with pytest.raises(NotFound):
        question(Actor(other_citizen), resident, "town", consent=consent)
    with pytest.raises(PermissionError):
        give_consent(Actor(citizen), account=other_citizen, purpose="x", evidence="x", fields=[], legal_basis="x", about="")


def test_a_blocked_person_is_seen_by_nobody_but_themselves(citizen, resident, clerk):
    Resident.objects.filter(pk=resident.pk).update(blocked=True)
    with pytest.raises(Blocked):
        question(Actor(clerk.account, clerk), resident, "town")
    assert Event.objects.filter(name="register.refused", actor=f"staff:{clerk.pk}").exists()
    assert not Access.objects.exists()
    assert question(Actor(citizen), resident, "town").values["town"] == "Musterstadt"


def test_staff_asks_with_a_legal_basis_and_leaves_a_trace(clerk, resident):
    actor = Actor(clerk.account, clerk)
    with pytest.raises(ValueError, match="legal basis"):
        question(actor, resident, "town", legal_basis="")
    question(actor, resident, "town")
    noted = Access.objects.get()
    assert (noted.actor, noted.office, noted.accounts, noted.person_keys) == (
        f"staff:{clerk.pk}",
        "buergeramt",
        [],
        [resident.key],
    )


def test_unknown_fields_are_refused(citizen, resident):
    with pytest.raises(ValueError, match="shoe_size"):
        question(Actor(citizen), resident, "shoe_size")


def test_an_outage_is_an_error_that_says_so_and_notes_nothing(citizen, resident, settings, tmp_path):
    settings.HOME = tmp_path
    (tmp_path / "outage").mkdir()
    (tmp_path / "outage" / "registers").touch()
    with pytest.raises(RegisterUnavailable):
        question(Actor(citizen), resident, "town")
    assert not Access.objects.exists()
    (tmp_path / "outage" / "registers").unlink()
    assert question(Actor(citizen), resident, "town").values


def test_a_register_slower_than_our_patience_counts_as_away(citizen, resident, settings, tmp_path, monkeypatch):
    slept = []
    monkeypatch.setattr("stadtkern.kernel.registers.adapters.demo.time.sleep", slept.append)
    settings.HOME = tmp_path
    (tmp_path / "outage").mkdir()
    (tmp_path / "outage" / "registers-slow").write_text("2.5")
    assert question(Actor(citizen), resident, "town").values
    (tmp_path / "outage" / "registers-slow").write_text("60")
    with pytest.raises(RegisterUnavailable):
        question(Actor(citizen), resident, "town")
    assert slept == [2.5, 5.0]
