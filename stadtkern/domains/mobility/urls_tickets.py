"""Addresses below /mobil/tickets/: tickets of public transport."""

from django.urls import path

from .tickets import abo, giving, mine, shop, showing

urlpatterns = [
    path("", shop.shop, name="tickets"),
    path("kaufen/", shop.buy, name="ticket_buy"),
    path("kauf/<int:pk>/", shop.order, name="ticket_order"),
    path("abo/", abo.abo, name="ticket_abo"),
    path("ermaessigung/", shop.rights, name="ticket_rights"),
    path("meine/", mine.mine, name="my_tickets"),
    path("verloren/", mine.lost, name="ticket_lost"),
    path("handy/", mine.phone, name="ticket_phone"),
    path("annehmen/", giving.accept, name="ticket_accept"),
    path("zeigen/", showing.show, name="ticket_show"),
    path("zeigen/sw.js", showing.worker, name="ticket_worker"),
    path("zeigen/app.webmanifest", showing.manifest, name="ticket_manifest"),
    path("<int:pk>/", mine.ticket, name="ticket"),
    path("<int:pk>/code/", mine.code, name="ticket_code"),
    path("<int:pk>/drucken/", mine.paper, name="ticket_paper"),
    path("<int:pk>/entwerten/", mine.begin, name="ticket_begin"),
    path("<int:pk>/zurueckgeben/", mine.give_back, name="ticket_give_back"),
    path("<int:pk>/weitergeben/", giving.give, name="ticket_give"),
]
