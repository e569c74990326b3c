"""A form with rules, page by page: what applies is asked, what does not is neither shown nor sent, whatever is posted."""

import shutil
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.cases import actions
from stadtkern.kernel.cases.models import Case, Status
from stadtkern.kernel.cases.progress import open_step, shown_steps
from stadtkern.kernel.services import catalogue
from stadtkern.lib.forms.rules.model import State
from stadtkern.lib.forms.tests.schemas import field, group, put, schema

A, B, C = "G99999000001", "G99999000002", "G99999000003"
ASK, WHY, NAME, MAIL, PHONE = (f"F9999900000{n}" for n in range(1, 6))


def rule(number: int, text: str) -> str:
    """One rule as an XDF3 file carries it."""
    return (
        f"<x:regel><x:identifikation><x:id>R9999900000{number}</x:id><x:version>1.0.0</x:version></x:identifikation>"
        f"<x:name>Regel</x:name><x:freitextRegel>{text}</x:freitextRegel></x:regel>"
    )


WHEN = f'WENN {A}.{ASK} "Vertretung"'
FILE = schema(
    put(group(A, put(field(ASK, kind="bool", label="Vertretung")), put(field(WHY, label="Warum"), "0:1"))),
    put(group(B, put(field(NAME, label="Name der Vertretung"))), "0:1"),
    put(group(C, put(field(MAIL, label="E-Mail"), "0:1"), put(field(PHONE, label="Telefon"), "0:1"))),
    more=rule(1, f'{WHEN} = "wahr", DANN zeige {A}.{WHY} "Warum" als Pflicht an, SONST zeige {A}.{WHY} "Warum" nicht an.')
    + rule(2, f'{WHEN} = "wahr", DANN zeige {B} "Vertretung" als Pflicht an, SONST zeige {B} "Vertretung" nicht an.')
    + rule(3, f'Es muss mindestens eines der Felder {C}.{MAIL} "E-Mail" oder {C}.{PHONE} "Telefon" befüllt sein.')
    + rule(4, "Die Sachbearbeitung wiegt den Drachen und hört auf ihr Gefühl."),
)


@pytest.fixture
def service(settings, tmp_path, offices):
    folder = tmp_path / "city"
    (folder / "services").mkdir(parents=True)
    for name in ("city.toml", "arms.svg"):
        shutil.copy(settings.CITY_FOLDER / name, folder)
    settings.CITY_FOLDER = folder
    (tmp_path / "drachen.xml").write_bytes(FILE)
    call_command("import_fim", str(tmp_path / "drachen.xml"), office="buergeramt", key="drache", stdout=StringIO())
    found = catalogue.find("drache")
    assert [each.state for each in found.form.rules[:3]] == [State.COMPILED] * 3, found.form.rules
    return found


@pytest.fixture
def case(service, citizen):
    return actions.start(Actor(account=citizen, trust=Trust.BASIC), service)[0]


def url(case: Case, step: str) -> str:
    return reverse("cases:step", args=[case.reference, step])


def test_a_step_that_does_not_apply_is_skipped_and_comes_back(service, case, citizen, login):
    browser = login(citizen)
    page = browser.get(url(case, A)).content.decode()
    assert "Vertretung" in page and "Warum" not in page and f'name="{A}/{ASK}"' in page
    response = browser.post(url(case, A), {f"{A}/{ASK}": "false"})
    assert response.url == url(case, C)
    assert browser.get(url(case, B)).url == url(case, C)
    # "Ja" without a script: the page comes again with what has to be said now, without scolding.
    response = browser.post(url(case, A), {f"{A}/{ASK}": "true"})
    assert response.status_code == 200 and "Warum" in response.content.decode()
    assert browser.post(url(case, A), {f"{A}/{ASK}": "true", f"{A}/{WHY}": ""}).status_code == 422
    assert browser.post(url(case, A), {f"{A}/{ASK}": "true", f"{A}/{WHY}": "darum"}).url == url(case, B)


def test_htmx_gets_the_page_anew_when_a_rule_speaks_and_only_the_time_otherwise(case, citizen, login):
    browser = login(citizen)
    page = browser.get(url(case, A)).content.decode()
    seen = page.split('name="_seen" value="')[1].split('"')[0]
    answer = browser.post(url(case, A), {f"{A}/{ASK}": "true", "_seen": seen}, headers={"HX-Request": "true"})
    assert f'name="{A}/{WHY}"' in answer.content.decode() and f"Gruppe {B}" in answer.content.decode()
    seen = answer.content.decode().split('name="_seen" value="')[1].split('"')[0]
    posted = {f"{A}/{ASK}": "true", f"{A}/{WHY}": "dar", "_seen": seen}
    answer = browser.post(url(case, A), posted, headers={"HX-Request": "true"})
    assert answer["HX-Reswap"] == "none" and "kern-error" not in answer.content.decode()


def test_what_a_rule_forbids_is_never_sent(service, case, citizen, login):
    browser = login(citizen)
    browser.post(url(case, A), {f"{A}/{ASK}": "true", f"{A}/{WHY}": "geheim"})
    browser.post(url(case, B), {f"{B}/{NAME}": "Frau Alt"})
    browser.post(url(case, A), {f"{A}/{ASK}": "false", f"{A}/{WHY}": "doch", f"{B}/{NAME}": "untergeschoben", B: "1"})
    refused = browser.post(url(case, C), {f"{C}/{MAIL}": "", f"{C}/{PHONE}": ""})
    assert refused.status_code == 422 and "mindestens eine" in refused.content.decode()
    response = browser.post(url(case, C), {f"{C}/{MAIL}": "", f"{C}/{PHONE}": "0123 456"})
    assert response.url == reverse("cases:review", args=[case.reference])
    page = browser.get(response.url).content.decode()
    assert "0123 456" in page and "geheim" not in page and "Frau Alt" not in page and "Warum" not in page
    browser.post(reverse("cases:submit", args=[case.reference]))
    case.refresh_from_db()
    assert case.status == Status.IN_REVIEW and case.answers == {f"{A}/{ASK}": False, f"{C}/{PHONE}": "0123 456"}


def test_a_later_answer_opens_an_earlier_step_again(service, case, citizen):
    actor = Actor(account=citizen, trust=Trust.BASIC)
    actions.fill(actor, case, {f"{A}/{ASK}": True, f"{A}/{WHY}": "x", f"{B}/{NAME}": "y", f"{C}/{MAIL}": "a@b.de"})
    case.refresh_from_db()
    assert open_step(service.form, case.answers, case.steps_done) is None
    actions.fill(actor, case, {f"{A}/{ASK}": True, f"{C}/{MAIL}": "a@b.de"})
    case.refresh_from_db()
    assert [step.key for step in shown_steps(service.form, case.answers)] == [A, B, C]
    assert [p.path for p in service.problems(case.answers)] == [f"{A}/{WHY}", f"{B}/{NAME}"]
    with pytest.raises(actions.Incomplete):
        actions.submit(actor, case)


def test_the_desk_reads_the_rules_nobody_has_compiled(service, case, citizen, clerk, login):
    actor = Actor(account=citizen, trust=Trust.BASIC)
    actions.fill(actor, case, {f"{A}/{ASK}": False, f"{C}/{MAIL}": "a@b.de"})
    actions.submit(actor, case)
    page = login(clerk.account).get(reverse("cases:desk_case", args=[case.reference])).content.decode()
    assert "wiegt den Drachen" in page and "Mindestens" not in page and "Warum" not in page
