"""Addresses of the editors, below `leistungen/redaktion/`."""

from django.urls import path

from .views import edit, editions, home, review, rules

urlpatterns = [
    path("", home.home, name="edit_home"),
    path("<slug:key>/", home.service, name="edit"),
    path("<slug:key>/texte/", edit.service_texts, name="edit_texts"),
    path("<slug:key>/formular/", edit.form_pages, name="edit_form"),
    path("<slug:key>/formular/<slug:step>/", edit.form_page, name="edit_page"),
    path("<slug:key>/entwurf/", review.review, name="edit_review"),
    path("<slug:key>/vorschau/", review.preview, name="edit_preview"),
    path("<slug:key>/vorschau/<slug:step>/", review.preview_step, name="edit_preview_step"),
    path("<slug:key>/regeln/", rules.rules, name="edit_rules"),
    path("<slug:key>/regeln/<slug:mark>/", rules.rule, name="edit_rule"),
    path("<slug:key>/fassungen/", editions.editions, name="edit_editions"),
    path("<slug:key>/verlauf/", review.history, name="edit_history"),
    path("<slug:key>/verlauf/<int:number>/", review.version, name="edit_version"),
]
