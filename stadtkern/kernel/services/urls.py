"""Addresses of the catalogue."""

from django.urls import include, path

from . import maturity_views, views
from .directory import views as directory
from .modules import views as modules

app_name = "services"
urlpatterns = [
    path("", views.index, name="list"),
    path("reifegrad/", maturity_views.table, name="maturity"),
    path("reifegrad/reifegrad.csv", maturity_views.download, name="maturity_csv"),
    path("reifegrad/<slug:key>/", maturity_views.page, name="maturity_page"),
    path("texte/", modules.index, name="modules_index"),
    path("texte/<slug:key>/", modules.edit, name="modules"),
    path("texte/<slug:key>/<int:number>/zurueck/", modules.undo, name="modules_undo"),
    path("redaktion/", include("stadtkern.kernel.services.editing.urls")),
    path("lage/<slug:key>/", directory.situation, name="situation"),
    path("verzeichnis/<slug:key>/", directory.entry, name="entry"),
    path("<slug:key>/", views.page, name="page"),
    path("<slug:key>/formular.pdf", views.blank, name="blank"),
]
