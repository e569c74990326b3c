"""Pages of a survey and of a debate's summary."""

from django.urls import path

from .views import debate, survey, survey_desk

urlpatterns = [
    path("<slug:key>/fragebogen/", survey.answer, name="survey"),
    path("<slug:key>/umfrage/", survey.result, name="survey_result"),
    path("<slug:key>/umfrage.csv", survey.result_csv, name="survey_csv"),
    path("verwaltung/<slug:key>/fragen/", survey_desk.questions, name="survey_questions"),
    path("verwaltung/<slug:key>/fragen/neu/", survey_desk.question, name="survey_question_new"),
    path("verwaltung/<slug:key>/fragen/<int:pk>/", survey_desk.question, name="survey_question"),
    path("verwaltung/<slug:key>/fragen/<int:pk>/tun/", survey_desk.act, name="survey_question_act"),
    path("verwaltung/<slug:key>/antworten/", survey_desk.texts, name="survey_texts"),
    path("verwaltung/<slug:key>/antworten/<uuid:text>/", survey_desk.decide, name="survey_text"),
    path("verwaltung/<slug:key>/antworten/<slug:what>.csv", survey_desk.export, name="survey_export"),
    path("verwaltung/<slug:key>/thema/", debate.pose, name="debate_pose"),
    path("verwaltung/<slug:key>/<reference:reference>/zusammenfassung/", debate.summary, name="debate_summary"),
]
