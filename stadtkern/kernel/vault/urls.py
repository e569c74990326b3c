"""The vault, and the page a receiver opens."""

from django.urls import path

from . import public, views

app_name = "vault"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("register/", views.registers, name="registers"),
    path("hochladen/", views.add, name="add"),
    path("unterlagen/<int:number>/loeschen/", views.remove, name="remove"),
    path("teilen/", views.share, name="share"),
    path("teilen/<int:number>/", views.shared, name="shared"),
    path("teilen/<int:number>/beenden/", views.end, name="end"),
    path("geteilt/<str:secret>/", public.look, name="look"),
]
