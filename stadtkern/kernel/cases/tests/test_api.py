"""Cases for programs: one call for a whole application, the same permissions as the pages, problems as problem JSON."""

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from stadtkern.kernel.accounts.actions import create_token
from stadtkern.kernel.cases import actions
from stadtkern.kernel.cases.models import Case, Decision, Status
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.payments.models import Payment
from stadtkern.kernel.privacy.models import Access

from .factories import ANSWERS, actor_for, case_in, city_with, draft


class Program:
    """A client with a key."""

    def __init__(self, client, account):
        self.client = client
        self.headers = {"authorization": f"Bearer {create_token(actor_for(account), 'Test', 1)[1]}"}

    def __call__(self, method, name, *args, query="", data=None, **headers):
        url = reverse(f"api:{name}", args=args) + query
        send = getattr(self.client, method)
        return send(url, data, content_type="application/json", headers={**self.headers, **headers})


@pytest.fixture
def program(client):
    return lambda account: Program(client, account)


def problem(response, status):
    assert response.status_code == status, response.text
    assert response["content-type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    return body


APPLICATION = {"service": "probe", "answers": ANSWERS}


def test_a_whole_application_in_one_call(probe, citizen, program):
    response = program(citizen)("post", "new_case", data=APPLICATION)
    assert response.status_code == 201, response.text
    body = response.json()
    assert response["location"] == reverse("api:case", args=[body["reference"]])
    assert (body["status"], body["service"], body["title"], body["office"]) == ("IN_REVIEW", "probe", "Probe", "buergeramt")
    assert body["answers"] == ANSWERS
    assert body["applicant"] == "Zoë Çelik-Müller"
    case = Case.objects.get()
    assert Case.objects.found_by("celik").get() == case
    assert list(Event.objects.filter(subject=str(case)).values_list("name", flat=True)) == ["case.submitted"]


def test_the_same_as_by_the_page(probe, citizen, program):
    """The case written in one go has every column of one that was filled in and sent."""
    program(citizen)("post", "new_case", data=APPLICATION)
    slow = actions.submit(actor_for(citizen), draft(citizen))
    quick = Case.objects.exclude(pk=slow.pk).get()
    skip = {"id", "reference", "created_at", "updated_at", "submitted_at", "search"}
    values = [Case.objects.filter(pk=case.pk).values().get() for case in (quick, slow)]
    assert {k: v for k, v in values[0].items() if k not in skip} == {k: v for k, v in values[1].items() if k not in skip}
    assert quick.search and slow.pk


def test_with_a_fee_the_payment_is_opened(costly, citizen, program):
    body = program(citizen)("post", "new_case", data={**APPLICATION, "service": "costly"}).json()
    assert (body["status"], body["fee_cents"]) == ("AWAITING_PAYMENT", 1200)
    payment = Payment.objects.get()
    assert payment.about == f"case:{Case.objects.get().pk}"
    listed = program(citizen)("get", "payments", query=f"?about={payment.about}").json()
    assert listed["items"][0]["amount_cents"] == 1200


def test_wrong_answers_are_told_by_path_and_nothing_is_kept(probe, citizen, program):
    answers = {**ANSWERS, "wish": "", "person/given_names": "x\x00y"}
    body = problem(program(citizen)("post", "new_case", data={**APPLICATION, "answers": answers}), 422)
    assert [fault["path"] for fault in body["problems"]] == ["wish"]
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    "answers", [{"wish": "a\x00b"}, {"wish": "\ud800"}, {"status": "CLOSED"}, {"more": "ja"}, {"wish": 10**400}]
)
def test_hostile_answers_never_break_anything(probe, citizen, program, answers):
    response = program(citizen)("post", "new_case", data={**APPLICATION, "answers": {**ANSWERS, **answers}})
    assert response.status_code in (201, 422), response.text
    for case in Case.objects.all():
        assert case.status == Status.IN_REVIEW
        assert "status" not in case.answers


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", '{"service": 1}', '{"service":"probe","answers":{"wish":NaN}}',
     '{"service":"probe","answers":{"wish":{"a":1}}}', '{"service":"\\u0000"}', '{"service":"nirgends"}'],
)  # fmt: skip
def test_unreadable_bodies(probe, citizen, program, body):
    caller = program(citizen)
    response = caller.client.post(reverse("api:new_case"), body, content_type="application/json", headers=caller.headers)
    assert response.status_code in (400, 404, 422), response.text
    problem(response, response.status_code)


