"""Addresses below /mobil/tickets/: tickets of public transport."""

from django.urls import path

from .tickets import abo, control, desk, giving, mine, shop, showing

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
    path("kontrolle/", control.control, name="ticket_control"),
    path("kontrolle/listen.json", control.lists, name="ticket_lists"),
    path("kontrolle/buch/", control.hand_in, name="ticket_book"),
    path("kontrolle/sw.js", control.worker, name="ticket_control_worker"),
    path("kontrolle/app.webmanifest", control.manifest, name="ticket_control_manifest"),
    path("schalter/", desk.desk, name="ticket_desk"),
    path("schalter/ermaessigung/<int:pk>/", desk.right, name="ticket_desk_right"),
    path("schalter/befund/<int:pk>/", desk.finding, name="ticket_desk_finding"),
    path("schalter/<str:number>/", desk.one, name="ticket_desk_one"),
    path("<int:pk>/", mine.ticket, name="ticket"),
    path("<int:pk>/code/", mine.code, name="ticket_code"),
    path("<int:pk>/drucken/", mine.paper, name="ticket_paper"),
    path("<int:pk>/entwerten/", mine.begin, name="ticket_begin"),
    path("<int:pk>/zurueckgeben/", mine.give_back, name="ticket_give_back"),
    path("<int:pk>/weitergeben/", giving.give, name="ticket_give"),
]
