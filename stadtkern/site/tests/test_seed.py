"""The invented town: the demo persons find in the registers what the demo shows."""

from io import StringIO

from django.core.management import call_command

from stadtkern.kernel.accounts.models import Account, Mandate
from stadtkern.kernel.credentials.models import Credential
from stadtkern.kernel.privacy.models import Access, Anchor, Emergency
from stadtkern.kernel.privacy.oversight import figures
from stadtkern.kernel.privacy.verify import verify
from stadtkern.kernel.provider.models import Connection
from stadtkern.kernel.registers.models import CivilRecord, Dog, Parentage, Resident, Trade, Vehicle
from stadtkern.kernel.registers.queries import entries
from stadtkern.kernel.vault.models import Item, Share
from stadtkern.site import parked, rehearsal
from stadtkern.site.population import persona_key


def test_the_registers_are_filled_and_fit_together(db):
    call_command("seed", people=400, bare=True, stdout=StringIO())
    zoe, juergen = (persona_key(f"{name}@demo.musterstadt.example") for name in ("zoe.celik", "juergen.weiss"))
    assert [car["plate"] for car in entries("vehicles", zoe)] == ["MST-ZC 42"]
    assert [car["plate"] for car in entries("vehicles", juergen)] == ["MST-JW 1957H", "MST-JW 57"]
    assert entries("births", zoe)[0]["parents"] == "Ulla Große, Şükrü Çelik"
    assert entries("dogs", juergen)[0]["dog_name"] == "Ännchen"
    assert Vehicle.objects.count() > 150 and min(Dog.objects.count(), Trade.objects.count(), CivilRecord.objects.count()) > 3
    keys = set(Resident.objects.values_list("key", flat=True))
    assert Parentage.objects.exists() and set(Parentage.objects.values_list("parent_key", flat=True)) <= keys
    assert set(Vehicle.objects.values_list("person_key", flat=True)) <= keys


def test_the_demo_shows_what_is_new(transactional_db, settings, tmp_path, monkeypatch):
    settings.HOME = tmp_path
    few = [row for row in rehearsal.PLOT if row[0].startswith("hundesteuer") and row[1] > 11]  # the rest is more of the same
    monkeypatch.setattr(rehearsal, "PLOT", few)
    monkeypatch.setattr(parked, "AGO", parked.AGO[:1])
    call_command("seed", people=200, stdout=StringIO())
    zoe = Account.objects.get(email__startswith="zoe.celik")
    assert Mandate.objects.filter(agent=zoe, kind=Mandate.Kind.CHILD, title__startswith="Mila").exists()
    assert set(Credential.objects.filter(account=zoe).values_list("kind", flat=True)) == {
        "meldebescheinigung",
        "bewohnerparkausweis",
    }
    assert Item.objects.filter(account=zoe).count() == 2 and Connection.objects.filter(account=zoe, ended_at=None).exists()
    assert sorted(Share.objects.filter(account=zoe).values_list("uses", flat=True)) == [0, 2]
    assert [row.reviewed_at is None for row in Emergency.objects.order_by("pk")] == [False, True]
    assert Access.objects.filter(accounts__contains=[zoe.pk]).exclude(office="").count() >= 4
    assert any(place.marks for place in figures.places())
    assert not verify().findings and Anchor.objects.count() == 1