def test_an_unknown_service_is_404(probe, citizen, program):
    assert problem(program(citizen)("post", "new_case", data={"service": "nirgends", "answers": {}}), 404)


def test_more_trust_than_a_key_has(settings, tmp_path, offices, citizen, program):
    settings.CITY_FOLDER = city_with(tmp_path, trust="substantial")
    body = problem(program(citizen)("post", "new_case", data=APPLICATION), 403)
    assert "ausweisen" in body["detail"]


def test_the_same_request_twice_is_one_case(probe, citizen, other_citizen, program):
    key = {"Idempotency-Key": "abc-ü"}
    caller = program(citizen)
    first = caller("post", "new_case", data=APPLICATION, **key)
    second = caller("post", "new_case", data=APPLICATION, **key)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Case.objects.count() == 1
    other = {**APPLICATION, "answers": {**ANSWERS, "wish": "etwas anderes"}}
    assert "Idempotency-Key" in problem(caller("post", "new_case", data=other, **key), 422)["detail"]
    assert program(other_citizen)("post", "new_case", data=APPLICATION, **key).status_code == 201
    assert Case.objects.count() == 2


def test_the_same_request_at_the_same_moment_is_one_case(transactional_db, probe, citizen):
    results = []

    def send():
        from stadtkern.kernel.services import catalogue

        results.append(actions.apply(actor_for(citizen), catalogue.find("probe"), ANSWERS, once="k"))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({case.pk for case, _fresh in results}) == 1
    assert [fresh for _case, fresh in results].count(True) == 1
    assert Event.objects.filter(name="case.submitted").count() == 1


def test_submitting_takes_few_queries(probe, citizen, program, django_assert_max_num_queries):
    caller = program(citizen)
    caller("post", "new_case", data=APPLICATION)
    with django_assert_max_num_queries(8):  # token, office, BEGIN, edition, case, event, job, COMMIT
        assert caller("post", "new_case", data=APPLICATION).status_code == 201


def test_a_draft_step_by_step(probe, citizen, program):
    caller = program(citizen)
    body = caller("post", "new_case", data={"service": "probe", "submit": False}).json()
    reference = body["reference"]
    assert body["status"] == "DRAFT"
    step = caller("put", "save_step", reference, "sie", data={"answers": {"person/given_names": "Zoë", "wish": "fremd"}}).json()
    assert [fault["path"] for fault in step["problems"]] == ["person/family_name"]
    assert step["case"]["answers"] == {"person/given_names": "Zoë"}
    problem(caller("post", "submit_case", reference), 422)
    filled = caller("put", "fill_case", reference, data={"answers": ANSWERS}).json()
    assert (filled["problems"], filled["case"]["steps_done"]) == ([], ["sie", "sache"])
    assert caller("post", "submit_case", reference).json()["status"] == "IN_REVIEW"
    assert caller("post", "submit_case", reference).json()["status"] == "IN_REVIEW", "a second time changes nothing"
    problem(caller("put", "fill_case", reference, data={"answers": {}}), 409)
    problem(caller("put", "save_step", reference, "gibt-es-nicht", data={"answers": {}}), 409)
    problem(caller("delete", "discard_case", reference), 409)


