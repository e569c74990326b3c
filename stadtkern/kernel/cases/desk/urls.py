"""Addresses of the desk, below /vorgang/schreibtisch/ and in the namespace of the cases."""

from django.urls import path

from . import acts, counter, emergency, pages

urlpatterns = [
    path("", pages.desk, name="desk"),
    path("auslastung/", pages.office_load, name="desk_load"),
    path("aufnehmen/", counter.assist, name="desk_assist"),
    path("aufnehmen/<reference:reference>/", counter.give_code, name="desk_code"),
    path("notfall/", emergency.emergency, name="desk_emergency"),
    path("notfall/<reference:reference>/", emergency.emergency_case, name="desk_emergency_case"),
    path("<reference:reference>/", pages.case, name="desk_case"),
    path("<reference:reference>/uebernehmen/", acts.take, name="desk_take"),
    path("<reference:reference>/zuruecklegen/", acts.give_back, name="desk_return"),
    path("<reference:reference>/fragen/", acts.ask, name="desk_ask"),
    path("<reference:reference>/schreiben/", acts.tell, name="desk_tell"),
    path("<reference:reference>/verlaengern/", acts.extend, name="desk_extend"),
    path("<reference:reference>/trotzdem/", acts.open_rest, name="desk_open_rest"),
    path("<reference:reference>/vermerk/", acts.note, name="desk_note"),
    path("<reference:reference>/entscheiden/", acts.decide, name="desk_decide"),
    path("<reference:reference>/baustein/", acts.block, name="desk_block"),
    path("<reference:reference>/freigeben/", acts.approve, name="desk_approve"),
    path("<reference:reference>/zurueckgeben/", acts.send_back, name="desk_send_back"),
]
