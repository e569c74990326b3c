"""Pages of the data protection officer, below /datenschutz-aufsicht/."""

from django.urls import path

from . import views

app_name = "oversight"
urlpatterns = [
    path("", views.home, name="home"),
    path("notfaelle/", views.emergencies, name="emergencies"),
    path("notfaelle/<int:number>/", views.emergency, name="emergency"),
    path("statistik/", views.statistics, name="statistics"),
    path("zugriffe/", views.lines, name="lines"),
    path("protokoll/", views.log, name="log"),
]
