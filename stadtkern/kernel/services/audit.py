"""What only shows when service, form and rules are seen together."""

from . import consent, credential, rulebook
from .service import Service
from .steps import paths_of


def faults(service: Service) -> list[str]:
    """Sentences about paths that do not exist, rules that are missing, texts that belong to nothing. Reads the form.

    Beside an imported form such entries are no fault: a new version of the schema must not stop the service (`leftovers`).
    """
    found = [] if service.read_prefill else leftovers(service)
    paths, four_eyes = paths_of(service.form), service.decision.four_eyes
    if not isinstance(four_eyes, bool):  # without its field nobody would notice that the second pair of eyes is gone
        found += [f"[decision] four_eyes {path}: dieses Feld gibt es nicht." for path in four_eyes if path not in paths]
    for claim, place in service.code.items():
        if not place.startswith("terms.") and place not in paths:
            found.append(f"[code] {claim}: das Feld „{place}“ gibt es im Formular nicht.")
    found += consent.faults(service.consent, paths)
    for when, _matter in service.appointment.matters if service.appointment else ():
        found += [f"[appointment] matters when {path}: dieses Feld gibt es nicht." for path in when if path not in paths]
    return found + credential.faults(service, paths) + _rules(service)


def leftovers(service: Service) -> list[str]:
    """Entries of service.toml that speak of questions or pages the form does not have."""
    paths = paths_of(service.form)
    steps = {step.key for step in service.form.steps}
    found = [
        f"[prefill] {path}: dieses Feld gibt es im Formular nicht." for path in service.written_prefill if path not in paths
    ]
    found += [
        f"[[fee.reductions]] {rule.label}: das Feld {path} gibt es im Formular nicht."
        for rule in service.terms_of_fee.reductions
        for path in rule.when
        if path not in paths
    ]
    for language, texts in service.texts.items():
        found += [f"[texts.{language}.steps] {key}: diesen Schritt gibt es nicht." for key in texts.steps if key not in steps]
        for table, names in (("fields", texts.fields), ("help", texts.help), ("options", texts.options)):
            for name in names:
                if name.partition("#")[0] not in paths | steps:
                    found.append(f"[texts.{language}.{table}] {name}: dieses Feld gibt es im Formular nicht.")
    return found


def _rules(service: Service) -> list[str]:
    written = {name: rulebook.function(service.key, name) for name in rulebook.FUNCTIONS}
    found = []
    if service.fee and "amount" not in service.fee and not written["fee"]:
        found.append("[fee]: entweder amount = … oder eine Funktion fee in rules.py, die mit den Beträgen rechnet.")
    if service.fee and "amount" in service.fee and written["fee"]:
        found.append("[fee] amount: daneben rechnet rules.py; nur eines von beiden kann gelten.")
    if service.decision.automatic and not written["decide"]:
        found.append("[decision] automatic: rules.py hat keine Funktion decide.")
    if written["decide"] and not service.decision.automatic:
        found.append("[decision] automatic fehlt: ohne den Paragrafen, der es erlaubt, entscheidet ein Mensch.")
    return found
