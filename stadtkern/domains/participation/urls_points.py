"""Points for taking part: the own ledger, vouchers, the desk."""

from django.urls import path

from .views import points

urlpatterns = [
    path("", points.mine, name="points"),
    path("mitmachen/", points.opt_in, name="points_in"),
    path("aufhoeren/", points.opt_out, name="points_out"),
    path("einloesen/", points.redeem, name="points_redeem"),
    path("dabei/", points.attend, name="points_attend"),
    path("gutschein/<int:pk>/zurueckgeben/", points.give_back, name="voucher_back"),
    path("schalter/", points.desk, name="points_desk"),
]
