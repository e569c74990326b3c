"""Tax, reductions and instalments of a fee are data; what makes no sense is told."""

import pytest

from stadtkern.kernel.services import catalogue, fee, rulebook
from stadtkern.kernel.services.fee import FeeLine
from stadtkern.kernel.services.service import ServiceBroken

from .conftest import SERVICE, put

TERMS = """[fee.tax]
rate = 19
[[fee.reductions]]
label = "Ermäßigung mit Stadtpass"
percent = 50
when = { fire = false }
because = "§ 4 der Drachensatzung"
[fee.instalments]
most = 3
least_cents = 500
[decision]"""


def with_terms(city_folder, terms=TERMS):
    put(city_folder, "drachen_anmelden", SERVICE.replace("[decision]", terms, 1))
    return catalogue.find("drachen_anmelden")


def test_terms_of_the_fee(city_folder):
    service = with_terms(city_folder)
    whole = FeeLine("Drachen anmelden", 4200, 1900)
    assert service.fee_lines({"fire": True}) == [whole]
    less = FeeLine("Ermäßigung mit Stadtpass", -2100, 1900, "§ 4 der Drachensatzung")
    assert service.fee_lines({"fire": False}) == [whole, less]
    assert service.fee_cents({"fire": False}) == 2100
    assert service.terms_of_fee.instalments == {"most": 3, "least_cents": 500}
    assert dict(service.fee) == {"amount": 4200}


def test_half_a_cent_less_per_rate_goes_up():
    terms = fee.FeeTerms(reductions=(fee.Reduction("x", 50, {}, "y"),))
    found = fee.reduced([FeeLine("a", 101, 700), FeeLine("b", 1, 0), FeeLine("c", -1, 700, "z")], terms, {})
    assert [(line.cents, line.tax_bp) for line in found[3:]] == [(-50, 700), (-1, 0)]


def test_lines_of_a_rule(city_folder, monkeypatch):
    service = with_terms(city_folder)
    object.__setattr__(service, "fee", {"base": 1})
    told = [("Buch", 1070, {"tax": 7}), ("Karte", 500), ("Nachlass", -70, {"tax": 7, "reason": "Kind"})]
    monkeypatch.setattr(rulebook, "function", lambda key, name: lambda answers, tariff: told)
    lines = service.fee_lines({"fire": True})
    assert lines == [FeeLine("Buch", 1070, 700), FeeLine("Karte", 500, 1900), FeeLine("Nachlass", -70, 700, "Kind")]
    for wrong in ([("x", -1)], [("x", 1, {"tax": 101})], [("x", 1, {"price": 1})], [("x", 1.5)], [("x", -5, {"reason": "y"})]):
        told[:] = wrong
        with pytest.raises(ServiceBroken):
            service.fee_lines({"fire": True})


@pytest.mark.parametrize(("old", "new", "said"), [
    ("rate = 19", 'rate = "viel"', "rate: muss ein Steuersatz"),
    ("rate = 19", "rat = 19", "rat: "),
    ("percent = 50", "percent = 150", "höchstens 100"),
    ("percent = 50\n", "", "percent: fehlt"),
    ("{ fire = false }", "{ wings = 2 }", "das Feld wings gibt es im Formular nicht"),
    ("most = 3", "most = 1", "mindestens 2"),
])  # fmt: skip
def test_mistakes_are_told(city_folder, old, new, said):
    put(city_folder, "drachen_anmelden", SERVICE.replace("[decision]", TERMS.replace(old, new), 1))
    told = catalogue.broken()["drachen_anmelden"]
    assert any(said in problem for problem in told), told
