"""`manage.py check` reads the city's geometry: a broken file is found before somebody looks at the map."""

import json
from typing import Any

from django.core import checks

from .ground import LAYERS, folder, ground


@checks.register()
def geometry(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Files that can be read, districts with one key each, streets in districts that exist."""
    try:
        for name in LAYERS:
            if (file := folder() / f"{name}.geojson").is_file():
                json.loads(file.read_text(encoding="utf-8"))["features"]
        known = ground()
    except (ValueError, KeyError, TypeError, OSError) as problem:
        return [
            checks.Error(f"{folder()}: {problem!r}", hint="See kernel/geo/ground.py for what the files hold.", id="geo.E001")
        ]
    keys = [one.key for one in known.districts]
    double = {key for key in keys if keys.count(key) > 1}
    return [checks.Error(f"District {key} is there twice.", id="geo.E002") for key in sorted(double)]
