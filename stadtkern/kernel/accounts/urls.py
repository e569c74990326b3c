"""Pages of the account."""

from django.urls import URLPattern, path

from . import views

app_name = "accounts"
urlpatterns: list[URLPattern] = [
    path("ausweisen/", views.step_up, name="step_up"),
]