def test_a_file_in_a_draft(probe, citizen, other_citizen, program, client):
    from io import BytesIO

    from PIL import Image

    caller = program(citizen)
    reference = caller("post", "new_case", data={**APPLICATION, "submit": False}).json()["reference"]
    picture = BytesIO()
    Image.new("RGB", (20, 20), "red").save(picture, "PNG")

    def send(path, data, headers=None):
        url = f"{reverse('api:add_file', args=[reference])}?path={path}"
        file = SimpleUploadedFile("Foto ü.png", data, content_type="image/png")
        return client.post(url, {"file": file}, headers=headers or caller.headers)

    response = send("proof", picture.getvalue())
    assert response.status_code == 201, response.text
    key = response.json()["case"]["answers"]["proof"]
    problem(send("proof", b"no picture"), 422)
    problem(send("wish", picture.getvalue()), 409)
    problem(send("things[4]/what", picture.getvalue()), 409)
    problem(send("proof", picture.getvalue(), program(other_citizen).headers), 404)
    assert send("proof", picture.getvalue()).json()["case"]["answers"]["proof"] != key
    assert caller("delete", "discard_case", reference).status_code == 204
    assert not Case.objects.exists()


def test_my_cases_page_by_page(probe, citizen, other_citizen, program, django_assert_max_num_queries):
    mine = [draft(citizen).reference for _ in range(5)]
    draft(other_citizen)
    caller, seen, after = program(citizen), [], ""
    while after is not None:
        with django_assert_max_num_queries(3):
            body = caller("get", "cases", query=f"?limit=2&after={after}").json()
        seen += [item["reference"] for item in body["items"]]
        after = body["next"]
    assert seen == mine[::-1]
    assert caller("get", "cases", query="?state=open").json()["items"] == []
    problem(caller("get", "cases", query="?after=x"), 422)
    problem(caller("get", "cases", query="?limit=101"), 422)


NOWHERE = [
    ("get", "case", ()), ("delete", "discard_case", ()), ("put", "fill_case", ()), ("put", "save_step", ("sie",)),
    ("post", "submit_case", ()), ("post", "withdraw_case", ()), ("get", "case_messages", ()), ("post", "write_message", ()),
    ("get", "case_documents", ()),
]  # fmt: skip


@pytest.mark.parametrize(("method", "name", "more"), NOWHERE)
def test_what_is_not_mine_does_not_exist(
    probe, citizen, other_citizen, other_clerk, operator, mayor, program, client, method, name, more
):
    case = case_in(Status.IN_REVIEW, citizen)
    data = {"answers": {}, "body": "x"} if method in ("put", "post") else None
    for account in (other_citizen, other_clerk.account, operator.account, mayor.account):
        problem(program(account)(method, name, case.reference, *more, data=data), 404)
    url = reverse(f"api:{name}", args=[case.reference, *more])
    problem(client.generic(method.upper(), url, "{}", content_type="application/json"), 401)
    case.refresh_from_db()
    assert case.status == Status.IN_REVIEW


def test_a_clerk_reads_it_and_that_is_noted(probe, citizen, clerk, program):
    case = case_in(Status.IN_REVIEW, citizen)
    caller = program(clerk.account)
    assert caller("get", "case", case.reference).json()["answers"] == case.answers
    caller("get", "case", case.reference)
    assert Access.objects.filter(about=str(case), actor=f"staff:{clerk.pk}").count() == 1
    problem(caller("post", "withdraw_case", case.reference), 404)


def test_a_proposal_stays_inside(settings, tmp_path, offices, citizen, clerk, second_clerk, program):
    settings.CITY_FOLDER = city_with(tmp_path, decision="four_eyes = true")
    case = case_in(Status.IN_REVIEW, citizen)
    first, second = program(clerk.account), program(second_clerk.account)
    row = first("post", "desk_decide", case.reference, data={"outcome": "GRANTED"}).json()
    assert row["proposal"] == Decision.objects.get().pk
    assert program(citizen)("get", "case", case.reference).json()["decision"] is None
    problem(first("post", "desk_approve", case.reference, data={"proposal": row["proposal"]}), 409)
    problem(second("post", "desk_approve", case.reference, data={"proposal": row["proposal"] + 1}), 409)
    assert second("get", "desk", query="?view=approval").json()["items"][0]["reference"] == case.reference
    done = second("post", "desk_approve", case.reference, data={"proposal": row["proposal"]}).json()
    assert (done["status"], done["proposal"]) == ("DECIDED", None)
    assert program(citizen)("get", "case", case.reference).json()["decision"]["outcome"] == "GRANTED"


