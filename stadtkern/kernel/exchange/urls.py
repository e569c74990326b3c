"""Pages of the exchange with other authorities, below /austausch/."""

from django.urls import path

from . import views

app_name = "exchange"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("rueckruf/", views.callback, name="callback"),
    path("betrieb/", views.operate, name="operate"),
    path("betrieb/probe/", views.sample, name="sample"),
    path("betrieb/ausgang/<int:pk>/jetzt/", views.try_transmission, name="try_transmission"),
    path("betrieb/eingang/<int:pk>/jetzt/", views.try_reception, name="try_reception"),
    path("vorgang/<str:reference>/erneut/", views.again, name="again"),
]
