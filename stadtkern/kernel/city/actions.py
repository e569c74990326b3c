"""Write the offices of the city."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from .models import Office


@transaction.atomic
def import_offices(offices: Mapping[str, Mapping[str, Any]]) -> int:
    """Create or refresh offices by key; returns how many. Unknown fields raise TypeError."""
    for key, values in offices.items():
        Office.objects.update_or_create(key=key, defaults=dict(values))
    return len(offices)
