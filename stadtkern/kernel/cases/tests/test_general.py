"""The general application: any entry of the directory can be begun, and the case is called what it is about."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.cases import actions
from stadtkern.kernel.cases.models import Case, Status
from stadtkern.kernel.cases.text import title_of
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.directory import general, responsibility

ANSWERS = {
    "request": "Meine Miete ist gestiegen, ich brauche Hilfe ab Dezember.",
    "person/given_names": "Zoë", "person/family_name": "Çelik-Müller", "person/birth_date": "1988-02-29",
    "address/street": "Lindenstraße", "address/house_number": "12", "address/postcode": "49999", "address/town": "Musterstadt",
    "contact/email": "zoe@example.org",
}  # fmt: skip


@pytest.fixture
def bauamt(offices):
    return Office.objects.create(key="bauamt", title="Amt für Bauen und Wohnen")


def sent(citizen, key: str) -> Case:
    actor = Actor(citizen, None, None, Trust.BASIC)
    case, _ = actions.start(actor, catalogue.find(key))
    actions.fill(actor, case, ANSWERS)
    return actions.submit(actor, case)


def test_an_entry_without_a_form_reaches_its_office_under_its_name(bauamt, citizen, client: Client):
    case = sent(citizen, "antrag_10092")
    case.refresh_from_db()
    assert (case.status, case.office.key, title_of(case)) == (Status.IN_REVIEW, "bauamt", "Wohngeld")
    assert case.answers["entry"] == "Wohngeld (OZG 10092)"
    assert (case.begun_on.title, case.begun_on.leika, case.begun_on.decision.by) == ("Wohngeld", "", "bauamt")
    client.force_login(citizen)
    html = client.get(reverse("cases:track", args=[case.reference])).content.decode()
    assert "<h1" in html and "Wohngeld" in html and "Amt für Bauen und Wohnen" in html
    assert "Wohngeld" in client.get(reverse("portal:my_city")).content.decode()


def test_a_leika_entry_keeps_its_key(bauamt, citizen):
    case = sent(citizen, "antrag_99107023044000")
    assert case.begun_on.leika.startswith("99107023")
    assert "LeiKa 99107023" in case.answers["entry"]


def test_the_district_chooses_the_office(offices, citizen):
    Office.objects.create(key="buergerbuero_hohenbrueck", title="Bürgerbüro Hohenbrück")
    case = sent(citizen, "antrag_10124__buergerbuero_hohenbrueck")
    assert case.office.title == "Bürgerbüro Hohenbrück"
    assert title_of(case) == "Wohnsitzmeldungen"


@pytest.mark.parametrize(
    "key", ["antrag_10124", "antrag_10124__steueramt", "antrag_10532", "antrag_99999999999999", "antrag_", "antrag_10092__"]
)
def test_what_cannot_be_begun_is_404(offices, client: Client, key):
    with pytest.raises(catalogue.UnknownService):
        catalogue.find(key)
    assert client.get(reverse("cases:start", args=[key])).status_code == 404


def test_a_case_survives_another_responsibility(bauamt, citizen, monkeypatch):
    case = sent(citizen, "antrag_10092")
    monkeypatch.setattr(responsibility, "rules", lambda: responsibility.Rules({"office": "rathaus", "elsewhere": {}}, []))
    monkeypatch.setattr(general, "rules", responsibility.rules)
    assert catalogue.even_retired("antrag_10092").office == "rathaus"
    case = Case.objects.get(pk=case.pk)
    assert (case.begun_on.title, case.begun_on.office) == ("Wohngeld", "bauamt")


def test_the_clerk_sees_the_entry_on_the_desk(bauamt, citizen, clerk, client: Client):
    clerk.office = bauamt
    clerk.save()
    case = sent(citizen, "antrag_10092")
    client.force_login(clerk.account)
    listed = client.get(reverse("cases:desk") + "?chip=all").content.decode()
    opened = client.get(reverse("cases:desk_case", args=[case.reference]))
    assert "Wohngeld" in listed
    assert opened.status_code == 200
    assert "Meine Miete ist gestiegen" in opened.content.decode()


def test_the_page_begins_it(bauamt, client: Client, django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        html = client.get(reverse("services:entry", args=["10092"])).content.decode()
    begin = re.search(r'href="(/vorgang/neu/antrag_10092/)"', html)
    assert begin
    page = client.get(begin[1]).content.decode()
    assert "Wohngeld (OZG 10092)" in page
    assert html.count("<h1") == 1 and html.count("kern-btn--primary") == 1


def test_the_page_asks_for_the_street(offices, client: Client):
    Office.objects.create(key="buergerbuero_hohenbrueck", title="Bürgerbüro Hohenbrück")
    address = reverse("services:entry", args=["10124"])
    html = client.get(address).content.decode()
    assert 'name="ort"' in html and "antrag_10124" not in html
    assert "Bürgerbüro Hohenbrück" in client.get(address, {"ort": "Dorfstr. 5"}).content.decode()
    assert "antrag_10124__buergeramt/" in client.get(address, {"ort": "Nordring 3"}).content.decode()
    assert "finden wir in unserer Stadt nicht" in client.get(address, {"ort": "<script>\0"}).content.decode()


def test_what_others_do_has_no_button(offices, client: Client):
    html = client.get(reverse("services:entry", args=["10532"])).content.decode()
    assert "kern-btn--primary" not in html
    assert "Das Gericht" in html
    assert client.get(reverse("services:page", args=["antrag_10532"])).url == reverse("services:entry", args=["10532"])
