"""Pages of the core: processes, contributions, the clerk's side."""

from django.urls import path

from .views import core

urlpatterns = [
    path("", core.home, name="home"),
    path("verwaltung/", core.desk, name="desk"),
    path("vorgang/<reference:reference>/", core.case, name="case"),
    path("<slug:key>/", core.process, name="process"),
    path("<slug:key>/<reference:reference>/", core.contribution, name="contribution"),
]
