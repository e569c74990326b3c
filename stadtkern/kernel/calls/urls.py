"""Addresses below /video/."""

from django.urls import path

from .views import desk, doors, rooms

app_name = "calls"
urlpatterns = [
    path("mit/<str:code>/", rooms.by_code, name="by_code"),
    path("termin/<int:pk>/", rooms.room, name="room"),
    path("termin/<int:pk>/einverstanden/", rooms.agree, name="agree"),
    path("termin/<int:pk>/betreten/", doors.come_in, name="come_in"),
    path("termin/<int:pk>/austausch/", doors.exchange, name="exchange"),
    path("termin/<int:pk>/einlassen/", doors.let_in, name="let_in"),
    path("termin/<int:pk>/verlassen/", rooms.leave, name="leave"),
    path("termin/<int:pk>/beenden/", desk.end, name="end"),
    path("termin/<int:pk>/vermerk/", desk.note, name="note"),
    path("schreibtisch/", desk.today, name="desk"),
]
