"""The suite runs in mode "test" against its own database."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client, TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from stadtkern.kernel.accounts.models import Account, Staff
    from stadtkern.kernel.city.models import Office
    from stadtkern.kernel.registers.models import Resident

pytest_plugins = ["stadtkern.ui.testing"]  # a real browser: open_tab
# A busy machine is no finding: neither the time of one example nor that of drawing it.
hypothesis_settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("suite")
FULL = os.environ.get("FULL") == "1"  # `make test-full`: everything at its longest, for the night
gc.disable()  # until everything is collected (below)
os.environ.setdefault("OMP_NUM_THREADS", "1")  # every core has its worker: threads that wait for one another only spin
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # browser tests: Playwright's sync API runs inside an event loop


@pytest.fixture
def offices(db: None) -> dict[str, "Office"]:
    from stadtkern.kernel.city.models import Office

    titles = {
        "buergeramt": "Bürgeramt",
        "steueramt": "Amt für Steuern und Abgaben",
        "ordnungsamt": "Ordnungsamt",
        "datenschutz": "Datenschutzstelle",
        "stadtkasse": "Stadtkasse",
    }
    address = {"street": "Rathausplatz 1", "postcode": "49999", "town": "Musterstadt", "phone": "0123 456-100"}
    return {key: Office.objects.create(key=key, title=title, **address) for key, title in titles.items()}


def _account(email: str, **person: object) -> "Account":
    from stadtkern.kernel.accounts.models import Account, Person

    name = f"{person.get('given_names', '')} {person.get('family_name', '')}".strip()
    account = Account(email=email, name=name)
    account.set_password("geheim-genug-1")
    account.save()
    if person:
        Person.objects.create(account=account, **person)
    return account


@pytest.fixture
def citizen(db: None) -> "Account":
    return _account("zoe@example.org", given_names="Zoë Łucja", family_name="Çelik-Müller", birth_date=date(1988, 2, 29))


@pytest.fixture
def other_citizen(db: None) -> "Account":
    return _account("otto@example.org", given_names="Otto", family_name="Anders", birth_date=date(1970, 5, 5))


def _staff(email: str, office: "Office", role: str, name: str) -> "Staff":
    from stadtkern.kernel.accounts.models import Staff

    account = _account(email)
    type(account).objects.filter(pk=account.pk).update(name=name)
    account.refresh_from_db()
    return Staff.objects.create(account=account, office=office, role=role)


@pytest.fixture
def clerk(offices: dict[str, "Office"]) -> "Staff":
    return _staff("clerk@stadt.example", offices["buergeramt"], "CLERK", "Petra Sommer")


@pytest.fixture
def second_clerk(offices: dict[str, "Office"]) -> "Staff":
    return _staff("clerk2@stadt.example", offices["buergeramt"], "CLERK", "Jan Winter")


@pytest.fixture
def other_clerk(offices: dict[str, "Office"]) -> "Staff":
    return _staff("tax@stadt.example", offices["steueramt"], "CLERK", "Nadia Öztürk")


@pytest.fixture
def cashier(offices: dict[str, "Office"]) -> "Staff":
    return _staff("kasse@stadt.example", offices["stadtkasse"], "CLERK", "Mehmet Yıldız")


@pytest.fixture
def lead(offices: dict[str, "Office"]) -> "Staff":
    return _staff("lead@stadt.example", offices["buergeramt"], "LEAD", "Ruth Krause")


@pytest.fixture
def editor(offices: dict[str, "Office"]) -> "Staff":
    return _staff("redaktion@stadt.example", offices["buergeramt"], "EDITOR", "Mara Lenz")


@pytest.fixture
def operator(offices: dict[str, "Office"]) -> "Staff":
    return _staff("it@stadt.example", offices["buergeramt"], "OPERATOR", "Ivo Petrović")


@pytest.fixture
def mayor(offices: dict[str, "Office"]) -> "Staff":
    return _staff("mayor@stadt.example", offices["buergeramt"], "MAYOR", "Dr. Eva Lindqvist")


@pytest.fixture
def privacy_officer(offices: dict[str, "Office"]) -> "Staff":
    return _staff("datenschutz@stadt.example", offices["datenschutz"], "PRIVACY", "Aylin Brandt")


@pytest.fixture
def resident(citizen: "Account") -> "Resident":
    """The citizen's entry in the residents register, linked by a proof of identity."""
    from stadtkern.kernel.registers.models import Household, Resident

    home = Household.objects.create(
        street="Lindenstraße", house_number="12a", postcode="49999", town="Musterstadt", district="Altstadt"
    )
    row = Resident.objects.create(
        given_names="Zoë Łucja", family_name="Çelik-Müller", birth_name="Müller", birth_date=date(1988, 2, 29),
        birth_place="Gießen", sex="w", household=home, moved_in_date=date(2015, 4, 1),
    )  # fmt: skip
    person = citizen.person
    person.register_key, person.proved_by, person.proved_trust = row.key, "counter", 3
    person.save()
    return row


