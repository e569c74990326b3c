"""Services for other programs: how properties are named here, which schema it is, where its JSON Schema stands."""

from typing import Any

from django.conf import settings

from stadtkern.kernel.city.profile import city
from stadtkern.lib.forms.export.schema import to_schema
from stadtkern.lib.forms.export.tree import Keys
from stadtkern.lib.forms.export.xml import Origin

from .service import Service


def keys() -> Keys:
    """The city's style: `[fim] keys = "id"` (as the FIM portal has it, default) or "versioned" in city.toml."""
    said = city().raw.get("fim", {}).get("keys", Keys.ID.value)
    return Keys(said) if said in list(Keys) else Keys.ID


def origin(service: Service) -> Origin:
    """Which form the data belong to: the schema of FIM it was made from, else the service itself."""
    schema, version = service.origin.get("schema", ""), service.origin.get("version", "")
    return Origin(schema, version) if schema and version else Origin(service.key)


def address(service: Service) -> str:
    """Where the JSON Schema of the service stands."""
    return f"{settings.BASE_URL.rstrip('/')}/api/v1/services/{service.key}/schema.json"


def json_schema(service: Service, style: Keys | None = None) -> dict[str, Any]:
    """The JSON Schema of its data."""
    return to_schema(service.form, style or keys(), address(service))
