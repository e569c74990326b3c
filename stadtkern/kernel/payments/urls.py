"""Pages of the payments, below /zahlung/."""

from django.urls import include, path

from . import views, views_claims, views_debit, views_paying
from .adapters import demo_site

app_name = "payments"
urlpatterns = [
    path("", views.overview, name="list"),
    path("betrieb/", views.operate, name="operate"),
    path("betrieb/<int:pk>/erstattet/", views.refunded, name="refunded"),
    path("demo-anbieter/<uuid:transaction>/", demo_site.pay_page, name="demo"),
    path("kasse/", include("stadtkern.kernel.payments.cash.urls")),
    path("lastschrift/", views_debit.debit, name="debit"),
    path("lastschrift/<int:pk>/widerrufen/", views_debit.revoke, name="debit_revoke"),
    path("kasse/", include("stadtkern.kernel.payments.ledger.urls")),
    path("fuer/", views_paying.offers, name="offers"),
    path("fuer/<slug:key>/", views_paying.offer, name="offer"),
    path("rechnung/", views_paying.bill, name="bill"),
    path("rechnung/<int:pk>/", views_paying.bill_show, name="bill_show"),
    path("rechnung/<int:pk>/zurueck/", views_paying.bill_back, name="bill_back"),
    path("forderung/<int:pk>/", views_claims.claim, name="claim"),
    path("forderung/<int:pk>/bezahlen/", views_claims.pay, name="claim_pay"),
    path("forderung/<int:pk>/raten/", views_claims.instalments, name="claim_parts"),
    path("forderung/<int:pk>/beleg/", views_claims.receipt, name="claim_receipt"),
    path("<int:pk>/", views.show, name="show"),
    path("<int:pk>/stand/", views.state, name="state"),
    path("<int:pk>/bezahlen/", views.start, name="start"),
    path("<int:pk>/zurueck/", views.back, name="back"),
    path("<int:pk>/abbrechen/", views.cancel, name="cancel"),
    path("<int:pk>/noch-einmal/", views.retry, name="retry"),
    path("<int:pk>/quittung/", views.receipt, name="receipt"),
]
