"""Pages of a budget vote."""

from django.urls import path

from .views import budget, budget_desk, paper

urlpatterns = [
    path("<slug:key>/stimmzettel/", budget.poll, name="poll"),
    path("<slug:key>/abstimmen/", budget.vote, name="vote"),
    path("<slug:key>/abstimmen/pruefen/", budget.check, name="vote_check"),
    path("<slug:key>/abstimmen/absenden/", budget.send, name="vote_send"),
    path("<slug:key>/abstimmen/brief/", budget.letter, name="vote_letter"),
    path("<slug:key>/abstimmen/quittung/", budget.receipt, name="vote_receipt"),
    path("<slug:key>/ergebnis/", budget.result, name="poll_result"),
    path("<slug:key>/ergebnis/abstimmung.pb", budget.export, name="poll_export"),
    path("nachzaehlen.py", budget.recount, name="poll_recount"),
    path("<slug:key>/abstimmung-verwalten/", budget_desk.desk, name="poll_desk"),
    path("<slug:key>/abstimmung-verwalten/pruefen/<reference:reference>/", budget_desk.check, name="poll_check"),
    path("<slug:key>/abstimmung-verwalten/schritt/", budget_desk.step, name="poll_step"),
    path("<slug:key>/abstimmung-verwalten/briefe.csv", budget_desk.letters, name="poll_letters"),
    path("<slug:key>/abstimmung-verwalten/papier/", paper.home, name="paper"),
    path("<slug:key>/abstimmung-verwalten/papier/<int:pk>/", paper.batch, name="paper_batch"),
]
