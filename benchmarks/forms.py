"""`.venv/bin/python benchmarks/forms.py [folder]`: what the rules and pages of federal schemas cost, in CPU of this process.

Milliseconds are the best of several rounds; beside each the ratio to a fixed piece of work of the same run (parsing 10,000
integers out of JSON), so that machines can be compared. The pages are asked through the whole view, database included.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ROW = "{:34} {:16} {:>9} {:>9}   {}"


@dataclass
class Read:
    """A schema with answers to everything its rules leave open."""

    key: str
    path: Path
    form: Any
    answers: dict[str, Any]
    fields: int


def cpu(work: Callable[[], object], rounds: int = 9) -> float:
    """Milliseconds of CPU, the best of so many rounds."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best * 1000


def main() -> None:
    """Print the table."""
    home = tempfile.mkdtemp(prefix="bench_forms_")
    os.environ.update(DJANGO_SETTINGS_MODULE="stadtkern.site.settings", STADTKERN_MODE="test")
    os.environ.setdefault("STADTKERN_HOME", home)
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    found = read(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    text = json.dumps(list(range(10_000)))
    unit = cpu(lambda: json.loads(text), 30)
    print(ROW.format("", "schema", "CPU ms", "ratio", ""))
    rules(found, unit)
    from django.test.utils import setup_databases, teardown_databases

    before = setup_databases(verbosity=0, interactive=False)
    try:
        pages(found, unit)
    finally:
        teardown_databases(before, verbosity=0)


def read(folder: Path | None) -> list[Read]:
    """Every schema of the folder, read with its rules for the Land of the sample city."""
    from stadtkern.lib.forms import fim, genericode
    from stadtkern.lib.forms.model import fields
    from stadtkern.lib.forms.sample import valid_answers
    from stadtkern.lib.forms.tests.schemas import FILES, FIM

    lists = genericode.folder(FIM / "codelists") if (FIM / "codelists").is_dir() else {}
    found = []
    for path in sorted(folder.glob("*.xdf*.xml*")) if folder else FILES:
        form = fim.load(path, lists, land="03").form
        answers = valid_answers(form, 1)
        found.append(Read(path.name.split(".")[0], path, form, answers, sum(1 for _ in fields(form))))
    if not found:
        sys.exit("no schemas here")
    return found


def rules(found: list[Read], unit: float) -> None:
    """One evaluation of all rules of a form, the compilation before it, the check of all answers."""
    from stadtkern.lib.forms.check import problems
    from stadtkern.lib.forms.rules.evaluate import evaluate
    from stadtkern.lib.forms.rules.program import compiled

    timed = {one.key: cpu(lambda one=one: evaluate(one.form, one.answers)) for one in found}
    chosen = {
        "most fields": max(found, key=lambda one: one.fields),
        "most rules": max(found, key=lambda one: len(one.form.rules)),
        "most answers": max(found, key=lambda one: len(one.answers)),
        "slowest of all": max(found, key=lambda one: timed[one.key]),
    }
    for name, one in chosen.items():
        about = f"{one.fields} fields, {len(one.form.rules)} rules, {len(one.answers)} answers"
        line("rules evaluated, " + name, one, timed[one.key], unit, about)
    slowest = max(found, key=lambda one: len(one.form.rules))
    line("rules to closures, once per form", slowest, cpu(lambda: compiled(slowest.form), 3), unit, "")
    largest = chosen["most answers"]
    line("all answers checked", largest, cpu(lambda: problems(largest.form, largest.answers), 5), unit, "")


def pages(found: list[Read], unit: float) -> None:
    """Every step of the largest schemas through the view; the slowest step of each."""
    import shutil

    from django.conf import settings
    from django.test import Client

    from stadtkern.kernel.city.models import Office

    city = Path(tempfile.mkdtemp(prefix="bench_city_"))
    shutil.copy(settings.CITY_FOLDER / "city.toml", city)
    (city / "services").mkdir()
    settings.CITY_FOLDER = city
    Office.objects.create(key="buergeramt", title="Bürgeramt")
    line(
        "the empty page",
        None,
        cpu(lambda: Client(SERVER_NAME="localhost").get("/betrieb/lebt")),
        unit,
        "the frame around every view",
    )
    largest = sorted(found, key=lambda one: (one.fields, len(one.answers)), reverse=True)[:3]
    most = max(found, key=lambda one: len(one.form.rules))
    for one in dict.fromkeys(each.key for each in (*largest, most)):
        schema = next(each for each in found if each.key == one)
        ms, about = slowest_page(schema, city)
        line("step page, slowest of the form", schema, ms, unit, about)
    shutil.rmtree(city)


def slowest_page(one: Read, city: Path) -> tuple[float, str]:
    """Milliseconds and what stands on the page; all answers are there, so everything is shown."""
    from io import StringIO

    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client
    from django.urls import reverse

    from stadtkern.kernel.accounts.access import Actor
    from stadtkern.kernel.accounts.models import Account, Trust
    from stadtkern.kernel.cases import actions
    from stadtkern.kernel.cases.models import Case
    from stadtkern.kernel.services import catalogue
    from stadtkern.lib.forms.walk import Walk

    before = {folder.name for folder in (city / "services").iterdir()}
    call_command("import_fim", str(one.path), office="buergeramt", stdout=StringIO())
    key = next(folder.name for folder in (city / "services").iterdir() if folder.name not in before)
    service = catalogue.find(key)
    account = Account.objects.get_or_create(email="bench@example.org")[0]
    case, _secret = actions.start(Actor(account=account, trust=Trust.BASIC), service)
    done = [step.key for step in service.form.steps]
    Case.objects.filter(pk=case.pk).update(answers=one.answers, steps_done=done, prefill_declined=True)
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[0])
    worst, about = 0.0, ""
    effects = service.effects(one.answers)
    for step in service.form.steps:
        url = reverse("cases:step", args=[case.reference, step.key])
        if browser.get(url).status_code != 200:
            continue
        ms = cpu(lambda url=url: browser.get(url), 5)
        if ms > worst:
            worst, about = ms, f"{sum(1 for _ in Walk(step, one.answers, effects).visits())} elements on the page"
    return worst, f"{one.fields} fields, {len(service.form.steps)} steps, {about}"


def line(name: str, one: Read | None, ms: float, unit: float, about: str) -> None:
    """One row."""
    print(ROW.format(name, one.key if one else "", f"{ms:.2f}", f"{ms / unit:.1f}", about), flush=True)


if __name__ == "__main__":
    main()