@pytest.fixture
def login() -> Callable[["Account"], Client]:
    """A browser in which this account is signed in with a password (trust "basic")."""

    def sign_in(account: "Account") -> Client:
        client = Client()
        client.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[0])
        return client

    return sign_in


@pytest.fixture(scope="session")
def fresh_tables() -> ExitStack:
    from stadtkern.site.migrating import swiftly

    stack = ExitStack()
    stack.enter_context(swiftly())
    return stack


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, fresh_tables: ExitStack) -> None:
    """The last thing before the database of a worker is made."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, fresh_tables: ExitStack) -> None:
    """Made; whatever migrates from now on does it as Django does."""
    fresh_tables.close()


LASTING = ("django_migrations", "django_content_type", "auth_permission", "django_site", "procrastinate_version")


@pytest.fixture(autouse=True, scope="session")
def emptied_quickly() -> Iterator[None]:
    """After a test that really commits, only the tables that hold rows are emptied, the queue's among them.

    Django truncates all of them and writes every content type anew, which costs most of a second each time.
    """
    from django.db import connection

    def empty(case: TransactionTestCase) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL(%s)",
                [[*LASTING]],
            )
            tables = [name for (name,) in cursor.fetchall()]
            cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in tables))  # noqa: S608
            full = [name for (name,) in cursor.fetchall()]
            # Without triggers: lines of the diary refuse to be deleted, and no order of the tables needs to be found.
            deletions = "".join(f"DELETE FROM {name};" for name in full)  # noqa: S608
            cursor.execute(f"SET session_replication_role = replica; {deletions} SET session_replication_role = DEFAULT")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty)
        yield


@pytest.fixture(autouse=True)
def nothing_looked_at_lately() -> None:
    """The process outlives the database of a test; what it wrote down there is gone."""
    from stadtkern.kernel.privacy import lately

    lately.forget()


@pytest.fixture(autouse=True)
def the_city_is_back() -> Iterator[None]:
    """A test with a city of its own leaves none behind in the memory of the process."""
    from stadtkern.kernel.city.profile import city

    yield
    if city.cache_info().currsize and city().folder != settings.CITY_FOLDER:
        city.cache_clear()


@pytest.fixture
def own_place(settings: "SettingsWrapper", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home apart: what an operator switches off here is off nowhere else. Its keys are made once for the process."""
    home = tmp_path_factory.getbasetemp() / "own-place"
    home.mkdir(exist_ok=True)
    settings.HOME = home
    yield home
    for left in home.iterdir():
        if left.name != "keys":
            shutil.rmtree(left) if left.is_dir() else left.unlink()


@pytest.fixture
def run_jobs(transactional_db: None) -> Callable[[], None]:
    """Work the queue until it is empty; a job that fails raises here."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    from stadtkern.kernel.events.worker import worker_app

    def work() -> None:
        # In a thread of its own: Playwright leaves an event loop running in this one.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(in_thread).result()
        failed = ProcrastinateJob.objects.filter(attempts__gt=0, status__in=["todo", "failed"])
        assert not failed.exists(), [(job.task_name, job.args) for job in failed]

    def in_thread() -> None:
        try:
            worker_app().run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
        finally:
            connections.close_all()

    return work


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Browser tests last: what fails cheaply fails first. What only the night has time for is left to it."""
    if left := [item for item in items if item.get_closest_marker("full") and not FULL]:
        config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def pytest_collection_finish() -> None:
    """Millions of objects live as long as the process: looking for garbage among them took a quarter of every test."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def mobility_data() -> Path:
    """Timetables, street extracts and sharing feeds of real cities, too large and too varied in licence for this repository."""
    folder = Path(os.environ.get("STADTKERN_SHARED", settings.ROOT.parent / "shared")) / "data" / "mobility"
    if not folder.is_dir():
        pytest.skip("needs the folder data/mobility (see STADTKERN_SHARED)")
    return folder
