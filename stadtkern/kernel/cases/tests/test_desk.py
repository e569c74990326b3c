"""The clerk's desk: find, open, take, ask, decide, approve; and what it refuses."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account, Role
from stadtkern.kernel.cases import actions
from stadtkern.kernel.cases.desk import listing, load
from stadtkern.kernel.cases.models import Case, Decision, Note, Status
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.privacy.models import Access

from .factories import case_in, city_with, clerk_actor, draft


@pytest.fixture
def careful(settings, tmp_path, offices):
    """A service that wants a second pair of eyes."""
    settings.CITY_FOLDER = city_with(tmp_path, decision="four_eyes = true")


def page(client, **query):
    response = client.get(reverse("cases:desk"), query)
    assert response.status_code == 200
    return response


def shown(response) -> list[str]:
    return [line.reference for line in response.context["listing"].lines]


def url(name, case, query=""):
    return reverse(f"cases:{name}", args=[case.reference]) + query


def change(case, **changes):
    Case.objects.filter(pk=case.pk).update(**changes)


def test_the_list_shows_the_most_urgent_first_and_only_the_own_office(probe, citizen, clerk, other_clerk, login):
    calm, urgent, waiting, done = (
        case_in(status, citizen, clerk)
        for status in (Status.IN_REVIEW, Status.IN_REVIEW, Status.AWAITING_CITIZEN, Status.CLOSED)
    )
    change(urgent, due_date=timezone.localdate() - timedelta(days=2))
    response = page(login(clerk.account))
    assert shown(response) == [urgent.reference, calm.reference]
    assert "2 Tage überfällig" in response.text
    assert shown(page(login(other_clerk.account))) == []
    client = login(clerk.account)
    assert shown(page(client, ansicht="wartet")) == [waiting.reference]
    assert shown(page(client, ansicht="erledigt")) == [done.reference]
    assert shown(page(client, ansicht="ueberfaellig")) == [urgent.reference]


def test_mine_and_unassigned(probe, citizen, clerk, second_clerk, login):
    mine, theirs, free = (case_in(Status.IN_REVIEW, citizen) for _ in range(3))
    actions.take(clerk_actor(clerk), mine)
    actions.take(clerk_actor(second_clerk), theirs)
    client = login(clerk.account)
    assert shown(page(client, ansicht="meine")) == [mine.reference]
    assert shown(page(client, ansicht="frei")) == [free.reference]
    chips = {chip["query"]: chip["count"] for chip in page(client).context["chips"]}
    assert chips["ansicht=meine"] == chips["ansicht=frei"] == "1"


def test_words_for_every_distance_of_the_due_date():
    today = timezone.localdate()

    def text(days):
        due = listing.due_of(Status.IN_REVIEW, today + timedelta(days=days), None, None)
        return due.text, due.tone

    assert text(-1) == ("1 Tag überfällig", "danger")
    assert text(0) == ("heute fällig", "warning")
    assert text(1)[0].startswith("morgen (")
    assert text(3)[0].startswith("in 3 Tagen (")
    assert text(3)[1] == "success"
    assert listing.due_of(Status.AWAITING_CITIZEN, today, timezone.now(), None).text == "Frist ruht, gefragt heute"
    assert listing.due_of(Status.AWAITING_PAYMENT, today, None, None).tone == "info"


def test_pages_follow_each_other_without_gap_or_repetition(probe, citizen, clerk, login, monkeypatch):
    monkeypatch.setattr(listing, "PAGE", 3)
    cases = [case_in(Status.IN_REVIEW, citizen) for _ in range(8)]  # several with the same due date
    change(cases[5], due_date=timezone.localdate() - timedelta(days=1))
    client, seen, address = login(clerk.account), [], reverse("cases:desk")
    while address:
        response = client.get(address)
        seen += shown(response)
        address = response.context["listing"].older
    assert sorted(seen) == sorted(case.reference for case in cases)
    assert seen[0] == cases[5].reference


@pytest.mark.parametrize(
    "query",
    ["nach=x", "nach=2026-99-01_1", "nach=_", "nach=2026-01-01_9" + "9" * 40, "nach=²_²",
     "ansicht=%00", "q=%00%00%00", "q=' OR 1", "q=%26%7C!:*", "leistung=%00",
     "q=" + "x" * 5000, "nach=0001-01-01_1", "ansicht=erledigt&nach=_5", "q=%ED%A0%80%ED%A0%80"],
)  # fmt: skip
def test_hostile_addresses_show_a_list(probe, citizen, clerk, login, query):
    case_in(Status.IN_REVIEW, citizen)
    assert login(clerk.account).get(f"{reverse('cases:desk')}?{query}").status_code == 200


def test_search_by_reference_and_by_beginning_of_the_name(probe, citizen, clerk, other_clerk, login):
    case = case_in(Status.DRAFT, citizen)
    actions.submit(actor(citizen), case)
    client = login(clerk.account)
    typed = case.reference.lower().replace("-", " ")
    for words in (case.reference, typed, "Çelik", "celik", "cel", "Mueller", "Zoë mül"):
        assert shown(page(client, q=words)) == [case.reference], words
    assert shown(page(client, q="Anders")) == []
    assert "mindestens drei Zeichen" in page(client, q="ce").text
    assert shown(page(login(other_clerk.account), q=case.reference)) == []


def actor(account):
    from .factories import actor_for

    return actor_for(account)


def test_a_draft_is_never_found(probe, citizen, clerk, login):
    case = draft(citizen)
    client = login(clerk.account)
    assert shown(page(client, q=case.reference)) == []
    assert client.get(url("desk_case", case)).status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_rows(probe, citizen, clerk, login, django_assert_max_num_queries):
    client = login(clerk.account)
    case = case_in(Status.IN_REVIEW, citizen)
    actions.take(clerk_actor(clerk), case)
    actions.write_note(clerk_actor(clerk), case, "Ein Vermerk.")
    actions.tell_citizen(clerk_actor(clerk), case, "Ein Brief.")
    client.get(url("desk_case", case))  # the look is noted, caches are warm
    with django_assert_max_num_queries(28) as one:  # three of them write and check who looked
        client.get(reverse("cases:desk"))
        client.get(url("desk_case", case))
    for _ in range(12):
        colleague = case_in(Status.IN_REVIEW, citizen)
        actions.take(clerk_actor(clerk), colleague)
        actions.write_note(clerk_actor(clerk), case, "Ein Vermerk.")
        actions.tell_citizen(clerk_actor(clerk), case, "Ein Brief.")
    with django_assert_max_num_queries(len(one)) as many:
        client.get(reverse("cases:desk"))
        client.get(url("desk_case", case))
    assert len(many) <= len(one)


def test_opening_a_case_is_noted_once_an_hour_for_the_person(probe, citizen, resident, clerk, login):
    case = case_in(Status.IN_REVIEW, citizen)
    client = login(clerk.account)
    client.get(url("desk_case", case))
    client.get(url("desk_case", case))
    (access,) = Access.objects.filter(about=str(case))
    assert (access.accounts, access.person_keys, access.purpose, access.legal_basis, access.office) == (
        [citizen.pk], [resident.key], "probe", "§ 1 Probengesetz", "buergeramt",
    )  # fmt: skip
    assert access.actor == f"staff:{clerk.pk}"


def test_the_page_of_a_case_shows_answers_with_their_sources(probe, citizen, clerk, login):
    case = case_in(Status.IN_REVIEW, citizen)
    change(case, sources={"person/given_names": "residents 2026-11-20"})
    text = login(clerk.account).get(url("desk_case", case)).text
    assert "aus dem Melderegister, 20.11.2026" in text
    assert "selbst eingetragen" in text  # the family name could have come from the register
    assert "Antrag begonnen" in text


def test_take_and_return(probe, citizen, clerk, second_clerk, login):
    case = case_in(Status.IN_REVIEW, citizen)
    client = login(clerk.account)
    assert client.post(url("desk_take", case)).status_code == 302
    refused = login(second_clerk.account).post(url("desk_take", case))
    assert refused.status_code == 409
    assert "Petra Sommer bearbeitet diesen Vorgang seit" in refused.text
    client.post(url("desk_return", case))
    case.refresh_from_db()
    assert case.clerk is None


def test_a_lead_takes_over(probe, citizen, clerk, lead, login):
    case = case_in(Status.IN_REVIEW, citizen)
    actions.take(clerk_actor(clerk), case)
    client = login(lead.account)
    assert "Von Petra Sommer übernehmen" in client.get(url("desk_case", case)).text
    client.post(url("desk_take", case), {"over": "1"})
    case.refresh_from_db()
    assert case.clerk == lead


def test_ask_the_citizen_and_tell(probe, citizen, clerk, login):
    case = case_in(Status.IN_REVIEW, citizen)
    client = login(clerk.account)
    client.post(url("desk_tell", case), {"body": "Nur zur Kenntnis."})
    client.post(url("desk_ask", case), {"question": "Welche Farbe?"})
    case.refresh_from_db()
    assert case.status == Status.AWAITING_CITIZEN
    assert [message.body for message in Message.objects.thread(str(case))] == ["Nur zur Kenntnis.", "Welche Farbe?"]
    again = client.post(url("desk_ask", case), {"question": "Und welche Größe?"})
    assert again.status_code == 409
    assert "Bitte warten Sie die Antwort ab" in again.text


def test_decide_and_the_second_click(probe, citizen, clerk, login):
    case = case_in(Status.IN_REVIEW, citizen)
    client = login(clerk.account)
    form = {"outcome": "GRANTED", "reason": ""}
    assert client.post(url("desk_decide", case), form, follow=True).status_code == 200
    again = client.post(url("desk_decide", case), form)
    assert again.status_code == 409
    assert "hat diesen Vorgang entschieden" in again.text
    assert Decision.objects.count() == 1


def test_what_was_typed_survives_a_refusal(probe, citizen, clerk, second_clerk, login):
    case = case_in(Status.IN_REVIEW, citizen)
    client = login(clerk.account)
    response = client.post(url("desk_decide", case), {"outcome": "REJECTED", "reason": ""})
    assert response.status_code == 409
    assert "Bitte begründen Sie" in response.text
    assert 'value="REJECTED" required checked' in response.text
    response = client.post(url("desk_decide", case), {"outcome": "nonsense", "reason": "Meine <b>lange</b> Begründung"})
    assert "Meine &lt;b&gt;lange&lt;/b&gt; Begründung" in response.text


def test_without_reason_only_granting(probe, citizen, clerk, login):
    case = case_in(Status.IN_REVIEW, citizen)
    login(clerk.account).post(url("desk_decide", case), {"outcome": "PARTLY", "reason": " \x00 "})
    assert not Decision.objects.exists()


def test_a_text_block_without_javascript(probe, citizen, clerk, login):
    case = case_in(Status.IN_REVIEW, citizen)
    client = login(clerk.account)
    form = {"outcome": "REJECTED", "reason": "Guten Tag.", "block": "1"}
    response = client.post(url("desk_block", case), form)
    assert response.status_code == 200
    assert "Guten Tag.\n\nDie Voraussetzungen nach § 1 Probengesetz liegen nicht vor, weil …" in response.text
    for wrong in ("99", "x", "²", "-1", ""):
        assert client.post(url("desk_block", case), form | {"block": wrong}).status_code == 200


def test_two_pairs_of_eyes(careful, citizen, clerk, second_clerk, login):
    case = case_in(Status.IN_REVIEW, citizen)
    first, second = login(clerk.account), login(second_clerk.account)
    first.post(url("desk_decide", case), {"outcome": "GRANTED", "reason": ""})
    proposal = Decision.objects.get()
    assert proposal.made_at is None
    assert shown(page(second, ansicht="freigabe")) == [case.reference]
    assert "Freigeben muss eine zweite Person" in first.get(url("desk_case", case)).text
    assert first.post(url("desk_approve", case), {"proposal": proposal.pk}).status_code == 409
    assert second.post(url("desk_approve", case), {"proposal": proposal.pk}).status_code == 302
    proposal.refresh_from_db()
    assert (proposal.proposed_by, proposal.made_by) == (clerk, second_clerk)


def test_nobody_approves_another_proposal_than_they_have_read(careful, citizen, clerk, second_clerk, login):
    case = case_in(Status.IN_REVIEW, citizen)
    first, second = login(clerk.account), login(second_clerk.account)
    first.post(url("desk_decide", case), {"outcome": "GRANTED", "reason": ""})
    read = Decision.objects.get().pk
    first.post(url("desk_send_back", case), {"because": "Doch nicht.", "proposal": read})
    first.post(url("desk_decide", case), {"outcome": "REJECTED", "reason": "Fehlt."})
    response = second.post(url("desk_approve", case), {"proposal": read})
    assert response.status_code == 409
    assert "inzwischen geändert" in response.text
    for wrong in ("x", "²", "9" * 30):
        assert second.post(url("desk_approve", case), {"proposal": wrong}).status_code == 409
    assert Decision.objects.get().made_at is None
    assert Note.objects.get().body == "Vorschlag zurückgegeben: Doch nicht."


def test_nobody_decides_about_themselves(probe, clerk, login):
    case = case_in(Status.IN_REVIEW, clerk.account)
    client = login(clerk.account)
    assert "Das ist Ihr eigener Antrag" in client.get(url("desk_case", case)).text
    for button in ("desk_take", "desk_decide", "desk_note"):
        assert client.post(url(button, case), {"outcome": "GRANTED", "note": "x"}).status_code == 409
    assert not Access.objects.exists(), "one's own file is nobody's look"


BUTTONS = ["take", "return", "ask", "tell", "note", "decide", "block", "approve", "send_back"]


@pytest.mark.parametrize("name", BUTTONS)
def test_every_button_is_closed_to_everybody_else(
    probe, citizen, other_citizen, clerk, other_clerk, operator, mayor, login, name
):
    case = case_in(Status.IN_REVIEW, citizen)
    for account in (citizen, other_citizen, operator.account, mayor.account):
        assert login(account).post(url(f"desk_{name}", case)).status_code == 403
    assert login(other_clerk.account).post(url(f"desk_{name}", case)).status_code == 404
    assert login(clerk.account).get(url(f"desk_{name}", case)).status_code == 405
    case.refresh_from_db()
    assert (case.status, case.clerk, Decision.objects.count()) == (Status.IN_REVIEW, None, 0)


def test_the_pages_are_closed_to_everybody_else(probe, citizen, other_clerk, operator, clerk, client, login):
    case = case_in(Status.IN_REVIEW, citizen)
    for account in (citizen, operator.account):
        assert login(account).get(reverse("cases:desk")).status_code == 403
        assert login(account).get(url("desk_case", case)).status_code == 403
    assert client.get(reverse("cases:desk")).status_code == 302
    assert login(other_clerk.account).get(url("desk_case", case)).status_code == 404
    assert login(clerk.account).get(reverse("cases:desk_load")).status_code == 403
    assert not Event.objects.filter(name="case.viewed").exists()


def test_the_lead_sees_who_has_how_much(probe, citizen, clerk, second_clerk, lead, login):
    for number in range(3):
        case = case_in(Status.IN_REVIEW, citizen)
        actions.take(clerk_actor(clerk), case)
        if number == 0:
            change(case, due_date=timezone.localdate() - timedelta(days=1))
    closed = case_in(Status.CLOSED, citizen, clerk)
    change(closed, clerk=clerk)
    loads = {item.name: (item.open, item.overdue) for item in load.of_office(lead)}
    assert loads == {"Petra Sommer": (3, 1), "Jan Winter": (0, 0), "Ruth Krause": (0, 0)}
    assert "Petra Sommer" in login(lead.account).get(reverse("cases:desk_load")).text


def test_load_is_one_query(probe, lead, clerk, django_assert_num_queries):
    Account.objects.create(email="new@stadt.example", name="Neu")
    with django_assert_num_queries(1):
        assert len(load.of_office(lead)) == 2
    assert lead.role == Role.LEAD
