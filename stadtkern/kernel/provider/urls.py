"""Connected services for people, apps for the operator, and the doors of the standard."""

from django.conf import settings
from django.urls import include, path

from .views import connected, consent, demo, device, doors, goodbye, register

app_name = "provider"
urlpatterns = [
    path("", connected.connected, name="connected"),
    path("<int:number>/trennen/", connected.disconnect, name="disconnect"),
    path("anwendungen/", register.clients, name="clients"),
    path("anwendungen/<slug:key>/geheimnis/", register.renew, name="renew"),
    path("anwendungen/<slug:key>/sperren/", register.close, name="close"),
]
if settings.MODE in ("demo", "test"):
    urlpatterns += [
        path("demo/", demo.start, name="demo"),
        path("demo/zurueck/", demo.back, name="demo_back"),
    ]

# The names are allauth's, so that its code finds our doors; mounted by site/urls.py at the root.
_doors = [
    path(".well-known/openid-configuration", doors.configuration, name="configuration"),
    path("openid/jwks.json", doors.jwks, name="jwks"),
    path("openid/authorize", consent.authorize, name="authorization"),
    path("openid/entscheiden", consent.decide, name="decide"),
    path("openid/token", doors.token, name="token"),
    path("openid/userinfo", doors.userinfo, name="userinfo"),
    path("openid/revoke", doors.revoke, name="revoke"),
    path("openid/logout", goodbye.logout, name="logout"),
    path("openid/device/code", doors.device_code, name="device_code"),
    path("geraet/", device.device, name="device_authorization"),
]
DOORS = include(([path("", include((_doors, "oidc")))], "idp"))
