"""The caretaker: the architecture is a test. There is no list of exceptions."""

import ast
import importlib
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[1]
CODE = ROOT / "stadtkern"
WRITES = {"save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
READS = {"objects", "filter", "exclude", "all", "select_for_update", "order_by", "get"}
FORBIDDEN_FILES = {
    "utils.py", "helpers.py", "managers.py", "signals.py", "exceptions.py", "serializers.py", "constants.py", "services.py",
}  # fmt: skip


def sources() -> Iterator[tuple[Path, ast.Module]]:
    """Every Python file of the house except tests and migrations."""
    for file in sorted(CODE.rglob("*.py")):
        if not {"tests", "migrations"} & set(file.parts):
            yield file, ast.parse(file.read_text(encoding="utf-8"))


Rule = Callable[[Path, list[ast.AST]], list[str]]  # file and its nodes, the module first -> offences


@cache
def offences() -> dict[Rule, list[str]]:
    """What every rule about sources finds, in one reading of them."""
    found: dict[Rule, list[str]] = {rule: [] for rule in (writes, foreign_writes, models_by_string, odd_names, silence)}
    for file, tree in sources():
        nodes = list(ast.walk(tree))
        for rule, lines in found.items():
            lines += [f"{file.relative_to(ROOT)}{offence}" for offence in rule(file, nodes)]
    return found


def is_actions(file: Path) -> bool:
    return file.name == "actions.py" or "actions" in file.relative_to(CODE).parts[:-1]


def chain(node: ast.expr) -> list[str]:
    """Names along `Case.objects.filter(…).update`, outermost last."""
    names: list[str] = []
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        if isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        else:
            node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Name):
        names.append(node.id)
    return names[::-1]


