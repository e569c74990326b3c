"""The state of the house: ready or not, plugs and their outages."""

from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext_lazy as _

from stadtkern.kernel.city.profile import city
from stadtkern.kernel.events import queries

# Room -> what it talks to, and the switch by which its demo pretends to be away.
PLUGS = {
    "registers": (_("Melderegister"), "registers"),
    "payments": (_("Zahlungsdienst"), "payments"),
    "inbox": (_("E-Mail"), "mail"),
    "documents": (_("Virenprüfung"), "scanner"),
    "exchange": (_("FIT-Connect"), "exchange"),
}


@dataclass(frozen=True)
class Plug:
    """One outside system: which adapter is chosen, and whether its demo is switched off."""

    switch: str
    title: object
    adapter: str
    away: bool

    @property
    def can_switch(self) -> bool:
        return settings.DEMO and self.adapter == "demo"


def plugs() -> list[Plug]:
    """Every adapter of this city."""
    folder = settings.HOME / "outage"
    found = [
        Plug(switch, title, city().adapters.get(room, "demo"), (folder / switch).exists())
        for room, (title, switch) in PLUGS.items()
    ]
    single = {table["adapter"] for table in city().raw.get("registers", {}).values() if isinstance(table, dict)}
    if remote := next((name for name in sorted(single) if name.startswith("noots")), None):
        adapter = "demo" if remote == "noots_demo" else remote
        found.insert(1, Plug("noots", _("Register anderer Behörden (NOOTS)"), adapter, (folder / "noots").exists()))
    return found


def switch(name: str, away: bool) -> None:
    """Let a demo adapter pretend to be away; only in the demo."""
    if not settings.DEMO or name not in {plug.switch for plug in plugs() if plug.can_switch}:
        raise KeyError(name)
    file = settings.HOME / "outage" / name
    file.parent.mkdir(exist_ok=True)
    if away:
        file.touch()
    else:
        file.unlink(missing_ok=True)


_migrated = False


def ready() -> dict[str, bool]:
    """What must be true before traffic may come: database, migrations, a worker with a heartbeat."""
    global _migrated  # reading all migrations takes a tenth of a second; once true it stays true for this process
    try:
        connection.ensure_connection()
        if not _migrated:
            executor = MigrationExecutor(connection)
            _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        return {"database": True, "migrations": _migrated, "worker": _migrated and queries.worker_alive()}
    except DatabaseError:
        return {"database": False, "migrations": _migrated, "worker": False}
