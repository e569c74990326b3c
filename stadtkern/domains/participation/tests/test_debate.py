"""Debates with arguments of both sides and a summary that leads on; young people, districts, staff: who may is enforced."""

from datetime import date

import pytest
from django.core.cache import cache

from stadtkern.domains.participation import actions, eligibility
from stadtkern.domains.participation.actions import debating
from stadtkern.domains.participation.models import Comment, Contribution, Link, Process
from stadtkern.domains.participation.templating import template
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.registers.models import Resident

QUESTION = ("Soll die Marktstraße autofrei werden?", "Zur Probe im Sommer, außer für Lieferungen.")


@pytest.fixture(autouse=True)
def fresh_counters(db):
    cache.clear()


@pytest.fixture
def debate(make_process) -> Process:
    return make_process(
        "markt", kind="debatte", title="Marktstraße", allows=("comment",), settings=template("debatte").defaults()
    )


def act(staff) -> Actor:
    return Actor(staff.account, staff)


def page(response) -> str:
    return response.content.decode()


def test_arguments_of_both_sides_and_a_summary_that_leads_on(debate, citizen, other_citizen, moderator, login, client):
    clerk = login(moderator.account)
    asked = {"title": QUESTION[0], "text": QUESTION[1]}
    assert clerk.post("/beteiligung/verwaltung/markt/thema/", {**asked, "text": "kurz"}).status_code == 422
    for _time in (1, 2):  # a double click
        assert clerk.post("/beteiligung/verwaltung/markt/thema/", asked).status_code == 302
    row = Contribution.objects.get()
    base = f"/beteiligung/markt/{row.reference}/"
    browser = login(citizen)
    assert "Spricht dagegen" in page(browser.get(base))
    browser.post(f"{base}kommentieren/", {"text": "Endlich Ruhe beim Einkaufen.", "stance": "PRO"})
    login(other_citizen).post(f"{base}kommentieren/", {"text": "Wo parken Menschen, die schlecht gehen?", "stance": "CONTRA"})
    login(other_citizen).post(f"{base}kommentieren/", {"text": "Gibt es Zahlen?", "stance": "<evil>"})
    assert list(Comment.objects.order_by("pk").values_list("stance", flat=True)) == ["PRO", "CONTRA", ""]
    shown = page(client.get(base))
    assert "1 Argument dafür" in shown and "1 Argument dagegen" in shown
    actions.follow(Actor(citizen), row)
    summary = f"/beteiligung/verwaltung/markt/{row.reference}/zusammenfassung/"
    form = page(clerk.get(summary))
    assert "Endlich Ruhe" in form and "Wo parken" in form and "Gibt es Zahlen?" in form
    bad = clerk.post(summary, {"title": "Wir probieren es", "text": "zu kurz"})
    assert bad.status_code == 422 and "zu kurz" in page(bad)
    said = {
        "title": "Wir probieren es im Juli",
        "text": "Dafür sprach die Ruhe, dagegen fehlten Plätze. Beides kommt in die Probe.",
    }
    assert clerk.post(summary, said).status_code == 302 and clerk.post(summary, said).status_code == 302
    result = Contribution.objects.get(kind="RESULT")
    assert Link.objects.get(source=row).target == result and "Wir probieren es im Juli" in page(client.get(base))
    assert login(citizen).get(summary).status_code in (302, 403, 404)
    with pytest.raises(Process.DoesNotExist):
        debating.pose(Actor(citizen), debate, *QUESTION)


def test_official_answers_take_no_side_and_elsewhere_nobody_is_asked(debate, process, citizen, moderator):
    row = debating.pose(act(moderator), debate, *QUESTION)
    assert actions.comment(act(moderator), row, "Die Zahlen kommen morgen.", stance="PRO").stance == ""
    idea = actions.contribute(Actor(citizen), process, {"title": "Mehr Bänke", "text": "Im ganzen Stadtpark."})
    actions.publish(act(moderator), idea)
    assert actions.comment(Actor(citizen), idea, "Ja, bitte.", stance="PRO").stance == ""


def test_young_people_and_districts_are_a_rule_not_a_word(make_process, resident, citizen, moderator):
    young = make_process("jung", kind="jugendbeteiligung", title="Jugend", audience="youth", who={},
                         settings=template("jugendbeteiligung").defaults())  # fmt: skip
    today, me = date.today(), Actor(citizen)

    def age(years: int) -> None:
        Resident.objects.filter(pk=resident.pk).update(birth_date=date(today.year - years, 1, 1))

    def may(process: Process) -> eligibility.Verdict:
        return eligibility.may(me, process.phases.get(), "contribute", process=process)

    age(40)
    assert not may(young) and "höchstens 21" in may(young).because
    with pytest.raises(actions.Refused, match="höchstens 21"):
        actions.contribute(me, young, {"title": "Ein Skatepark", "text": "Hinter dem Hallenbad."})
    age(16)
    assert may(young) and not eligibility.may(
        Actor(moderator.account, moderator), young.phases.get(), "contribute", process=young
    )
    assert eligibility.in_words({}, young) == "wer hier gemeldet ist, ab 12 Jahren, bis 21 Jahre"
    here = Resident.objects.select_related("household").get(pk=resident.pk).household.district or "Altstadt"
    Resident.objects.get(pk=resident.pk).household.__class__.objects.update(district=here)
    mine = make_process("hier", kind="stadtteilideen", title="Hier", audience="district", area=here.lower(), who={})
    other = make_process(
        "dort", kind="stadtteilideen", title="Dort", audience="district", area="auenfeld", who={"account": False}
    )
    assert may(mine) and not may(other) and "Auenfeld" in may(other).because
    assert not eligibility.may(Actor(), other.phases.get(), "contribute", process=other)


def test_a_district_process_names_its_district(moderator):
    row = actions.create_process(act(moderator), "stadtteilideen", "Ideen fürs Auenfeld")
    with pytest.raises(actions.Refused, match="Stadtteil"):
        actions.publish_process(act(moderator), row)
    row = actions.set_texts(act(moderator), row, {"title": row.title, "summary": "Was fehlt?", "area": "Auenfeld"})
    assert actions.publish_process(act(moderator), row).area == "auenfeld"


def test_staff_ideas_are_seen_by_staff_alone(make_process, citizen, moderator, client):
    make_process("intern", kind="beschaeftigtenideen", title="Intern", audience="staff", allows=("contribute",))
    assert client.get("/beteiligung/intern/").status_code == 404 and "Intern" not in page(client.get("/beteiligung/"))
    with pytest.raises(Process.DoesNotExist):
        actions.contribute(Actor(citizen), Process.objects.get(key="intern"), {"title": "Hallo dort", "text": "Darf ich auch?"})
