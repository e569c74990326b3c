"""Addresses of both screens; short ones, because some people type them."""

from django.urls import path

from . import first, second

app_name = "pairing"
urlpatterns = [
    path("", second.enter, name="enter"),
    path("weiter/", first.go_on, name="go_on"),
    path("anmelden/", first.sign_in, name="sign_in"),
    path("schirm/<int:number>/", first.screen, name="screen"),
    path("schirm/<int:number>/stand/", first.state, name="state"),
    path("schirm/<int:number>/abholen/", first.collect, name="collect"),
    path("schirm/<int:number>/erlauben/", first.allow, name="allow"),
    path("schirm/<int:number>/abbrechen/", first.cancel, name="cancel"),
    path("c/<str:code>/", second.open_, name="open"),
    path("c/<str:code>/zahl/", second.choose, name="choose"),
    path("c/<str:code>/warten/", second.wait, name="wait"),
    path("c/<str:code>/ablehnen/", second.refuse, name="refuse"),
]
