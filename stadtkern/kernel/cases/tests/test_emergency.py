"""Break-glass: only with a reason, for half an hour, to read; the person sees it and somebody reviews the reason."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.cases.models import Status
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.inbox.reactions import tell_of_a_look_without_reason
from stadtkern.kernel.privacy import actions as privacy
from stadtkern.kernel.privacy.models import Access, Emergency

from .factories import case_in
from .test_desk import url

REASON = "Wasserrohrbruch, die Wohnung steht leer, wir brauchen den Eigentümer jetzt."
NAME = "Çelik-Müller"
FORM = "/vorgang/schreibtisch/notfall/"


def opened(client, case, **more):
    return client.post(FORM, {"reference": case.reference, "reason": REASON, "known": "1", **more})


def page_of(case):
    return reverse("cases:desk_emergency_case", args=[case.reference])


def test_a_case_of_another_office_opens_only_with_a_reason(probe, citizen, other_clerk, login):
    case, client = case_in(Status.IN_REVIEW, citizen), login(other_clerk.account)
    assert client.get(page_of(case)).status_code == 404
    for wrong in (
        {"reason": "eilig"},
        {"reason": "x" * 60},
        {"known": ""},
        {"reference": "MS-0000-0000"},
        {"reference": "\x00"},
    ):
        answer = opened(client, case, **wrong)
        assert answer.status_code == 422 and not Emergency.objects.exists(), wrong
        assert wrong.get("reason", REASON) in answer.text, "nothing has to be typed again"
    assert opened(client, case)["Location"] == page_of(case)
    opened(client, case)
    row = Emergency.objects.get()
    assert (row.staff, row.case, row.account) == (other_clerk.pk, case.pk, citizen.pk)
    assert timedelta(minutes=29) < row.until - timezone.now() <= timedelta(minutes=30)
    answer = client.get(page_of(case))
    assert "Notfallzugriff, nur zum Lesen" in answer.text and NAME in answer.text
    assert answer.text.count("<form") == client.get(FORM).text.count("<form") - 1, "no button of the desk"
    line = Access.objects.get(emergency=row.pk)
    assert (line.actor, line.accounts, line.charge) == (f"staff:{other_clerk.pk}", [citizen.pk], "foreign")
    for door in ("desk_case", "desk_take", "desk_note", "desk_decide"):
        assert client.post(url(door, case)).status_code in (404, 405)
    assert Event.objects.filter(name="access.emergency_opened").count() == 1


def test_after_half_an_hour_it_is_over(probe, citizen, other_clerk, clerk, login):
    case, client = case_in(Status.IN_REVIEW, citizen), login(other_clerk.account)
    opened(client, case)
    Emergency.objects.update(until=timezone.now())
    answer = client.get(page_of(case))
    assert answer.status_code == 403 and "abgelaufen" in answer.text and NAME not in answer.text
    assert "liegt in Ihrem Amt" in opened(login(clerk.account), case).text


def test_not_for_drafts_citizens_hidden_people_and_guessers(probe, citizen, resident, other_clerk, operator, login):
    case, client = case_in(Status.IN_REVIEW, citizen), login(other_clerk.account)
    for account in (citizen, operator.account):
        assert opened(login(account), case).status_code == 403
    type(resident).objects.update(blocked=True)
    assert "nur im zuständigen Amt" in opened(client, case).text
    type(resident).objects.update(blocked=False)
    for _ in range(10):
        opened(client, case, reference="MS-0000-0000")
    assert "zu oft" in opened(client, case).text and not Emergency.objects.exists()


def test_the_person_and_the_officer_learn_of_it(probe, citizen, other_clerk, privacy_officer, login):
    case, client = case_in(Status.IN_REVIEW, citizen), login(other_clerk.account)
    opened(client, case)
    client.get(page_of(case))
    assert "Notfallzugriff, Grund wird geprüft" in login(citizen).get("/meine-daten/zugriffe/").text
    row, officer = Emergency.objects.get(), login(privacy_officer.account)
    page = f"/datenschutz-aufsicht/notfaelle/{row.pk}/"
    assert REASON in officer.get(page).text and NAME not in officer.get(page).text
    assert f"notfaelle/{row.pk}/" in officer.get("/datenschutz-aufsicht/notfaelle/").text
    assert officer.post(page, {"justified": "no", "remark": ""}).status_code == 422
    assert officer.post(page, {"justified": "no", "remark": "Kein Notfall, das Amt war besetzt."}).status_code == 302
    assert officer.post(page, {"justified": "yes"}).status_code == 422, "once only"
    seen = login(citizen).get("/meine-daten/zugriffe/").text
    assert "nicht in Ordnung" in seen and "um zu prüfen, wer Ihre Daten angesehen hat" in seen
    event = Event.objects.get(name="access.emergency_reviewed")
    tell_of_a_look_without_reason(event)
    tell_of_a_look_without_reason(event)
    letter = Message.objects.get(account=citizen, about=f"emergency:{row.pk}")
    assert "Er genügt nicht" in letter.body and REASON not in letter.body


def test_only_the_officer_reviews_and_not_themselves(citizen, clerk, privacy_officer, lead):
    row = privacy.open_emergency(Actor(clerk.account, clerk), case=5, account=citizen.pk, reason=REASON)
    for member in (clerk, lead):
        with pytest.raises(PermissionError):
            privacy.review_emergency(Actor(member.account, member), row.pk, justified=True, remark="")
    with pytest.raises(PermissionError):
        privacy.open_emergency(Actor(privacy_officer.account, privacy_officer), case=5, account=None, reason=REASON)
    Emergency.objects.update(staff=privacy_officer.pk)
    with pytest.raises(privacy.Refused):
        privacy.review_emergency(Actor(privacy_officer.account, privacy_officer), row.pk, justified=True, remark="")
