"""Addresses of the operator, below /betrieb/."""

from django.urls import path, register_converter

from . import views


class Key:
    """The id of a row: what does not fit a bigint is no address."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(Key, "key")

app_name = "operate"
urlpatterns = [
    path("", views.home, name="home"),
    path("lebt", views.alive, name="alive"),
    path("bereit", views.ready, name="ready"),
    path("aufgabe/<key:job>/nochmal/", views.again, name="again"),
    path("aufgabe/<key:job>/verwerfen/", views.drop, name="drop"),
    path("ausfall/<slug:name>/", views.switch, name="switch"),
    path("webhooks/", views.listed, name="webhooks"),
    path("webhooks/<key:webhook>/anhalten/", views.stop, name="stop"),
    path("webhooks/<key:webhook>/fortsetzen/", views.resume, name="resume"),
    path("webhooks/<key:webhook>/entfernen/", views.remove, name="remove"),
    path("webhooks/<key:webhook>/jetzt/", views.send_now, name="send_now"),
]
