"""The invented town: the demo persons find in the registers what the demo shows."""

from io import StringIO

from django.core.management import call_command

from stadtkern.kernel.registers.models import CivilRecord, Dog, Parentage, Resident, Trade, Vehicle
from stadtkern.kernel.registers.queries import entries
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
