"""The clerks' addresses, below /schalter/."""

from django.urls import path

from . import acts, devices, hours, load, pages, partners, roster

app_name = "counter"
urlpatterns = [
    path("", pages.home, name="home"),
    path("termin/<int:pk>/<slug:verb>/", acts.appointment, name="appointment"),
    path("besuch/<int:pk>/<slug:verb>/", acts.visit, name="visit"),
    path("praxen/", partners.partners, name="partners"),
    path("praxen/<int:pk>/beenden/", partners.dismiss, name="dismiss_partner"),
    path("<slug:place>/", pages.day_of, name="day"),
    path("<slug:place>/wartende/", pages.room_of, name="room"),
    path("<slug:place>/liste/", pages.printed, name="print"),
    path("<slug:place>/platz/", acts.sit, name="sit"),
    path("<slug:place>/naechste/", acts.next_one, name="next"),
    path("<slug:place>/nummern/", acts.tickets, name="tickets"),
    path("<slug:place>/oeffnungszeiten/", hours.hours, name="hours"),
    path("<slug:place>/oeffnungszeiten/ausnahme/", hours.exception, name="exception"),
    path("<slug:place>/oeffnungszeiten/ausnahme/<int:pk>/aufheben/", hours.remove_exception, name="remove_exception"),
    path("<slug:place>/oeffnungszeiten/<int:pk>/zurueck/", hours.undo, name="undo_hours"),
    path("<slug:place>/ohne-schalter/", hours.settle, name="settle"),
    path("<slug:place>/dienstplan/", roster.roster, name="roster"),
    path("<slug:place>/dienstplan/dienst/", roster.add, name="add_shift"),
    path("<slug:place>/dienstplan/dienst/<int:pk>/streichen/", roster.remove, name="end_shift"),
    path("<slug:place>/dienstplan/abwesend/", roster.absent, name="absent"),
    path("<slug:place>/dienstplan/abwesend/<int:pk>/aufheben/", roster.present, name="present"),
    path("<slug:place>/dienstplan/faehigkeiten/<int:pk>/", roster.skills, name="skills"),
    path("<slug:place>/dienstplan/gilt/", roster.switch, name="roster_switch"),
    path("<slug:place>/auslastung/", load.load, name="load"),
    path("<slug:place>/geraete/", devices.devices, name="devices"),
    path("<slug:place>/geraete/<int:pk>/beenden/", devices.end, name="end_device"),
]
