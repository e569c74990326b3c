"""Pages of a consultation on a plan: the plan, a statement, the outcome; the clerk's papers, statements and table."""

from django.urls import path

from .views import consultation, consultation_desk, weighing

urlpatterns = [
    path("<slug:key>/plan/", consultation.plan, name="plan"),
    path("<slug:key>/plan/<int:pk>/datei/", consultation.file, name="plan_file"),
    path("<slug:key>/plan/formen.geojson", consultation.shapes_of, name="plan_shapes"),
    path("<slug:key>/stellungnahme/", consultation.write, name="statement_write"),
    path("<slug:key>/abwaegung/", consultation.outcome, name="outcome_table"),
    path("<slug:key>/abwaegung.pdf", consultation.outcome_pdf, name="outcome_pdf"),
    path("<slug:key>/abwaegung.csv", consultation.outcome_csv, name="outcome_csv"),
    path("verwaltung/<slug:key>/unterlagen/", consultation_desk.papers, name="plan_papers"),
    path("verwaltung/<slug:key>/unterlagen/neu/", consultation_desk.document, name="plan_document_new"),
    path("verwaltung/<slug:key>/unterlagen/<int:pk>/", consultation_desk.document, name="plan_document"),
    path("verwaltung/<slug:key>/unterlagen/<int:pk>/loeschen/", consultation_desk.drop, name="plan_document_drop"),
    path("verwaltung/<slug:key>/unterlagen/gebiet/", consultation_desk.area, name="plan_area"),
    path("verwaltung/<slug:key>/unterlagen/traeger/", consultation_desk.authorities, name="plan_authorities"),
    path("verwaltung/<slug:key>/stellungnahmen/", weighing.statements, name="statements"),
    path("verwaltung/<slug:key>/stellungnahmen/neu/", weighing.enter, name="statement_enter"),
    path("verwaltung/<slug:key>/stellungnahmen/zuordnen/", weighing.assign, name="weighing_assign"),
    path(
        "verwaltung/<slug:key>/stellungnahmen/<reference:reference>/<slug:what>.pdf", weighing.letter, name="statement_letter"
    ),
    path("verwaltung/<slug:key>/abwaegung/", weighing.board, name="weighings"),
    path("verwaltung/<slug:key>/abwaegung/tabelle.csv", weighing.table_csv, name="weighings_csv"),
    path("verwaltung/<slug:key>/abwaegung/tabelle.pdf", weighing.table_pdf, name="weighings_pdf"),
    path("verwaltung/<slug:key>/abwaegung/beschluss/", weighing.decision, name="weighing_decision"),
    path("verwaltung/<slug:key>/abwaegung/<int:pk>/", weighing.one, name="weighing"),
    path("verwaltung/<slug:key>/abwaegung/<int:pk>/tun/", weighing.act, name="weighing_act"),
]
