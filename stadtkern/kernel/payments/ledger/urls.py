"""Addresses of the ledger's pages."""

from django.urls import path

from . import claims, days

urlpatterns = [
    path("forderungen/", claims.items, name="ledger"),
    path("forderungen/neu/", claims.new, name="ledger_new"),
    path("forderungen/<int:pk>/", claims.claim, name="ledger_claim"),
    path("forderungen/<int:pk>/buchen/", claims.act, name="ledger_act"),
    path("tage/", days.days, name="ledger_days"),
    path("tage/<slug:day>/", days.day, name="ledger_day"),
    path("tage/<int:pk>/uebergabe/", days.hand_over, name="ledger_export"),
    path("tage/<int:pk>/datei/", days.file, name="ledger_file"),
]
