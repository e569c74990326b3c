"""A service as it would be with an editor's draft: read with the same care as from disk, with everything that is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tomlkit.exceptions import TOMLKitError

from stadtkern.lib.forms.xml import SchemaError

from .. import catalogue, folders
from ..audit import faults
from ..examples import examples_of, typed
from ..folders import Folder
from ..models import Draft
from ..service import Service, ServiceBroken
from .files import Edit, applied, text_of


@dataclass(frozen=True)
class Drafted:
    """`service` is None where nothing can be shown; `problems` forbid publishing, `hints` do not."""

    service: Service | None
    problems: tuple[str, ...]
    hints: tuple[str, ...] = ()


def edits_of(draft: Draft | None) -> list[Edit]:
    """The edits of a draft as `files.applied` takes them."""
    return [(tuple(keys), value) for keys, value in draft.edits] if draft else []


def text_with(folder: Folder, draft: Draft) -> str:
    """The file as it would be now; raises ServiceBroken where the file on disk is no TOML."""
    try:
        return applied(text_of(folder, draft.file), edits_of(draft))
    except TOMLKitError as error:
        raise ServiceBroken(f"{draft.file} ist von Hand geändert worden und kein gültiges TOML: {error}") from error


def drafted(folder: Folder, texts: Mapping[str, str]) -> Drafted:
    """The service with these texts instead of those on disk: everything `manage.py check` would say, before it is public."""
    service, problems = folders.load(replace(folder, changed=dict(texts)))
    if service is None:
        return Drafted(None, tuple(problems))
    try:
        problems = [*problems, *(one for one in faults(service) if one not in problems)]
        hints = [] if problems else [*catalogue.leftovers_of(service), *_examples(service)]
    except (ServiceBroken, SchemaError, OSError, ValueError) as error:
        return Drafted(None, (*problems, str(error)))
    return Drafted(service, tuple(problems), tuple(hints))


def _examples(service: Service) -> list[str]:
    """An example that was accepted and no longer is tells of a change nobody meant."""
    try:
        broken = [
            example.title
            for example in examples_of(service)
            if not example.problems and service.problems(typed(service.form, example.answers))
        ]
    except (ValueError, OSError, SchemaError, ServiceBroken):
        return []
    return [f"Das Beispiel „{title}“ würde nicht mehr angenommen." for title in broken]
