"""Addresses of the cash office."""

from django.urls import path

from . import debits, dunning, home, intake, statements

urlpatterns = [
    path("", home.home, name="cash"),
    path("auszuege/", statements.overview, name="cash_statements"),
    path("auszuege/abholen/", statements.fetch, name="cash_fetch"),
    path("auszuege/datei/<int:pk>/", intake.intake, name="cash_intake"),
    path("auszuege/<int:pk>/", statements.statement, name="cash_statement"),
    path("ungeklaert/", statements.asked, name="cash_asked"),
    path("umsatz/<int:pk>/", statements.line, name="cash_line"),
    path("lastschriften/", debits.debits, name="cash_debits"),
    path("datei/<int:pk>/", debits.file, name="cash_file"),
    path("erstattungen/", debits.refunds, name="cash_refunds"),
    path("mahnungen/", dunning.preview, name="cash_dunning"),
    path("mahnungen/anhalten/<int:pk>/", dunning.stop, name="cash_stop"),
    path("mahnungen/brief/<int:pk>/", dunning.letter, name="cash_letter"),
    path("mahnungen/fortsetzen/<int:pk>/", dunning.lift, name="cash_lift"),
]
