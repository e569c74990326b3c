"""Pages of idea contests: teams, the jury, the clerk's side, the outcome."""

from django.urls import path

from .views import contest_desk, contest_jury, contest_result, contest_team

urlpatterns = [
    path("verwaltung/<slug:key>/wettbewerb/", contest_desk.contest, name="contest"),
    path("verwaltung/<slug:key>/wettbewerb/jury.json", contest_desk.inputs, name="contest_inputs"),
    path("verwaltung/<slug:key>/wettbewerb/<slug:what>/", contest_desk.contest_act, name="contest_act"),
    path("<slug:key>/gruppe/", contest_team.team, name="team"),
    path("<slug:key>/gruppe/tun/<slug:what>/", contest_team.team_act, name="team_act"),
    path("<slug:key>/gruppe/<slug:code>/", contest_team.join, name="team_join"),
    path("<slug:key>/jury/", contest_jury.jury, name="jury"),
    path("<slug:key>/jury/fertig/", contest_jury.close, name="jury_close"),
    path("<slug:key>/jury/einladung/<slug:code>/", contest_jury.invitation, name="jury_invitation"),
    path("<slug:key>/jury/<reference:reference>/", contest_jury.sheet, name="sheet"),
    path("<slug:key>/jury/<reference:reference>/befangen/", contest_jury.partial, name="partial"),
    path("<slug:key>/preise/", contest_result.outcome, name="outcome"),
    path("<slug:key>/preise/<int:pk>/", contest_result.prize, name="prize"),
    path("<slug:key>/<reference:reference>/urkunde/", contest_result.certificate, name="certificate"),
]
