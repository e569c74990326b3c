"""The two maturity models as tables: criterion, level, what it asks for, and the sentence for what is missing."""

from django.utils.translation import gettext_lazy as _

from .maturity import Criterion, Facts, Model, Rung

FORM = Rung(2, lambda f: f.form, _("Es gibt noch kein Formular."))
DESCRIBED = Rung(1, lambda f: f.described, _("Ein Satz dazu fehlt, worum es bei der Leistung geht."))
VISIT = _("Ein Termin vor Ort ist noch nötig.")
PAPER = _("Das Ergebnis kommt noch mit der Post.")
ELSEWHERE = _("Entschieden wird in einer anderen Behörde. Die Übergabe über FIT-Connect ist nicht eingerichtet ([send]).")
FEDERAL_ACCOUNT = _("Die BundID (später DeutschlandID) ist nicht angebunden.")
FEDERAL_EVIDENCE = _("Das NOOTS ist nicht angebunden. Nachweise aus anderen Behörden kommen noch nicht von selbst.")
PREFILL = _("Kein Feld wird aus einem Register vorausgefüllt ([prefill] fehlt).")
ACCESSIBLE = _("Die Erklärung zur Barrierefreiheit fehlt oder sagt „nicht vereinbar“.")
PLAIN = _("Texte in Leichter Sprache fehlen ([texts.leicht]).")
LEIKA = _("Der Leistungsschlüssel (LeiKa) fehlt. Ohne ihn findet das Verwaltungsportal des Bundes die Leistung nicht.")
EXPLAINED = _("Es fehlt, was man wissen sollte, oder die Rechtsgrundlage.")
ENGLISH = _("Texte auf Englisch fehlen ([texts.en]).")


def _reaches_a_desk(facts: Facts) -> bool:
    return facts.own_decision or (facts.handed_over and facts.platform.state_transport)


def _can_be_sent(facts: Facts) -> bool:
    return facts.form


MODEL_2_0 = Model(
    "2.0",
    7,
    (
        _("Offline"),
        _("Information"),
        _("Formular"),
        _("Antrag online"),
        _("Antrag und Ergebnis digital"),
        _("Daten statt Dokumente"),
        _("Mit Bund und Ländern verbunden"),
        _("Ende zu Ende digital"),
    ),
    (
        Criterion(
            "description",
            _("Leistungsbeschreibung"),
            (DESCRIBED, Rung(3, lambda f: f.explained, EXPLAINED), Rung(4, lambda f: f.leika, LEIKA)),
        ),
        Criterion(
            "application",
            _("Online-Antrag"),
            (
                FORM,
                Rung(3, _can_be_sent, _("Der Antrag lässt sich nicht online absenden.")),
                Rung(4, lambda f: f.structured, _("Es gibt nur den allgemeinen Antrag. Eigene Fragen fehlen.")),
            ),
        ),
        Criterion(
            "account",
            _("Nutzerkonto"),
            (FORM, Rung(6, lambda f: f.platform.federal_account, FEDERAL_ACCOUNT)),
            applies=lambda f: f.account or not f.form,
        ),
        Criterion(
            "identity",
            _("Authentifizierung und Vertrauensniveau"),
            (
                Rung(3, lambda f: f.platform.online_id, _("Das nötige Vertrauensniveau lässt sich online nicht nachweisen.")),
                Rung(6, lambda f: f.platform.federal_account, FEDERAL_ACCOUNT),
            ),
            applies=lambda f: f.identity,
        ),
        Criterion(
            "evidence",
            _("Nachweise"),
            (
                Rung(5, lambda f: f.nothing_to_bring, _("Nachweise müssen noch hochgeladen werden.")),
                Rung(6, lambda f: f.platform.federal_evidence, FEDERAL_EVIDENCE),
            ),
            applies=lambda f: f.upload,
        ),
        Criterion(
            "payment",
            _("Bezahlung"),
            (
                Rung(3, lambda f: f.form, _("Die Gebühr lässt sich nicht online bezahlen.")),
                Rung(
                    6,
                    lambda f: f.platform.real_payment,
                    _("Ein Zahlungsanbieter mit Anschluss an die Kasse ist nicht angebunden."),
                ),
            ),
            applies=lambda f: f.fee,
        ),
        Criterion(
            "transport",
            _("Übermittlung an die zuständige Stelle"),
            (FORM, Rung(4, _reaches_a_desk, ELSEWHERE)),
        ),
        Criterion(
            "once_only",
            _("Once-Only und Registerabruf"),
            (
                FORM,
                Rung(5, lambda f: f.prefilled, PREFILL),
                Rung(6, lambda f: f.platform.federal_evidence, FEDERAL_EVIDENCE),
            ),
        ),
        Criterion(
            "status",
            _("Status der Bearbeitung"),
            (
                FORM,
                Rung(4, _reaches_a_desk, ELSEWHERE),
                Rung(6, lambda f: f.platform.federal_status, _("Der Statusmonitor des Bundes ist nicht angebunden.")),
            ),
        ),
        Criterion(
            "result",
            _("Digitaler Bescheid"),
            (FORM, Rung(4, lambda f: f.digital_result, PAPER), Rung(5, _reaches_a_desk, ELSEWHERE)),
        ),
        Criterion(
            "mailbox",
            _("Rückkanal und Postfach"),
            (
                FORM,
                Rung(4, _reaches_a_desk, ELSEWHERE),
                Rung(
                    6,
                    lambda f: f.platform.federal_account,
                    _("Das Postfach der BundID (später DeutschlandID) ist nicht angebunden."),
                ),
            ),
        ),
        Criterion(
            "processing",
            _("Bearbeitung und Akte"),
            (
                FORM,
                Rung(4, lambda f: f.no_visit, VISIT),
                Rung(5, _reaches_a_desk, ELSEWHERE),
                Rung(7, lambda f: f.automatic, _("Jeder Antrag wird von Hand entschieden ([decision] automatic).")),
            ),
        ),
        Criterion(
            "access",
            _("Barrierefreiheit und Sprachen"),
            (
                Rung(2, lambda f: f.platform.accessible, ACCESSIBLE),
                Rung(4, lambda f: f.english and f.platform.english, ENGLISH),
                Rung(6, lambda f: f.plain, PLAIN),
            ),
        ),
    ),
)

