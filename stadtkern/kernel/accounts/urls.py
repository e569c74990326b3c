"""Pages of the account; the demo's doors exist only in the demo and in tests."""

from django.conf import settings
from django.urls import path

from . import demo, joining, mandates, stepup, views
from .saml import doors
from .simulators import directory, provider

app_name = "accounts"
urlpatterns = [
    path("uebersicht/", views.overview, name="overview"),
    path("angaben/", views.profile, name="profile"),
    path("sprache/", views.language, name="language"),
    path("sitzungen/<int:number>/beenden/", views.end_session, name="end_session"),
    path("vertretung/", mandates.represent, name="companies"),
    path("vertretung/wechseln/", mandates.switch, name="act_for"),
    path("vertretung/erteilen/", mandates.grant, name="grant"),
    path("vertretung/annehmen/", mandates.accept, name="accept"),
    path("vertretung/kinder/", mandates.children, name="children"),
    path("vertretung/betreuung/", mandates.wards, name="wards"),
    path("vertretung/<int:number>/beenden/", mandates.revoke, name="revoke"),
    path("schluessel/", views.tokens, name="tokens"),
    path("schluessel/<int:number>/sperren/", views.revoke_token, name="revoke_token"),
    path("schliessen/", views.close, name="close"),
    path("ausweisen/", stepup.step_up, name="step_up"),
    path("ausweisen/los/", stepup.identify, name="identify"),
    path("ausweisen/zurueck/", stepup.identified, name="identified"),
    path("anmelden-mit/", stepup.sign_in_with, name="sign_in_with"),
    path("weiter/", stepup.depart, name="depart"),
    path("erstes-mal/", joining.first_time, name="first_time"),
    path("verbinden/", joining.join, name="join"),
    path("verbindungen/<int:number>/trennen/", joining.unlink, name="unlink"),
    path("saml/<slug:name>/", doors.answer, name="saml_answer"),
    path("saml/<slug:name>/metadata.xml", doors.metadata, name="saml_metadata"),
]
if settings.MODE in ("demo", "test"):
    urlpatterns += [
        path("demo/", demo.personas, name="personas"),
        path("demo/werden/", demo.become, name="become"),
        path("demo/ausweis/", demo.card_reader, name="card_reader"),
        path("demo/anbieter/<slug:name>/", provider.page, name="simulator"),
        path("demo/verzeichnis/", directory.page, name="directory"),
        path("demo/verzeichnis/.well-known/openid-configuration", directory.discovery, name="directory_discovery"),
        path("demo/verzeichnis/schluessel/", directory.keys, name="directory_keys"),
        path("demo/verzeichnis/token/", directory.token, name="directory_token"),
    ]
