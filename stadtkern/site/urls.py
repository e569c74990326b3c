"""Addresses: rooms and domains are mounted in a loop."""

import importlib.util

from django.conf import settings
from django.urls import include, path

from stadtkern.kernel.provider.urls import DOORS
from stadtkern.site.api import api, no_such_address

# Where a room's pages live; a room without urls.py has none. German, for the address line.
PLACES = {
    "accounts": "konto/",
    "privacy": "meine-daten/",
    "documents": "dokumente/",
    "vault": "tresor/",
    "credentials": "nachweise/",
    "inbox": "post/",
    "payments": "zahlung/",
    "appointments": "termin/",
    "calls": "video/",
    "services": "leistungen/",
    "voice": "terminwunsch/",
    "cases": "vorgang/",
    "registers": "register/",
    "geo": "karte/",
    "metrics": "kennzahlen/",
    "provider": "verbundene-dienste/",
    "exchange": "austausch/",
}

# The same for departments; without an entry the name of the folder.
DEPARTMENTS = {"administration": "verwaltung/", "dataprotection": "datenschutz/", "mobility": "", "participation": ""}

urlpatterns = [
    path("termin/einlass/", include("stadtkern.kernel.appointments.admission.urls")),  # first: asked for most in a rush
    path("", include("stadtkern.portal.urls")),
    path("api/v1/", api.urls),
    path("api/<path:rest>", no_such_address),
    path("", include("stadtkern.kernel.credentials.well_known")),
    path("betrieb/", include("stadtkern.site.operate.urls")),
    path("handy/", include("stadtkern.kernel.accounts.pairing.urls")),
    path("schalter/", include("stadtkern.kernel.appointments.desk.urls")),
    path("wartezimmer/", include("stadtkern.kernel.appointments.walkin.urls")),
    path("", DOORS),
    path("konto/", include("allauth.account.urls")),
    path("konto/zwei-faktor/", include("allauth.mfa.urls")),
    path("konto/sitzungen/", include("allauth.usersessions.urls")),
]
urlpatterns.append(path("datenschutz-aufsicht/", include("stadtkern.kernel.privacy.oversight.urls")))
for room, place in PLACES.items():
    if importlib.util.find_spec(f"stadtkern.kernel.{room}.urls"):
        urlpatterns.append(path(place, include(f"stadtkern.kernel.{room}.urls")))
for name in settings.DOMAINS:
    if importlib.util.find_spec(f"stadtkern.domains.{name}.urls"):
        urlpatterns.append(path(DEPARTMENTS.get(name, f"{name}/"), include(f"stadtkern.domains.{name}.urls")))
handler400 = "stadtkern.portal.errors.bad_request"
handler403 = "stadtkern.portal.errors.forbidden"
handler404 = "stadtkern.portal.errors.not_found"
handler500 = "stadtkern.portal.errors.broken"
