"""Addresses below /dokumente/."""

from django.urls import path

from . import views

app_name = "documents"
urlpatterns = [
    path("pruefen/", views.check, name="check"),
    path("pruefen/<str:code>/", views.verify, name="verify"),
    path("code/", views.code, name="code"),
    path("herunterladen/<str:number>/", views.download, name="download"),
    path("datei/<uuid:key>/", views.upload, name="upload"),
]