def test_the_desk_by_program(probe, citizen, clerk, second_clerk, program):
    case = case_in(Status.IN_REVIEW, citizen)
    caller = program(clerk.account)
    assert caller("post", "desk_take", case.reference).json()["clerk"] == "Petra Sommer"
    taken = problem(program(second_clerk.account)("post", "desk_take", case.reference), 409)
    assert "Petra Sommer bearbeitet" in taken["detail"]
    caller("post", "desk_note", case.reference, data={"body": "Vermerk"})
    caller("post", "desk_tell", case.reference, data={"body": "Guten Tag"})
    asked = caller("post", "desk_ask", case.reference, data={"question": "Welche?"}).json()
    assert asked["status"] == "AWAITING_CITIZEN"
    citizen_side = program(citizen)
    assert [letter["body"] for letter in citizen_side("get", "case_messages", case.reference).json()] == [
        "Guten Tag",
        "Welche?",
    ]
    assert citizen_side("post", "write_message", case.reference, data={"body": "Diese."}).json()["status"] == "IN_REVIEW"
    assert caller("post", "desk_return", case.reference).json()["clerk"] == ""
    problem(caller("post", "desk_decide", case.reference, data={"outcome": "REJECTED"}), 409)
    assert (
        caller("post", "desk_decide", case.reference, data={"outcome": "REJECTED", "reason": "x"}).json()["status"] == "DECIDED"
    )
    problem(caller("post", "desk_decide", case.reference, data={"outcome": "GRANTED"}), 409)


@pytest.mark.parametrize("name", ["take", "return", "ask", "tell", "note", "decide", "approve", "send_back"])
def test_desk_buttons_are_for_the_office_only(probe, citizen, other_clerk, operator, program, name):
    case = case_in(Status.IN_REVIEW, citizen)
    data = {"question": "x", "body": "x", "outcome": "GRANTED", "proposal": 1, "because": "x"}
    problem(program(citizen)("post", f"desk_{name}", case.reference, data=data), 403)
    problem(program(operator.account)("post", f"desk_{name}", case.reference, data=data), 403)
    problem(program(other_clerk.account)("post", f"desk_{name}", case.reference, data=data), 404)
    case.refresh_from_db()
    assert (case.status, case.clerk) == (Status.IN_REVIEW, None)


def test_the_queue_is_paged_and_closed(probe, citizen, clerk, program, django_assert_max_num_queries):
    for _ in range(5):
        case_in(Status.IN_REVIEW, citizen)
    problem(program(citizen)("get", "desk"), 403)
    caller, seen, after = program(clerk.account), [], ""
    while after is not None:
        with django_assert_max_num_queries(5):  # the last writes who looked
            body = caller("get", "desk", query=f"?limit=2&after={after}").json()
        seen += [item["reference"] for item in body["items"]]
        after = body["next"]
    assert len(set(seen)) == len(seen) == 5


def test_a_read_is_two_queries(probe, citizen, program, django_assert_max_num_queries):
    case = case_in(Status.IN_REVIEW, citizen)
    caller = program(citizen)
    caller("get", "case", case.reference)
    with django_assert_max_num_queries(2):
        assert caller("get", "case", case.reference).status_code == 200


def test_withdraw(probe, citizen, program):
    case = case_in(Status.IN_REVIEW, citizen)
    assert (
        program(citizen)("post", "withdraw_case", case.reference, data={"reason": "Umgezogen"}).json()["status"] == "WITHDRAWN"
    )
    other = case_in(Status.IN_REVIEW, citizen)
    assert program(citizen)("post", "withdraw_case", other.reference).json()["status"] == "WITHDRAWN", "a reason is not needed"


def test_addresses_that_do_not_exist_answer_as_problems(client, db):
    problem(client.get("/api/v1/nowhere"), 404)
    problem(client.get("/api/v1/cases/MS-0000-000"), 404)
    assert client.get("/api/v1/openapi.json").status_code == 200
