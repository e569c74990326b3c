"""The REST API: one router per room and domain; every operation authenticates unless it says otherwise."""

import importlib
import importlib.util

from django.conf import settings
from ninja import NinjaAPI

from stadtkern.kernel.accounts.api_auth import auth
from stadtkern.kernel.city.profile import city

api = NinjaAPI(title=f"Stadtkern {city().name}", version="1", urls_namespace="api", docs_url=None, auth=auth)
for room in settings.ROOMS:
    if importlib.util.find_spec(f"stadtkern.kernel.{room}.api"):
        api.add_router("", importlib.import_module(f"stadtkern.kernel.{room}.api").router)
for name in settings.DOMAINS:
    if importlib.util.find_spec(f"stadtkern.domains.{name}.domain"):
        domain = importlib.import_module(f"stadtkern.domains.{name}.domain").DOMAIN
        if domain.api:
            api.add_router(f"/{name}", domain.api)
