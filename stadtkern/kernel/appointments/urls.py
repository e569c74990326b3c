"""Addresses of appointments, below /termin/; the desk has its own branch."""

from django.urls import path, register_converter

from .views import choose, held, manage, mine, waiting


class Number:
    """T-7F3K-9QXM; nothing else reaches the database."""

    regex = "[Tt]-[0-9A-Za-z-]{8,9}"

    def to_python(self, value: str) -> str:
        return value.upper()

    def to_url(self, value: str) -> str:
        return value


register_converter(Number, "termin")

app_name = "appointments"
urlpatterns = [
    path("", choose.matters, name="matters"),
    path("wie/", choose.how, name="how"),
    path("zeiten/", choose.times, name="times"),
    path("halten/", held.hold, name="hold"),
    path("meine/", mine.mine, name="mine"),
    path("meine/kalender/", mine.subscribe, name="subscribe"),
    path("kalender/<str:secret>.ics", mine.feed, name="feed"),
    path("warteliste/", waiting.join, name="join"),
    path("warteliste/<int:pk>/", waiting.show, name="waiting"),
    path("warteliste/<int:pk>/antwort/", waiting.answer, name="waiting_answer"),
    path("warteliste/o/<str:code>/", waiting.open_link, name="open_waiting"),
    path("o/<str:code>/", manage.open_link, name="open"),
    path("<termin:number>/", manage.show, name="show"),
    path("<termin:number>/daten/", held.data, name="data"),
    path("<termin:number>/freigeben/", held.release, name="release"),
    path("<termin:number>/verschieben/", manage.move, name="move"),
    path("<termin:number>/absagen/", manage.cancel, name="cancel"),
    path("<termin:number>/termin.ics", manage.calendar, name="calendar"),
]
