"""An independent judge of data and schema."""

import json
from functools import lru_cache
from typing import Any

import jsonschema_rs

from stadtkern.lib.forms.export.data import dumps, to_data
from stadtkern.lib.forms.export.schema import to_schema
from stadtkern.lib.forms.export.tree import Keys
from stadtkern.lib.forms.model import Answers, Form


@lru_cache(maxsize=4)
def _judge(text: str) -> Any:
    jsonschema_rs.meta.validate(json.loads(text))
    return jsonschema_rs.validator_for(json.loads(text), validate_formats=True)


def judge(form: Form, keys: Keys = Keys.ID) -> Any:
    """A validator of the form's own schema, formats asserted; the schema itself is valid 2020-12."""
    return _judge(json.dumps(to_schema(form, keys)))


def mistakes(form: Form, answers: Answers, keys: Keys = Keys.ID) -> list[str]:
    """What the judge says about the data of these answers, as path and message."""
    data = json.loads(dumps(to_data(form, answers, keys)))
    return [f"{'/'.join(map(str, each.instance_path))}: {each.message}" for each in judge(form, keys).iter_errors(data)]
