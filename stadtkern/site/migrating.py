"""The tables of a new, empty database in a fifth of the time: tests, measurements and the demo start with one.

While Django migrates, it keeps classes of all models as they are between two migrations; for every new table it makes those
of all related models anew, which are nearly all. A new model changes nothing about the others: only it is made here.
What is done to the database is the same, statement by statement (tests/test_foundation.py compares). Migrations of an
installation with data run as Django runs them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.db.migrations.state import ModelState, ProjectState


def _add_model(state: Any, model: ModelState) -> None:
    """In place of `ProjectState.add_model`."""
    key = model.app_label, model.name_lower
    state.models[key] = model
    if state._relations is not None:
        state.resolve_model_relations(key)
    if "apps" not in state.__dict__:
        return
    for app in state.apps.all_models.values():  # the others find the new one through the registry they know
        for made in app.values():
            made._meta.apps = state.apps
    state.apps.render_multiple([model])
    if state.apps._pending_operations:  # it points at a model that is still to come
        state.reload_model(*key)


@contextmanager
def swiftly() -> Iterator[None]:
    """For `migrate` on an empty database."""
    with patch.object(ProjectState, "add_model", _add_model):
        yield