MODEL_1_1 = Model(
    "1.1",
    4,
    (_("Offline"), _("Information"), _("Formular-Assistent"), _("Online-Leistung"), _("Online-Transaktion")),
    (
        Criterion(
            "description",
            _("Leistungsbeschreibung"),
            (DESCRIBED, Rung(3, lambda f: f.explained, EXPLAINED), Rung(4, lambda f: f.leika, LEIKA)),
            checked=True,
        ),
        Criterion(
            "application",
            _("Antragsprozesse und Kontextintegration"),
            (
                FORM,
                Rung(3, _can_be_sent, _("Der Antrag lässt sich nicht online absenden.")),
                Rung(4, lambda f: f.prefilled, PREFILL),
            ),
            checked=True,
        ),
        Criterion(
            "account",
            _("Nutzerkonto"),
            (FORM, Rung(4, lambda f: f.platform.federal_account, FEDERAL_ACCOUNT)),
            applies=lambda f: f.account or not f.form,
            checked=True,
        ),
        Criterion(
            "identity",
            _("Authentifizierung"),
            (Rung(3, lambda f: f.platform.online_id, _("Das nötige Vertrauensniveau lässt sich online nicht nachweisen.")),),
            applies=lambda f: f.identity,
            checked=True,
        ),
        Criterion(
            "payment",
            _("Bezahlprozess"),
            (Rung(3, lambda f: f.form, _("Die Gebühr lässt sich nicht online bezahlen.")),),
            applies=lambda f: f.fee,
            checked=True,
        ),
        Criterion(
            "evidence",
            _("Nachweise"),
            (Rung(4, lambda f: f.nothing_to_bring, _("Nachweise müssen noch hochgeladen werden.")),),
            applies=lambda f: f.upload,
            checked=True,
        ),
        Criterion("transport", _("Übermittlung an die zuständige Stelle"), (FORM, Rung(3, _reaches_a_desk, ELSEWHERE))),
        Criterion("presence", _("Persönliches Erscheinen"), (FORM, Rung(3, lambda f: f.no_visit, VISIT))),
        Criterion("result", _("Bescheid und Rückkanal"), (FORM, Rung(3, lambda f: f.digital_result, PAPER))),
        Criterion(
            "access",
            _("Barrierefreiheit"),
            (Rung(2, lambda f: f.platform.accessible, ACCESSIBLE), Rung(4, lambda f: f.english, ENGLISH)),
        ),
    ),
)
MODELS = {model.key: model for model in (MODEL_2_0, MODEL_1_1)}
