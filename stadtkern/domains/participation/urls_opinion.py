"""Opinion maps, topics, similar contributions, merging."""

from django.urls import path

from .views import alike, findings, merging, opinion

urlpatterns = [
    path("zusammenfuehren/<int:pk>/", merging.answer, name="merging"),
    path("<slug:key>/meinung/", opinion.answer, name="opine"),
    path("<slug:key>/meinung/aussage/", opinion.state, name="statement_new"),
    path("<slug:key>/meinung/antworten/", opinion.mine, name="opinion_mine"),
    path("<slug:key>/meinung/ergebnis/", findings.result, name="opinion_result"),
    path("<slug:key>/meinung/berechnen/", findings.recompute, name="opinion_compute"),
    path("<slug:key>/meinung/comments.csv", findings.comments, name="opinion_comments"),
    path("<slug:key>/meinung/votes.csv", findings.votes, name="opinion_votes"),
    path("<slug:key>/themen/", findings.topics, name="topics"),
    path("<slug:key>/themen/<int:number>/", findings.topic, name="topic"),
    path("<slug:key>/aehnlich/", alike.alike, name="alike"),
    path("<slug:key>/<reference:reference>/das-meine-ich-auch/", alike.same, name="same"),
    path("<slug:key>/<reference:reference>/zusammenfuehren/", merging.propose, name="merge"),
]
