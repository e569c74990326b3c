"""Pages about one's own data."""

from django.urls import path

from . import views
from .erasing import views as erasing

app_name = "privacy"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("zugriffe/", views.accesses, name="accesses"),
    path("zugriffe/datei.json", views.accesses_file, name="accesses_file"),
    path("einwilligungen/", views.consents, name="consents"),
    path("einwilligungen/<int:number>/widerrufen/", views.revoke, name="revoke"),
    path("auskunft/", views.report, name="report"),
    path("loeschen/", erasing.erase, name="erase"),
    path("loeschung/<uuid:number>/", erasing.certificate, name="certificate"),
]
