"""The form of a service that was imported from FIM: its schema of either standard, its code lists, the city's Land."""

import tomllib
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from stadtkern.lib.forms import fim, genericode
from stadtkern.lib.forms.model import Form, Option

from .service import ServiceBroken

FORMS = ("form.xdf3.xml", "form.xdf2.xml")
LIST = ".genericode.xml"  # end of the names of code lists beside an imported form
COLUMNS = "codelists.toml"  # by address of the list: which column is the code, which one people read


def is_part(name: str) -> bool:
    """Whether a file of a service folder belongs to an imported form."""
    return name in FORMS or name == COLUMNS or name.endswith(LIST)


def federal(files: Mapping[str, str]) -> Form:
    """The form as published, its rules compiled; ServiceBroken when it cannot be read."""
    name = next((name for name in FORMS if name in files), "")
    if not name:
        raise ServiceBroken(f"{FORMS[0]} fehlt.")
    try:
        return fim.load(files[name].encode(), code_lists(files), land=land()).form
    except fim.SchemaError as error:
        raise ServiceBroken(f"{name}: {error}") from error


def land() -> str:
    """The AGS of the city: its first two digits are the Land whose rules hold here."""
    return str(settings.CITY_TOML.get("ags", ""))


def code_lists(files: Mapping[str, str]) -> dict[str, tuple[Option, ...]]:
    """The lists beside a form by their addresses; of several versions the newest."""
    chosen = columns(files.get(COLUMNS, ""))
    lists = [_list(text, chosen) for name, text in sorted(files.items()) if name.endswith(LIST)]
    lists.sort(key=lambda one: genericode.newest(one.version))
    return {uri: one.options for one in lists for uri in (one.uri, one.version_uri) if uri}


def _list(text: str, chosen: Mapping[str, tuple[str, str]]) -> genericode.CodeList:
    one = genericode.read(text.encode())
    pair = chosen.get(one.version_uri) or chosen.get(one.uri)
    if pair is None or pair == (one.code_column, one.label_column):
        return one
    return genericode.read(text.encode(), *pair)


def columns(text: str) -> dict[str, tuple[str, str]]:
    """{address of a list: (code column, label column)} of `codelists.toml`; ServiceBroken when it says something else."""
    try:
        raw: dict[str, Any] = tomllib.loads(text)
        return {uri: (str(table["code"]), str(table["label"])) for uri, table in raw.items()}
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        expected = 'erwartet wird je Liste ["Adresse"] mit code = "…" und label = "…"'
        raise ServiceBroken(f"{COLUMNS}: {expected} ({error}).") from error
