"""Addresses of the queue, below /termin/einlass/."""

from django.urls import path, register_converter

from . import listed, operate, views


class Short:
    """A key that fits an integer of the database."""

    regex = "[0-9]{1,9}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(Short, "short")

app_name = "admission"
urlpatterns = [
    path("", listed.waves, name="waves"),
    path("betrieb/", operate.queues, name="operate"),
    path("betrieb/<short:wave>/", operate.switch, name="switch"),
    path("<short:wave>/", views.queue, name="queue"),
    path("<short:wave>/buchen/", views.book, name="book"),
]
