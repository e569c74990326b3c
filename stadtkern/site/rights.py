"""The demo's data protection office: requests, a report without a name, breaches with a clock."""

from django.utils import timezone

from stadtkern.domains.dataprotection import actions
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Staff, Trust
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases import nameless
from stadtkern.kernel.services import catalogue
from stadtkern.lib import ids
from stadtkern.site.rehearsal import apply, at_once, citizen, days_ago, send

PEOPLE = ("zoe.celik", "juergen.weiss", "oksana.kovalcuk")
SUSPICION = {
    "what": "Im Drucker auf dem Flur lag eine Stunde lang eine Liste mit Namen und Beträgen. Jeder konnte sie lesen.",
    "where": "Rathaus, zweiter Stock",
    "whose": "others",
}


def play() -> None:
    """Needs the demo's persons; does nothing where the office has nobody."""
    staff = Staff.objects.select_related("account", "office").filter(role="PRIVACY", office__key="datenschutz").first()
    people = {
        name: Account.objects.filter(email__startswith=name).first()
        for name in ("zoe.celik", "juergen.weiss", "oksana.kovalcuk")
    }
    if staff is None or not all(people.values()):
        return
    officer = Actor(staff.account, staff, None, Trust.BASIC)
    zoe, juergen, oksana = (citizen(account) for account in people.values() if account)
    with at_once():
        with days_ago(40.2):
            answered = send(juergen, apply(juergen, "datenschutz_auskunft", 0))
        with days_ago(31.0):
            cases.decide(officer, answered, "GRANTED", "")
        with days_ago(34.1):
            send(juergen, apply(juergen, "datenschutz_berichtigung", 0))
        with days_ago(26.3):
            send(oksana, apply(oksana, "datenschutz_widerspruch", 0, rest=False))
        with days_ago(4.2):
            send(zoe, apply(zoe, "datenschutz_uebertragbarkeit", 0))
        with days_ago(0.4):
            suspicion()
        with days_ago(1.9):
            lost = actions.enter(
                officer, title="Diensthandy im Bus verloren", happened="Das Gerät ist gesperrt und aus der Ferne gelöscht.",
                noticed_at=timezone.now(), kinds=["confidentiality", "availability"],
                data="Kontakte, Termine", people="Menschen, die einen Termin hatten", persons=40,
                measures="Fernlöschung, neues Gerät",
            )  # fmt: skip
            actions.describe(
                officer, lost.pk, {"data_class": "simple", "ease": "significant", "circumstances": ["few_strangers"]}
            )
        closed(officer)


def suspicion() -> None:
    """As a browser without an account would send it."""
    reference = ids.reference("MS")
    nobody = Actor(draft_keys=(nameless.key_of(nameless.code_of(ids.secret(), reference)),))
    case, _secret = cases.start(nobody, catalogue.find("datenschutz_verdacht_melden"), reference=reference)
    cases.fill(nobody, case, SUSPICION)
    cases.submit(nobody, case)


def closed(officer: Actor) -> None:
    """One that is over, with everything the law wants."""
    with days_ago(60.0):
        row = actions.enter(
            officer, title="Bescheide vertauscht", happened="Zwei Bescheide lagen im falschen Umschlag.",
            noticed_at=timezone.now(), kinds=["confidentiality"], data="Name, Anschrift, Steuer",
            people="Steuerpflichtige", persons=2, records=2,
            consequences="Andere kennen den Betrag.", measures="Beide Briefe zurückgeholt.",
        )  # fmt: skip
    with days_ago(59.0):
        weights = {"data_class": "financial", "ease": "maximum", "circumstances": ["few_strangers"]}
        actions.describe(officer, row.pk, weights)
        actions.decide_authority(officer, row.pk, "NOTIFY", "")
    with days_ago(58.6):
        actions.mark_notified(officer, row.pk, "LDI-2026-4711")
        actions.decide_told(officer, row.pk, "NOT", "Beide wurden angerufen und haben die Briefe ungelesen zurückgegeben.")
    with days_ago(50.0):
        actions.close(officer, row.pk, "Kuvertiert wird jetzt zu zweit.")