def is_write(call: ast.Call) -> bool:
    """A call that writes a row: through a queryset, or `row.save()` and `row.delete()`."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in WRITES:
        return False
    names = chain(call.func)
    if READS & set(names[:-1]):
        return True
    return call.func.attr in ("save", "delete") and not call.args and names[:1] != ["super"]


def writes_in_sql(call: ast.Call) -> bool:
    if not (isinstance(call.func, ast.Attribute) and call.func.attr in ("execute", "executemany") and call.args):
        return False
    text = ast.unparse(call.args[0])
    return bool(re.search(r"\b(INSERT INTO|UPDATE \w+ SET|DELETE FROM|TRUNCATE)\b", text, re.I))


def test_import_contracts_hold():
    done = subprocess.run([ROOT / ".venv/bin/lint-imports"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_contracts_have_no_exceptions():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert not [c["name"] for c in contracts if c.get("ignore_imports") or c.get("allow_indirect_imports")]


def writes(file: Path, nodes: list[ast.AST]) -> list[str]:
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    found = [call for call in calls if not is_actions(file) and (is_write(call) or writes_in_sql(call))]
    return [f":{call.lineno} {ast.unparse(call.func)}" for call in found]


def test_only_actions_write():
    assert offences()[writes] == []


def test_the_guard_sees_a_write():
    """The test above can fail."""
    seen = [
        ast.parse(line).body[0].value for line in ("Case.objects.filter(pk=1).update(a=1)", "row.save()", "x.objects.create()")
    ]
    assert all(is_write(call) for call in seen)
    harmless = [
        ast.parse(line).body[0].value for line in ("answers.update(a=1)", "digest.update(data)", "image.save(out, 'PNG')")
    ]
    assert not any(is_write(call) for call in harmless)


def foreign_writes(file: Path, nodes: list[ast.AST]) -> list[str]:
    room = file.relative_to(CODE).parts[:2]
    foreign = {
        alias.asname or alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and re.match(r"stadtkern\..*\.models$", node.module or "")
        for alias in node.names
        if tuple((node.module or "").split(".")[1:3]) != room
    }
    found = [node for node in nodes if isinstance(node, ast.Call) and is_write(node) and chain(node.func)[0] in foreign]
    return [f":{call.lineno} {ast.unparse(call.func)}" for call in found]


def test_nobody_writes_the_tables_of_another_room():
    assert offences()[foreign_writes] == []


def models_by_string(file: Path, nodes: list[ast.AST]) -> list[str]:
    names = [node for node in nodes if isinstance(node, ast.Attribute | ast.Name)]
    return [f":{node.lineno}" for node in names if (getattr(node, "attr", None) or getattr(node, "id", "")) == "get_model"]


def test_no_model_is_reached_by_a_string():
    assert offences()[models_by_string] == []


def test_no_drawers():
    assert [str(file.relative_to(ROOT)) for file in CODE.rglob("*.py") if file.name in FORBIDDEN_FILES] == []


def odd_names(file: Path, nodes: list[ast.AST]) -> list[str]:
    names = [getattr(node, "id", None) or getattr(node, "name", None) or getattr(node, "attr", None) for node in nodes]
    return [f": {name}" for name in names if isinstance(name, str) and not name.isascii()]


def test_identifiers_are_ascii():
    assert offences()[odd_names] == []


def silence(file: Path, nodes: list[ast.AST]) -> list[str]:
    module = nodes[0]
    assert isinstance(module, ast.Module)
    return [""] if file.name != "__init__.py" and module.body and not ast.get_docstring(module) else []


def test_every_module_says_what_it_is():
    assert offences()[silence] == []


def test_the_rules_about_sources_see_offences():
    """The tests above can fail."""
    text = "from stadtkern.kernel.cases.models import Case\nCase.objects.create()\napps.get_model('x')\nä = 1"
    nodes = list(ast.walk(ast.parse(text)))
    assert [rule(CODE / "kernel" / "inbox" / "views.py", nodes) for rule in offences()] == [
        [":2 Case.objects.create"], [":2 Case.objects.create"], [":3"], [": ä"], [""],
    ]  # fmt: skip


def test_foreign_keys_have_no_way_back():
    """Related names couple rooms silently; inside a room they may exist."""
    from django.apps import apps

    found = [
        str(field)
        for model in apps.get_models()
        if model.__module__.startswith("stadtkern")
        for field in model._meta.get_fields()
        if getattr(field, "remote_field", None) and not field.auto_created
        if field.related_model.__module__.split(".")[2] != model.__module__.split(".")[2]
        if not field.remote_field.hidden
    ]
    assert found == []


def test_every_service_has_examples_and_a_retention_rule():
    from stadtkern.kernel.services import catalogue

    services = catalogue.all_services()
    assert len(services) >= 3
    for key, service in services.items():
        assert service.keep.years >= 0 and service.keep.because, key
        assert tomllib.loads((Path(service.folder) / "examples.toml").read_text(encoding="utf-8")), key


@pytest.mark.parametrize("name", settings.DOMAINS)
def test_every_domain_introduces_itself(name):
    domain = importlib.import_module(f"stadtkern.domains.{name}.domain").DOMAIN
    readme = (CODE / "domains" / name / "README.md").read_text(encoding="utf-8")
    assert len(readme.splitlines()) <= 40
    assert domain.office and domain.kpis


def test_no_pending_migration(db):
    out = StringIO()
    call_command("makemigrations", "--check", "--dry-run", stdout=out)


def test_one_migration_per_room_and_release():
    for room in settings.ROOMS:
        assert len(list((CODE / "kernel" / room / "migrations").glob("0*.py"))) <= 1, room


def test_the_openapi_file_is_current():
    call_command("openapi", "--check")


def test_system_checks_pass(db):
    call_command("check", "--fail-level", "WARNING")


def test_every_reaction_is_wired():
    """A reactions.py that nobody reads would be silent."""
    from stadtkern.kernel.events import queue

    wired = {queue.name_of(reaction) for listed in queue.REACTIONS.values() for reaction in listed}
    for file in CODE.rglob("reactions.py"):
        module = importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
        for reactions in getattr(module, "REACTIONS", {}).values():
            assert {queue.name_of(reaction) for reaction in reactions} <= wired


def test_python_is_new_enough():
    assert sys.version_info >= (3, 11)


def test_every_room_that_knows_people_can_report_and_erase():
    """A table that points to an account, a person or a key of the residents register: the room says what it does with it."""
    from django.apps import apps

    from stadtkern.kernel.accounts.models import Account, Person

    keys = ("person_key", "person_keys", "register_key")

    def knows_people(model: type) -> bool:
        fields = [field for field in model._meta.get_fields() if not field.auto_created]
        return any(field.name in keys or getattr(field, "related_model", None) in (Account, Person) for field in fields)

    models = [m for m in apps.get_models() if m.__module__.startswith("stadtkern.") and knows_people(m)]
    places = {".".join(model.__module__.split(".")[:3]) for model in models}
    assert {"stadtkern.kernel.documents", "stadtkern.kernel.cases", "stadtkern.kernel.accounts"} <= places
    files = {f"{place}.{kind}" for place in places for kind in ("report", "erasure")}
    files.remove("stadtkern.kernel.accounts.report")  # part of privacy's, which stands above it
    missing = sorted(file for file in files if not importlib.util.find_spec(file))
    assert missing == []
    from stadtkern.kernel.privacy import erasure

    assert {place.rsplit(".", 1)[1] for place in places} <= set(erasure.PARTS)


ONLY_LOCKED = """
import sys
from importlib import metadata
locked = set(sys.argv[1].split())
strangers = {name for name, packages in metadata.packages_distributions().items()
             if not {package.replace("_", "-").replace(".", "-").lower() for package in packages} & locked}
class Door:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in strangers:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Door())
import django
django.setup()
import stadtkern.site.urls
print(len(strangers))
"""


def test_the_house_stands_on_the_locked_packages_alone():
    """The suite runs with more packages than a city has; what only tests bring would be missed there at the first start."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    locked = " ".join(line.split("==")[0] for line in lines if line[:1].isalnum())
    surroundings = os.environ | {"STADTKERN_MODE": "test", "DJANGO_SETTINGS_MODULE": "stadtkern.site.settings"}
    done = subprocess.run(
        [sys.executable, "-c", ONLY_LOCKED, locked], cwd=ROOT, env=surroundings, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) > 30
